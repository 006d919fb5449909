#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/known.h"

#define TIMES_8(s)	s s s s s s s s
#define PIN_A		TIMES_8("aaaaaaaa")
#define PIN_B		TIMES_8("bbbbbbbb")

static char top[] = "/tmp/msg-unit.XXXXXX";
static char pin[PEER_PIN_LEN + 1];
static struct err e;

static int
begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(top));
	setenv("XDG_STATE_HOME", top, 1);
	return 0;
}

static int
end(void **state)
{
	char *path = known_path();

	(void)state;
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	free(path);
	return rmdir(top);
}

static void
a_key_is_remembered_for_its_server(void **state)
{
	char *path = known_path();
	struct stat st;

	(void)state;
	assert_int_equal(known_find(pin, "a.example", &e), 0);
	assert_int_equal(known_add("a.example", PIN_A, &e), 0);
	assert_int_equal(known_add("a.example:5223", PIN_B, &e), 0);
	assert_int_equal(known_find(pin, "a.example", &e), 1);
	assert_string_equal(pin, PIN_A);
	assert_int_equal(known_find(pin, "a.example:5223", &e), 1);
	assert_string_equal(pin, PIN_B);
	assert_int_equal(known_find(pin, "a.exampl", &e), 0);
	assert_int_equal(known_find(pin, "", &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
}

static void
lines_of_another_form_are_told(void **state)
{
	static const char *const bad[] = { "a.example", "a.example " PIN_A "x",
	    "a.example xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaa", " " PIN_A, "a.example  " PIN_A, "garbage" };
	char *path = known_path(), text[300];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "# mine\n\n%s\nb.example " PIN_B,
		    bad[i]);
		assert_int_equal(fs_replace(path, text, strlen(text), 0600,
		    &e), 0);
		assert_int_equal(known_find(pin, "b.example", &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, "known:3: "));
	}
	free(path);
}

static void
a_last_line_without_newline_stays_one(void **state)
{
	static const char text[] = "# mine\n\nb.example " PIN_B;
	char *path = known_path();

	(void)state;
	assert_int_equal(fs_replace(path, text, sizeof text - 1, 0600, &e), 0);
	assert_int_equal(known_find(pin, "a.example", &e), 0);
	assert_int_equal(known_add("a.example", PIN_A, &e), 0);
	assert_int_equal(known_find(pin, "a.example", &e), 1);
	assert_int_equal(known_find(pin, "b.example", &e), 1);
	assert_string_equal(pin, PIN_B);
	free(path);
}

static void
a_resource_is_no_part_of_a_server(void **state)
{
	static const struct { const char *server, *jid, *want; } cases[] = {
		{ NULL, "me@a.example", "a.example" },
		{ NULL, "me@a.example/my phone", "a.example" },
		{ NULL, "me@a.example/x@b.example", "a.example" },
		{ NULL, "a.example/x@b.example", "a.example" },
		{ "b.example:5222", "me@a.example/x", "b.example:5222" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *name = known_name(cases[i].server, cases[i].jid);

		assert_string_equal(name, cases[i].want);
		free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_remembered_for_its_server),
		cmocka_unit_test(lines_of_another_form_are_told),
		cmocka_unit_test(a_last_line_without_newline_stays_one),
		cmocka_unit_test(a_resource_is_no_part_of_a_server),
	};

	return cmocka_run_group_tests_name("known", tests, begin, end);
}
