/* set-item on a real store: what each action does and says. */
#include "unit.h"

#include "demo.h"
#include "base/json.h"

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

/* The answer's items as "path title, ...". */
static const char *
do_set(const char *actions)
{
	static char line[4000];
	const char *answer = demo_set(&demo, actions);
	struct arena a = ARENA_INIT;
	struct json *j;
	struct err e = ERR_INIT;
	size_t n = 0;

	if (*answer != '[') {
		snprintf(line, sizeof line, "%s", answer);
		return line;
	}
	j = json_parse(&a, answer, strlen(answer), NULL, &e);
	assert_non_null(j);
	line[0] = 0;
	for (j = j->first; j != NULL; j = j->next) {
		struct str path = json_string(json_get(j, "_path"));
		struct str title = json_string(json_get(j, "title"));

		n += (size_t)snprintf(line + n, sizeof line - n,
		    "%s%.*s '%.*s'", n > 0 ? ", " : "", (int)path.n, path.p,
		    (int)title.n, title.p);
	}
	arena_free(&a);
	return line;
}

struct row {
	const char *actions, *answer;
};

#define C(kind, path, rest) "{\"method\":\"create\",\"data\":{\"_kind\":\"" \
	kind "\",\"_path\":\"" path "\"" rest "}}"
#define S(path, rest) "{\"method\":\"save\",\"data\":{\"_path\":\"" path \
	"\"" rest "}}"
#define R(path) "{\"method\":\"remove\",\"data\":{\"_path\":\"" path "\"}}"
#define X(method, path, rest) "{\"method\":\"" method \
	"\",\"data\":{\"_path\":\"" path "\"" rest "}}"

static void
check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = do_set(rows[i].actions);

		if (strcmp(got, rows[i].answer) != 0)
			fail_msg("%s\n  gives   %s\n  not     %s",
			    rows[i].actions, got, rows[i].answer);
	}
}

#define CHECK(rows)	check(rows, sizeof rows / sizeof rows[0])

static void
creates(void **state)
{
	static const struct row rows[] = {
		{ "[]", "" },
		{ "[" C("Page", "/example", "") "]",
		    "/example 'Example', / 'Demo'" },
		{ "[" C("Page", "/x1", ",\"name\":\"Other Name!\"") "]",
		    "/other-name 'Other Name', / 'Demo'" },
		{ "[" C("Page", "/x2", ",\"name\":\"\",\"title\":\"Über "
		    "uns\"") "]", "/über-uns 'Über uns', / 'Demo'" },
		{ "[" C("Page", "/x3", ",\"title\":\"  \"") "]",
		    "/x3 'X3', / 'Demo'" },
		{ "[" C("M.Page", "rel", "") "]", "/rel 'Rel', / 'Demo'" },
		{ "[" C("Folder", "/d", "") "," C("Page", "/d/a-b", "") "]",
		    "/d 'D', / 'Demo', /d/a-b 'A B'" },
		{ "[" C("Page", "/d/", ",\"title\":\"T t\"") "]",
		    "/d/t-t 'T t', /d 'D'" },
		{ "[" C("Page", "/num", ",\"title\":5,\"description\":true")
		    "]", "/num '5', / 'Demo'" },
		{ "[" C("Folder", "/f", ",\"contents\":[]") "]",
		    "/f 'F', / 'Demo'" },
	};

	(void)state;
	CHECK(rows);
	assert_string_equal(demo_get(&demo, "/num/@description"),
	    "[\"true\"]");
	assert_string_equal(demo_get(&demo, "/d/a-b/@folder = /d/@key"),
	    "[true]");
	/* New items are last. */
	assert_string_equal(demo_get(&demo, "/*[last()]/@name"), "[\"f\"]");
}

static void
refuses_to_create(void **state)
{
	static const struct row rows[] = {
		{ "", "argument, -1, : a list of actions is missing" },
		{ "5", "argument, -1, : actions are a list, such as "
		    "[{\"method\":\"save\",\"data\":{...}}], not number" },
		{ "[5]", "argument, 0, : an action is an object with "
		    "\"method\" and \"data\", not number" },
		{ "{}", "argument, -1, : actions are a list, such as "
		    "[{\"method\":\"save\",\"data\":{...}}], not object" },
		{ "[{\"method\":\"eat\",\"data\":{}}]", "argument, 0, : there "
		    "is no method 'eat': create, save, remove, move, copy, "
		    "order and revert are" },
		{ "[{\"method\":\"save\"}]", "argument, 0, : an action needs "
		    "\"data\", an object" },
		{ "[{\"method\":\"save\",\"data\":{}}]", "argument, 0, : the "
		    "data needs a \"_path\" or a \"_key\"" },
		{ "[{\"method\":\"create\",\"data\":{\"_path\":\"/a\"}}]",
		    "argument, 0, : the data of create needs a \"_kind\"" },
		{ "[" C("Page", "/nope/x", "") "]", "not-found, 0, /nope/: "
		    "there is no item '/nope/'" },
		{ "[" C("Page", "/about/x", "") "]", "not-allowed, 0, "
		    "/about/x: the parent is no folder but of kind Page" },
		{ "[" C("Page", "/about", "") "]", "conflict, 0, /about: "
		    "there is an item 'about' already" },
		{ "[" C("Nope", "/x", "") "]",
		    "not-found, 0, /_kind: there is no kind 'Nope'" },
		{ "[" C("User", "/x", "") "]", "not-allowed, 0, /_kind: what "
		    "is of kind User is no item of the tree" },
		{ "[" C("Page", "/x", ",\"color\":1") "]", "value, 0, /color: "
		    "kind Page has no field 'color'" },
		{ "[" C("Page", "/!", "") "]", "value, 0, /!: no name can be "
		    "made of '!': it has no letter or digit" },
		{ "[" C("Page", "/x", ",\"folder\":\"abc\"") "]", "value, 0, "
		    "/folder: the folder of a new item is the one of its "
		    "path" },
		{ "[" C("Folder", "/x", ",\"contents\":[[\"a\",\"b\"]]") "]",
		    "value, 0, /contents: a new folder is empty: create what "
		    "is in it by its path" },
		{ "[" C("Page", "/new", "") "," C("Page", "/new", "") "]",
		    "conflict, 1, /new: there is an item 'new' already" },
	};

	(void)state;
	CHECK(rows);
	/* Nothing of a refused set is there. */
	assert_string_equal(demo_get(&demo, "/new"), "[]");
	(void)do_set("[" C("Page", "/x", ",\"content\":[1]") "]");
	assert_int_equal(demo.e.code, ERR_VALUE);
	assert_string_equal(demo.e.path, "/content");
	(void)do_set("[" C("Page", "/x", ",\"content\":null") "]");
	assert_int_equal(demo.e.code, ERR_VALUE);
}

static void
saves(void **state)
{
	static const struct row rows[] = {
		{ "[" S("/about", ",\"title\":\"Hello, world!\"") "]",
		    "/about 'Hello, world!'" },
		{ "[" S("/about", ",\"title\":\"About\",\"_kind\":\"X\","
		    "\"_any\":1") "]", "/about 'About'" },
		{ "[" S("/", ",\"title\":\"My Demo\"") "]", "/ 'My Demo'" },
		{ "[" S("/", ",\"title\":\"Demo\",\"folder\":null,\"name\":"
		    "\"root\"") "]", "/ 'Demo'" },
		{ "[" S("/about", ",\"color\":1") "]",
		    "value, 0, /color: kind Page has no field 'color'" },
		{ "[" S("/nope", ",\"title\":\"x\"") "]",
		    "not-found, 0, /nope: there is no item '/nope'" },
		{ "[" S("/about", ",\"name\":\"About Us\"") "]",
		    "/about-us 'About', / 'Demo'" },
		{ "[" S("/about-us", ",\"name\":\"news\"") "]", "conflict, 0, "
		    "/about-us: there is an item 'news' already" },
		{ "[" S("/about-us", ",\"name\":\"about\"") "," S("/about",
		    ",\"title\":\"T\"") "]", "/about 'T', / 'Demo'" },
		{ "[" S("/about", ",\"title\":\"\"") "]",
		    "/about 'About'" },
		{ "[" S("/", ",\"name\":\"x\"") "]",
		    "not-allowed, 0, /: the root cannot be moved" },
	};

	(void)state;
	CHECK(rows);
	assert_string_equal(demo_get(&demo, "/about/@description"),
	    "[\"What this is.\"]");
}

static void
removes(void **state)
{
	static const struct row rows[] = {
		{ "[" C("Folder", "/t", "") "," C("Page", "/t/x", "") ","
		    S("/t/x", ",\"title\":\"XX\"") "," R("/t/x") "]",
		    "/t 'T', / 'Demo'" },
		{ "[" R("/t") "]", "/ 'Demo'" },
		{ "[" R("/t") "]",
		    "not-found, 0, /t: there is no item '/t'" },
		{ "[" R("/") "]",
		    "not-allowed, 0, /: the root cannot be removed" },
		{ "[" C("Folder", "/t", "") "," C("Folder", "/t/u", "") ","
		    C("Page", "/t/u/v", "") "," R("/t") "]", "/ 'Demo'" },
	};

	(void)state;
	CHECK(rows);
	assert_string_equal(demo_get(&demo, "//v | //u | //t"), "[]");
}

/* Whatever lies below: one row of changes. */
static void
a_move_is_one_change(void **state)
{
	struct buf all = BUF_INIT(1 << 20);
	struct commit *c;

	(void)state;
	buf_lit(&all, "[{\"method\":\"create\",\"data\":{\"_kind\":"
	    "\"Folder\",\"_path\":\"/wide\"}}");
	for (int i = 0; i < 500; i++)
		buf_printf(&all, ",{\"method\":\"create\",\"data\":{"
		    "\"_kind\":\"Page\",\"_path\":\"/wide/p%d\"}}", i);
	buf_putc(&all, ']');
	demo_set(&demo, buf_cstr(&all));
	buf_free(&all);
	demo_set(&demo, "[" X("move", "/wide", ",\"to\":\"/news/far\"") "]");
	assert_int_equal(demo.e.code, ERR_OK);
	assert_string_equal(demo_get(&demo, "/news/far/p499/@path"),
	    "[\"/news/far/p499\"]");
	assert_int_equal(reader_commit(demo.reader, reader_head(demo.reader),
	    &c, &demo.e), 1);
	assert_int_equal(c->count, 1);
	commit_unref(c);
	demo_set(&demo, "[" R("/news/far") "]");
}

static void
moves_and_copies(void **state)
{
	static const struct row rows[] = {
		{ "[" C("Folder", "/m", "") "," C("Folder", "/n", "") ","
		    C("Page", "/m/a", "") "," C("Page", "/m/b", "") "]",
		    "/m 'M', / 'Demo', /n 'N', /m/a 'A', /m/b 'B'" },
		{ "[" X("move", "/m/a", ",\"to\":\"/n/c\"") "]",
		    "/n/c 'A', /n 'N', /m 'M'" },
		{ "[" X("move", "/n/c", ",\"folder\":\"/m\"") "]",
		    "/m/c 'A', /m 'M', /n 'N'" },
		{ "[" X("move", "/m/c", ",\"name\":\"A A\"") "]",
		    "/m/a-a 'A', /m 'M'" },
		{ "[" X("move", "/m/a-a", ",\"to\":\"/n/\"") "]",
		    "/n/a-a 'A', /n 'N', /m 'M'" },
		{ "[" X("move", "/m", ",\"folder\":\"/n\",\"name\":\"k\"")
		    "]", "/n/k 'M', /n 'N', / 'Demo'" },
		{ "[" X("move", "/n", ",\"to\":\"/n/k/\"") "]",
		    "not-allowed, 0, /n: an item cannot be moved below "
		    "itself" },
		{ "[" X("move", "/n/a-a", ",\"to\":\"/n/k\"") "]",
		    "conflict, 0, /n/a-a: there is an item 'k' already" },
		{ "[" X("move", "/n/k", ",\"to\":\"/about/\"") "]",
		    "not-allowed, 0, /n/k: the target is no folder but of "
		    "kind Page" },
		{ "[" X("move", "/n/k", "") "]", "argument, 0, /n/k: say "
		    "where with \"to\", a path, or with \"folder\" and "
		    "\"name\"" },
		{ "[" X("move", "/", ",\"to\":\"/n/x\"") "]",
		    "not-allowed, 0, /: the root cannot be moved" },
		{ "[" X("copy", "/n/k", ",\"to\":\"/o\"") "]",
		    "/o 'M', / 'Demo'" },
		{ "[" X("copy", "/n/k", ",\"name\":\"k2\"") "," R("/n/k")
		    "," R("/o") "]", "/n/k2 'M', /n 'N', / 'Demo'" },
	};

	(void)state;
	CHECK(rows);
	assert_string_equal(demo_get(&demo, "/n/k2/b/@path"),
	    "[\"/n/k2/b\"]");
	assert_string_equal(demo_get(&demo, "/n/k2/b/@folder = /n/k2/@key"),
	    "[true]");
}

static void
orders(void **state)
{
	static const struct row rows[] = {
		{ "[" X("order", "/news", ",\"contents\":[\"article-3\","
		    "\"article-1\"]") "]", "/news 'News'" },
		{ "[" X("order", "/news", ",\"contents\":[\"nope\"]") "]",
		    "conflict, 0, /contents: the folder has no child "
		    "'nope'" },
		{ "[" X("order", "/news", ",\"contents\":[\"article-1\","
		    "\"article-1\"]") "]", "value, 0, /contents: a child is "
		    "named twice" },
		{ "[" X("order", "/about", ",\"contents\":[]") "]",
		    "not-allowed, 0, /about: it is no folder but of kind "
		    "Page" },
		{ "[" X("order", "/news", "") "]", "argument, 0, /news: order "
		    "needs a folder's \"contents\", or \"after\", the sibling "
		    "before it" },
	};

	(void)state;
	CHECK(rows);
	assert_string_equal(demo_get(&demo, "/news/*/@name"),
	    "[\"article-3\",\"article-1\",\"article-2\"]");
	(void)do_set("[" X("order", "/news/article-3",
	    ",\"after\":\"article-2\"") "]");
	assert_string_equal(demo_get(&demo, "/news/*/@name"),
	    "[\"article-1\",\"article-2\",\"article-3\"]");
	(void)do_set("[" X("order", "/news/article-3", ",\"after\":null")
	    "]");
	assert_string_equal(demo_get(&demo, "/news/*/@name"),
	    "[\"article-3\",\"article-1\",\"article-2\"]");
	(void)do_set("[" S("/news", ",\"contents\":[[\"article-1\",\"k\"],"
	    "[\"article-2\",\"k\"]]") "]");
	assert_string_equal(demo_get(&demo, "/news/*/@name"),
	    "[\"article-1\",\"article-2\",\"article-3\"]");
}

static void
compares_revisions(void **state)
{
	char actions[300];
	uint64_t rev;

	(void)state;
	(void)do_set("[" S("/about", ",\"content\":\"1\"") "]");
	rev = reader_head(demo.reader);
	(void)do_set("[" S("/about", ",\"content\":\"2\"") "]");
	snprintf(actions, sizeof actions, "[" S("/about",
	    ",\"content\":\"3\",\"_rev\":%llu") "]",
	    (unsigned long long)rev);
	(void)do_set(actions);
	assert_int_equal(demo.e.code, ERR_CONFLICT);
	snprintf(actions, sizeof actions, "[" S("/about",
	    ",\"content\":\"3\",\"_rev\":%llu") "," S("/about",
	    ",\"content\":\"4\",\"_rev\":%llu") "]",
	    (unsigned long long)rev + 1, (unsigned long long)rev + 1);
	(void)do_set(actions);
	assert_int_equal(demo.e.code, ERR_OK);
	assert_string_equal(demo_get(&demo, "/about/@content"), "[\"4\"]");
	(void)do_set("[" S("/about", ",\"content\":\"5\",\"_rev\":0") "]");
	assert_int_equal(demo.e.code, ERR_ARGUMENT);
	assert_string_equal(demo.e.path, "/_rev");
	assert_string_equal(demo_get(&demo, "/about/@content"), "[\"4\"]");
}

/* The tree, all but revisions. */
static const char *
tree(void)
{
	static char out[20000];
	size_t n = 0;

	for (const char *p = demo_get(&demo, "//."); *p != 0; p++) {
		if (strncmp(p, "\"_rev\":", 7) == 0)
			p += 7 + strspn(p + 7, "0123456789");
		out[n++] = *p;
		assert_true(n < sizeof out);
	}
	out[n] = 0;
	return out;
}

static void
reverts_commits(void **state)
{
	static const char *const acts[] = {
		"[" S("/about", ",\"title\":\"Z\"") "]",
		"[" C("Folder", "/q", "") "," C("Page", "/q/a", "") "]",
		"[" R("/news") "]",
		"[" R("/more") "," C("Folder", "/more", "") "]",
		"[" X("move", "/news/article-1", ",\"to\":\"/more/b\"") ","
		    S("/more/b", ",\"title\":\"B\"") "]",
		"[" X("order", "/news", ",\"contents\":[\"article-3\"]") "]",
		"[" X("copy", "/more", ",\"to\":\"/more/again\"") "]",
		/* Into a folder made for it; to what another left. */
		"[" C("Folder", "/q", "") ","
		    X("move", "/about", ",\"to\":\"/q/about\"") "]",
		"[" R("/about") ","
		    X("move", "/news/article-1", ",\"to\":\"/about\"") "]",
		"[" X("move", "/news/article-1", ",\"name\":\"x\"") ","
		    X("move", "/news/article-2", ",\"name\":\"article-1\"")
		    "," X("move", "/news/x", ",\"name\":\"article-2\"") "]",
		"[" R("/news/article-1") "," R("/news") "]",
		"[" X("move", "/news/article-1", ",\"to\":\"/keep\"") ","
		    R("/news") "," C("Folder", "/news", "") ","
		    X("move", "/keep", ",\"to\":\"/news/article-1\"") "]",
	};
	char before[20000], action[200];

	(void)state;
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		snprintf(before, sizeof before, "%s", tree());
		(void)do_set(acts[i]);
		if (demo.e.code != ERR_OK)
			demo_fail(&demo, acts[i]);
		assert_string_not_equal(tree(), before);
		snprintf(action, sizeof action, "[{\"method\":\"revert\","
		    "\"data\":{\"rev\":%llu}}]",
		    (unsigned long long)reader_head(demo.reader));
		(void)do_set(action);
		if (demo.e.code != ERR_OK)
			demo_fail(&demo, acts[i]);
		assert_string_equal(tree(), before);
		/* It is not done twice. */
		(void)do_set(action);
		assert_int_equal(demo.e.code, ERR_CONFLICT);
	}
	/* Newest first, one after the other and in one list. */
	for (int i = 0; i < 2; i++) {
		unsigned long long rev;

		snprintf(before, sizeof before, "%s", tree());
		(void)do_set("[" S("/about", ",\"title\":\"v2\"") "]");
		(void)do_set("[" S("/about", ",\"title\":\"v3\"") "]");
		rev = reader_head(demo.reader);
		snprintf(action, sizeof action, "[{\"method\":\"revert\","
		    "\"data\":{\"rev\":%llu}}%s{\"method\":\"revert\","
		    "\"data\":{\"rev\":%llu}}]", rev, ",", rev - 1);
		if (i == 1) {
			char *half = strchr(action, '}') + 2;

			*half = ']';
			half[1] = 0;
			(void)do_set(action);
			assert_int_equal(demo.e.code, ERR_OK);
			snprintf(action, sizeof action, "[{\"method\":"
			    "\"revert\",\"data\":{\"rev\":%llu}}]", rev - 1);
		}
		(void)do_set(action);
		assert_int_equal(demo.e.code, ERR_OK);
		assert_string_equal(tree(), before);
	}
	(void)do_set("[" C("Folder", "/q", "") "]");
	snprintf(action, sizeof action, "[{\"method\":\"revert\",\"data\":{"
	    "\"rev\":%llu}}]", (unsigned long long)reader_head(demo.reader));
	(void)do_set("[" C("Page", "/q/a", "") "]");
	assert_non_null(strstr(do_set(action), "/q/a: revision"));
	assert_int_equal(demo.e.code, ERR_CONFLICT);
	(void)do_set("[{\"method\":\"revert\",\"data\":{\"rev\":99999}}]");
	assert_int_equal(demo.e.code, ERR_NOT_FOUND);
	(void)do_set("[" R("/q") "]");
}

/* A client that gets an item, changes a member and sends it all back. */
static void
round_trips_whole_items(void **state)
{
	static const char *const paths[] = { "/", "/news",
	    "/news/article-1" };
	struct buf action = BUF_INIT(10000), before = BUF_INIT(10000);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const char *item = demo_get(&demo, paths[i]);

		buf_reset(&before);
		buf_puts(&before, item);
		buf_reset(&action);
		buf_puts(&action, "[{\"method\":\"save\",\"data\":");
		buf_put(&action, item + 1, strlen(item) - 2);
		buf_puts(&action, "}]");
		assert_string_equal(demo_set(&demo, buf_cstr(&action)),
		    buf_cstr(&before));
	}
	/* The key is told from the one that is there now. */
	demo_get(&demo, "/news/article-1/@key");
	buf_reset(&action);
	buf_printf(&action, "[{\"method\":\"save\",\"data\":{\"_path\":"
	    "\"/news/article-2\",\"_key\":%.*s}}]", (int)demo.out.n - 2,
	    demo.out.p + 1);
	demo_set(&demo, buf_cstr(&action));
	assert_int_equal(demo.e.code, ERR_CONFLICT);
	/* By the key alone. */
	demo_get(&demo, "/news/article-1/@key");
	buf_reset(&action);
	buf_printf(&action, "[{\"method\":\"save\",\"data\":{\"title\":\"K\","
	    "\"_key\":%.*s}}]", (int)demo.out.n - 2, demo.out.p + 1);
	assert_string_equal(do_set(buf_cstr(&action)),
	    "/news/article-1 'K'");
	buf_free(&action);
	buf_free(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creates),
		cmocka_unit_test(refuses_to_create),
		cmocka_unit_test(saves),
		cmocka_unit_test(removes),
		cmocka_unit_test(a_move_is_one_change),
		cmocka_unit_test(moves_and_copies),
		cmocka_unit_test(orders),
		cmocka_unit_test(compares_revisions),
		cmocka_unit_test(reverts_commits),
		cmocka_unit_test(round_trips_whole_items),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
