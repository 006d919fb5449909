#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonnum.h"

static uint64_t
next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static struct json_num
scan(const char *text)
{
	const char *end = text + strlen(text);
	struct json_num x;

	assert_ptr_equal(json_num_scan(text, end, &x), end);
	return x;
}

static void
doubles_come_back(const char *text)
{
	struct json_num x = scan(text);
	double got = json_num_double(&x), want = strtod(text, NULL);
	float fgot = json_num_float(&x), fwant = strtof(text, NULL);

	assert_memory_equal(&got, &want, sizeof got);
	assert_memory_equal(&fgot, &fwant, sizeof fgot);
}

static void
reads_as_libc_does(void **state)
{
	static const char *const hard[] = { "0", "-0", "-0.0", "1e400",
	    "-1e400", "5e-324", "2.4703282292062327208e-324",
	    "2.4703282292062327209e-324", "1e-400", "9007199254740993",
	    "9007199254740992.99999999999999999999999", "1e23", "8.5e22",
	    "9007199254740993.00000000000000000000000000000000000001",
	    "2.2250738585072011e-308", "2.2250738585072014e-308",
	    "1.7976931348623157e308", "1.7976931348623159e308",
	    "0.000000000000000000000000000000000000000000000000001",
	    "100000000000000000000000000000000000000000000000000",
	    "16777217", "16777217.0000001", "3.4028235e38", "3.4028236e38",
	    "1.17549435e-38", "1.4e-45", "7e-46", "7.1e-46" };
	uint64_t s = 88172645463325252u;
	char text[64];
	double d;

	(void)state;
	for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
		doubles_come_back(hard[i]);
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = next(&s);

		memcpy(&d, &bits, sizeof d);
		if (!json_num_finite(d))
			continue;
		snprintf(text, sizeof text, "%.*e", 5 + (int)(next(&s) % 20),
		    d);
		doubles_come_back(text);
		snprintf(text, sizeof text, "%.*f", (int)(next(&s) % 20),
		    (double)(int64_t)next(&s) / 1e9);
		doubles_come_back(text);
	}
}

static void
writes_what_reads_back_and_no_digit_more(void **state)
{
	uint64_t s = 123456789u;
	char text[JSON_NUM_MAX + 1], libc[64];
	double d, back;
	float f;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = next(&s);
		uint32_t low = (uint32_t)bits;
		int p, digits = 0;
		size_t n;

		memcpy(&d, &bits, sizeof d);
		memcpy(&f, &low, sizeof f);
		if (i % 2 != 0)
			d = (double)(int64_t)(bits % 100000000) / 1000;
		if (!json_num_finite(d) || !json_num_finite((double)f))
			continue;
		n = json_num_put_double(text, d);
		text[n] = '\0';
		back = strtod(text, NULL);
		assert_memory_equal(&back, &d, sizeof d);
		for (p = 1; p < 17; p++) {
			snprintf(libc, sizeof libc, "%.*e", p - 1, d);
			if (strtod(libc, NULL) == d)
				break;
		}
		snprintf(libc, sizeof libc, "%.*e", p - 1, d);
		for (char *c = text; *c != '\0' && *c != 'e'; c++)
			digits += *c >= '0' && *c <= '9';
		if (d >= 1 && strstr(text, ".0") == NULL)
			assert_int_equal(digits, p);
		n = json_num_put_float(text, f);
		text[n] = '\0';
		assert_true(strtof(text, NULL) == f);
	}
}

static void
puts_double(double v, const char *want)
{
	char text[JSON_NUM_MAX + 1];

	text[json_num_put_double(text, v)] = '\0';
	assert_string_equal(text, want);
}

static void
spelling(void **state)
{
	char text[JSON_NUM_MAX + 1];

	(void)state;
	puts_double(0, "0.0");
	puts_double(-0.0, "-0.0");
	puts_double(1, "1.0");
	puts_double(-1.5, "-1.5");
	puts_double(0.1, "0.1");
	puts_double(0.00001, "0.00001");
	puts_double(0.0000001, "1e-7");
	puts_double(123456789012345680.0, "1.2345678901234568e17");
	puts_double(12345678901234568.0, "12345678901234568.0");
	puts_double(1e300, "1e300");
	puts_double(5e-324, "5e-324");
	puts_double(1.7976931348623157e308, "1.7976931348623157e308");
	text[json_num_put_float(text, 3.4028235e38f)] = '\0';
	assert_string_equal(text, "3.4028235e38");
	text[json_num_put_float(text, 0.1f)] = '\0';
	assert_string_equal(text, "0.1");
	text[json_num_put_int(text, INT64_MIN)] = '\0';
	assert_string_equal(text, "-9223372036854775808");
	text[json_num_put_uint(text, UINT64_MAX)] = '\0';
	assert_string_equal(text, "18446744073709551615");
}

static void
is_int(const char *text, int64_t want)
{
	struct json_num x = scan(text);
	int64_t v;

	assert_true(json_num_int64(&x, &v));
	assert_true(v == want);
}

static void
is_no_int(const char *text)
{
	struct json_num x = scan(text);
	int64_t v;

	assert_false(json_num_int64(&x, &v));
}

static void
integers_are_exact(void **state)
{
	(void)state;
	is_int("0", 0);
	is_int("-0", 0);
	is_int("9223372036854775807", INT64_MAX);
	is_int("-9223372036854775808", INT64_MIN);
	is_int("1.0", 1);
	is_int("120e-1", 12);
	is_int("9.223372036854775807e18", INT64_MAX);
	is_no_int("9223372036854775808");
	is_no_int("-9223372036854775809");
	is_no_int("10000000000000000000000");
	is_no_int("1.5");
	is_no_int("1e19");
	is_no_int("1e-1");
	is_no_int("0.00000000000000000000000000000001");
	is_no_int("1.00000000000000000000000000000001");
}

static void
stops_where_it_is_none(const char *text, size_t at)
{
	struct json_num x;

	assert_null(json_num_scan(text, text + strlen(text), &x));
	assert_int_equal(x.p - text, at);
}

static void
refuses_what_is_none(void **state)
{
	(void)state;
	stops_where_it_is_none("", 0);
	stops_where_it_is_none("-", 1);
	stops_where_it_is_none("x", 0);
	stops_where_it_is_none("00", 1);
	stops_where_it_is_none("-01", 2);
	stops_where_it_is_none("1.", 2);
	stops_where_it_is_none("1.x", 2);
	stops_where_it_is_none("1e", 2);
	stops_where_it_is_none("1e+", 3);
	stops_where_it_is_none(".5", 0);
}

/* Neighbours differ by the factor ten, up to what the table cuts off; only
 * from 10^-1, all ones when cut off, one comes to another power of two. */
static void
powers_follow_one_another(void **state)
{
	(void)state;
	for (int k = JSON_POW_MIN; k < JSON_POW_MAX; k++) {
		if (k == -1)
			continue;
		const uint64_t *a = json_pow10[k - JSON_POW_MIN];
		const uint64_t *b = a + 2;
		struct json_u128 lo = json_mul(a[1], 10);
		struct json_u128 hi = json_mul(a[0], 10);
		int shift;

		hi.lo += lo.hi;
		hi.hi += hi.lo < lo.hi;
		shift = 64 - __builtin_clzll(hi.hi);
		hi.lo = hi.lo >> shift | hi.hi << (64 - shift);
		assert_true(a[0] >> 63 == 1);
		/* equal up to the carry of what the table cuts off */
		assert_true(b[0] == hi.lo || b[0] == hi.lo + 1);
	}
	assert_true(json_pow10[0 - JSON_POW_MIN][0] == (uint64_t)1 << 63);
	assert_true(json_pow10[0 - JSON_POW_MIN][1] == 0);
}

static void
very_many_digits_are_weighed_with_the_exponent(void **state)
{
	static char text[200100];
	struct json_num x;

	(void)state;
	memset(text, '0', 200000);
	text[1] = '.';
	memcpy(text + 200000, "1e1000000", 10);
	x = scan(text);
	assert_false(json_num_finite(json_num_double(&x)));
	memcpy(text + 200000, "1e200000", 9);
	x = scan(text);
	assert_true(json_num_double(&x) == 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_libc_does),
		cmocka_unit_test(writes_what_reads_back_and_no_digit_more),
		cmocka_unit_test(spelling),
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(powers_follow_one_another),
		cmocka_unit_test(
		    very_many_digits_are_weighed_with_the_exponent),
	};

	return cmocka_run_group_tests_name("jsonnum", tests, NULL, NULL);
}
