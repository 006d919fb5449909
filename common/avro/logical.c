#include "avro/logical.h"

#include <stdio.h>
#include <string.h>

/*
 * Dates, times, durations and UUIDs as text: RFC 3339 and ISO 8601.  Units
 * are the logical type's; nothing is rounded.
 */

#define DAY_S	86400

/* --- days and dates, proleptic Gregorian ---------------------------------- */

static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    (153 * m + 2) / 5 + day - 1 - 719468;
}

static void
date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t d = z - era * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t of_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };

	return days[month - 1] + (month == 2 && year % 4 == 0 &&
	    (year % 100 != 0 || year % 400 == 0));
}

static const struct {
	int64_t unit;			/* of a second */
	int digits;
	bool date, time, zone;
} kinds[] = {
	[LOGICAL_DATE] = { 1, 0, true, false, false },
	[LOGICAL_TIME_MILLIS] = { 1000, 3, false, true, false },
	[LOGICAL_TIME_MICROS] = { 1000000, 6, false, true, false },
	[LOGICAL_TIMESTAMP_MILLIS] = { 1000, 3, true, true, true },
	[LOGICAL_TIMESTAMP_MICROS] = { 1000000, 6, true, true, true },
	[LOGICAL_TIMESTAMP_NANOS] = { 1000000000, 9, true, true, true },
	[LOGICAL_LOCAL_MILLIS] = { 1000, 3, true, true, false },
	[LOGICAL_LOCAL_MICROS] = { 1000000, 6, true, true, false },
	[LOGICAL_LOCAL_NANOS] = { 1000000000, 9, true, true, false },
};

/* Year 1 to 9999. */
#define DAY_MIN	(-719162)
#define DAY_MAX	2932896

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* So many digits; behind them. */
static char *
put_digits(char *out, int64_t v, int digits)
{
	for (int i = digits; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + digits;
}

static char *
put_date(char *out, int64_t days)
{
	int year, month, day;

	date_of(days, &year, &month, &day);
	out = put_digits(out, year, 4);
	*out++ = '-';
	out = put_digits(out, month, 2);
	*out++ = '-';
	return put_digits(out, day, 2);
}

static char *
put_time(char *out, int64_t second, int64_t part, int digits)
{
	out = put_digits(out, second / 3600, 2);
	*out++ = ':';
	out = put_digits(out, second / 60 % 60, 2);
	*out++ = ':';
	out = put_digits(out, second % 60, 2);
	if (part == 0)
		return out;
	*out++ = '.';
	return put_digits(out, part, digits);
}

size_t
logical_put(enum schema_logical l, int64_t v, char out[LOGICAL_TEXT])
{
	int64_t unit = kinds[l].unit, second = 0, days = v, part = 0;
	char *to = out;

	if (l != LOGICAL_DATE) {
		second = floor_div(v, unit);
		days = floor_div(second, DAY_S);
		part = v % unit;
		part += part < 0 ? unit : 0;
	}
	if (kinds[l].date) {
		if (days < DAY_MIN || days > DAY_MAX)
			return 0;
		to = put_date(to, days);
	} else if (v < 0 || second >= DAY_S) {
		return 0;
	}
	if (!kinds[l].time)
		return (size_t)(to - out);
	if (kinds[l].date)
		*to++ = 'T';
	to = put_time(to, second - days * DAY_S, part, kinds[l].digits);
	if (kinds[l].zone)
		*to++ = 'Z';
	return (size_t)(to - out);
}

/* --- reading -------------------------------------------------------------- */

struct scan {
	const char *p, *end;
};

static bool
number(struct scan *s, int digits, int least, int most, int *out)
{
	int v = 0;

	for (int i = 0; i < digits; i++) {
		if (s->p == s->end || *s->p < '0' || *s->p > '9')
			return false;
		v = v * 10 + (*s->p++ - '0');
	}
	*out = v;
	return v >= least && v <= most;
}

static bool
is(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* The fraction in the unit; digits beyond it must be zeros. */
static bool
fraction(struct scan *s, int digits, int64_t *out)
{
	int64_t v = 0;
	int i = 0;

	if (is(s, '.')) {
		for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++) {
			if (i < digits)
				v = v * 10 + (*s->p - '0');
			else if (*s->p != '0')
				return false;
			i++;
		}
		if (i == 0)
			return false;
	}
	for (; i < digits; i++)
		v *= 10;
	*out = v;
	return true;
}

static bool
zone(struct scan *s, int64_t *offset)
{
	int hour, minute, sign;

	*offset = 0;
	if (is(s, 'Z') || is(s, 'z'))
		return true;
	sign = is(s, '+') ? 1 : is(s, '-') ? -1 : 0;
	if (sign == 0 || !number(s, 2, 0, 23, &hour) || !is(s, ':') ||
	    !number(s, 2, 0, 59, &minute))
		return false;
	*offset = sign * (hour * 3600 + minute * 60);
	return true;
}

bool
logical_get(enum schema_logical l, const char *p, size_t n, int64_t *out)
{
	struct scan s = { p, p + n };
	int64_t days = 0, second = 0, part = 0, offset = 0;
	int year, month, day, hour, minute, sec;

	if (kinds[l].date) {
		if (!number(&s, 4, 1, 9999, &year) || !is(&s, '-') ||
		    !number(&s, 2, 1, 12, &month) || !is(&s, '-') ||
		    !number(&s, 2, 1, days_in(year, month), &day))
			return false;
		days = days_of(year, month, day);
		if (kinds[l].time && !is(&s, 'T') && !is(&s, 't') &&
		    !is(&s, ' '))
			return false;
	}
	if (kinds[l].time) {
		if (!number(&s, 2, 0, 23, &hour) || !is(&s, ':') ||
		    !number(&s, 2, 0, 59, &minute) || !is(&s, ':') ||
		    !number(&s, 2, 0, 59, &sec) ||
		    !fraction(&s, kinds[l].digits, &part) ||
		    (kinds[l].zone && !zone(&s, &offset)))
			return false;
		second = hour * 3600 + minute * 60 + sec - offset;
	}
	if (s.p != s.end)
		return false;
	if (l == LOGICAL_DATE) {
		*out = days;
		return true;
	}
	second += days * DAY_S;
	if (second < 0 && part > 0) {	/* the least is no whole second */
		second++;
		part -= kinds[l].unit;
	}
	return !__builtin_mul_overflow(second, kinds[l].unit, out) &&
	    !__builtin_add_overflow(*out, part, out);
}

/* --- durations: months, days, milliseconds (Avro 1.11, Duration) ---------- */

size_t
duration_put(const uint8_t in[12], char out[LOGICAL_TEXT])
{
	uint32_t months = get_le32(in), days = get_le32(in + 4);
	uint32_t ms = get_le32(in + 8);
	size_t n = 0;

	out[n++] = 'P';
	if (months != 0)
		n += (size_t)snprintf(out + n, LOGICAL_TEXT - n, "%uM",
		    months);
	if (days != 0)
		n += (size_t)snprintf(out + n, LOGICAL_TEXT - n, "%uD", days);
	if (ms != 0 || n == 1)
		n += (size_t)snprintf(out + n, LOGICAL_TEXT - n, "T%u",
		    ms / 1000);
	else
		return n;
	if (ms % 1000 != 0)
		n += (size_t)snprintf(out + n, LOGICAL_TEXT - n, ".%03u",
		    ms % 1000);
	out[n++] = 'S';
	return n;
}

/* One "12M" of an ISO 8601 duration. */
static bool
amount(struct scan *s, int64_t *v, int64_t *part, char *unit)
{
	const char *start = s->p;

	*v = *part = 0;
	for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++)
		if ((*v = *v * 10 + (*s->p - '0')) > UINT32_MAX)
			return false;
	if (s->p == start || !fraction(s, 3, part) || s->p == s->end)
		return false;
	*unit = *s->p++;
	return *part == 0 || *unit == 'S';
}

bool
duration_get(const char *p, size_t n, uint8_t out[12])
{
	static const char date[] = "YMWD", time[] = "HMS";
	static const int64_t months[] = { 12, 1, 0, 0 };
	static const int64_t days[] = { 0, 0, 7, 1 };
	static const int64_t ms[] = { 3600000, 60000, 1000 };
	struct scan s = { p, p + n };
	int64_t sum[3] = { 0, 0, 0 }, v, part;
	const char *left = date, *which;
	char unit;

	if (!is(&s, 'P') || s.p == s.end || s.end[-1] == 'T')
		return false;
	while (s.p < s.end) {
		if (left[0] != 'H' && left < date + 5 && left >= date &&
		    is(&s, 'T'))
			left = time;
		if (!amount(&s, &v, &part, &unit) ||
		    (which = strchr(left, unit)) == NULL || unit == '\0')
			return false;
		if (left >= time && left < time + sizeof time) {
			sum[2] += v * ms[which - time] + part;
		} else {
			sum[0] += v * months[which - date];
			sum[1] += v * days[which - date];
		}
		left = which + 1;
	}
	for (int i = 0; i < 3; i++) {
		if (sum[i] > UINT32_MAX)
			return false;
		put_le32(out + 4 * i, (uint32_t)sum[i]);
	}
	return true;
}

/* --- UUIDs (RFC 4122) ----------------------------------------------------- */

bool
uuid_get(const char *p, size_t n, uint8_t out[16])
{
	size_t o = 0;

	if (n != 36)
		return false;
	for (size_t i = 0; i < n;) {
		unsigned v = 0;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (p[i++] != '-')
				return false;
			continue;
		}
		for (int k = 0; k < 2; k++, i++) {
			char c = p[i];

			if (c >= '0' && c <= '9')
				v = v << 4 | (unsigned)(c - '0');
			else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
				v = v << 4 | (unsigned)((c | 0x20) - 'a' + 10);
			else
				return false;
		}
		out[o++] = (uint8_t)v;
	}
	return true;
}

void
uuid_put(const uint8_t in[16], char out[36])
{
	static const char digits[] = "0123456789abcdef";
	size_t o = 0;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[o++] = '-';
		out[o++] = digits[in[i] >> 4];
		out[o++] = digits[in[i] & 15];
	}
}
