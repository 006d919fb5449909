#include "unit.h"

#include <string.h>

#include "offer.h"

static struct offers o;

static int
end(void **state)
{
	(void)state;
	offers_clear(&o);
	return 0;
}

static bool
offered(const char *text)
{
	for (size_t i = 0; i < o.n; i++)
		if (strcmp(o.list[i].text, text) == 0)
			return true;
	return false;
}

/* A line's words, the last as far as it is typed. */
static size_t
known(char *line, char *w[8])
{
	size_t n = 0;

	for (char *p = line; n < 8;) {
		w[n++] = p;
		p += strcspn(p, " ");
		if (*p == '\0')
			break;
		*p++ = '\0';
	}
	offers_clear(&o);
	offer_known(&o, w, n - 1);
	return n - 1;
}

static void
the_first_word_is_a_word_or_a_command(void **state)
{
	char line[] = "get", all[] = "", *w[8];

	(void)state;
	known(line, w);
	assert_true(offered("get"));
	assert_true(offered("get-item"));
	assert_false(offered("set"));
	known(all, w);
	assert_true(offered("edit"));
	assert_true(offered("branch"));
	assert_true(offered("set-watch"));
}

static void
words_have_second_words_attributes_and_fields(void **state)
{
	char second[] = "user ", attr[] = "get-item --br", *w[8];
	char field[] = "branch save x pub", none[] = "rm /a --", file[] =
	    "set @", text[] = "save /a c=@";

	(void)state;
	known(second, w);
	assert_true(offered("add"));
	assert_true(offered("passwd"));
	known(attr, w);
	assert_int_equal(o.n, 1);
	assert_true(offered("--branch="));
	known(field, w);
	assert_int_equal(o.n, 1);
	assert_true(offered("publish="));
	known(none, w);
	assert_int_equal(o.n, 0);
	assert_false(o.files);
	known(file, w);
	assert_true(o.files);
	known(text, w);
	assert_true(o.files);
}

static void
hints(const char *typed, const char *want)
{
	char line[100], *w[8];
	struct buf b = BUF_INIT(1000);
	size_t i;

	memcpy(line, typed, strlen(typed) + 1);
	i = known(line, w);
	offer_hint(&b, w, i);
	if (want == NULL)
		assert_int_equal(b.n, 0);
	else if (strncmp(buf_cstr(&b), want, strlen(want)) != 0)
		fail_msg("'%s': '%s'", typed, buf_cstr(&b));
	buf_free(&b);
}

static void
a_hint_says_where_one_is(void **state)
{
	(void)state;
	hints("create ", "create <KIND> PATH [FIELD=VALUE...] ");
	hints("create Page /x ", "create KIND PATH <[FIELD=VALUE...]> ");
	hints("create Page /x a=b c", "create KIND PATH <[FIELD=VALUE...]> ");
	hints("branch create ", "branch create <NAME> [FIELD=VALUE...] ");
	hints("get-item --branch=live ", "get-item <QUERY> ");
	hints("mv /a /b /c", "mv <PATH...> TO ");
	hints("diff /a 1 2 3", "diff PATH [REV [REV]] ");
	hints("nonsense x", NULL);
	hints("get", NULL);
}

static void
only_what_can_be_typed_is_offered(void **state)
{
	(void)state;
	offers_clear(&o);
	offer_add(&o, "/a", STR("/a\033[2J"), "", NULL);
	offer_add(&o, "/a", STR("/b"), "", NULL);
	assert_int_equal(o.n, 0);
	offer_add(&o, "/a", STR("/ab"), "/", NULL);
	assert_int_equal(o.n, 1);
	assert_string_equal(o.list[0].text, "/ab/");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_teardown(f, end)
	const struct CMUnitTest tests[] = {
		TEST(the_first_word_is_a_word_or_a_command),
		TEST(words_have_second_words_attributes_and_fields),
		TEST(a_hint_says_where_one_is),
		TEST(only_what_can_be_typed_is_offered),
	};

	return cmocka_run_group_tests_name("offer", tests, NULL, NULL);
}
