/* What a commit touches of a watched query, matched upward and by running
 * it: both must say the same. */
#include "unit.h"

#include "demo.h"
#include "query/query.h"
#include "query/reach.h"
#include "store/commit.h"
#include "store/rights.h"

static struct demo demo;
static struct rights *allowed;		/* NULL: everything */

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

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name+" entered, "name-" left, "name" stayed; sorted by name. */
static void
touched(const char *text, bool sorted, struct buf *out)
{
	uint64_t head = reader_head(demo.reader);
	struct view before, after;
	struct commit *c = NULL;
	struct query_touch *v;
	struct query *q;
	size_t n;
	char *names[100];

	arena_reset(&demo.arena);
	q = query_parse(&demo.arena, text, strlen(text), &demo.e);
	if (q == NULL || reader_commit(demo.reader, head, &c, &demo.e) != 1 ||
	    view_open(&before, demo.reader, BRANCH_STAGING, head - 1,
	    &demo.e) < 0 ||
	    view_open(&after, demo.reader, BRANCH_STAGING, head,
	    &demo.e) < 0 || view_allow(&before, allowed, &demo.e) < 0 ||
	    view_allow(&after, allowed, &demo.e) < 0 ||
	    query_affected(q, &before, &after, c, NULL, &demo.arena, &v, &n,
	    &demo.e) < 0)
		demo_fail(&demo, text);
	assert_true(n < 100);
	for (size_t i = 0; i < n; i++) {
		struct item it = { .name = STR("(values)") };

		if (v[i].item != 0 && view_item(&after, v[i].item, &it,
		    &demo.e) != 1)
			assert_int_equal(view_item(&before, v[i].item, &it,
			    &demo.e), 1);
		names[i] = arena_printf(&demo.arena, "%.*s%s%s",
		    (int)it.name.n, it.name.p, v[i].before ? "" : "+",
		    v[i].after ? "" : "-");
	}
	if (sorted)
		qsort(names, n, sizeof names[0], compare);
	buf_reset(out);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? " " : "", names[i]);
	commit_unref(c);
}

#define ACT(method, path, rest) "{\"method\":\"" method "\",\"data\":{" \
	"\"_path\":\"" path "\"" rest "}}"

static const struct {
	const char *actions;
	const char *touched[4];		/* by queries[] */
} rows[] = {
	{ "[" ACT("save", "/news/article-1", ",\"content\":\"new\"") "]",
	    { "article-1", "article-1", "", "article-1" } },
	{ "[" ACT("save", "/about", ",\"title\":\"Hot\"") "]",
	    { "about", "", "about+", "" } },
	{ "[" ACT("save", "/about", ",\"content\":\"x\"") "]",
	    { "about", "", "about", "" } },
	{ "[" ACT("save", "/about", ",\"title\":\"Cold\"") "]",
	    { "about", "", "about-", "" } },
	{ "[" ACT("create", "/news/n", ",\"_kind\":\"Page\",\"title\":"
	    "\"Hot\"") "]", { "n+", "n+", "n+", "n+" } },
	{ "[" ACT("move", "/news/n", ",\"to\":\"/more/n\"") "]",
	    { "n", "n-", "n", "n-" } },
	{ "[" ACT("move", "/more", ",\"to\":\"/news/more\"") "]",
	    { "more", "more+ n+ deep+ deeper+ deepest+", "", "more+" } },
	{ "[" ACT("move", "/news", ",\"to\":\"/old\"") "]",
	    { "news", "article-1- article-2- article-3- more- deep- n- "
	    "deeper- deepest-", "", "article-1- article-2- article-3- "
	    "more-" } },
	{ "[" ACT("remove", "/old", "") "]",
	    { "article-1- article-2- article-3- deep- deeper- deepest- more- "
	    "n- old-", "", "n-", "" } },
};

static const char *const queries[][2] = {
	{ "//.", "(//.)[true()]" },
	{ "/news//*", "(/news//*)[true()]" },
	{ "//Page[@title = 'Hot']", "(//Page)[@title = 'Hot']" },
	{ "/news/* | /none", "(/news/*, /none)" },
};

static void
tells_what_is_touched(void **state)
{
	struct buf local = BUF_INIT(10000), general = BUF_INIT(10000);

	(void)state;
	for (size_t k = 0; k < sizeof queries / sizeof queries[0]; k++) {
		struct arena a = ARENA_INIT;

		for (int way = 0; way < 2; way++) {
			struct query *q = query_parse(&a, queries[k][way],
			    strlen(queries[k][way]), &demo.e);

			assert_non_null(q);
			assert_int_equal(query_is_local(q), way == 0);
		}
		arena_free(&a);
	}
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		demo_set(&demo, rows[i].actions);
		if (demo.e.code != ERR_OK)
			demo_fail(&demo, rows[i].actions);
		for (size_t k = 0; k < 4; k++) {
			touched(queries[k][0], i == 8, &local);
			if (i != 6 && i != 7 && strcmp(buf_cstr(&local),
			    rows[i].touched[k]) != 0)
				fail_msg("%s, %s: '%s' not '%s'",
				    rows[i].actions, queries[k][0], local.p,
				    rows[i].touched[k]);
			touched(queries[k][0], true, &local);
			touched(queries[k][1], true, &general);
			assert_string_equal(buf_cstr(&local),
			    buf_cstr(&general));
		}
	}
	buf_free(&local);
	buf_free(&general);
}

/* --- reach --------------------------------------------------------------- */

static const char *const watched[] = { "/about", "/news/*", "/more",
    "/more//Page", "/news/article-1[@title = 'x']", "//Page", "/q/r",
    "/q//*", "/", "/news | /about", "/news/..", "/Page" };

#define WATCHED	(sizeof watched / sizeof watched[0])

struct passing {
	struct str anchor[WATCHED];
	bool reached[WATCHED];
};

static void
reach(void *arg, struct str path, bool below)
{
	struct passing *p = arg;

	for (size_t k = 0; k < WATCHED; k++)
		if (path_above(p->anchor[k], path) ||
		    (below && path_above(path, p->anchor[k])))
			p->reached[k] = true;
}

static void
find_reach(struct passing *p)
{
	uint64_t head = reader_head(demo.reader);
	struct view before, after;
	struct commit *c;

	if (reader_commit(demo.reader, head, &c, &demo.e) != 1 ||
	    view_open(&before, demo.reader, BRANCH_STAGING, head - 1,
	    &demo.e) < 0 || view_open(&after, demo.reader, BRANCH_STAGING,
	    head, &demo.e) < 0)
		demo_fail(&demo, "reach");
	memset(p->reached, 0, sizeof p->reached);
	assert_true(reach_commit(c, &before, &after, reach, p));
	commit_unref(c);
}

/* A watch that is passed over has nothing to be told. */
static void
what_is_out_of_reach_is_not_touched(void **state)
{
	static const char *const acts[] = {
		"[" ACT("save", "/about", ",\"content\":\"r\"") "]",
		"[" ACT("create", "/q", ",\"_kind\":\"Folder\"") "]",
		"[" ACT("create", "/q/r", ",\"_kind\":\"Folder\"") "]",
		"[" ACT("move", "/q", ",\"to\":\"/s\"") "]",
		"[" ACT("remove", "/s", "") "]",
	};
	struct buf out = BUF_INIT(1000);
	struct arena a = ARENA_INIT;
	struct passing p;
	size_t passed = 0;

	(void)state;
	for (size_t k = 0; k < WATCHED; k++)
		p.anchor[k] = query_anchor(query_parse(&a, watched[k],
		    strlen(watched[k]), &demo.e), &a);
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		demo_set(&demo, acts[i]);
		if (demo.e.code != ERR_OK)
			demo_fail(&demo, acts[i]);
		find_reach(&p);
		for (size_t k = 0; k < WATCHED; k++) {
			if (p.reached[k])
				continue;
			touched(watched[k], true, &out);
			assert_string_equal(buf_cstr(&out), "");
			passed++;
		}
	}
	assert_true(passed > 20);
	buf_free(&out);
	arena_free(&a);
}

/* What a move takes out of somebody's rights has left, for him. */
static void
rights_end_where_a_move_goes(void **state)
{
	struct str role = STR("read:/v/w");
	static const char *const acts[][2] = {
		{ "[" ACT("create", "/v", ",\"_kind\":\"Folder\"") ","
		    ACT("create", "/v/w", ",\"_kind\":\"Folder\"") ","
		    ACT("create", "/v/w/f", ",\"_kind\":\"Folder\"") ","
		    ACT("create", "/v/w/f/p", ",\"_kind\":\"Page\"") "]",
		    "f+ p+ w+" },
		{ "[" ACT("move", "/v", ",\"to\":\"/u\"") "]", "f- p- w-" },
		{ "[" ACT("save", "/u/w/f/p", ",\"title\":\"t\"") "]", "" },
		{ "[" ACT("move", "/u", ",\"to\":\"/v\"") "]", "f+ p+ w+" },
		{ "[" ACT("move", "/v/w/f", ",\"to\":\"/f\"") "]", "f- p-" },
		{ "[" ACT("move", "/f", ",\"to\":\"/v/w/g\"") "]",
		    "g+ p+" },
		{ "[" ACT("move", "/v/w/g", ",\"to\":\"/v/w/h\"") "]", "h" },
		{ "[" ACT("move", "/v/w", ",\"to\":\"/w\"") "]",
		    "h- p- w-" },
	};
	struct buf local = BUF_INIT(1000), general = BUF_INIT(1000);

	(void)state;
	assert_int_equal(rights_new(&allowed, &role, 1, false, &demo.e), 0);
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		demo_set(&demo, acts[i][0]);
		if (demo.e.code != ERR_OK)
			demo_fail(&demo, acts[i][0]);
		touched("//*", true, &local);
		touched("(//*)[true()]", true, &general);
		assert_string_equal(buf_cstr(&local), acts[i][1]);
		assert_string_equal(buf_cstr(&general), acts[i][1]);
	}
	rights_unref(allowed);
	allowed = NULL;
	buf_free(&local);
	buf_free(&general);
}

static void
values_are_touched_when_they_change(void **state)
{
	struct buf out = BUF_INIT(1000);

	(void)state;
	demo_set(&demo, "[" ACT("save", "/about", ",\"title\":\"V\"") "]");
	touched("//Page/@title", false, &out);
	assert_string_equal(buf_cstr(&out), "(values)");
	touched("count(//Page)", false, &out);
	assert_string_equal(buf_cstr(&out), "");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_touched),
		cmocka_unit_test(what_is_out_of_reach_is_not_touched),
		cmocka_unit_test(rights_end_where_a_move_goes),
		cmocka_unit_test(values_are_touched_when_they_change),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
