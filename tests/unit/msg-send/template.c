#include "unit.h"

#include <string.h>

#include "template.h"

static struct err e;

static void
gives(const char *schema, const char *want)
{
	struct buf b = BUF_INIT(1 << 16);

	assert_int_equal(template_put(&b, schema, strlen(schema), &e),
	    want == NULL ? -1 : 0);
	if (want != NULL)
		assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
}

#define KIND(fields)	"{\"type\":\"record\",\"name\":\"K\",\"fields\":[" \
	"{\"name\":\"name\",\"type\":\"string\",\"default\":\"\"}," fields "]}"
#define SET(fields)	"[{\"method\":\"create\",\"data\":{\"_kind\":\"K\"," \
	"\"_path\":\"/\"," fields "}}]"

static void
each_field_has_its_default_or_nothing(void **state)
{
	(void)state;
	gives(KIND("{\"name\":\"a\",\"type\":\"string\"},"
	    "{\"name\":\"b\",\"type\":\"long\",\"default\":7},"
	    "{\"name\":\"c\",\"type\":[\"null\",\"int\"]},"
	    "{\"name\":\"d\",\"type\":{\"type\":\"array\",\"items\":\"int\"}},"
	    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\","
	    "\"symbols\":[\"X\",\"Y\"]}},"
	    "{\"name\":\"f\",\"type\":{\"type\":\"int\",\"logicalType\":"
	    "\"date\"}}"),
	    SET("\"a\":\"\",\"b\":7,\"c\":null,\"d\":[],\"e\":\"X\",\"f\":0"));
}

static void
records_are_found_by_name(void **state)
{
	(void)state;
	gives(KIND("{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":"
	    "\"P\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}},"
	    "{\"name\":\"b\",\"type\":\"P\"}"),
	    SET("\"a\":{\"x\":0},\"b\":{\"x\":0}"));
}

static void
what_contains_itself_comes_to_an_end(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	const char *schema = KIND("{\"name\":\"a\",\"type\":\"K\"},"
	    "{\"name\":\"b\",\"type\":[\"K\",\"null\"]}");

	(void)state;
	template_put(&b, schema, strlen(schema), &e);
	buf_free(&b);
	gives("[1]", NULL);
	gives("{", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_has_its_default_or_nothing),
		cmocka_unit_test(records_are_found_by_name),
		cmocka_unit_test(what_contains_itself_comes_to_an_end),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
