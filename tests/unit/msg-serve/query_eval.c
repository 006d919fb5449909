/* The language on a real store: ORIGIN's 60 examples with its errors put
 * right, and what goes beyond them. */
#include "unit.h"

#include "demo.h"
#include "query/query.h"
#include "store/key.h"

static struct demo demo;

static int
setup(void **state)
{
	(void)state;
	demo_open(&demo);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

/* Items by their paths, a value as it is; lists apart by '|'. */
static const char *
ask(const char *text, uint64_t *steps)
{
	struct query_result result;
	struct query *q;
	struct buf path = BUF_INIT(1000);

	demo.e = (struct err)ERR_INIT;
	buf_reset(&demo.out);
	arena_reset(&demo.arena);
	q = query_parse(&demo.arena, text, strlen(text), &demo.e);
	if (q == NULL || query_run(q, &demo.view, NULL, &demo.arena, &result,
	    &demo.e) < 0) {
		buf_printf(&demo.out, "%s: %s", err_word(demo.e.code),
		    demo.e.text);
		return buf_cstr(&demo.out);
	}
	for (size_t i = 0; i < result.count; i++) {
		if (i > 0)
			buf_puts(&demo.out, " | ");
		for (size_t k = 0; k < result.lists[i].count; k++) {
			struct value *v = &result.lists[i].values[k];

			if (k > 0)
				buf_putc(&demo.out, ' ');
			if (v->type == VALUE_ITEM) {
				buf_reset(&path);
				assert_int_equal(view_path(&demo.view,
				    v->u.item, &path, &demo.e), 1);
				buf_put(&demo.out, path.p, path.n);
			} else if (v->type == VALUE_STRING) {
				buf_printf(&demo.out, "'%.*s'",
				    (int)v->u.text.n, v->u.text.p);
			} else if (v->type == VALUE_INTEGER) {
				buf_puti(&demo.out, v->u.integer);
			} else if (v->type == VALUE_REAL) {
				buf_printf(&demo.out, "%g", v->u.real);
			} else if (v->type == VALUE_BOOLEAN) {
				buf_puts(&demo.out, v->u.truth ? "true" :
				    "false");
			} else if (v->type == VALUE_NULL) {
				buf_puts(&demo.out, "null");
			} else {
				buf_put(&demo.out, v->u.text.p,
				    v->u.text.n);
			}
		}
	}
	if (steps != NULL)
		*steps = result.steps;
	buf_free(&path);
	return buf_cstr(&demo.out);
}

#define A1	"/news/article-1"
#define A2	"/news/article-2"
#define A3	"/news/article-3"
#define DP	"/more/deep/deeper"
#define D	"/more/deep/deeper/deepest"
#define ALL_BUT_ROOT \
	"/about /more /news /more/deep " A1 " " A2 " " A3 " " DP " " D

struct row {
	const char *query, *result;
};

static void
check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = ask(rows[i].query, NULL);

		if (strcmp(got, rows[i].result) != 0)
			fail_msg("%s\n  gives   %s\n  not     %s",
			    rows[i].query, got, rows[i].result);
	}
}

#define CHECK(rows)	check(rows, sizeof rows / sizeof rows[0])

static void
answers_as_the_original_did(void **state)
{
	static const struct row rows[] = {
		{ "/", "/" }, { ".", "/" },				/* 1 */
		{ "*", "/about /more /news" },				/* 2 */
		{ "/*", "/about /more /news" },
		{ "//.", "/ " ALL_BUT_ROOT },				/* 3 */
		{ "//*", ALL_BUT_ROOT },				/* 4 */
		{ "..", "" },						/* 5 */
		{ "news", "/news" }, { "/news", "/news" },		/* 6 */
		{ "./news", "/news" },
		{ "/news/*", A1 " " A2 " " A3 },			/* 7 */
		{ "news/Page", A1 " " A2 " " A3 },
		{ "news/descendant::*", A1 " " A2 " " A3 },
		{ "news//Page", A1 " " A2 " " A3 },
		{ "/nothing", "" },					/* 8 */
		{ "/Page", "/about" },					/* 9 */
		{ "//Page", "/about " A1 " " A2 " " A3 " " D },		/* 10 */
		{ "/Folder", "/more /news" },				/* 11 */
		{ "//Site", "" },					/* 12 */
		{ "//Item", ALL_BUT_ROOT },				/* 13 */
		{ "//article-2", A2 },					/* 14 */
		{ "/news/article-1/..", "/news" },			/* 15 */
		{ "/news/article-1/parent::*", "/news" },
		{ "/news/article-1/parent::Folder", "/news" },
		{ "/news/article-1/parent::Site", "" },			/* 16 */
		{ "/more//Page", D },					/* 17 */
		{ "/more/descendant-or-self::Folder",
		    "/more /more/deep " DP },				/* 18 */
		{ D "/ancestor::*", DP " /more/deep /more /" },		/* 19 */
		{ D "/ancestor::Folder", DP " /more/deep /more /" },	/* 20 */
		{ D "/ancestor::*[0]", DP },				/* 21 */
		{ "/news/article-2/sibling::*", A1 " " A3 },		/* 22 */
		{ "/news/article-2/preceding-sibling::*", A1 },		/* 23 */
		{ "/news/article-2/following-sibling::*", A3 },
		{ "/news/preceding::*",
		    "/about /more /more/deep " DP " " D },		/* 24 */
		{ "/more/following::*",
		    "/news " A1 " " A2 " " A3 },			/* 25 */
		{ "/news/*/sibling::*", A2 " " A3 " " A1 },		/* 26 */
		{ "//Page/@title", "'About' 'Article 1' 'Article 2' "
		    "'Article 3' 'Deepest'" },				/* 27 */
		{ "/about/@kind", "'Page'" },				/* 28 */
		{ "/about/@parent", "/" },
		{ "/about/@nothing", "" },				/* 29 */
		{ "//.[@description]",
		    "/about " A1 " " A2 " " A3 " " D },			/* 30 */
		{ "//Page[0]", "/about " A1 " " D },			/* 31 */
		{ "//Page[1]", A2 },					/* 32 */
		{ "(//Page)[1]", A1 },					/* 33 */
		{ "/news/*[2]", A3 }, { "/news/*[3]", "" },		/* 34 */
		{ "/news/*[-1]", "" },
		{ "//.[1]", "" },					/* 35 */
		{ "//.[@name=\"about\" or @name=\"news\"]",
		    "/about /news" },					/* 36 */
		{ "//.[@name=\"about\" and @title=\"About\"]",
		    "/about" },						/* 37 */
		{ "//Page[@name!=\"about\"]",
		    A1 " " A2 " " A3 " " D },				/* 38 */
		{ "//Folder[article-1]", "/news" },			/* 39 */
		{ "//Folder[article-1/@title=\"Article 1\"]", "/news" },
		{ "//Folder[Page]", "/news " DP },			/* 40 */
		{ "//Page[../@name=\"news\"]", A1 " " A2 " " A3 },	/* 41 */
		{ "//Page[parent::news]", A1 " " A2 " " A3 },
		{ "//Page[preceding-sibling::*]", A2 " " A3 },		/* 42 */
		{ "//Folder[some $x in Page satisfies "
		    "$x/@title=\"Article 1\"]", "/news" },		/* 43 */
		{ "//Folder[every $x in * satisfies $x/@description]",
		    "/news " DP },					/* 44 */
		{ "/news/(if (article-1) then \"yes\" else \"no\")",
		    "'yes'" },						/* 45 */
		{ "/news[*/@title=\"Article 1\"]", "/news" },		/* 46 */
		{ "/news/*/index()", "0 1 2" },				/* 47 */
		{ "/news/*[index()]", A2 " " A3 },			/* 48 */
		{ "last(/news/*)/@title", "'Article 3'" },		/* 51 */
		{ "root(/news/*)", "/" },				/* 52 */
		{ "unique(/news/*/..)", "/news" },
		{ "about, news", "/about | /news" },			/* 53 */
		{ "/news/Page, \"x\", 5",
		    A1 " " A2 " " A3 " | 'x' | 5" },			/* 54 */
		{ "1 + 2 * 3", "7" }, { "1 < 2", "true" },		/* 55 */
		{ "7 mod 2", "1" }, { "()", "" },
		{ "/news/following-sibling::*", "" },			/* 56 */
		{ "/parent::*", "" },
		{ "//deep/descendant::Page", D },			/* 57 */
		{ "/news/*[0]/nothing", "" },				/* 58 */
		{ "//.[@name=\"about\"][@title=\"Nope\"]", "" },	/* 59 */
		{ "//Nope", "not-found: there is no kind 'Nope'" },	/* 60 */
		{ "news/", "syntax: found the end of the query, expected a "
		    "step: a name, a Kind, '*', '.', '..', '@field', an axis "
		    "or '('" },
		{ "/about | /news", "/about /news" },
		{ "count(//Page)", "5" },
		{ "/sibling::*", "" },
	};

	(void)state;
	CHECK(rows);
	assert_string_equal(ask("/nothing/Nope", NULL),
	    "not-found: there is no kind 'Nope'");
	assert_string_equal(demo.e.at, "line 1, column 10");
}

/* Rows 28, 41, 49 and 50: with keys, which are random. */
static void
keys_lead_to_items(void **state)
{
	static const struct { const char *of, *query, *result; } rows[] = {
		{ "/about", "get(\"%s\")", "/about" },
		{ "/about", "/news/get(\"%s\")", "/about" },
		{ "/about", "get(\"%s\", \"%s\")", "/about" },
		{ "/news", "get(\"%s\")/*/@title",
		    "'Article 1' 'Article 2' 'Article 3'" },
		{ "/news", "//.[@folder=\"%s\"]", A1 " " A2 " " A3 },
		{ "/news", "//.[@key=\"%s\"]", "/news" },
		{ "/news", "//Page[@key=\"%s\"]", "" },
		{ "/news", "/more//.[@key=\"%s\"]", "" },
		{ "/news", "//Page[@folder = /news][0]", A1 },
		{ "/news", "/news/@key = \"%s\"", "true" },
	};
	char key[200], query[500];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(query, sizeof query, "%s/@key", rows[i].of);
		snprintf(key, sizeof key, "%s", ask(query, NULL));
		assert_int_equal(key[0], '\'');
		key[strlen(key) - 1] = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(query, sizeof query, rows[i].query, key + 1,
		    key + 1);
#pragma GCC diagnostic pop
		assert_string_equal(ask(query, NULL), rows[i].result);
	}
	assert_string_equal(ask("/@key", NULL), "'DE0uU2l0ZQIIcm9vdA'");
	assert_string_equal(ask("get('DE0uU2l0ZQIIcm9vdA')", NULL), "/");
	assert_string_equal(ask("get(())", NULL), "");
	assert_string_equal(ask("get('x y')", NULL) + 0, buf_cstr(&demo.out));
	assert_int_equal(demo.e.code, ERR_ARGUMENT);
}

static void
goes_beyond_the_original(void **state)
{
	static const struct row rows[] = {
		{ "/news/*[last()]", A3 },
		{ "/news/*[last() - 1]", A2 },
		{ "/news/*[position() > 0]", A2 " " A3 },
		{ "/news/*[position() = last()]", A3 },
		{ "/news/*[1.0]", A2 }, { "/news/*[0.5]", "" },
		{ "/news/Page[@title != 'Article 1'][0]", A2 },
		{ "//Page[@title = 'Article 2'][0]", A2 },
		{ "//Page[0][@title = 'Article 2']", "" },
		{ "//Page[1][@title = 'Article 2']", A2 },
		{ "/more//Page[@title = 'Article 2']", "" },
		{ "//deepest[@name = 'deepest']", D },
		{ "descendant::Page[1]", A1 },
		{ "descendant::Page[@title = 'Deepest'][0]", D },
		{ "//self::Site", "/" },
		{ "//.[@title = 'Demo']", "/" },
		{ "/news/* except /news/article-2", A1 " " A3 },
		{ "//Page intersect /news/*", A1 " " A2 " " A3 },
		{ "/news | /about | /news", "/news /about" },
		{ "for $x in /news/* return $x/@name",
		    "'article-1' 'article-2' 'article-3'" },
		{ "for $x in /news/*, $y in ('a', 'b') return $y",
		    "'a' 'b' 'a' 'b' 'a' 'b'" },
		{ "some $x in //Page satisfies $x/@title = 'About'",
		    "true" },
		{ "every $x in () satisfies $x", "true" },
		{ "not(/nothing)", "true" }, { "exists(/news)", "true" },
		{ "empty(/news)", "false" },
		{ "contains(/about/@title, 'bou')", "true" },
		{ "//Page[starts-with(@name, 'art')][ends-with(@name, '3')]",
		    A3 },
		{ "//Page[matches(@title, '^A.*[12]$')]", A1 " " A2 },
		{ "//Page[text(@description, 'SECOND article')]", A2 },
		{ "lower-case(/about/@title)", "'about'" },
		{ "string(/about)", "'/about'" },
		{ "string(5)", "'5'" }, { "string(true())", "'true'" },
		{ "number('12')", "12" }, { "number('1.5')", "1.5" },
		{ "number('x')", "" },
		{ "sum((1, 2, 3))", "6" }, { "min((3, 1, 2))", "1" },
		{ "max(/news/*/@title)", "'Article 3'" },
		{ "sum(for $x in /news/* return 5)", "15" },
		{ "sum(())", "0" }, { "min(())", "" },
		{ "count((1, 1, 2))", "3" },
		{ "count(unique((1, 1, 2)))", "2" },
		{ "count(//Page/@kind)", "5" }, { "//Page/@kind", "'Page'" },
		{ "first(/news/*)", A1 },
		{ "/news/child::count()", "3" },
		{ "/news/@contents/get(.)", A1 " " A2 " " A3 },
		{ "/@folder", "null" },
		{ "7 div 2", "3" }, { "7.0 div 2", "3.5" },
		{ "1 - 5", "-4" }, { "-7 mod 3", "-1" },
		{ "9223372036854775807 = 9223372036854775806", "false" },
		{ "9223372036854775807 + 1",
		    "value: a number grew over its 64 bits" },
		{ "1 div 0", "value: division by zero" },
		{ "'a' + 1", "value: arithmetic wants numbers, found 'a'" },
		{ "(1, 2) + 1", "value: an operand of arithmetic has more "
		    "than one value" },
		{ "() + 1", "" },
		{ "'2' + 1", "3" },
		{ "(1, 2, 3) = (3, 4)", "true" },
		{ "(1, 2) != (1, 2)", "true" }, { "() != 1", "false" },
		{ "'10' < 9", "false" }, { "'10' < '9'", "true" },
		{ "1 eq 1", "true" }, { "() eq 1", "" },
		{ "'a' lt 'b'", "true" },
		{ "/news is /news", "true" }, { "/news is /about", "false" },
		{ "true() = 'true'", "true" },
		{ "/about/@path", "'/about'" }, { "/about/@rev = /news/@rev",
		    "true" },
		{ "/about/@author", "'import@localhost'" },
		{ "if (/nothing) then 1 else 2", "2" },
		{ "[@name = 'root']", "/" },
		{ "/news/(article-1, article-1)/@name", "'article-1'" },
		{ "/news/child::'article-1'", A1 },
		{ "//'article-1'", A1 },
		{ "//Item[@kind = 'Folder']/@name",
		    "'more' 'news' 'deep' 'deeper'" },
		{ "position()", "0" }, { "last()", "0" },
		{ "matches('a', '(')", "argument: the regular expression "
		    "'(' has a '(' without ')' at byte 1" },
		{ "/about/*", "" }, { "/about//*", "" },
		{ "/about/ancestor-or-self::*", "/about /" },
		{ "/about/@*", "'about' 'About' 'DE0uU2l0ZQIIcm9vdA' "
		    "'What this is.' '<p>A small tree of items to query, "
		    "change and watch.</p>'" },
	};

	(void)state;
	CHECK(rows);
	assert_int_equal(strlen(ask("/about/@time", NULL)), 29);
}

static void
budgets_end_a_query(void **state)
{
	struct query_limits limits = { .steps = 100 };
	struct query_result result;
	const char *text = "for $a in //*, $b in //*, $c in //* return 1";
	struct query *q;

	(void)state;
	q = query_parse(&demo.arena, text, strlen(text), &demo.e);
	assert_non_null(q);
	assert_int_equal(query_run(q, &demo.view, &limits, &demo.arena,
	    &result, &demo.e), -1);
	assert_int_equal(demo.e.code, ERR_POLICY);
	limits = (struct query_limits){ .values = 100 };
	assert_int_equal(query_run(q, &demo.view, &limits, &demo.arena,
	    &result, &demo.e), -1);
	assert_int_equal(demo.e.code, ERR_POLICY);
	arena_reset(&demo.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_the_original_did),
		cmocka_unit_test(keys_lead_to_items),
		cmocka_unit_test(goes_beyond_the_original),
		cmocka_unit_test(budgets_end_a_query),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
