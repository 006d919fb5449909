/* Items as JSON and as Avro, in old and new versions of their kind, and as
 * those see them who may not read all. */
#include "unit.h"

#include "avro/ocf.h"
#include "avro/object.h"
#include "avro/plan.h"
#include "base/json.h"
#include "demo.h"
#include "service/item_avro.h"
#include "service/render.h"
#include "service/schema_get.h"
#include "store/kinds.h"
#include "store/rights.h"

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

/* The answer with each key, which is random, as K. */
static const char *
get(const char *query)
{
	static char out[20000];
	const char *from = demo_get(&demo, query);
	size_t n = 0;

	while (*from != 0) {
		size_t k = strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
		    "mnopqrstuvwxyz0123456789-_");

		if (k == 0)
			k = 1;
		if (k > 20 && memcmp(from, "DE0uU2l0", 8) != 0) {
			out[n++] = 'K';
		} else {
			memcpy(out + n, from, k);
			n += k;
		}
		from += k;
	}
	out[n] = 0;
	return out;
}

#define ROOT "DE0uU2l0ZQIIcm9vdA"

static void
items_and_values(void **state)
{
	static const char *const rows[][2] = {
		{ "/", "[{\"_key\":\"" ROOT "\",\"_kind\":\"Site\",\"_path\":"
		    "\"/\",\"_rev\":3,\"contents\":[[\"about\",\"K\"],"
		    "[\"more\",\"K\"],[\"news\",\"K\"]],\"default_name\":"
		    "\"\",\"folder\":null,\"name\":\"root\",\"title\":"
		    "\"Demo\"}]" },
		{ "/news/article-1", "[{\"_key\":\"K\",\"_kind\":\"Page\","
		    "\"_path\":\"/news/article-1\",\"_rev\":3,\"content\":"
		    "\"<p>It has begun.</p>\",\"description\":\"The first "
		    "article.\",\"folder\":\"K\",\"name\":\"article-1\","
		    "\"title\":\"Article 1\"}]" },
		{ "/nothing", "[]" },
		{ "1, 2.5, 'a\"', true(), /@folder, ()",
		    "[[1],[2.5],[\"a\\\"\"],[true],[null],[]]" },
		{ "/news/*/@name", "[\"article-1\",\"article-2\","
		    "\"article-3\"]" },
		{ "", "argument: a path query is missing, such as '/' " },
		{ "/a[", "syntax: found the end of the query, expected a "
		    "step: a name, a Kind, '*', '.', '..', '@field', an axis "
		    "or '(' line 1, column 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(get(rows[i][0]), rows[i][1]);
	/* Siblings and others side by side have their own paths. */
	assert_string_equal(get("(/news/* | /about | //Folder | /)/@path"),
	    "[\"/news/article-1\",\"/news/article-2\",\"/news/article-3\","
	    "\"/about\",\"/more\",\"/news\",\"/more/deep\","
	    "\"/more/deep/deeper\",\"/\"]");
}

static void
answers_have_a_limit(void **state)
{
	struct buf small = BUF_INIT(500);
	struct err e = ERR_INIT;

	(void)state;
	arena_reset(&demo.arena);
	assert_int_equal(item_get(&demo.view, demo.run, STR("//*"), NULL, NULL,
	    &demo.arena, &small, &e), -1);
	assert_int_equal(e.code, ERR_POLICY);
	buf_free(&small);
}

/* --- kinds that change -------------------------------------------------- */

static int
new_page(struct store_job *job, struct txn *t, struct err *e)
{
	static const char text[] = "{\"type\":\"record\",\"name\":\"Page\","
	    "\"namespace\":\"M\",\"base\":\"Item\",\"fields\":["
	    "{\"name\":\"name\",\"type\":\"string\"},"
	    "{\"name\":\"title\",\"type\":\"string\",\"index\":true},"
	    "{\"name\":\"folder\",\"type\":[\"null\",{\"type\":\"string\","
	    "\"logicalType\":\"key\"}],\"default\":null},"
	    "{\"name\":\"content\",\"type\":\"string\",\"default\":\"\"},"
	    "{\"name\":\"Zoom\",\"type\":\"double\",\"default\":1.5},"
	    "{\"name\":\"rank\",\"type\":[\"null\",\"long\"],\"default\":"
	    "null,\"index\":true},"
	    "{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":"
	    "\"string\"},\"default\":[],\"index\":true},"
	    "{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":"
	    "\"date\"},\"default\":0},"
	    "{\"name\":\"size\",\"type\":{\"type\":\"record\",\"name\":"
	    "\"Size\",\"fields\":[{\"name\":\"w\",\"type\":\"int\"}]},"
	    "\"default\":{\"w\":7}}]}";
	uint32_t id;

	(void)job;
	return txn_kind(t, STR("Page"), STR("Item"), str_of(text), &id, e);
}

static void
old_bodies_are_read_in_the_new_version(void **state)
{
	static const char *const rows[][2] = {
		{ "/news/article-1", "[{\"Zoom\":1.5,\"_key\":\"K\",\"_kind\":"
		    "\"Page\",\"_path\":\"/news/article-1\",\"_rev\":3,"
		    "\"content\":\"<p>It has begun.</p>\",\"day\":"
		    "\"1970-01-01\",\"folder\":\"K\",\"name\":\"article-1\","
		    "\"rank\":null,\"size\":{\"w\":7},\"tags\":[],\"title\":"
		    "\"Article 1\"}]" },
		{ "/about/@Zoom", "[1.5]" },
		{ "/about/@description", "[]" },
		{ "/about/@day", "[\"1970-01-01\"]" },
		{ "//Page[@day = '1970-01-01'][0]/@name",
		    "[\"about\",\"article-1\",\"deepest\"]" },
		{ "/about/@size", "[{\"w\":7}]" },
		{ "/about/@rank", "[null]" },
		{ "/about/@tags", "[]" },
		{ "//Page[@tags = 'a']/@name", "[\"p\"]" },
		{ "//Page[@rank = 9]/@name", "[\"p\"]" },
		{ "//Page[@rank >= 9.0]/@name", "[\"p\"]" },
		{ "//Page[@title = 'About']/@name", "[\"about\"]" },
		{ "/p/@tags", "[\"a\",\"b\"]" },
		{ "sum(//Page/@Zoom)", "[10.0]" },
		{ "max(//Page/@rank[.])", "[9]" },
	};
	struct store_job job = { .branch = BRANCH_REPOSITORY,
	    .author = STR("a@b"), .message = STR("kinds"), .run = new_page,
	    .done = demo_done };

	(void)state;
	if (store_run(demo.store, &job, &demo.e) < 0)
		demo_fail(&demo, "kind");
	demo_set(&demo, "[{\"method\":\"create\",\"data\":{\"_path\":\"/p\","
	    "\"_kind\":\"Page\",\"tags\":[\"a\",\"b\"],\"rank\":9,"
	    "\"Zoom\":2.5}}]");
	if (demo.e.code != ERR_OK)
		demo_fail(&demo, "create");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(get(rows[i][0]), rows[i][1]) != 0)
			fail_msg("%s: %s not %s", rows[i][0], get(rows[i][0]),
			    rows[i][1]);
	/* Saved, it is of the new version. */
	demo_set(&demo, "[{\"method\":\"save\",\"data\":{\"_path\":\"/about\","
	    "\"day\":\"2010-04-21\"}}]");
	assert_string_equal(get("/about/@day, /about/@content"),
	    "[[\"2010-04-21\"],[\"<p>A small tree of items to query, change "
	    "and watch.</p>\"]]");
	/* As it was. */
	demo_look(&demo, 3);
	assert_string_equal(get("/about/@day"), "[\"1970-01-01\"]");
	demo_look(&demo, 0);
}

/* Both ways: what is written in either version is read in the one named. */
static void
items_are_read_in_the_version_named(void **state)
{
	static const char *const paths[] = { "/news/article-2", "/about" };
	const struct kinds *ks = reader_kinds(demo.reader);
	const struct kind *page = kinds_by_name(ks, STR("Page"));
	struct render_versions v;
	char text[40];

	(void)state;
	snprintf(text, sizeof text, " %016llx", (unsigned long long)
	    page->versions[0].fp);
	assert_int_equal(render_versions(&v, ks, str_of(text), &demo.e), 0);
	assert_int_equal(v.count, 1);
	for (int i = 0; i < 2; i++) {
		buf_reset(&demo.out);
		arena_reset(&demo.arena);
		if (item_get(&demo.view, demo.run, str_of(paths[i]), NULL,
		    &v, &demo.arena, &demo.out, &demo.e) < 0)
			demo_fail(&demo, paths[i]);
		assert_non_null(strstr(buf_cstr(&demo.out),
		    i == 0 ? "\"description\":\"The second article.\"" :
		    "\"description\":\"\""));
		assert_null(strstr(demo.out.p, "Zoom"));
	}
	assert_int_equal(render_versions(&v, ks, STR("0123456789abcdef"),
	    &demo.e), -1);
	assert_int_equal(demo.e.code, ERR_NOT_FOUND);
	assert_int_equal(render_versions(&v, ks, STR("x"), &demo.e), -1);
}

static void
schemas_are_served(void **state)
{
	const struct kinds *ks = reader_kinds(demo.reader);
	char match[SCHEMA_MATCH], again[SCHEMA_MATCH], old[SCHEMA_MATCH];
	struct buf text = BUF_INIT(100000), other = BUF_INIT(100000);
	const struct kind *page = kinds_by_name(ks, STR("Page"));
	struct err e = ERR_INIT;
	struct schema *s;

	(void)state;
	assert_int_equal(schema_get(ks, STR("Page"), STR_NONE, match, &text,
	    &e), 0);
	s = schema_parse(text.p, text.n, &e);
	assert_non_null(s);
	snprintf(again, sizeof again, "%016llx",
	    (unsigned long long)schema_crc64(s));
	assert_string_equal(again, match);
	schema_unref(s);
	assert_int_equal(schema_get(ks, STR("M.Page"), str_of(match), again,
	    &other, &e), 0);
	assert_string_equal(again, match);
	assert_int_equal(other.n, 0);
	assert_int_equal(schema_get(ks, str_of(match), STR_NONE, again,
	    &other, &e), 0);
	assert_string_equal(buf_cstr(&other), buf_cstr(&text));
	/* The version before, by its fingerprint. */
	snprintf(old, sizeof old, "%016llx",
	    (unsigned long long)page->versions[0].fp);
	buf_reset(&other);
	assert_int_equal(schema_get(ks, str_of(old), str_of(match), again,
	    &other, &e), 0);
	assert_string_equal(again, old);
	assert_non_null(strstr(buf_cstr(&other), "description"));
	assert_int_equal(schema_get(ks, STR("Nope"), STR_NONE, again, &other,
	    &e), -1);
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_int_equal(schema_get(ks, STR("0123456789abcdef"), STR_NONE,
	    again, &other, &e), -1);
	buf_free(&text);
	buf_free(&other);
}

/* --- Avro --------------------------------------------------------------- */

static void
answers_as_avro(void **state)
{
	static const char *const queries[] = { "/",
		"/news/*, 'x', 5, 1.5, true(), /@folder, /about/@size",
		"/nothing", "//." };
	const char *text = item_avro_schema(STR("M.protocol.GetItem"));
	struct schema *s = schema_parse(text, strlen(text), &demo.e);
	struct plan *plan = plan_new(s, NULL, &demo.e);
	struct buf bin = BUF_INIT(1 << 20), json = BUF_INIT(1 << 20);
	struct json *j;
	struct str body, key;
	uint64_t fp;

	(void)state;
	assert_non_null(plan);
	for (size_t i = 0; i < 4; i++) {
		buf_reset(&bin);
		buf_reset(&json);
		arena_reset(&demo.arena);
		if (item_get_avro(&demo.view, str_of(queries[i]), NULL,
		    &demo.arena, &bin, &demo.e) < 0 || plan_decode(plan,
		    demo.run, bin.p, bin.n, &json, &demo.e) < 0)
			demo_fail(&demo, queries[i]);
		if (i == 1)
			assert_non_null(strstr(buf_cstr(&json),
			    "],[\"x\"],[5],[1.5],[true],[null],["));
		if (i == 2)
			assert_string_equal(buf_cstr(&json),
			    "{\"lists\":[[]]}");
	}
	/* The root is the first of the last; its body is what is stored. */
	j = json_parse(&demo.arena, json.p, json.n, NULL, &demo.e);
	j = json_get(j, "lists")->first->first;
	key = json_string(json_get(j, "key"));
	assert_true(str_is(key, ROOT));
	assert_int_equal(json_get(j, "contents")->count, 4);
	buf_reset(&bin);
	for (struct str b = json_string(json_get(j, "body")); b.n > 0;) {
		uint8_t c = (uint8_t)b.p[0];	/* a byte as U+00XX */
		size_t n = c < 0x80 ? 1 : 2;

		buf_putc(&bin, n == 1 ? (char)c : (char)((c & 3) << 6 |
		    (b.p[1] & 0x3f)));
		b = (struct str){ b.p + n, b.n - n };
	}
	assert_int_equal(object_get(bin.p, bin.n, &fp, &body, &demo.e), 0);
	assert_true(fp == kinds_by_name(reader_kinds(demo.reader),
	    STR("Site"))->current->fp);
	plan_unref(plan);
	schema_unref(s);
	buf_free(&bin);
	buf_free(&json);
}

/* --- rights ------------------------------------------------------------- */

static void
hides_what_one_may_not_read(void **state)
{
	static const struct str roles[] = { { "read:/news", 10 },
	    { "read:/more/deep/deeper", 22 } };
	static const char *const rows[][2] = {
		{ "/", "[]" }, { "/about", "[]" }, { "/more", "[]" },
		{ "/*/@name", "[\"news\"]" },
		{ "//*/@name", "[\"news\",\"article-1\",\"article-2\","
		    "\"article-3\",\"deeper\",\"deepest\"]" },
		{ "//Page/@name", "[\"article-1\",\"article-2\","
		    "\"article-3\",\"deepest\"]" },
		{ "//Page[@title = 'About']", "[]" },
		{ "count(//.)", "[6]" }, { "count(/*)", "[1]" },
		{ "/more/deep/deeper/deepest/@name", "[\"deepest\"]" },
		{ "/more/@title, /@title, /more/@key", "[[],[],[]]" },
		{ "/Folder/@name", "[\"news\"]" },
		{ "//deepest/ancestor::*/@name", "[\"deeper\"]" },
		{ "/news/../@title", "[]" }, { "/news/..", "[]" },
		{ "exists(/more)", "[false]" }, { "exists(/*)", "[true]" },
		{ "/news/preceding-sibling::*", "[]" },
		{ "//article-1/@parent/@name", "[\"news\"]" },
		{ "/news/@parent", "[]" }, { "root(/news)", "[]" },
		{ "/news is /news", "[true]" },
		{ "get('" ROOT "')", "[]" },
		{ "(/)[count(*) = 1]", "[]" },
		{ "for $x in (/, /news) return $x/@name", "[\"news\"]" },
	};
	struct rights *r;

	(void)state;
	assert_int_equal(rights_new(&r, roles, 2, false, &demo.e), 0);
	assert_int_equal(view_allow(&demo.view, r, &demo.e), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(get(rows[i][0]), rows[i][1]) != 0)
			fail_msg("%s: %s not %s", rows[i][0], get(rows[i][0]),
			    rows[i][1]);
	demo_look(&demo, 0);
	rights_unref(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_and_values),
		cmocka_unit_test(answers_have_a_limit),
		cmocka_unit_test(hides_what_one_may_not_read),
		cmocka_unit_test(old_bodies_are_read_in_the_new_version),
		cmocka_unit_test(items_are_read_in_the_version_named),
		cmocka_unit_test(schemas_are_served),
		cmocka_unit_test(answers_as_avro),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
