/* set-schema: kinds made from kinds, versions that follow one another. */
#include "unit.h"

#include "demo.h"
#include "service/schema_get.h"
#include "service/schema_set.h"
#include "store/kinds.h"

static struct demo demo;

struct schema_job {
	struct store_job job;
	struct schema_set *set;
};

static int
apply(struct store_job *job, struct txn *t, struct err *e)
{
	return schema_set_apply(((struct schema_job *)job)->set, t, e);
}

/* "" or "code, path: text". */
static const char *
set(const char *mode, const char *text)
{
	static char line[2000];
	struct arena a = ARENA_INIT;
	struct schema_job j = { .job = { .branch = BRANCH_REPOSITORY,
	    .author = STR("admin@localhost"), .message = STR("kinds"),
	    .run = apply, .done = demo_done } };

	demo.e = (struct err)ERR_INIT;
	line[0] = 0;
	j.set = schema_set_parse(&a, text, strlen(text), str_of(mode),
	    &demo.e);
	if (j.set == NULL || store_run(demo.store, &j.job, &demo.e) < 0)
		snprintf(line, sizeof line, "%s, %s: %s",
		    err_word(demo.e.code), demo.e.path, demo.e.text);
	arena_free(&a);
	demo_look(&demo, 0);
	return line;
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

#define F(name, type, rest) "{\"name\":\"" name "\",\"type\":" type rest "}"
#define KIND(name, base, fields) "{\"type\":\"record\",\"name\":\"" name \
	"\"," base "\"fields\":[" fields "]}"
#define BASE(name) "\"base\":\"" name "\","

static void
makes_a_kind_from_another(void **state)
{
	(void)state;
	assert_string_equal(set("", KIND("Event", BASE("Page"),
	    F("day", "{\"type\":\"int\",\"logicalType\":\"date\"}",
	    ",\"default\":0,\"index\":true,\"title\":\"Day\"") ","
	    F("author", "\"string\"", ",\"default\":\"me\""))), "");
	demo_set(&demo, "[{\"method\":\"create\",\"data\":{\"_kind\":\"Event\","
	    "\"_path\":\"/news/e\",\"day\":\"2010-04-21\",\"content\":"
	    "\"x\"}}]");
	assert_int_equal(demo.e.code, ERR_OK);
	assert_string_equal(demo_get(&demo, "//Event/@day"),
	    "[\"2010-04-21\"]");
	assert_string_equal(demo_get(&demo, "/news/Page/@name"),
	    "[\"article-1\",\"article-2\",\"article-3\",\"e\"]");
	/* A field of the kind's own goes before what every item has. */
	assert_string_equal(demo_get(&demo, "//Event/@author, //about/@author"),
	    "[[\"me\"],[\"import@localhost\"]]");
	assert_string_equal(demo_get(&demo, "//Item[@day = '2010-04-21']"
	    "/@path"), "[\"/news/e\"]");
	/* A folder with a type of its own inside. */
	assert_string_equal(set("", KIND("Album", BASE("Folder"), "")), "");
	demo_set(&demo, "[{\"method\":\"create\",\"data\":{\"_kind\":\"Album\","
	    "\"_path\":\"/a\"}},{\"method\":\"create\",\"data\":{\"_kind\":"
	    "\"Page\",\"_path\":\"/a/p\"}}]");
	assert_int_equal(demo.e.code, ERR_OK);
	assert_string_equal(demo_get(&demo, "/Album/Page/@name, /Folder/@name"),
	    "[[\"p\"],[\"more\",\"news\",\"a\"]]");
}

static void
makes_versions_that_can_be_read(void **state)
{
	(void)state;
	/* More, less, wider, by another name. */
	assert_string_equal(set("", KIND("Event", "",
	    F("place", "\"string\"", ",\"default\":\"here\"") ","
	    F("rank", "\"int\"", ",\"default\":1"))), "");
	assert_string_equal(demo_get(&demo, "/news/e/@place, /news/e/@day, "
	    "/news/e/@rank"), "[[\"here\"],[],[1]]");
	assert_string_equal(set("", KIND("Event", "",
	    F("site", "\"string\"", ",\"default\":\"there\",\"aliases\":["
	    "\"place\"]") "," F("rank", "\"double\"", ",\"default\":1"))), "");
	assert_string_equal(demo_get(&demo, "/news/e/@site, /news/e/@rank"),
	    "[[\"there\"],[1.0]]");
	/* What is sent back as it came is the same. */
	assert_string_equal(set("FULL", KIND("Event", BASE("Page"),
	    F("site", "\"string\"", ",\"default\":\"there\",\"aliases\":["
	    "\"place\"]") "," F("rank", "\"double\"", ",\"default\":1"))), "");
}

/* Renamed, then the alias given up: what was stored would be blank. */
static void
keeps_the_aliases_of_what_is_stored(void **state)
{
	static const char *const modes[] = { "", "FULL_TRANSITIVE" };

	(void)state;
	assert_string_equal(set("", KIND("Bk", BASE("Page"),
	    F("isbn", "\"string\"", ",\"default\":\"\""))), "");
	demo_set(&demo, "[{\"method\":\"create\",\"data\":{\"_kind\":\"Bk\","
	    "\"_path\":\"/bk\",\"isbn\":\"AAA\"}}]");
	assert_string_equal(set("", KIND("Bk", "", F("code", "\"string\"",
	    ",\"default\":\"\",\"aliases\":[\"isbn\"]"))), "");
	assert_string_equal(demo_get(&demo, "/bk/@code"), "[\"AAA\"]");
	for (size_t i = 0; i < 2; i++) {
		const char *line = set(modes[i], KIND("Bk", "",
		    F("code", "\"string\"", ",\"default\":\"\"")));

		assert_non_null(strstr(line, ", /code: it loses what is "
		    "written in version "));
		assert_non_null(strstr(line, "keep the alias 'isbn'"));
	}
	/* Renamed once more, the first name forgotten. */
	assert_non_null(strstr(set("", KIND("Bk", "", F("number",
	    "\"string\"", ",\"default\":\"\",\"aliases\":[\"code\"]"))),
	    "/number: what is stored as 'isbn'"));
	assert_string_equal(set("", KIND("Bk", "", F("number", "\"string\"",
	    ",\"default\":\"\",\"aliases\":[\"code\",\"isbn\"]"))), "");
	assert_string_equal(demo_get(&demo, "/bk/@number"), "[\"AAA\"]");
	/* A field may go as before, and NONE allows what was refused. */
	assert_string_equal(set("NONE", KIND("Bk", "", F("number",
	    "\"string\"", ",\"default\":\"\""))), "");
}

/* The names of a kind's fields, in order. */
static const char *
fields_of(const char *kind)
{
	static char line[500];
	const struct kind *k = kinds_by_name(reader_kinds(demo.reader),
	    str_of(kind));
	int n = 0;

	assert_non_null(k);
	for (size_t i = 0; i < k->field_count; i++)
		n += snprintf(line + n, sizeof line - (size_t)n, "%s%.*s",
		    i > 0 ? " " : "", (int)k->fields[i].name.n,
		    k->fields[i].name.p);
	return line;
}

/* A new field of a base is one of the kinds made from it, and of those made
 * from them; what they have of their own stays. */
#define ENUM(name, symbols) \
	"{\"type\":\"enum\",\"name\":\"" name "\",\"symbols\":[" symbols "]}"

static void
gives_kinds_what_their_base_gets(void **state)
{
	struct buf text = BUF_INIT(SCHEMA_TEXT_MAX);

	(void)state;
	assert_string_equal(set("", KIND("Top", BASE("Page"),
	    F("a", "\"int\"", ",\"default\":1") ","
	    F("b", "\"int\"", ",\"default\":2"))), "");
	assert_string_equal(set("", KIND("Mid", BASE("Top"),
	    F("b", "\"long\"", ",\"default\":3") ","
	    F("m", "\"int\"", ",\"default\":4"))), "");
	assert_string_equal(set("", KIND("Low", BASE("Mid"), "")), "");
	demo_set(&demo, "[{\"method\":\"create\",\"data\":{\"_kind\":\"Low\","
	    "\"_path\":\"/low\",\"a\":7}}]");
	assert_int_equal(demo.e.code, ERR_OK);
	assert_string_equal(set("", KIND("Top", "",
	    F("a", "\"double\"", ",\"default\":1") ","
	    F("b", "\"int\"", ",\"default\":2") ","
	    F("c", "\"string\"", ",\"default\":\"new\",\"index\":true"))),
	    "");
	assert_string_equal(fields_of("Low"),
	    "name title folder description content a c b m");
	assert_string_equal(fields_of("Mid"), fields_of("Low"));
	assert_string_equal(demo_get(&demo, "/low/@a, /low/@b, /low/@c, "
	    "/low/@m"), "[[7.0],[3],[\"new\"],[4]]");
	/* By the index as well. */
	assert_string_equal(demo_get(&demo, "//Top[@c = 'new']/@name"),
	    "[\"low\"]");
	/* What goes from the base goes from them. */
	assert_string_equal(set("", KIND("Top", "",
	    F("c", "\"string\"", ",\"default\":\"new\""))), "");
	assert_string_equal(fields_of("Low"),
	    "name title folder description content c b m");
	/* What every item gets. */
	schema_print(kinds_by_name(reader_kinds(demo.reader), STR("Item"))
	    ->current->schema, &text, 0);
	buf_trim(&text, text.n - 2);		/* ]} */
	buf_lit(&text, "," F("rank", "\"int\"", ",\"default\":9") "]}");
	assert_string_equal(set("", buf_cstr(&text)), "");
	buf_free(&text);
	assert_string_equal(demo_get(&demo, "count(//*[@rank]) = "
	    "count(//*), /low/@rank"), "[[true],[9]]");
	/* One of them cannot follow: nothing is changed. */
	assert_string_equal(set("", KIND("Mid", "",
	    F("b", "\"long\"", ",\"default\":3") ","
	    F("m", "\"int\"", ",\"default\":4") ","
	    F("own", ENUM("E", "\"A\""), ",\"default\":\"A\""))), "");
	assert_string_equal(set("", KIND("Top", "",
	    F("n", ENUM("E", "\"B\""), ",\"default\":\"B\""))),
	    "schema, : kind 'Mid', made from it: the type 'M.E' is defined "
	    "twice");
	assert_string_equal(fields_of("Low"),
	    "name title folder rank description content c b m own");
}

#define FORWARD_WHY	"schema, /b: it could not be read by version "
#define T(mode, fields)	set(mode, KIND("T", "", fields))
#define B_INT		F("b", "\"int\"", ",\"default\":1")
#define B_UNION		F("b", "[\"int\",\"null\"]", ",\"default\":1")

/* Versions before the last count where all are asked for. */
static void
looks_at_all_versions_when_asked_to(void **state)
{
	static const char *const all[] = { "FORWARD_TRANSITIVE",
	    "FULL_TRANSITIVE" };

	(void)state;
	assert_string_equal(set("", KIND("T", BASE("Page"), B_INT)), "");
	assert_string_equal(T("", B_UNION), "");
	/* Who knows b as an int cannot read a union; the last one can. */
	assert_string_equal(T("FORWARD", B_UNION ","
	    F("c", "\"int\"", ",\"default\":3")), "");
	assert_string_equal(T("BACKWARD_TRANSITIVE", B_UNION ","
	    F("d", "\"int\"", ",\"default\":3")), "");
	for (int i = 0; i < 2; i++)
		assert_memory_equal(T(all[i], B_UNION ","
		    F("e", "\"int\"", ",\"default\":3")), FORWARD_WHY,
		    sizeof FORWARD_WHY - 1);
	/* Each reason has its path. */
	(void)T("", F("b", "\"string\"", ",\"default\":\"\"") ","
	    F("must", "\"int\"", "") "," F("too", "\"int\"", ""));
	assert_int_equal(demo.e.code, ERR_SCHEMA);
	assert_string_equal(demo.e.path, "/b");
	assert_non_null(strstr(demo.e.text, "/b: int cannot be read as"));
	assert_non_null(strstr(demo.e.text, "/: the field 'must' is new"));
	assert_non_null(strstr(demo.e.text, "/: the field 'too' is new"));
	/* NONE asks for no more than that all can be read. */
	assert_string_equal(T("NONE", F("d", "\"long\"",
	    ",\"default\":3")), "");
	assert_int_not_equal(*T("NONE", F("d", "\"string\"",
	    ",\"default\":\"\"")), 0);
}

static void
refuses_what_cannot_be(void **state)
{
	static const struct { const char *mode, *text, *why; } rows[] = {
		{ "", "", "argument, : an Avro record is missing" },
		{ "", "5", "schema, : a kind is an Avro record" },
		{ "", "{", "syntax" },
		{ "OTHER", KIND("X", BASE("Page"), ""), "argument, : there is "
		    "no compatibility 'OTHER'" },
		{ "", KIND("X", "", ""), "schema, : a new kind needs a "
		    "\"base\"" },
		{ "", KIND("X", BASE("Nope"), ""), "not-found, : there is no "
		    "kind 'Nope'" },
		{ "", KIND("X", BASE("User"), ""), "schema, : a new kind needs "
		    "a \"base\": Item" },
		{ "", KIND("x", BASE("Page"), ""), "schema, : the name of a "
		    "kind begins with a capital" },
		{ "", KIND("X", BASE("Page"), F("_a", "\"int\"", "")),
		    "schema, /_a: no field can be called '_a'" },
		{ "", KIND("X", BASE("Page"), F("key", "\"int\"", "")),
		    "schema, /key: no field can be called 'key'" },
		{ "", KIND("X", BASE("Page"), F("name", "\"int\"", "")),
		    "schema, /name: the server relies on the field 'name'" },
		{ "", KIND("X", BASE("Page"), F("a", "\"nope\"", "")),
		    "schema" },
		{ "", KIND("Event", BASE("Item"), ""),
		    "schema, : the base of a kind cannot be changed" },
		{ "", KIND("Page", "", F("must", "\"int\"", "")),
		    "schema, /: it cannot read what is written in "
		    "version" },
		{ "", KIND("Page", "", F("content", "\"int\"", "")),
		    "schema, /content: it cannot read" },
		{ "FORWARD", KIND("Page", "", F("content",
		    "[\"string\",\"null\"]", ",\"default\":\"\"")),
		    "schema, /content: it could not be read by version" },
		{ "", KIND("User", "", F("name", "\"string\"", "")),
		    "schema, /email: the server relies on the field "
		    "'email'" },
		{ "", KIND("Item", "", F("name", "\"string\"", "")),
		    "schema, /title: the server relies on the field "
		    "'title'" },
	};
	uint64_t head = reader_head(demo.reader);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *why = set(rows[i].mode, rows[i].text);

		if (strstr(why, rows[i].why) != why || *why == 0)
			fail_msg("%s\n%s\nnot %s", rows[i].text, why,
			    rows[i].why);
	}
	assert_int_equal(reader_head(demo.reader), head);
}

/* A place is one in what was sent, or none. */
static void
tells_places_in_what_was_sent(void **state)
{
	(void)state;
	set("", "{\"type\":\"record\",\"name\":\"Twice\",\"base\":"
	    "\"Item\",\n\"fields\":[" F("a", "\"int\"", "") ",\n"
	    F("a", "\"int\"", "") "]}");
	assert_non_null(strstr(demo.e.text, "'a'"));
	assert_string_equal(demo.e.at, "line 3, column 9");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_places_in_what_was_sent),
		cmocka_unit_test(makes_a_kind_from_another),
		cmocka_unit_test(makes_versions_that_can_be_read),
		cmocka_unit_test(keeps_the_aliases_of_what_is_stored),
		cmocka_unit_test(gives_kinds_what_their_base_gets),
		cmocka_unit_test(looks_at_all_versions_when_asked_to),
		cmocka_unit_test(refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
