#include "unit.h"

#include <string.h>

#include "cli/human.h"
#include "sample.h"
#include "table.h"

static struct sample first, second, between;
static struct err e;

#define STATUS(uptime, requests, times, count) \
	"{\"uptime_us\":" uptime ",\"requests_total\":" requests \
	",\"rev\":7,\"version\":\"1\",\"commands\":{\"get-item\":{" \
	"\"errors\":1,\"sum_us\":9,\"bytes_in\":2,\"bytes_out\":3," \
	"\"times\":[[" times "," count "]]},\"get-future\":{\"errors\":5}}}"

static int
reads(struct sample *s, const char *json)
{
	err_clear(&e);
	return sample_read(s, json, strlen(json), &e);
}

static void
what_was_added_is_between(void **state)
{
	(void)state;
	assert_int_equal(reads(&first, STATUS("1000000", "10", "7", "2")), 0);
	assert_int_equal(reads(&second, STATUS("3000000", "15", "7", "6")), 0);
	sample_between(&between, &first, &second);
	assert_int_equal(between.uptime_us, 2000000);
	assert_int_equal(between.requests_total, 5);
	assert_int_equal(between.rev, 7);
	assert_int_equal(histo_count(&between.commands[MSG_get_item].times), 4);
	assert_int_equal(between.commands[MSG_get_item].errors, 0);
}

static void
a_server_started_anew_began_at_nothing(void **state)
{
	(void)state;
	reads(&first, STATUS("9000000", "100", "7", "50"));
	reads(&second, STATUS("500000", "3", "7", "2"));
	sample_between(&between, &first, &second);
	assert_int_equal(between.uptime_us, 500000);
	assert_int_equal(between.requests_total, 3);
	assert_int_equal(histo_count(&between.commands[MSG_get_item].times), 2);
}

static void
nothing_goes_below_zero(void **state)
{
	(void)state;
	reads(&first, STATUS("1", "10", "7", "5"));
	reads(&second, STATUS("2", "9", "7", "4"));
	sample_between(&between, &first, &second);
	assert_int_equal(between.requests_total, 0);
	assert_int_equal(histo_count(&between.commands[MSG_get_item].times), 0);
}

static void
what_is_no_status_is_told(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"version\":",
	    "{\"commands\":{}}" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(reads(&first, bad[i]), -1);
	assert_int_equal(reads(&first, "{\"version\":\"1\"}"), -1);
	assert_int_equal(e.code, ERR_FORBIDDEN);
	assert_int_equal(reads(&first, "{\"version\":\"1\",\"uptime_us\":\"x\","
	    "\"commands\":{\"get-item\":{\"times\":[1,[],[1],[\"a\",2],"
	    "[-1,2],[5,-2]]}}}"), 0);
	assert_int_equal(histo_count(&first.commands[MSG_get_item].times), 2);
}

static void
a_line_has_rates(void **state)
{
	struct output out = { .text = true, .buf = BUF_INIT(1 << 16) };

	(void)state;
	reads(&first, STATUS("1000000", "10", "7", "2"));
	reads(&second, STATUS("3000000", "15", "7", "6"));
	sample_between(&between, &first, &second);
	table_line(&out, &between, "12:00:00");
	assert_string_equal(buf_cstr(&out.buf), "12:00:00 requests=2.5/s "
	    "errors=0/s p50=7us p99=7us commits=0/s events=0/s in=0B/s "
	    "out=0B/s connections=0 queue=0 rev=7 store=0B\n");
	buf_reset(&out.buf);
	assert_int_equal(table_put(&out, &between, "title", 20, 3), 3);
	assert_string_equal(buf_cstr(&out.buf), "title\n"
	    "requests       2.5/s\nread            0B/s\n");
	buf_free(&out.buf);
}

static void
numbers_are_short(void **state)
{
	char t[HUMAN_MAX];

	(void)state;
	assert_string_equal(human_us(t, 0), "0us");
	assert_string_equal(human_us(t, 999), "999us");
	assert_string_equal(human_us(t, 1234), "1.2ms");
	assert_string_equal(human_us(t, 999499), "999ms");
	assert_string_equal(human_us(t, 999999), "1.0s");
	assert_string_equal(human_us(t, 125000000), "2m05s");
	assert_string_equal(human_us(t, INT64_C(11220000000)), "3h07m");
	assert_string_equal(human_us(t, INT64_C(352800000000)), "4d02h");
	assert_string_equal(human_bytes(t, 999), "999B");
	assert_string_equal(human_bytes(t, 1234), "1.2kB");
	assert_string_equal(human_bytes(t, 15e6), "15MB");
	assert_string_equal(human_count(t, 0.25), "0.2");
	assert_string_equal(human_count(t, 9999), "9999");
	assert_string_equal(human_count(t, 12345), "12k");
	assert_string_equal(human_count(t, 1.2e6), "1.2M");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_between),
		cmocka_unit_test(a_server_started_anew_began_at_nothing),
		cmocka_unit_test(nothing_goes_below_zero),
		cmocka_unit_test(what_is_no_status_is_told),
		cmocka_unit_test(a_line_has_rates),
		cmocka_unit_test(numbers_are_short),
	};

	return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
