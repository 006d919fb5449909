#include "unit.h"

#include <avro.h>
#include <stdio.h>
#include <string.h>

#include "avro/schema.h"

static struct schema *
parse(const char *text)
{
	struct err e = ERR_INIT;
	struct schema *s = schema_parse(text, strlen(text), &e);

	if (s == NULL)
		print_error("%s: %s\n", e.at, e.text);
	assert_non_null(s);
	return s;
}

static void
canonical(const char *text, const char *want)
{
	struct schema *s = parse(text);
	struct buf b = BUF_INIT(1 << 20);

	schema_canonical(s, &b);
	assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
	schema_unref(s);
}

static void
refuses(const char *text, const char *at, const char *why)
{
	struct err e = ERR_INIT;
	struct schema *s = schema_parse(text, strlen(text), &e);

	assert_null(s);
	assert_string_equal(e.text, why);
	assert_string_equal(e.at, at);
}

static void
canonical_forms(void **state)
{
	(void)state;
	canonical("{\"type\":\"int\",\"x\":1}", "\"int\"");
	canonical("[ ]", "[]");
	canonical("{\"fields\":[{\"type\":{\"type\":\"boolean\"},"
	    "\"name\":\"f1\",\"default\":true}],\"type\":\"record\","
	    "\"name\":\"foo\",\"namespace\":\"x.y\",\"doc\":\"d\"}",
	    "{\"name\":\"x.y.foo\",\"type\":\"record\",\"fields\":"
	    "[{\"name\":\"f1\",\"type\":\"boolean\"}]}");
	canonical("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":"
	    "\"s\",\"type\":{\"type\":\"record\",\"namespace\":\"x\","
	    "\"name\":\"Y\",\"fields\":[{\"name\":\"e\",\"type\":{\"type\":"
	    "\"fixed\",\"namespace\":\"\",\"name\":\"Z\",\"size\":8}}]}},"
	    "{\"name\":\"t\",\"type\":\"Z\"}]}",
	    "{\"name\":\"R\",\"type\":\"record\",\"fields\":[{\"name\":\"s\","
	    "\"type\":{\"name\":\"x.Y\",\"type\":\"record\",\"fields\":"
	    "[{\"name\":\"e\",\"type\":{\"name\":\"Z\",\"type\":\"fixed\","
	    "\"size\":8}}]}},{\"name\":\"t\",\"type\":\"Z\"}]}");
}

/* Values of the reference implementations. */
static void
fingerprints(void **state)
{
	struct schema *s = parse("\"int\"");
	static const uint8_t md5[] = { 0xef, 0x52, 0x4e, 0xa1, 0xb9, 0x1e,
	    0x73, 0x17, 0x3d, 0x93, 0x8a, 0xde, 0x36, 0xc1, 0xdb, 0x32 };
	uint8_t out[32];

	(void)state;
	assert_true((int64_t)schema_crc64(s) == 8247732601305521295);
	schema_md5(s, out);
	assert_memory_equal(out, md5, 16);
	schema_sha256(s, out);
	assert_int_equal(out[0], 0x3f);
	assert_int_equal(out[31], 0x45);
	schema_unref(s);
	s = parse("\"null\"");
	assert_true((int64_t)schema_crc64(s) == 7195948357588979594);
	schema_unref(s);
}

static void
errors_say_where(void **state)
{
	(void)state;
	refuses("\n \"strin\"", "line 2, column 2", "unknown type 'strin'");
	refuses("{\"type\":\"record\",\"name\":\"a b\",\"fields\":[]}",
	    "line 1, column 25", "bad name \"a b\": letters, digits and "
	    "underlines, no digit first, parts joined by dots");
	refuses("{\"type\":\"record\",\"name\":\"int\",\"fields\":[]}",
	    "line 1, column 25", "'int' is the name of a primitive type");
	refuses("{\"type\":\"record\",\"name\":\"R\",\"fields\":[\n"
	    "{\"name\":\"a\",\"type\":\"int\"},\n"
	    "{\"name\":\"a\",\"type\":\"int\"}]}",
	    "line 3, column 9", "the field 'a' is there twice");
	refuses("{\"type\":\"record\",\"name\":\"R\",\"fields\":[\n"
	    "{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}",
	    "line 2, column 36", "the default of the field 'a' of 'R' does "
	    "not fit: expected int, got \"x\"");
	refuses("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
	    "{\"name\":\"a\",\"type\":[\"string\",\"null\"],"
	    "\"default\":null}]}", "line 1, column 86",
	    "the default of the field 'a' of 'R' does not fit: null fits "
	    "branch 2 of the union, but must fit the first: put 'null' first");
	refuses("[\"null\",\n\"null\"]", "line 1, column 1",
	    "'null' is twice in the union");
	refuses("[\"null\",[\"int\"]]", "line 1, column 9",
	    "a union must not stand in a union");
	refuses("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\","
	    "\"A\"]}", "line 1, column 42", "the symbol 'A' is there twice");
	refuses("{\"type\":\"fixed\",\"name\":\"F\",\"size\":-2}",
	    "line 1, column 35", "bad size -2 of the fixed 'F'");
	refuses("{\"type\":\"array\"}", "line 1, column 1",
	    "the array has no 'items'");
	refuses("{\"type\":\"map\"", "line 1, column 14",
	    "the text ends where more must follow");
	refuses("1", "line 1, column 1", "a type cannot be 1");
}

static void
attributes_are_kept(void **state)
{
	static const char text[] = "{\"type\":\"record\",\"name\":\"a.R\","
	    "\"base\":\"a.Item\",\"fields\":[{\"name\":\"t\",\"title\":"
	    "\"T\",\"type\":{\"type\":\"string\",\"logicalType\":\"html\"},"
	    "\"index\":true,\"default\":\"\"},{\"name\":\"next\",\"type\":"
	    "[\"null\",\"R\"]}]}";
	struct schema *s = parse(text), *again;
	const struct schema_node *n = schema_root(s);
	struct buf b = BUF_INIT(1 << 20);

	(void)state;
	assert_true(str_is(json_string(schema_attr(n, "base")), "a.Item"));
	assert_true(schema_field_attr(&n->fields[0], "index")->truth);
	assert_int_equal(schema_field(n, "next", 4), 1);
	assert_int_equal(schema_field(n, "x", 1), -1);
	assert_ptr_equal(n->fields[1].type->branches[1], n);
	assert_ptr_equal(schema_find(s, "a.R"), n);
	assert_int_equal(n->fields[0].type->logical, LOGICAL_NONE);
	assert_true(str_is(json_string(schema_attr(n->fields[0].type,
	    "logicalType")), "html"));
	schema_print(s, &b, 0);
	again = parse(buf_cstr(&b));
	assert_true(schema_crc64(again) == schema_crc64(s));
	assert_non_null(strstr(b.p, "\"base\":\"a.Item\""));
	assert_non_null(strstr(b.p, "\"index\":true"));
	assert_non_null(strstr(b.p, "\"logicalType\":\"html\""));
	buf_reset(&b);
	schema_print(s, &b, JSON_PUT_PRETTY);
	assert_non_null(strstr(buf_cstr(&b), "\n  \"base\": \"a.Item\""));
	schema_unref(again);
	schema_unref(s);
	buf_free(&b);
}

static void
logical_types_hold_only_when_right(void **state)
{
	static const struct {
		const char *text;
		enum schema_logical want;
	} t[] = {
		{ "{\"type\":\"int\",\"logicalType\":\"date\"}",
		    LOGICAL_DATE },
		{ "{\"type\":\"long\",\"logicalType\":\"date\"}",
		    LOGICAL_NONE },
		{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\","
		    "\"precision\":4,\"scale\":2}", LOGICAL_DECIMAL },
		{ "{\"type\":\"bytes\",\"logicalType\":\"decimal\","
		    "\"precision\":2,\"scale\":3}", LOGICAL_NONE },
		{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,"
		    "\"logicalType\":\"decimal\",\"precision\":9}",
		    LOGICAL_DECIMAL },
		{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4,"
		    "\"logicalType\":\"decimal\",\"precision\":10}",
		    LOGICAL_NONE },
		{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":12,"
		    "\"logicalType\":\"duration\"}", LOGICAL_DURATION },
		{ "{\"type\":\"fixed\",\"name\":\"F\",\"size\":11,"
		    "\"logicalType\":\"duration\"}", LOGICAL_NONE },
		{ "{\"type\":\"string\",\"logicalType\":\"uuid\"}",
		    LOGICAL_UUID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct schema *s = parse(t[i].text);

		assert_int_equal(schema_root(s)->logical, t[i].want);
		schema_unref(s);
	}
}

static void
sets_let_texts_name_each_other(void **state)
{
	static const char a[] = "{\"type\":\"record\",\"name\":\"x.A\","
	    "\"fields\":[{\"name\":\"b\",\"type\":[\"null\",\"B\"]}]}";
	static const char b[] = "{\"type\":\"record\",\"name\":\"x.B\","
	    "\"fields\":[{\"name\":\"a\",\"type\":[\"null\",\"x.A\"]}]}";
	struct schema_set *set = schema_set_new();
	struct err e = ERR_INIT;
	struct schema *s;

	(void)state;
	assert_int_equal(schema_set_add(set, a, sizeof a - 1, &e), 0);
	assert_null(schema_set_get(set, "x.A", &e));
	assert_string_equal(e.text, "unknown type 'B'");
	assert_int_equal(schema_set_add(set, "{", 1, &e), -1);
	assert_int_equal(schema_set_add(set, a, sizeof a - 1, &e), -1);
	assert_string_equal(e.text, "the type 'x.A' is defined twice");
	assert_int_equal(schema_set_add(set, b, sizeof b - 1, &e), 0);
	s = schema_set_get(set, "x.A", &e);
	assert_non_null(s);
	schema_set_free(set);
	assert_true(str_is(schema_root(s)->fields[0].type->branches[1]->name,
	    "x.B"));
	schema_unref(s);
}

static void
protocols_and_lists(void **state)
{
	static const char avpr[] = "{\"protocol\":\"P\",\"namespace\":\"n\","
	    "\"types\":[{\"type\":\"fixed\",\"name\":\"F\",\"size\":2},"
	    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\","
	    "\"type\":\"F\"}]}],\"messages\":{}}";
	static const char two[] = "{\"type\":\"fixed\",\"name\":\"F\","
	    "\"size\":2} {\"type\":\"array\",\"items\":\"F\"}";
	struct err e = ERR_INIT;
	struct schema *s = schema_parse_any(avpr, sizeof avpr - 1, &e);

	(void)state;
	assert_non_null(s);
	assert_true(str_is(schema_root(s)->name, "n.R"));
	assert_non_null(schema_find(s, "n.F"));
	schema_unref(s);
	s = schema_parse_any(two, sizeof two - 1, &e);
	assert_non_null(s);
	assert_int_equal(schema_root(s)->type, SCHEMA_ARRAY);
	schema_unref(s);
	assert_null(schema_parse(two, sizeof two - 1, &e));
}

static void
gather(void *arg, const char *path, const char *text)
{
	buf_printf(arg, "%s: %s\n", path, text);
}

static void
compares(const char *reader, const char *writer, const char *issues)
{
	struct schema *r = parse(reader), *w = parse(writer);
	struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(schema_compatible(r, w, gather, &b),
	    issues[0] == '\0');
	assert_string_equal(buf_cstr(&b), issues);
	buf_free(&b);
	schema_unref(r);
	schema_unref(w);
}

#define REC(name, fields) \
	"{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(name, type)	"{\"name\":\"" name "\",\"type\":" type "}"

static void
compatibility(void **state)
{
	(void)state;
	compares("\"long\"", "\"int\"", "");
	compares("\"int\"", "\"long\"", "/: long cannot be read as int\n");
	compares("\"bytes\"", "\"string\"", "");
	compares("[\"null\",\"double\"]", "\"float\"", "");
	compares("\"string\"", "[\"null\",\"string\"]",
	    "/: null cannot be read as string\n");
	compares(REC("R", FIELD("a", "\"int\"") "," FIELD("b", "\"int\"")),
	    REC("R", FIELD("a", "\"string\"")),
	    "/a: string cannot be read as int\n"
	    "/: the field 'b' is new and has no default\n");
	compares("{\"type\":\"record\",\"name\":\"New\",\"aliases\":[\"Old\"],"
	    "\"fields\":[{\"name\":\"y\",\"aliases\":[\"x\"],\"type\":"
	    "\"long\"}]}", REC("Old", FIELD("x", "\"int\"")), "");
	/* what a field of its own name takes is nobody's by an alias */
	compares(REC("R", "{\"name\":\"z\",\"aliases\":[\"b\"],\"type\":"
	    "\"int\"}," FIELD("b", "\"int\"")), REC("R", FIELD("b", "\"int\"")),
	    "/: the field 'z' is new and has no default\n");
	compares(REC("A", ""), REC("B", ""), "/: record B cannot be read as "
	    "record A: give it the alias 'B'\n");
	compares("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}",
	    "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
	    "/: the symbol 'B' is gone and the enum has no default\n");
	compares("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],"
	    "\"default\":\"A\"}",
	    "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
	    "");
	compares("{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":"
	    "\"int\"}}", "{\"type\":\"array\",\"items\":{\"type\":\"map\","
	    "\"values\":\"null\"}}",
	    "/[]/{}: null cannot be read as int\n");
	compares("{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}",
	    "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}",
	    "/: fixed F has 2 bytes, not 1\n");
}

/* Recursion: what is wrong shows only the second time round. */
static void
compatibility_of_cycles(void **state)
{
	(void)state;
	compares(REC("N", FIELD("next", "[\"null\",\"N\"]") ","
	    FIELD("v", "\"long\"")), REC("N", FIELD("next",
	    "[\"null\",\"N\"]") "," FIELD("v", "\"int\"")), "");
	compares(REC("N", FIELD("next", "[\"null\",\"N\"]") ","
	    FIELD("v", "\"int\"")), REC("N", FIELD("next",
	    "[\"null\",\"N\"]") "," FIELD("v", "\"long\"")),
	    "/v: long cannot be read as int\n");
}

/* Each record names the next one twice: 2^40 ways through. */
static void
doubling_schemas_take_no_time(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct schema *s;

	(void)state;
	buf_puts(&b, "[\"null\"");
	for (int i = 40; i >= 0; i--) {
		buf_printf(&b, ",{\"type\":\"record\",\"name\":\"R%d\","
		    "\"fields\":[", i);
		if (i < 40)
			buf_printf(&b, "{\"name\":\"a\",\"type\":\"R%d\"},"
			    "{\"name\":\"b\",\"type\":[\"int\",\"R%d\"]}",
			    i + 1, i + 1);
		buf_puts(&b, "]}");
	}
	buf_putc(&b, ']');
	s = parse(buf_cstr(&b));
	assert_true(schema_compatible(s, s, NULL, NULL));
	schema_unref(s);
	buf_free(&b);
}

static void
bad_defaults_take_no_time(void **state)
{
	struct buf b = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;

	(void)state;
	buf_puts(&b, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{"
	    "\"name\":\"f\",\"type\":{\"type\":\"record\",\"name\":\"A\","
	    "\"fields\":[{\"name\":\"x\",\"type\":[\"A\",{\"type\":"
	    "\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"x\","
	    "\"type\":[\"A\",\"B\",\"null\"]}]},\"null\"]}]},\"default\":");
	for (int i = 0; i < 30; i++)
		buf_puts(&b, "{\"x\":");
	buf_putc(&b, '1');
	for (int i = 0; i < 30; i++)
		buf_putc(&b, '}');
	buf_puts(&b, "}]}");
	assert_null(schema_parse(b.p, b.n, &e));
	assert_int_equal(e.code, ERR_SCHEMA);
	buf_free(&b);
}

static void
avro_c_has_the_same_model(void **state)
{
	struct schema *s = parse(REC("R", FIELD("a", "[\"null\",\"R\"]")));
	struct err e = ERR_INIT;
	avro_schema_t c = schema_avro(s, &e);

	(void)state;
	assert_non_null(c);
	assert_string_equal(avro_schema_name(c), "R");
	assert_int_equal(avro_schema_record_size(c), 1);
	avro_schema_decref(c);
	schema_unref(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_forms),
		cmocka_unit_test(fingerprints),
		cmocka_unit_test(errors_say_where),
		cmocka_unit_test(attributes_are_kept),
		cmocka_unit_test(logical_types_hold_only_when_right),
		cmocka_unit_test(sets_let_texts_name_each_other),
		cmocka_unit_test(protocols_and_lists),
		cmocka_unit_test(compatibility),
		cmocka_unit_test(compatibility_of_cycles),
		cmocka_unit_test(doubling_schemas_take_no_time),
		cmocka_unit_test(bad_defaults_take_no_time),
		cmocka_unit_test(avro_c_has_the_same_model),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
