#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "avro/plan.h"
#include "base/text.h"

static struct schema *
schema(const char *text)
{
	struct err e = ERR_INIT;
	struct schema *s = schema_parse(text, strlen(text), &e);

	if (s == NULL)
		print_error("%s: %s\n", e.at, e.text);
	assert_non_null(s);
	return s;
}

static struct plan *
plan(const char *text, struct plan_options o)
{
	struct schema *s = schema(text);
	struct err e = ERR_INIT;
	struct plan *p = plan_new(s, &o, &e);

	if (p == NULL)
		print_error("%s\n", e.text);
	assert_non_null(p);
	schema_unref(s);
	return p;
}

#define PLAIN	((struct plan_options){ .json = PLAN_PLAIN })
#define AVRO	((struct plan_options){ .json = PLAN_AVRO })
#define MESSAGE	((struct plan_options){ .json = PLAN_MESSAGE })

/* JSON to the binary hex, and that back to back (NULL: the same). */
static void
codes(const char *text, struct plan_options o, const char *json,
    const char *hex, const char *back)
{
	struct plan *p = plan(text, o);
	struct plan_run *r = plan_run_new(NULL);
	struct buf bin = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	if (plan_encode(p, r, json, strlen(json), &bin, &e) < 0)
		fail_msg("%s: %s %s: %s", json, e.at, e.path, e.text);
	hex_put(&out, bin.p, bin.n);
	assert_string_equal(buf_cstr(&out), hex);
	assert_int_equal(plan_check(p, r, bin.p, bin.n, &e), 0);
	buf_reset(&out);
	if (plan_decode(p, r, bin.p, bin.n, &out, &e) < 0)
		fail_msg("%s: %s %s: %s", json, e.at, e.path, e.text);
	assert_string_equal(buf_cstr(&out), back == NULL ? json : back);
	buf_free(&out);
	buf_free(&bin);
	plan_run_free(r);
	plan_unref(p);
}

static void
refuses(const char *text, struct plan_options o, const char *json,
    const char *at, const char *path, const char *why)
{
	struct plan *p = plan(text, o);
	struct plan_run *r = plan_run_new(NULL);
	struct buf bin = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	buf_puts(&bin, "as before");
	assert_int_equal(plan_encode(p, r, json, strlen(json), &bin, &e), -1);
	assert_string_equal(e.text, why);
	assert_string_equal(e.path, path);
	assert_string_equal(e.at, at);
	assert_string_equal(buf_cstr(&bin), "as before");
	buf_free(&bin);
	plan_run_free(r);
	plan_unref(p);
}

static void
refuses_binary(const char *text, const char *hex, const char *at,
    const char *path, const char *why)
{
	struct plan *p = plan(text, PLAIN);
	struct plan_run *r = plan_run_new(NULL);
	struct buf bin = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_equal(hex_get(&bin, hex, strlen(hex)), 0);
	assert_int_equal(plan_decode(p, r, bin.p, bin.n, &out, &e), -1);
	assert_string_equal(e.text, why);
	if (path != NULL)
		assert_string_equal(e.path, path);
	assert_string_equal(e.at, at);
	assert_int_equal(out.n, 0);
	assert_int_equal(plan_check(p, r, bin.p, bin.n, &e), -1);
	buf_free(&out);
	buf_free(&bin);
	plan_run_free(r);
	plan_unref(p);
}

#define REC(name, fields) \
	"{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(name, type)	"{\"name\":\"" name "\",\"type\":" type "}"
#define FIELD_OR(name, type, init) \
	"{\"name\":\"" name "\",\"type\":" type ",\"default\":" init "}"
#define LOGICAL(type, name) \
	"{\"type\":\"" type "\",\"logicalType\":\"" name "\"}"

static void
primitives(void **state)
{
	(void)state;
	codes("\"null\"", PLAIN, "null", "", NULL);
	codes("\"boolean\"", PLAIN, "true", "01", NULL);
	codes("\"int\"", PLAIN, "-64", "7f", NULL);
	codes("\"int\"", PLAIN, "2147483647", "feffffff0f", NULL);
	codes("\"int\"", PLAIN, "-2147483648", "ffffffff0f", NULL);
	codes("\"long\"", PLAIN, "8192", "808001", NULL);
	codes("\"long\"", PLAIN, "-9223372036854775808",
	    "ffffffffffffffffff01", NULL);
	codes("\"long\"", PLAIN, "9223372036854775807",
	    "feffffffffffffffff01", NULL);
	codes("\"long\"", PLAIN, "1.20e1", "18", "12");
	codes("\"float\"", PLAIN, "0.1", "cdcccc3d", NULL);
	codes("\"double\"", PLAIN, "1", "000000000000f03f", "1.0");
	codes("\"double\"", PLAIN, "\"NaN\"", "000000000000f87f", NULL);
	codes("\"double\"", PLAIN, "\"-Infinity\"", "000000000000f0ff", NULL);
	codes("\"string\"", PLAIN, "\"\"", "00", NULL);
	codes("\"string\"", PLAIN, "\"a\\u0000\\n\\u00e9\"",
	    "0a61000ac3a9", "\"a\\u0000\\n\xc3\xa9\"");
	codes("\"string\"", PLAIN, "\"\\ud83d\\ude00\"", "08f09f9880",
	    "\"\xf0\x9f\x98\x80\"");
	codes("\"bytes\"", PLAIN, "\"\\u00ff\\u0000a\"", "06ff0061",
	    "\"\\u00FF\\u0000a\"");
	codes("{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", PLAIN,
	    "\"\\u0080\xc3\xbf\"", "80ff", "\"\\u0080\\u00FF\"");
	codes("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
	    PLAIN, "\"B\"", "02", NULL);
}

static void
long_strings(void **state)
{
	static const char tail[] = "\\\"\xc3\xa9";
	struct plan *p = plan("\"string\"", PLAIN);
	struct plan_run *r = plan_run_new(NULL);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t n = 0; n < 300; n++)
		for (int kind = 0; kind < 2; kind++) {
			struct buf json = BUF_INIT(4096);
			struct buf bin = BUF_INIT(4096);
			struct buf out = BUF_INIT(4096);

			buf_putc(&json, '"');
			for (size_t i = 0; i < n; i++)
				buf_putc(&json, (char)('a' + i % 26));
			if (kind == 1)
				buf_puts(&json, tail);
			buf_putc(&json, '"');
			assert_int_equal(plan_encode(p, r, json.p, json.n,
			    &bin, &e), 0);
			assert_int_equal(plan_decode(p, r, bin.p, bin.n, &out,
			    &e), 0);
			assert_int_equal(out.n, json.n);
			assert_memory_equal(out.p, json.p, json.n);
			buf_free(&json);
			buf_free(&bin);
			buf_free(&out);
		}
	plan_run_free(r);
	plan_unref(p);
}

static void
records_in_any_order(void **state)
{
	static const char s[] = REC("R", FIELD("a", "\"int\"") ","
	    FIELD("b", "\"string\"") "," FIELD_OR("c", "\"int\"", "7") ","
	    FIELD("d", "[\"null\",\"R\"]"));

	(void)state;
	codes(s, PLAIN, "{\"a\":1,\"b\":\"x\",\"c\":2,\"d\":null}",
	    "0202780400", NULL);
	codes(s, PLAIN, " { \"d\" : null , \"b\" : \"x\" , \"a\" : 1 } ",
	    "0202780e00", "{\"a\":1,\"b\":\"x\",\"c\":7,\"d\":null}");
	codes(s, PLAIN, "{\"b\":\"x\",\"d\":{\"d\":null,\"c\":3,\"a\":5,"
	    "\"b\":\"y\"},\"a\":1}", "0202780e020a02790600",
	    "{\"a\":1,\"b\":\"x\",\"c\":7,\"d\":{\"a\":5,\"b\":\"y\","
	    "\"c\":3,\"d\":null}}");
	codes(s, PLAIN, "{\"\\u0061\":1,\"b\":\"x\",\"c\":2,\"d\":null}",
	    "0202780400", "{\"a\":1,\"b\":\"x\",\"c\":2,\"d\":null}");
	refuses(s, PLAIN, "{\"a\":1,\n\"b\":\"x\",\"e\":2}",
	    "line 2, column 9", "", "there is no field 'e'");
	refuses(s, PLAIN, "{\"a\":1,\"b\":\"x\",\"c\":2}",
	    "line 1, column 21", "", "no value for the field 'd'");
	refuses(s, PLAIN, "{\"a\":1,\"b\":\"x\",\"c\":2,\"a\":1}",
	    "line 1, column 22", "", "the field comes twice: 'a'");
	refuses(s, PLAIN, "{\"b\":\"x\",\"b\":\"x\"}",
	    "line 1, column 10", "", "the field comes twice: 'b'");
	refuses(s, PLAIN, "{\"a\":1,\"b\":7}", "line 1, column 12", "/b",
	    "expected string, got number 7");
	refuses(s, PLAIN, "[1]", "line 1, column 1", "",
	    "expected record R, got array");
}

/* A record whose text is n characters long, and what is in text must not be
 * taken for its end; last: the members come in another order, with spaces. */
static void
put_record(struct buf *to, size_t n, int depth, bool last)
{
	static const char tricks[] = ",}]{[:x";
	struct buf text = BUF_INIT(4096), below = BUF_INIT(1 << 20);

	for (size_t i = 0; i < n; i++)
		buf_putc(&text, tricks[i % (sizeof tricks - 1)]);
	if (n % 3 == 0)
		buf_puts(&text, "\\\"");
	buf_putc(&text, '\0');
	if (depth > 0)
		put_record(&below, n, depth - 1, last);
	else
		buf_puts(&below, "null");
	buf_putc(&below, '\0');
	if (last)
		buf_printf(to, "{\"d\":%s,\"c\":[1,%zu],\"b\":\"%s\" ,"
		    "\"a\":-1 }", below.p, n, text.p);
	else
		buf_printf(to, "{\"a\":-1,\"b\":\"%s\",\"c\":[1,%zu],"
		    "\"d\":%s}", text.p, n, below.p);
	buf_free(&text);
	buf_free(&below);
}

static void
members_of_any_length(void **state)
{
	static const char s[] = REC("R", FIELD("a", "\"int\"") ","
	    FIELD("b", "\"string\"") ","
	    FIELD("c", "{\"type\":\"array\",\"items\":\"int\"}") ","
	    FIELD("d", "[\"null\",\"R\"]"));
	struct plan *p = plan(s, PLAIN);
	struct plan_run *r = plan_run_new(NULL);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t n = 0; n < 140; n++)
		for (int depth = 0; depth < 12; depth += 3) {
			struct buf json = BUF_INIT(1 << 20);
			struct buf want = BUF_INIT(1 << 20);
			struct buf got = BUF_INIT(1 << 20);

			put_record(&json, n, depth, false);
			assert_int_equal(plan_encode(p, r, json.p, json.n,
			    &want, &e), 0);
			buf_reset(&json);
			put_record(&json, n, depth, true);
			assert_int_equal(plan_encode(p, r, json.p, json.n,
			    &got, &e), 0);
			assert_int_equal(got.n, want.n);
			assert_memory_equal(got.p, want.p, want.n);
			buf_free(&json);
			buf_free(&want);
			buf_free(&got);
		}
	plan_run_free(r);
	plan_unref(p);
}

static void
counts_of_many_items(void **state)
{
	static const char s[] = "{\"type\":\"array\",\"items\":{\"type\":"
	    "\"array\",\"items\":" REC("R", FIELD("a", "\"int\"") ","
	    FIELD("b", "\"string\"")) "}}";
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 200, 3000, 9000 };
	struct plan *p = plan(s, PLAIN);
	struct plan_run *r = plan_run_new(NULL);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
		for (int shuffled = 0; shuffled < 2; shuffled++) {
			struct buf json = BUF_INIT(1 << 20);
			struct buf want = BUF_INIT(1 << 20);
			struct buf bin = BUF_INIT(1 << 20);
			struct buf out = BUF_INIT(1 << 20);

			buf_puts(&json, "[");
			buf_puts(&want, "[");
			for (size_t i = 0; i < 3; i++) {
				buf_puts(&json, i ? ",[" : "[");
				buf_puts(&want, i ? ",[" : "[");
				for (size_t j = 0; j < sizes[k] / 3; j++) {
					buf_printf(&want, "%s{\"a\":%zu,"
					    "\"b\":\"s\"}", j ? "," : "", j);
					if (shuffled && j % 5 != 0)
						buf_printf(&json, "%s{\"b\":"
						    "\"s\",\"a\":%zu}",
						    j ? "," : "", j);
					else
						buf_printf(&json, "%s{\"a\":"
						    "%zu,\"b\":\"s\"}",
						    j ? "," : "", j);
				}
				buf_puts(&json, "]");
				buf_puts(&want, "]");
			}
			buf_puts(&json, "]");
			buf_puts(&want, "]");
			assert_int_equal(plan_encode(p, r, json.p, json.n,
			    &bin, &e), 0);
			assert_int_equal(plan_decode(p, r, bin.p, bin.n, &out,
			    &e), 0);
			assert_string_equal(buf_cstr(&out), buf_cstr(&want));
			buf_free(&json);
			buf_free(&want);
			buf_free(&bin);
			buf_free(&out);
		}
	plan_run_free(r);
	plan_unref(p);
}

static void
unions_bare_and_tagged(void **state)
{
	static const char s[] = "[\"null\",\"string\",\"long\",\"double\","
	    "{\"type\":\"enum\",\"name\":\"n.E\",\"symbols\":[\"A\"]},"
	    "{\"type\":\"array\",\"items\":\"int\"},"
	    REC("n.P", FIELD("x", "\"int\"") "," FIELD("y", "\"int\"")) ","
	    REC("n.Q", FIELD("x", "\"int\"") "," FIELD("z", "\"int\"")) "]";

	(void)state;
	codes(s, PLAIN, "null", "00", NULL);
	codes(s, PLAIN, "\"A\"", "0800", NULL);
	codes(s, PLAIN, "\"B\"", "020242", NULL);
	codes(s, PLAIN, "5", "040a", NULL);
	codes(s, PLAIN, "5.0", "060000000000001440", NULL);
	codes(s, PLAIN, "[1]", "0a020200", NULL);
	codes(s, PLAIN, "{\"x\":1,\"z\":2}", "0e0204", NULL);
	codes(s, PLAIN, "{\"y\":1,\"x\":2}", "0c0402",
	    "{\"x\":2,\"y\":1}");
	codes(s, PLAIN, "{\"string\":\"A\"}", "020241", "\"A\"");
	codes(s, PLAIN, "{\"n.Q\":{\"x\":1,\"z\":2}}", "0e0204",
	    "{\"x\":1,\"z\":2}");
	codes(s, PLAIN, "{ \"Q\" : {\"x\":1,\"z\":2} }", "0e0204",
	    "{\"x\":1,\"z\":2}");
	codes(s, AVRO, "{\"string\":\"A\"}", "020241", NULL);
	codes(s, AVRO, "{\"n.E\":\"A\"}", "0800", NULL);
	codes(s, AVRO, "{\"n.Q\":{\"x\":1,\"z\":2}}", "0e0204", NULL);
	codes(s, AVRO, "null", "00", NULL);
	refuses(s, PLAIN, "true", "line 1, column 1", "", "expected one of "
	    "null, string, long, double, n.E, array, n.P, n.Q, got boolean "
	    "true");
	refuses(s, PLAIN, "{\"x\":1}", "line 1, column 7", "",
	    "no value for the field 'y'");
	refuses(s, PLAIN, "{\"string\":7}", "line 1, column 11", "/string",
	    "expected string, got number 7");
	refuses(s, (struct plan_options){ .json = PLAN_AVRO,
	    .unions = UNIONS_TAGGED }, "\"A\"", "line 1, column 1", "",
	    "expected one of null, string, long, double, n.E, array, n.P, "
	    "n.Q, got string 'A'");
	codes("[\"int\",\"null\"]", PLAIN, "null", "02", NULL);
	codes("[\"null\",\"float\",\"int\"]", PLAIN, "2147483648",
	    "020000004f", "2147483600.0");
	codes("[\"null\",{\"type\":\"map\",\"values\":\"int\"},"
	    "\"string\"]", PLAIN, "{\"string\":1,\"b\":2}",
	    "02" "04" "0c737472696e67" "02" "0262" "04" "00", NULL);
}

static void
logical_types(void **state)
{
	(void)state;
	codes(LOGICAL("int", "date"), PLAIN, "\"1970-01-02\"", "02", NULL);
	codes(LOGICAL("int", "date"), PLAIN, "\"0001-01-01\"", "f3e457",
	    NULL);
	codes(LOGICAL("int", "date"), PLAIN, "-1", "01", "\"1969-12-31\"");
	codes(LOGICAL("int", "time-millis"), PLAIN, "\"00:00:00.001\"", "02",
	    NULL);
	codes(LOGICAL("long", "time-micros"), PLAIN, "\"00:00:01\"",
	    "80897a", NULL);
	codes(LOGICAL("long", "timestamp-millis"), PLAIN,
	    "\"1970-01-01T01:00:00.5+01:00\"", "e807",
	    "\"1970-01-01T00:00:00.500Z\"");
	codes(LOGICAL("long", "timestamp-micros"), PLAIN,
	    "\"1969-12-31T23:59:59.999999Z\"", "01", NULL);
	codes(LOGICAL("long", "timestamp-nanos"), PLAIN,
	    "\"1970-01-01T00:00:00.000000001Z\"", "02", NULL);
	codes(LOGICAL("long", "local-timestamp-millis"), PLAIN,
	    "\"1970-01-01T00:00:00\"", "00", NULL);
	codes(LOGICAL("string", "uuid"), PLAIN,
	    "\"123e4567-e89b-12d3-a456-426614174000\"",
	    "48" "31323365343536372d653839622d313264332d613435362d343236363134"
	    "313734303030", NULL);
	codes("{\"type\":\"fixed\",\"name\":\"U\",\"size\":16,"
	    "\"logicalType\":\"uuid\"}", PLAIN,
	    "\"123e4567-e89b-12d3-a456-426614174000\"",
	    "123e4567e89b12d3a456426614174000", NULL);
	codes("{\"type\":\"fixed\",\"name\":\"D\",\"size\":12,"
	    "\"logicalType\":\"duration\"}", PLAIN, "\"P1Y2M3DT4.005S\"",
	    "0e000000" "03000000" "a50f0000", "\"P14M3DT4.005S\"");
	codes("{\"type\":\"bytes\",\"logicalType\":\"decimal\","
	    "\"precision\":6,\"scale\":2}", PLAIN, "\"-12.30\"", "04fb32",
	    NULL);
	codes("{\"type\":\"bytes\",\"logicalType\":\"decimal\","
	    "\"precision\":6,\"scale\":2}", PLAIN, "1.28", "040080",
	    "\"1.28\"");
	codes("{\"type\":\"fixed\",\"name\":\"D\",\"size\":4,"
	    "\"logicalType\":\"decimal\",\"precision\":9}", PLAIN,
	    "\"-1\"", "ffffffff", NULL);
	refuses("{\"type\":\"bytes\",\"logicalType\":\"decimal\","
	    "\"precision\":3,\"scale\":2}", PLAIN, "\"12.34\"",
	    "line 1, column 1", "", "expected decimal of 3 digits, 2 behind "
	    "the point, got string '12.34'");
	codes(LOGICAL("long", "timestamp-nanos"), PLAIN,
	    "\"1677-09-21T00:12:43.145224192Z\"", "ffffffffffffffffff01",
	    NULL);
	codes(LOGICAL("long", "timestamp-nanos"), PLAIN,
	    "\"2262-04-11T23:47:16.854775807Z\"", "feffffffffffffffff01",
	    NULL);
	refuses(LOGICAL("int", "date"), PLAIN, "\"2023-02-29\"",
	    "line 1, column 1", "",
	    "expected date, got string '2023-02-29'");
	codes(LOGICAL("int", "date"), ((struct plan_options){
	    .raw_logical = true }), "3", "06", NULL);
}

static void
the_dialect_of_messages(void **state)
{
	static const char s[] = REC("R", FIELD("b", "\"bytes\"") ","
	    FIELD("a", "[\"null\",\"string\"]") "," FIELD("n", "\"long\"") ","
	    FIELD("m", "{\"type\":\"map\",\"values\":\"double\"}"));

	(void)state;
	codes(s, MESSAGE, "{\"a\":\"x\",\"b\":\"AQI=\",\"m\":{\"b\":1.0,"
	    "\"a\":2.0},\"n\":5}", "04010202" "0278" "0a" "04"
	    "0262" "000000000000f03f" "0261" "0000000000000040" "00",
	    "{\"a\":\"x\",\"b\":\"AQI=\",\"m\":{\"a\":2.0,\"b\":1.0},"
	    "\"n\":5}");
	codes("\"string\"", MESSAGE, "12.50", "0a31322e3530", "\"12.50\"");
	codes("\"string\"", MESSAGE, "true", "0874727565", "\"true\"");
	codes("\"long\"", MESSAGE, "\"12\"", "18", "12");
	codes("\"boolean\"", MESSAGE, "\"false\"", "00", "false");
	codes("\"double\"", MESSAGE, "3", "0000000000000840", "3.0");
	codes("[\"null\",\"string\"]", MESSAGE, "5", "020235", "\"5\"");
	refuses("\"double\"", MESSAGE, "9007199254740993",
	    "line 1, column 1", "",
	    "expected double, got number 9007199254740993");
	refuses("\"long\"", MESSAGE, "\"1.5\"", "line 1, column 1", "",
	    "expected long, got string '1.5'");
	refuses("\"string\"", MESSAGE, "null", "line 1, column 1", "",
	    "expected string, got null");
	refuses("\"bytes\"", MESSAGE, "\"?\"", "line 1, column 1", "",
	    "expected bytes in base64: base64: unexpected character");
}

static void
json_is_strict(void **state)
{
	(void)state;
	refuses("\"int\"", PLAIN, "01", "line 1, column 2", "",
	    "this is no number");
	refuses("\"int\"", PLAIN, "1 2", "line 1, column 3", "",
	    "expected the end of the text, found '2'");
	refuses("\"int\"", PLAIN, "+1", "line 1, column 1", "",
	    "expected a value, found '+'");
	refuses("\"int\"", PLAIN, "", "line 1, column 1", "",
	    "it ends where more must follow");
	refuses("\"int\"", PLAIN, "1.5", "line 1, column 1", "",
	    "expected int, got number 1.5");
	refuses("\"int\"", PLAIN, "2147483648", "line 1, column 1", "",
	    "expected int, got number 2147483648");
	refuses("\"string\"", PLAIN, "\"\xff\"", "line 1, column 2", "",
	    "this is no UTF-8");
	refuses("\"string\"", PLAIN, "\"a\tb\"", "line 1, column 3", "",
	    "a control character in a string must be escaped");
	refuses("\"string\"", PLAIN, "\"\\ud800\"", "line 1, column 2", "",
	    "bad escape in a string");
	refuses("{\"type\":\"array\",\"items\":\"int\"}", PLAIN, "[1,]",
	    "line 1, column 4", "/1", "expected a value, found ']'");
	refuses("{\"type\":\"map\",\"values\":\"int\"}", PLAIN,
	    "{\"k\":\"v\"}", "line 1, column 6", "/k",
	    "expected int, got string 'v'");
	refuses("\"null\"", PLAIN, "nul", "line 1, column 4", "",
	    "it ends where more must follow");
	refuses("\"double\"", PLAIN, "1e400", "line 1, column 1", "",
	    "expected double, got number 1e400");
}

static void
binary_is_checked(void **state)
{
	(void)state;
	refuses_binary("\"int\"", "", "byte 0", "",
	    "it ends where more must follow");
	refuses_binary("\"int\"", "8080808010", "byte 0", "",
	    "2147483648 is no int");
	refuses_binary("\"long\"", "ffffffffffffffffff02", "byte 10", "",
	    "an integer of more than 64 bits");
	refuses_binary("\"string\"", "0a61", "byte 0", "",
	    "a length of 5 bytes, and 1 are left");
	refuses_binary("\"string\"", "01", "byte 0", "",
	    "a negative length");
	refuses_binary("\"string\"", "02ff", "byte 1", "",
	    "the string is no UTF-8");
	refuses_binary("\"boolean\"", "02", "byte 0", "", "2 is no boolean");
	refuses_binary("[\"null\",\"int\"]", "04", "byte 0", "",
	    "index 2 of a union with 2");
	refuses_binary("\"null\"", "00", "byte 0", "",
	    "1 bytes are left behind the value");
	refuses_binary("{\"type\":\"array\",\"items\":\"null\"}",
	    "feffffffffffffff7f", "byte 0", "",
	    "more than 1048576 elements that may take no "
	    "byte, a 64th of all that a value may have");
	refuses_binary("{\"type\":\"array\",\"items\":\"int\"}", "d0860300",
	    "byte 0", "", "a block of 25000 items, and 1 bytes are left");
	refuses_binary("{\"type\":\"array\",\"items\":\"int\"}",
	    "0104020200", "byte 3", "",
	    "the block has another size than it says");
	refuses_binary(REC("R", FIELD("r", "\"R\"")), "", "byte 0",
	    NULL, "nested deeper than 256");
}

/* Whatever the key's spelling, and however many there are. */
static void
maps_have_no_key_twice(void **state)
{
	static const char s[] = "{\"type\":\"map\",\"values\":"
	    "{\"type\":\"map\",\"values\":\"int\"}}";
	struct buf json = BUF_INIT(1 << 20);

	(void)state;
	codes(s, PLAIN, "{\"a\":{\"a\":1},\"b\":{\"a\":2}}",
	    "0402610202610200" "02620202610400" "00", NULL);
	refuses(s, PLAIN, "{\"a\":{\"a\":1,\"b\":2,\"\\u0061\":3}}",
	    "line 1, column 19", "/a", "the key comes twice: 'a'");
	refuses_binary(s, "020261" "0402610202610400" "00", "byte 7", "/a",
	    "the key comes twice: 'a'");
	refuses_binary(s, "0202610202620200" "0202610000", "byte 9", "",
	    "the key comes twice: 'a'");
	buf_puts(&json, "{\"x\":{");
	for (int i = 0; i < 100; i++)
		buf_printf(&json, "\"k%d\":1,", i);
	buf_puts(&json, "\"k57\":1}}");
	refuses(s, PLAIN, buf_cstr(&json), "line 1, column 797", "/x",
	    "the key comes twice: 'k57'");
	buf_free(&json);
}

static void
streams_wait_for_more(void **state)
{
	static const char s[] = REC("R", FIELD("a", "\"int\"") ","
	    FIELD("b", "[\"null\",\"double\",\"string\"]") ","
	    FIELD_OR("c", "{\"type\":\"array\",\"items\":\"boolean\"}",
	    "[]"));
	static const char json[] = " {\"a\": 12, \"c\": [true,false], "
	    "\"b\": \"x\\u00e9\"} {\"a\":1,\"b\":-1.5e3}";
	struct plan *p = plan(s, PLAIN);
	struct plan_run *r = plan_run_new(NULL);
	struct buf bin = BUF_INIT(4096), out = BUF_INIT(4096);
	struct err e = ERR_INIT;
	size_t used = 0, first = strchr(json + 3, '}') + 1 - json, n;

	(void)state;
	for (n = 0; n < first; n++)
		assert_int_equal(plan_encode_next(p, r, json, n, false, &used,
		    &bin, &e), 0);
	assert_int_equal(plan_encode_next(p, r, json, n, false, &used, &bin,
	    &e), 1);
	assert_int_equal(used, first);
	assert_int_equal(plan_encode_next(p, r, json + first,
	    sizeof json - 1 - first, true, &used, &bin, &e), 1);
	for (n = 0; plan_decode_next(p, r, bin.p, n, false, &used, &out,
	    &e) == 0; n++)
		assert_int_equal(out.n, 0);
	assert_string_equal(buf_cstr(&out),
	    "{\"a\":12,\"b\":\"x\xc3\xa9\",\"c\":[true,false]}");
	assert_int_equal(used, n);
	assert_int_equal(plan_skip_next(p, r, bin.p, bin.n, true, &used, &e),
	    1);
	assert_int_equal(used, n);
	buf_free(&out);
	buf_free(&bin);
	plan_run_free(r);
	plan_unref(p);
}

static void
fields_one_by_one(void **state)
{
	static const char s[] = REC("R", FIELD("b", "\"string\"") ","
	    FIELD_OR("a", "[\"null\",\"int\"]", "null") ","
	    FIELD_OR("c", "\"int\"", "9"));
	struct plan *p = plan(s, MESSAGE);
	struct plan_run *r = plan_run_new(NULL);
	struct buf bin = BUF_INIT(4096), out = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct str init;
	size_t ends[3];

	(void)state;
	assert_int_equal(plan_field_count(p), 3);
	assert_int_equal(plan_field(p, "a", 1), 1);
	assert_int_equal(plan_field(p, "x", 1), -1);
	assert_int_equal(plan_field_sorted(p, 0), 1);
	assert_true(str_is(plan_field_name(p, 2), "c"));
	assert_int_equal(plan_encode(p, r, "{\"b\":\"xy\",\"a\":5}", 16, &bin,
	    &e), 0);
	assert_int_equal(plan_fields(p, r, bin.p, bin.n, ends, &e), 0);
	assert_int_equal(ends[0], 3);
	assert_int_equal(ends[1], 5);
	assert_int_equal(ends[2], 6);
	assert_int_equal(plan_decode_field(p, r, 1, bin.p + 3, 2, &out, &e),
	    0);
	assert_string_equal(buf_cstr(&out), "5");
	buf_reset(&out);
	assert_int_equal(plan_encode_field(p, r, 1, "null", 4, &out, &e), 0);
	assert_int_equal(out.n, 1);
	assert_int_equal(plan_encode_field(p, r, 1, "[]", 2, &out, &e), -1);
	assert_string_equal(e.path, "/a");
	assert_string_equal(e.text, "expected one of null, int, got array");
	assert_false(plan_field_default(p, 0, &init));
	assert_true(plan_field_default(p, 2, &init));
	assert_int_equal(init.n, 1);
	assert_int_equal(init.p[0], 18);
	assert_int_equal(plan_fields(p, r, bin.p, 2, ends, &e), -1);
	assert_string_equal(e.path, "/b");
	buf_free(&out);
	buf_free(&bin);
	plan_run_free(r);
	plan_unref(p);
}

static void
defaults_of_defaults(void **state)
{
	static const char s[] = REC("R", FIELD_OR("in", REC("I",
	    FIELD_OR("x", "\"int\"", "3") "," FIELD_OR("y",
	    "{\"type\":\"array\",\"items\":\"bytes\"}",
	    "[\"\\u00ff\"]")), "{}") "," FIELD_OR("m",
	    "{\"type\":\"map\",\"values\":[\"string\",\"null\"]}",
	    "{\"k\":\"v\"}"));
	struct schema *bad = schema(REC("R", FIELD_OR("r", "\"R\"", "{}")));
	struct err e = ERR_INIT;

	(void)state;
	codes(s, PLAIN, "{}", "06" "0202ff00" "02026b00027600",
	    "{\"in\":{\"x\":3,\"y\":[\"\\u00FF\"]},\"m\":{\"k\":\"v\"}}");
	assert_null(plan_new(bad, NULL, &e));
	assert_non_null(strstr(e.text, "contains itself"));
	schema_unref(bad);
}

/* Each level's default holds the next one twice: 2^40 bytes. */
static void
doubling_defaults_have_a_limit(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct schema *s;

	(void)state;
	buf_puts(&b, REC("R0", FIELD_OR("a", "\"int\"", "0")));
	for (int i = 1; i < 40; i++)
		buf_printf(&b, REC("R%d", FIELD_OR("a", "\"R%d\"", "{}") ","
		    FIELD_OR("b", "\"R%d\"", "{}")), i, i - 1, i - 1);
	s = schema_parse_any(b.p, b.n, &e);
	if (s == NULL)
		fail_msg("%s: %s", e.at, e.text);
	assert_null(plan_new(s, NULL, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	schema_unref(s);
	buf_free(&b);
}

static void
resolves(const char *writer, const char *reader, const char *json,
    const char *want)
{
	struct schema *w = schema(writer), *rd = schema(reader);
	struct plan_options avro = AVRO;
	struct err e = ERR_INIT;
	struct plan *enc = plan_new(w, &avro, &e);
	struct plan *dec = plan_new(rd, &avro, &e);
	struct plan *both = plan_pair(w, rd, &e);
	struct plan_run *r = plan_run_new(NULL);
	struct buf bin = BUF_INIT(4096), bin2 = BUF_INIT(4096);
	struct buf out = BUF_INIT(4096);

	if (both == NULL) {
		buf_printf(&out, "%s: %s", e.path, e.text);
	} else {
		assert_int_equal(plan_encode(enc, r, json, strlen(json), &bin,
		    &e), 0);
		if (plan_resolve(both, r, bin.p, bin.n, &bin2, &e) < 0)
			buf_printf(&out, "%s %s: %s", e.at, e.path, e.text);
		else
			assert_int_equal(plan_decode(dec, r, bin2.p, bin2.n,
			    &out, &e), 0);
	}
	assert_string_equal(buf_cstr(&out), want);
	buf_free(&bin);
	buf_free(&bin2);
	buf_free(&out);
	plan_run_free(r);
	plan_unref(enc);
	plan_unref(dec);
	plan_unref(both);
	schema_unref(w);
	schema_unref(rd);
}

static void
resolution(void **state)
{
	(void)state;
	resolves("\"int\"", "\"long\"", "5", "5");
	resolves("\"int\"", "\"double\"", "5", "5.0");
	resolves("\"long\"", "\"float\"", "5", "5.0");
	resolves("\"float\"", "\"double\"", "0.5", "0.5");
	resolves("\"string\"", "\"bytes\"", "\"ab\"", "\"ab\"");
	resolves("\"bytes\"", "\"string\"", "\"ab\"", "\"ab\"");
	resolves("\"bytes\"", "\"string\"", "\"\\u00ff\"",
	    "byte 1 : bytes that are to be read as a string are no UTF-8");
	resolves("\"long\"", "\"int\"", "5",
	    ": long cannot be read as int");
	resolves("\"int\"", "[\"null\",\"long\"]", "5", "{\"long\":5}");
	resolves("[\"null\",\"int\"]", "\"long\"", "{\"int\":5}", "5");
	resolves("[\"null\",\"int\"]", "\"long\"", "null",
	    "byte 1 : null cannot be read as long");
	resolves("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":"
	    "[\"A\",\"B\"]}", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":"
	    "[\"B\",\"A\"]}", "\"A\"", "\"A\"");
	resolves("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":"
	    "[\"A\",\"B\"]}", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":"
	    "[\"B\",\"X\"],\"default\":\"X\"}", "\"A\"", "\"X\"");
	resolves("{\"type\":\"array\",\"items\":\"long\"}",
	    "{\"type\":\"array\",\"items\":\"double\"}", "[1,2]",
	    "[1.0,2.0]");
	resolves("{\"type\":\"map\",\"values\":\"int\"}",
	    "{\"type\":\"map\",\"values\":\"long\"}", "{\"a\":1}",
	    "{\"a\":1}");
}

static void
resolution_of_records(void **state)
{
	static const char w[] = REC("R", FIELD("a", "\"int\"") ","
	    FIELD("gone", "{\"type\":\"array\",\"items\":\"string\"}") ","
	    FIELD("b", "\"string\"") "," FIELD("next", "[\"null\",\"R\"]"));

	(void)state;
	resolves(w, REC("R", FIELD("next", "[\"null\",\"R\"]") ","
	    "{\"name\":\"bb\",\"aliases\":[\"b\"],\"type\":\"string\"},"
	    FIELD_OR("new", "\"int\"", "7") "," FIELD("a", "\"long\"")),
	    "{\"a\":1,\"gone\":[\"x\",\"y\"],\"b\":\"s\",\"next\":{\"R\":"
	    "{\"a\":2,\"gone\":[],\"b\":\"t\",\"next\":null}}}",
	    "{\"next\":{\"R\":{\"next\":null,\"bb\":\"t\",\"new\":7,"
	    "\"a\":2}},\"bb\":\"s\",\"new\":7,\"a\":1}");
	resolves(w, REC("R", FIELD_OR("n1", "\"int\"", "1") ","
	    FIELD("a", "\"int\"") "," FIELD_OR("n2", "\"int\"", "2") ","
	    FIELD("b", "\"string\"") "," FIELD_OR("n3", "\"int\"", "3")),
	    "{\"a\":5,\"gone\":[],\"b\":\"s\",\"next\":null}",
	    "{\"n1\":1,\"a\":5,\"n2\":2,\"b\":\"s\",\"n3\":3}");
	resolves(REC("R", FIELD("in", REC("I", ""))), REC("R", FIELD("in",
	    REC("I", FIELD("x", "\"int\"")))), "{\"in\":{}}",
	    "/in: the field 'x' is new and has no default");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(primitives),
		cmocka_unit_test(long_strings),
		cmocka_unit_test(records_in_any_order),
		cmocka_unit_test(members_of_any_length),
		cmocka_unit_test(counts_of_many_items),
		cmocka_unit_test(unions_bare_and_tagged),
		cmocka_unit_test(logical_types),
		cmocka_unit_test(the_dialect_of_messages),
		cmocka_unit_test(json_is_strict),
		cmocka_unit_test(binary_is_checked),
		cmocka_unit_test(maps_have_no_key_twice),
		cmocka_unit_test(streams_wait_for_more),
		cmocka_unit_test(fields_one_by_one),
		cmocka_unit_test(defaults_of_defaults),
		cmocka_unit_test(doubling_defaults_have_a_limit),
		cmocka_unit_test(resolution),
		cmocka_unit_test(resolution_of_records),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
