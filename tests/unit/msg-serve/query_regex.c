#include "unit.h"

#include <string.h>

#include "query/regex.h"

static void
matches_as_people_expect(void **state)
{
	static const struct { const char *re, *text; int yes; } rows[] = {
		{ "", "", 1 }, { "", "abc", 1 }, { "b", "abc", 1 },
		{ "^b", "abc", 0 }, { "^a", "abc", 1 }, { "c$", "abc", 1 },
		{ "b$", "abc", 0 }, { "^abc$", "abc", 1 }, { "^$", "", 1 },
		{ "a.c", "axc", 1 }, { "a.c", "aüc", 1 }, { "^...$", "aüc", 1 },
		{ "ab*c", "ac", 1 }, { "ab*c", "abbbc", 1 },
		{ "^ab+c", "ac", 0 }, { "^ab?c$", "abc", 1 },
		{ "^ab?c$", "abbc", 0 }, { "a|b", "xb", 1 },
		{ "^(a|b)*$", "abba", 1 }, { "^(a|b)*$", "abca", 0 },
		{ "^(ab|cd){2}$", "abcd", 1 }, { "^(ab|cd){2}$", "ab", 0 },
		{ "^a{2,3}$", "a", 0 }, { "^a{2,3}$", "aa", 1 },
		{ "^a{2,3}$", "aaa", 1 }, { "^a{2,3}$", "aaaa", 0 },
		{ "^a{2,}$", "aaaaaa", 1 }, { "^a{0}$", "", 1 },
		{ "^a{0}b$", "b", 1 }, { "^a{0,1}$", "aa", 0 },
		{ "[a-c]", "xbx", 1 }, { "[^a-c]", "abc", 0 },
		{ "[^a-c]", "abd", 1 }, { "[]a]", "]", 1 }, { "[a-]", "-", 1 },
		{ "[à-ü]", "ö", 1 }, { "^\\d+$", "123", 1 },
		{ "^\\d+$", "12a", 0 }, { "\\D", "12a", 1 },
		{ "^\\w+$", "über_1", 1 }, { "\\s", "a b", 1 },
		{ "^[\\d.]+$", "1.5", 1 }, { "\\.", "a.b", 1 },
		{ "\\.", "ab", 0 }, { "^(a*)*$", "aaa", 1 },
		{ "^(a*)*b$", "aaa", 0 }, { "(|a)b", "b", 1 },
		{ "()", "", 1 }, { "^(a|)+$", "aa", 1 },
		{ "x*", "", 1 }, { "^(a?){3}a{3}$", "aaa", 1 },
	};
	struct arena a = ARENA_INIT;
	struct regex *re = regex_new(&a);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (regex_compile(re, &a, str_of(rows[i].re), &e) < 0)
			fail_msg("%s: %s", rows[i].re, e.text);
		if (regex_matches(re, str_of(rows[i].text)) != rows[i].yes)
			fail_msg("%s %s", rows[i].re, rows[i].text);
	}
	arena_free(&a);
}

static void
refuses_what_is_none(void **state)
{
	static const char *const rows[] = { "(", ")", "a)", "[a", "*", "a**",
	    "+a", "a{", "a{2", "a{3,2}", "a{999}", "\\", "\\q", "[b-a]",
	    "[a-\\d]", "(?:a)", "((((a{99}){99}){99}){99})" };
	struct arena a = ARENA_INIT;
	struct regex *re = regex_new(&a);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err e = ERR_INIT;

		if (regex_compile(re, &a, str_of(rows[i]), &e) == 0)
			fail_msg("%s", rows[i]);
		assert_int_equal(e.code, ERR_ARGUMENT);
	}
	arena_free(&a);
}

/* What takes a backtracking matcher longer than the sun will shine. */
static void
never_explodes(void **state)
{
	struct arena a = ARENA_INIT;
	struct regex *re = regex_new(&a);
	struct err e = ERR_INIT;
	char text[10001];

	(void)state;
	memset(text, 'a', 10000);
	text[10000] = 0;
	assert_int_equal(regex_compile(re, &a, STR("^(a+)+(a|a)*(a*)*b$"), &e),
	    0);
	assert_false(regex_matches(re, str_of(text)));
	assert_int_equal(regex_compile(re, &a, STR("^(a?){200}a{200}$"), &e),
	    0);
	assert_false(regex_matches(re, str_of(text)));
	/* Neither are the characters of a class for nothing. */
	memset(text, 'b', 10000);
	text[0] = '[';
	text[2001] = ']';
	assert_int_equal(regex_compile(re, &a, (struct str){ text, 2002 },
	    &e), 0);
	assert_true(regex_size(re) > 2000);
	text[2001] = 'b';
	text[9999] = ']';
	assert_int_equal(regex_compile(re, &a, str_of(text), &e), -1);
	assert_int_equal(regex_compile(re, &a, STR("([a-z0-9_]{200}){9}"),
	    &e), -1);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_as_people_expect),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(never_explodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
