#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "input.h"

static struct input in;
static int ends[2];
static struct err e;

static int
begin(void **state)
{
	(void)state;
	assert_int_equal(pipe(ends), 0);
	input_init(&in, ends[0]);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	input_free(&in);
	return 0;
}

static void
comes(const char *text)
{
	assert_int_equal(write(ends[1], text, strlen(text)),
	    (ssize_t)strlen(text));
	assert_int_equal(input_read(&in, &e), 0);
}

static void
gives(const char *want)
{
	struct str line = STR_NONE;
	bool any = input_line(&in, &line);

	assert_int_equal(any, want != NULL);
	if (want == NULL)
		return;
	assert_int_equal(line.n, strlen(want));
	assert_memory_equal(line.p, want, line.n);
}

static void
ends_now(void)
{
	close(ends[1]);
	ends[1] = -1;
	assert_int_equal(input_read(&in, &e), 0);
	assert_true(in.end);
}

static void
lines_come_whole_however_they_are_cut(void **state)
{
	(void)state;
	comes("fir");
	gives(NULL);
	comes("st\n\nthi");
	gives("first");
	gives("");
	gives(NULL);
	assert_int_equal(in.line, 2);
	comes("rd\nfourth\n");
	gives("third");
	gives("fourth");
	gives(NULL);
	ends_now();
	gives(NULL);
	assert_int_equal(in.line, 4);
}

static void
the_last_needs_no_newline(void **state)
{
	(void)state;
	comes("one\ntwo");
	gives("one");
	gives(NULL);
	ends_now();
	gives("two");
	gives(NULL);
}

static void
nothing_is_no_line(void **state)
{
	(void)state;
	ends_now();
	gives(NULL);
	assert_int_equal(in.line, 0);
}

static void
a_line_without_end_is_refused(void **state)
{
	static char block[65536];
	size_t fed = 0;

	(void)state;
	memset(block, 'x', sizeof block);
	while (fed <= INPUT_LINE_MAX + sizeof block) {
		assert_int_equal(write(ends[1], block, sizeof block),
		    sizeof block);
		if (input_read(&in, &e) < 0)
			break;
		gives(NULL);
		fed += sizeof block;
	}
	assert_true(fed <= INPUT_LINE_MAX + sizeof block);
	assert_int_equal(e.code, ERR_INPUT);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(lines_come_whole_however_they_are_cut),
		TEST(the_last_needs_no_newline),
		TEST(nothing_is_no_line),
		TEST(a_line_without_end_is_refused),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
