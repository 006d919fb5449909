#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "query/query.h"

static struct query *
parse(struct arena *a, const char *text, struct err *e)
{
	*e = (struct err)ERR_INIT;
	return query_parse(a, text, strlen(text), e);
}

static void
prints_the_normal_form(void **state)
{
	static const char *const pairs[][2] = {
		{ "/", "/" },
		{ " . ", "." },
		{ "(/) is /news", "(/) is /news" },
		{ "for $x in (/) return (/)", "for $x in (/) return (/)" },
		{ "(/)[a]", "(/)[a]" },
		{ "count(/), a[/]", "count(/), a[/]" },
		{ "..", ".." },
		{ "/child::news", "/news" },
		{ "news/descendant-or-self::*/child::Page", "news//Page" },
		{ "//*", "//*" },
		{ "//descendant-or-self::*/a",
		    "//descendant-or-self::*/a" },
		{ "descendant-or-self::*/a", "descendant-or-self::*/a" },
		{ "//M.Page", "//Page" },
		{ "//M.M.Page", "//M.M.Page" },
		{ "//org.example.Thing", "//org.example.Thing" },
		{ "/2010/1st-day", "/2010/1st-day" },
		{ "child::2010", "child::2010" },
		{ "1st", "child::1st" },
		{ "/'two words'/\"About\"", "/\"two words\"/\"About\"" },
		{ "child::'two words'", "child::\"two words\"" },
		{ "/in/to/is/for/if/some", "/in/to/is/for/if/some" },
		{ "or or or", "or or or" },
		{ "div div div", "div div div" },
		{ "/über/新闻", "/über/新闻" },
		{ "@title", "@title" },
		{ "attribute::title", "@title" },
		{ "/about/attribute::*", "/about/@*" },
		{ "parent::*", ".." },
		{ "self::*[@a]", ".[@a]" },
		{ "[@name='x']", ".[@name = \"x\"]" },
		{ "/[@name='x']", "/.[@name = \"x\"]" },
		{ "1+2*3", "1 + 2 * 3" },
		{ "(1+2)*3", "(1 + 2) * 3" },
		{ "1-(2-3)", "1 - (2 - 3)" },
		{ "1-2-3", "1 - 2 - 3" },
		{ "a-b", "a-b" },
		{ "last()-1", "last() - 1" },
		{ "7 div 2 mod 3", "7 div 2 mod 3" },
		{ "-1", "-1" },
		{ "- 9223372036854775808", "-9223372036854775808" },
		{ "1--9223372036854775808", "1 - -9223372036854775808" },
		{ "-(-9223372036854775808)", "-(-9223372036854775808)" },
		{ "(-9223372036854775808)[1]", "(-9223372036854775808)[1]" },
		{ "[@n=-9223372036854775808]",
		    ".[@n = -9223372036854775808]" },
		{ "1.50", "1.5" },
		{ ".5", "0.5" },
		{ "2e3", "2000.0" },
		{ "'it''s \"so\"'", "\"it's \"\"so\"\"\"" },
		{ "a or b and c", "a or b and c" },
		{ "(a or b) and c", "(a or b) and c" },
		{ "(a or b) or c", "a or b or c" },
		{ "a union b", "a | b" },
		{ "a|b intersect c", "a | b intersect c" },
		{ "(a|b) except c", "(a | b) except c" },
		{ "(//Page)[1]", "(//Page)[1]" },
		{ "(1)", "1" },
		{ "((a))", "a" },
		{ "()", "()" },
		{ "(a,b)/c", "(a, b)/c" },
		{ "about , news", "about, news" },
		{ "/news/child::count()", "/news/count(*)" },
		{ "parent::unique()", "unique(..)" },
		{ "for $a in x, $b in y return $a",
		    "for $a in x return for $b in y return $a" },
		{ "some $x in Page satisfies $x/@title='a' or b",
		    "some $x in Page satisfies $x/@title = \"a\" or b" },
		{ "if(a)then b else c", "if (a) then b else c" },
		{ "/news/(if (a) then 'y' else 'n')",
		    "/news/(if (a) then \"y\" else \"n\")" },
		{ "/news/*[0][@x]", "/news/*[0][@x]" },
		{ "text(@title,'two words')", "text(@title, \"two words\")" },
		{ "a eq b", "a eq b" },
		{ "a is b", "a is b" },
	};
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1000);
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct query *q = parse(&a, pairs[i][0], &e);

		if (q == NULL)
			fail_msg("%s: %s, %s", pairs[i][0], e.at, e.text);
		buf_reset(&out);
		query_print(q, &out);
		assert_string_equal(buf_cstr(&out), pairs[i][1]);
		assert_true(query_equal(q, parse(&a, buf_cstr(&out), &e)));
		arena_reset(&a);
	}
	arena_free(&a);
	buf_free(&out);
}

static void
errors_say_where_and_what(void **state)
{
	static const struct { const char *text, *at, *words; } rows[] = {
		{ "", "line 1, column 1", "found the end of the query, "
		    "expected a step: a name, a Kind, '*', '.', '..', "
		    "'@field', an axis or '('" },
		{ "news/", "line 1, column 6", "found the end" },
		{ "//", "line 1, column 3", "found the end" },
		{ "///a", "line 1, column 3", "found '/'" },
		{ "/a\n  /b[", "line 2, column 6", "found the end" },
		{ "/news[0", "line 1, column 8", "expected ']'" },
		{ "/news]", "line 1, column 6",
		    "found ']', expected an operator, '/', '[' or the end" },
		{ "/ü]", "line 1, column 3", "found ']'" },
		{ "'abc", "line 1, column 1", "the string has no end" },
		{ "/a ! b", "line 1, column 4", "found '!'" },
		{ "/a?", "line 1, column 3", "found '?'" },
		{ "children::x", "line 1, column 1", "expected an axis" },
		{ "nope(1)", "line 1, column 1", "no function 'nope'" },
		{ "count()", "line 1, column 1",
		    "count() takes 1 argument, found 0" },
		{ "contains('a')", "line 1, column 1",
		    "contains() takes 2 arguments, found 1" },
		{ "last(a, b)", "line 1, column 1",
		    "last() takes 0 or 1 arguments, found 2" },
		{ "$x", "line 1, column 1", "no variable '$x'" },
		{ "for $x in a", "line 1, column 12", "',' or 'return'" },
		{ "for $x in a return $x, $x", "line 1, column 24",
		    "no variable" },
		{ "some $x a", "line 1, column 9", "'in'" },
		{ "if (a) b", "line 1, column 8",
		    "found 'b', expected 'then'" },
		{ "1 < 2 < 3", "line 1, column 7", "found '<'" },
		{ "--1", "line 1, column 2", "found '-'" },
		{ "a b", "line 1, column 3",
		    "found 'b', expected an operator" },
		{ "@", "line 1, column 2", "the name of a field or '*'" },
		{ "child::", "line 1, column 8", "a name, a Kind or '*'" },
		{ "99999999999999999999", "line 1, column 1", "64 bits" },
		{ "\xff", "line 1, column 1", "found" },
		{ "(a", "line 1, column 3", "expected ')'" },
		{ "count(a,)", "line 1, column 9", "one more argument" },
		{ "text(1, 'x')", "line 1, column 1", "text() wants a field" },
		{ "for x in a return b", "line 1, column 5", "found 'x'" },
	};
	struct arena a = ARENA_INIT;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(parse(&a, rows[i].text, &e));
		assert_int_equal(e.code, ERR_SYNTAX);
		assert_string_equal(e.at, rows[i].at);
		if (strstr(e.text, rows[i].words) == NULL)
			fail_msg("%s: '%s'", rows[i].text, e.text);
		arena_reset(&a);
	}
	arena_free(&a);
}

/* --- parse(print(q)) == q for queries made at random -------------------- */

struct made {
	struct buf text;
	uint64_t seed;
	unsigned vars;
};

static unsigned
pick(struct made *m, unsigned n)
{
	m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(m->seed >> 33) % n;
}

static void make_single(struct made *m, int depth);

static void
make_test(struct made *m)
{
	static const char *const tests[] = { "news", "Page", "*", "'two w'",
	    "2010", "\"Upper\"", "in", "über", "a.b", "org.x.Kind", "if" };

	buf_puts(&m->text, tests[pick(m, 11)]);
}

static void
make_step(struct made *m, int depth, bool first)
{
	static const char *const axes[] = { "child", "self", "parent",
	    "attribute", "ancestor-or-self", "descendant-or-self",
	    "following", "preceding-sibling", "sibling" };
	static const char *const plain[] = { "a", "Page", "*", ".", "..",
	    "@title", "@*", "@'odd one'", "or" };

	switch (depth > 0 ? pick(m, 8) : 7) {
	case 0: case 1:
		buf_printf(&m->text, "%s::", axes[pick(m, 9)]);
		make_test(m);
		break;
	case 2:
		buf_putc(&m->text, '(');
		for (unsigned n = pick(m, 3), i = 0; i < n; i++) {
			if (i > 0)
				buf_putc(&m->text, ',');
			make_single(m, depth - 1);
		}
		buf_putc(&m->text, ')');
		break;
	case 3:
		buf_puts(&m->text, "count(");
		make_single(m, depth - 1);
		buf_putc(&m->text, ')');
		break;
	case 4:
		if (m->vars > 0)
			buf_printf(&m->text, "$v%u", pick(m, m->vars));
		else if (first)
			buf_puts(&m->text, "'str''ing'");
		else
			buf_puts(&m->text, "last()");
		break;
	case 5:
		if (first)
			buf_puts(&m->text, pick(m, 2) ? "12" : "1.5");
		else
			make_test(m);
		break;
	default:
		buf_puts(&m->text, plain[pick(m, 9)]);
		break;
	}
	if (depth > 0 && pick(m, 3) == 0) {
		buf_putc(&m->text, '[');
		make_single(m, depth - 1);
		buf_putc(&m->text, ']');
	}
}

static void
make_path(struct made *m, int depth)
{
	static const char *const starts[] = { "", "", "/", "//" };
	const char *start = starts[pick(m, 4)];

	buf_puts(&m->text, start);
	make_step(m, depth, *start == 0);
	while (pick(m, 2) == 0) {
		buf_puts(&m->text, pick(m, 3) == 0 ? "//" : "/");
		make_step(m, depth, false);
	}
}

static void
make_single(struct made *m, int depth)
{
	static const char *const ops[] = { " or ", " and ", "+", " - ", " * ",
	    " div ", " mod ", " | ", " union ", " intersect ", " except " };
	static const char *const cmps[] = { "=", "!=", "<", ">=", " eq ",
	    " lt ", " is " };
	static const char *const binds[][2] = { { "for", "return" },
	    { "some", "satisfies" }, { "every", "satisfies" } };
	unsigned b;

	switch (depth > 0 ? pick(m, 8) : 7) {
	case 0: case 1:
		buf_puts(&m->text, "(");
		make_single(m, depth - 1);
		buf_puts(&m->text, ")");
		buf_puts(&m->text, ops[pick(m, 11)]);
		make_path(m, depth - 1);
		break;
	case 2:
		make_path(m, depth - 1);
		buf_puts(&m->text, cmps[pick(m, 7)]);
		make_path(m, depth - 1);
		break;
	case 3:
		b = pick(m, 3);
		buf_printf(&m->text, "%s $v%u in ", binds[b][0], m->vars);
		make_path(m, depth - 1);
		buf_printf(&m->text, " %s ", binds[b][1]);
		m->vars++;
		make_single(m, depth - 1);
		m->vars--;
		break;
	case 4:
		buf_puts(&m->text, "if (");
		make_single(m, depth - 1);
		buf_puts(&m->text, ") then ");
		make_path(m, depth - 1);
		buf_puts(&m->text, " else ");
		make_single(m, depth - 1);
		break;
	case 5:
		buf_puts(&m->text, "-");
		make_path(m, depth - 1);
		break;
	default:
		make_path(m, depth);
		break;
	}
}

static void
parsing_what_was_printed_gives_the_same(void **state)
{
	struct made m = { .text = BUF_INIT(60000), .seed = 1 };
	struct buf once = BUF_INIT(100000), twice = BUF_INIT(100000);
	struct arena a = ARENA_INIT;
	struct err e;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct query *q, *again;

		buf_reset(&m.text);
		buf_reset(&once);
		buf_reset(&twice);
		make_single(&m, 4);
		assert_false(buf_full(&m.text));
		q = parse(&a, buf_cstr(&m.text), &e);
		if (q == NULL)
			fail_msg("%s: %s, %s", m.text.p, e.at, e.text);
		query_print(q, &once);
		again = parse(&a, buf_cstr(&once), &e);
		if (again == NULL)
			fail_msg("%s -> %s: %s, %s", m.text.p, once.p, e.at,
			    e.text);
		if (!query_equal(q, again))
			fail_msg("%s -> %s", m.text.p, once.p);
		query_print(again, &twice);
		assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
		arena_reset(&a);
	}
	arena_free(&a);
	buf_free(&m.text);
	buf_free(&once);
	buf_free(&twice);
}

static void
depth_and_size_have_limits(void **state)
{
	static const struct { const char *open, *mid, *close; } rows[] = {
		{ "(", "a", ")" }, { "a[", "b", "]" }, { "not(", "a", ")" },
		{ "a/(", "b", ")" }, { "1+", "1", "" }, { "(1+", "1", ")" },
		{ "some $x in a satisfies ", "b", "" }, { "if (a) then b else ",
		    "c", "" }, { "for $x in (", "a", ") return b" },
	};
	struct arena a = ARENA_INIT;
	struct buf text = BUF_INIT(200000);
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int k = 0; k < 1500; k++)
			buf_puts(&text, rows[i].open);
		buf_puts(&text, rows[i].mid);
		for (int k = 0; k < 1500; k++)
			buf_puts(&text, rows[i].close);
		assert_null(parse(&a, buf_cstr(&text), &e));
		assert_int_equal(e.code, ERR_LIMIT);
		buf_reset(&text);
		arena_reset(&a);
	}
	for (int k = 0; k < 20000; k++)
		buf_puts(&text, k == 0 ? "@a" : "|@a");
	assert_non_null(parse(&a, buf_cstr(&text), &e));
	for (int k = 0; k < 20000; k++)
		buf_puts(&text, "|@a");
	assert_null(parse(&a, buf_cstr(&text), &e));
	assert_int_equal(e.code, ERR_LIMIT);
	arena_free(&a);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_normal_form),
		cmocka_unit_test(errors_say_where_and_what),
		cmocka_unit_test(parsing_what_was_printed_gives_the_same),
		cmocka_unit_test(depth_and_size_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
