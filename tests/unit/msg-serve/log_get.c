/* get-log: what was done, to whom it is told, page by page. */
#include "unit.h"

#include "base/json.h"
#include "demo.h"
#include "service/log_get.h"
#include "store/rights.h"

static struct demo demo;

#define ACT(method, path, rest) "[{\"method\":\"" method "\",\"data\":{" \
	"\"_path\":\"" path "\"" rest "}}]"

/* Revisions 4 and on, on the import's 3. */
static const char *const history[] = {
	ACT("save", "/about", ",\"title\":\"One\""),
	ACT("create", "/news/n", ",\"_kind\":\"Page\""),
	ACT("move", "/news/n", ",\"to\":\"/more/n\""),
	ACT("order", "/news/article-3", ",\"after\":null"),
	ACT("save", "/about", ",\"title\":\"Two\""),
	ACT("remove", "/more/n", ""),
};

static int
setup(void **state)
{
	(void)state;
	demo_open(&demo);
	for (size_t i = 0; i < sizeof history / sizeof history[0]; i++) {
		demo_set(&demo, history[i]);
		if (demo.e.code != ERR_OK)
			demo_fail(&demo, history[i]);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

/* "rev change path <from; rev ..." */
static const char *
ask(const struct log_args *args, const struct rights *rights)
{
	static char line[4000];
	struct buf out = BUF_INIT(1 << 20);
	struct arena a = ARENA_INIT;
	uint64_t first, last, seen = 0;
	struct json *j;
	size_t n = 0;

	demo.e = (struct err)ERR_INIT;
	line[0] = 0;
	if (log_get(&demo.view, rights, args, &a, &out, &first, &last,
	    &demo.e) < 0) {
		snprintf(line, sizeof line, "%s: %s", err_word(demo.e.code),
		    demo.e.text);
		goto out;
	}
	j = json_parse(&a, out.p, out.n, NULL, &demo.e);
	assert_non_null(j);
	for (j = j->first; j != NULL; j = j->next) {
		assert_int_equal(json_uint64(json_get(j, "rev"), &seen,
		    &demo.e), 0);
		if (n == 0)
			assert_int_equal(seen, first);
		n += (size_t)snprintf(line + n, sizeof line - n, "%s%d",
		    n > 0 ? "; " : "", (int)seen);
		for (struct json *c = json_get(j, "changes")->first;
		    c != NULL && seen > 3; c = c->next) {
			struct str path = json_string(json_get(c, "_path"));
			struct str word = json_string(json_get(c, "change"));
			struct str from = json_string(json_get(c, "from"));

			n += (size_t)snprintf(line + n, sizeof line - n,
			    " %.*s %.*s%s%.*s", (int)word.n, word.p,
			    (int)path.n, path.p, from.n > 0 ? " <" : "",
			    (int)from.n, from.n > 0 ? from.p : "");
		}
	}
	assert_int_equal(seen, last);
out:
	buf_free(&out);
	arena_free(&a);
	return line;
}

static void
tells_what_was_done(void **state)
{
	const struct { struct log_args args; const char *log; } rows[] = {
		{ { .max = 0 }, "" },
		{ { .max = LOG_PAGE }, "9 remove /more/n; 8 save /about; "
		    "7 order /news/article-3; 6 move /more/n </news/n; "
		    "5 create /news/n; 4 save /about; 3; 2" },
		{ { .max = 2 }, "9 remove /more/n; 8 save /about" },
		{ { .max = 2, .before = 8 }, "7 order /news/article-3; "
		    "6 move /more/n </news/n" },
		{ { .query = STR("/about"), .max = 9 }, "8 save /about; "
		    "4 save /about; 3" },
		{ { .query = STR("/news//."), .max = 9 }, "7 order "
		    "/news/article-3; 6 move /more/n </news/n; 5 create "
		    "/news/n; 3" },
		{ { .query = STR("/news/*"), .max = 9 },
		    "7 order /news/article-3; 3" },
		{ { .query = STR("/nothing"), .max = 9 }, "" },
		{ { .author = STR("import@localhost"), .max = 9 }, "3" },
		{ { .author = STR("romeo@localhost"), .max = 1 },
		    "9 remove /more/n" },
		{ { .until_us = 1, .max = 9 }, "" },
		{ { .since_us = 1, .max = 1 },
		    "9 remove /more/n" },
		{ { .query = STR("//@title"), .max = 9 },
		    "argument: a log is of items, not of values" },
		{ { .query = STR("/["), .max = 9 }, "syntax: found the end of "
		    "the query, expected a step: a name, a Kind, '*', '.', "
		    "'..', '@field', an axis or '('" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(ask(&rows[i].args, NULL), rows[i].log);
	/* As of then. */
	demo_look(&demo, 6);
	assert_string_equal(ask(&(struct log_args){ .max = 9,
	    .query = STR("/more/n") }, NULL),
	    "6 move /more/n </news/n; 5 create /news/n");
	demo_look(&demo, 0);
}

static void
tells_only_what_one_may_read(void **state)
{
	struct str role = STR("read:/news");
	struct rights *r;

	(void)state;
	assert_int_equal(rights_new(&r, &role, 1, false, &demo.e), 0);
	assert_int_equal(view_allow(&demo.view, r, &demo.e), 0);
	assert_string_equal(ask(&(struct log_args){ .max = 9 }, r),
	    "7 order /news/article-3; 6 remove /news/n; 5 create "
	    "/news/n; 3");
	assert_string_equal(ask(&(struct log_args){ .max = 9,
	    .query = STR("/about") }, r), "");
	rights_unref(r);
	demo_look(&demo, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_was_done),
		cmocka_unit_test(tells_only_what_one_may_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
