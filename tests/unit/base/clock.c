#include "unit.h"

#include <string.h>

#include "base/clock.h"

static const struct {
	const char *text;
	int64_t us;
} pairs[] = {
	{ "1970-01-01T00:00:00.000000Z", 0 },
	{ "1969-12-31T23:59:59.999999Z", -1 },
	{ "2001-09-09T01:46:40.000001Z", 1000000000000001 },
	{ "2000-02-29T12:00:00.500000Z", 951825600500000 },
	{ "2100-03-01T00:00:00.000000Z", 4107542400000000 },
	{ "0000-01-01T00:00:00.000000Z", -62167219200000000 },
	{ "0999-12-31T23:59:59.000000Z", -30610224001000000 },
	{ "9999-12-31T23:59:59.999999Z", 253402300799999999 },
};

static void
text_and_back(void **state)
{
	char text[CLOCK_TEXT];
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		clock_text(pairs[i].us, text);
		assert_string_equal(text, pairs[i].text);
		assert_int_equal(clock_parse(text, strlen(text), &us), 0);
		assert_true(us == pairs[i].us);
	}
}

static void
other_years_stay_in_shape(void **state)
{
	char text[CLOCK_TEXT];

	(void)state;
	clock_text(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
	clock_text(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00.000000Z");
}

static void
other_forms_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} forms[] = {
		{ "1970-01-01T00:00:01Z", 1000000 },
		{ "1970-01-01T00:00:00.5Z", 500000 },
		{ "1970-01-01T00:00:00.1234567891Z", 123456 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T23:30:00-00:30", 0 },
		{ "1990-12-31T23:59:60Z", 662688000000000 },
		{ "1990-12-31T15:59:60-08:00", 662688000000000 },
	};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		assert_int_equal(clock_parse(forms[i].text,
		    strlen(forms[i].text), &us), 0);
		assert_true(us == forms[i].us);
	}
}

static void
a_day_is_its_beginning(void **state)
{
	static const char *const bad[] = { "", "1970-01-0", "1970-01-02Z",
	    "1970-02-29", "1970-1-002", "1970-01-02T00:00:00Z" };
	int64_t us;

	(void)state;
	assert_int_equal(clock_parse_day("1970-01-02", 10, &us), 0);
	assert_true(us == INT64_C(86400000000));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (clock_parse_day(bad[i], strlen(bad[i]), &us) == 0)
			fail_msg("'%s' was taken", bad[i]);
}

static void
what_is_no_time(void **state)
{
	static const char *const bad[] = { "", "1970", "1970-01-01",
	    "1970-01-01T00:00:00", "1970-01-01 00:00:00Z",
	    "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z",
	    "1970-01-00T00:00:00Z", "1970-02-29T00:00:00Z",
	    "1900-02-29T00:00:00Z", "1970-04-31T00:00:00Z",
	    "1970-12-32T00:00:00Z", "1970-01-01T24:00:00Z",
	    "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z",
	    "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+1:00",
	    "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60",
	    "1970-01-01T00:00:00+0x:00", "1970-01-01T00:00:00+00-00",
	    "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00Z ",
	    "-970-01-01T00:00:00Z", "1970-01-01T00:00:00*00:00" };
	int64_t us;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (clock_parse(bad[i], strlen(bad[i]), &us) == 0)
			fail_msg("'%s' was taken", bad[i]);
}

static void
time_goes_on(void **state)
{
	int64_t a = clock_mono_us(), b = clock_mono_us();

	(void)state;
	assert_true(b >= a);
	assert_true(clock_real_us() > 1700000000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_back),
		cmocka_unit_test(other_years_stay_in_shape),
		cmocka_unit_test(other_forms_are_read),
		cmocka_unit_test(a_day_is_its_beginning),
		cmocka_unit_test(what_is_no_time),
		cmocka_unit_test(time_goes_on),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
