/* What a query costs, counted in steps, as the tree grows; and that indexes
 * give what a walk gives. */
#include "unit.h"

#include "demo.h"
#include "query/query.h"

static struct demo demo;

static uint64_t
steps(const char *text, size_t *found)
{
	struct query_result result;
	struct query *q;

	arena_reset(&demo.arena);
	q = query_parse(&demo.arena, text, strlen(text), &demo.e);
	if (q == NULL || query_run(q, &demo.view, NULL, &demo.arena, &result,
	    &demo.e) < 0)
		demo_fail(&demo, text);
	if (found != NULL)
		*found = result.lists[0].count;
	return result.steps;
}

/* /big with folders of pages; every title is its own. */
static void
grow(int from, int folders, int pages)
{
	struct buf b = BUF_INIT(64 << 20);

	buf_putc(&b, '[');
	if (from == 0)
		buf_puts(&b, "{\"method\":\"create\",\"data\":{\"_kind\":"
		    "\"Folder\",\"_path\":\"/big\"}},");
	for (int i = from; i < from + folders; i++) {
		buf_printf(&b, "%s{\"method\":\"create\",\"data\":{\"_kind\":"
		    "\"Folder\",\"_path\":\"/big/f%d\"}}", i > from ? "," : "",
		    i);
		for (int k = 0; k < pages; k++)
			buf_printf(&b, ",{\"method\":\"create\",\"data\":{"
			    "\"_kind\":\"Page\",\"_path\":\"/big/f%d/p%d\","
			    "\"title\":\"Page %d of %d\"}}", i, k, k, i);
	}
	buf_putc(&b, ']');
	demo_set(&demo, buf_cstr(&b));
	assert_int_equal(demo.e.code, ERR_OK);
	buf_free(&b);
}

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

static const char *const flat[] = {
	"/big/f1/p1", "//Page[@title = \"Page 1 of 1\"]", "//p-none",
	"//about", "//.[@name = \"article-2\"]", "/big/f1//p1",
	"/news//Page", "/more//Page[@title = \"Deepest\"]", "//Site",
	"/more//Folder", "//Page[@title = \"Page 1 of 1\" and @name = \"p1\"]",
	"//Page[@name = \"about\"][0]", "/news/*[exists(../../big)]",
	"for $t in ('About', 'Deepest') return //Page[@title = $t]",
};

static void
does_not_grow_with_the_tree(void **state)
{
	uint64_t small[sizeof flat / sizeof flat[0]], n;

	(void)state;
	assert_int_equal(steps("/", NULL), 0);
	assert_int_equal(steps("/news", NULL), 1);
	assert_int_equal(steps("/news/article-1", NULL), 2);
	grow(0, 5, 20);
	for (size_t i = 0; i < sizeof flat / sizeof flat[0]; i++)
		small[i] = steps(flat[i], NULL);
	grow(5, 200, 20);
	for (size_t i = 0; i < sizeof flat / sizeof flat[0]; i++) {
		n = steps(flat[i], NULL);
		/* An estimate that ends at a limit may look a little longer. */
		if (n > small[i] * 2 + 300)
			fail_msg("%s: %llu, then %llu", flat[i],
			    (unsigned long long)small[i],
			    (unsigned long long)n);
	}
	/* Neither is it always cheap: the counter counts. */
	assert_true(steps("//Page[@content = 'x']", NULL) > 4000);
}

/* The same asked so that no index can answer. */
static void
gives_what_a_walk_gives(void **state)
{
	static const char *const pairs[][2] = {
		{ "//Page", "//*[@kind = 'Page']" },
		{ "//Folder", "//*[@kind = 'Folder']" },
		{ "//Page[0]", "/descendant-or-self::*/(Page[0])" },
		{ "//Page[3]", "/descendant-or-self::*/(Page[3])" },
		{ "//Page[last()]", "/descendant-or-self::*/(Page[last()])" },
		{ "//p3", "//*[string(@name) = 'p3']" },
		{ "//p3[0]", "//*[string(@name) = 'p3']" },
		{ "/big/f2//Page", "/big/f2/*" },
		{ "/big//p1[@title != 'Page 1 of 3']", "/big/*/p1"
		    "[@title != 'Page 1 of 3']" },
		{ "//self::Page", "//*[@kind = 'Page']" },
		{ "//.[@name = 'news']", "//.[string(@name) = 'news']" },
		{ "descendant::Page[7]", "(//Page)[7]" },
		{ "/big/descendant-or-self::Folder", "/big | /big/Folder" },
		{ "//Page[@title = 'Page 2 of 2'][0]",
		    "//Page[string(@title) = 'Page 2 of 2'][0]" },
	};
	struct buf first = BUF_INIT(64 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		buf_reset(&first);
		buf_puts(&first, demo_get(&demo, pairs[i][0]));
		if (strcmp(buf_cstr(&first), demo_get(&demo, pairs[i][1])) !=
		    0)
			fail_msg("%s\n%.500s\n%s\n%.500s", pairs[i][0],
			    first.p, pairs[i][1], demo.out.p);
		assert_int_equal(demo.e.code, ERR_OK);
	}
	buf_free(&first);
}

static void
explain_says_how(void **state)
{
	static const char *const rows[][2] = {
		{ "/news/*", "{\"plan\":[{\"found\":1,\"from\":1,\"how\":"
		    "\"by name\",\"runs\":1,\"step\":\"news\",\"steps\":1},"
		    "{\"found\":3,\"from\":1,\"how\":\"children\",\"runs\":1,"
		    "\"step\":\"*\",\"steps\":4}],\"query\":\"/news/*\","
		    "\"results\":[3],\"steps\":5}" },
		{ "//Page[@title='About']", "\"how\":\"index of a field\","
		    "\"index\":\"title\"" },
		{ "//about", "\"how\":\"index of names\"" },
		{ "//Site", "\"how\":\"index of kinds\"" },
		{ "/more//Page", "\"how\":\"walk down\"" },
	};
	struct query_limits limits = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_reset(&demo.out);
		arena_reset(&demo.arena);
		if (item_explain(&demo.view, str_of(rows[i][0]), &limits,
		    &demo.arena, &demo.out, &demo.e) < 0)
			demo_fail(&demo, rows[i][0]);
		if (strstr(buf_cstr(&demo.out), rows[i][1]) == NULL)
			fail_msg("%s: %s", rows[i][0], demo.out.p);
	}
}

/* /long has LONG bytes, /words as many words. */
#define LONG	(1 << 20)
#define EACH	"for $x in /long/@content return "

static void
long_texts_cost_what_they_take(void **state)
{
	static const struct { const char *text; uint64_t least; } rows[] = {
		{ "/long/@content", 0 },
		{ EACH "/news/*[contains($x, 'y')]", 3 * LONG / 1024 },
		{ EACH "/news/*[$x = $x]", 3 * LONG / 1024 },
		{ EACH "/news/*/string($x)", 3 * LONG / 1024 },
		{ EACH "($x | $x)", 2 * LONG / 1024 },
		{ EACH "($x intersect $x)", 2 * LONG / 1024 },
		{ "/long[text(@content, 'y')]", LONG / 64 },
		{ "/words[text(@content, @content)]", 20 * LONG / 64 },
		{ "/long[matches(@content, '[abcdefghij]y')]",
		    12 * (LONG / 256) },
	};
	struct buf b = BUF_INIT(8 << 20);
	uint64_t once;

	(void)state;
	buf_puts(&b, "[{\"method\":\"create\",\"data\":{\"_kind\":\"Page\","
	    "\"_path\":\"/long\",\"content\":\"");
	for (int i = 0; i < LONG; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "\"}},{\"method\":\"create\",\"data\":{\"_kind\":"
	    "\"Page\",\"_path\":\"/words\",\"content\":\"");
	for (int i = 0; i < 200; i++)
		buf_printf(&b, "w%d%*s ", i, LONG / 200 - 6, "");
	buf_puts(&b, "\"}}]");
	demo_set(&demo, buf_cstr(&b));
	assert_int_equal(demo.e.code, ERR_OK);
	buf_free(&b);
	once = steps(rows[0].text, NULL);
	assert_true(once > LONG / 64);
	for (size_t i = 1; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t n = steps(rows[i].text, NULL);

		if (n < once + rows[i].least)
			fail_msg("%s: %llu", rows[i].text,
			    (unsigned long long)n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_grow_with_the_tree),
		cmocka_unit_test(gives_what_a_walk_gives),
		cmocka_unit_test(explain_says_how),
		cmocka_unit_test(long_texts_cost_what_they_take),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
