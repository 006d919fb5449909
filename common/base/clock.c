#include "base/clock.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define YEAR_0		(-62167219200 * 1000000)
#define YEAR_10000	(253402300800 * 1000000)

static int64_t
now_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_real_us(void)
{
	return now_us(CLOCK_REALTIME);
}

int64_t
clock_mono_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

int
clock_ms_until(int64_t at_us)
{
	int64_t left;

	if (at_us == INT64_MAX)
		return -1;
	left = at_us - clock_mono_us();
	return left <= 0 ? 0 : left / 1000 < INT_MAX ? (int)(left / 1000) + 1 :
	    INT_MAX;
}

void
clock_text(int64_t real_us, char out[CLOCK_TEXT])
{
	struct tm tm;
	int64_t us;
	time_t s;

	if (real_us < YEAR_0)
		real_us = YEAR_0;
	if (real_us >= YEAR_10000)
		real_us = YEAR_10000 - 1;
	us = real_us % 1000000;
	if (us < 0)
		us += 1000000;
	s = (time_t)((real_us - us) / 1000000);
	gmtime_r(&s, &tm);
	snprintf(out, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ",
	    (unsigned)(tm.tm_year + 1900) % 10000,
	    (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
	    (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
	    (unsigned)tm.tm_sec % 100, (unsigned)us % 1000000);
}

/* Digits from *p, exactly count of them; -1 when they are not there. */
static int
digits(const char **p, const char *end, int count)
{
	int v = 0;

	for (int i = 0; i < count; i++, (*p)++) {
		if (*p == end || **p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t
days(int y, int m, int d)
{
	int64_t years = y - (m <= 2);
	int64_t era = (years >= 0 ? years : years - 399) / 400;
	int64_t yoe = years - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int
month_days(int y, int m)
{
	return (int)(days(m == 12 ? y + 1 : y, m == 12 ? 1 : m + 1, 1) -
	    days(y, m, 1));
}

/* "+hh:mm" or "-hh:mm", all of it: minutes to the west of UTC. */
static int
offset(const char *p, const char *end, int *minutes)
{
	int sign = *p == '+' ? -1 : 1, hh, mm;

	if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':')
		return -1;
	p++;
	hh = digits(&p, end, 2);
	p++;
	mm = digits(&p, end, 2);
	if (hh < 0 || hh > 23 || mm < 0 || mm > 59)
		return -1;
	*minutes = sign * (hh * 60 + mm);
	return 0;
}

int
clock_parse(const char *p, size_t n, int64_t *real_us)
{
	const char *end = p + n;
	int part[6], minutes = 0;
	int64_t us = 0, unit = 100000;

	for (int i = 0; i < 6; i++) {
		part[i] = digits(&p, end, i == 0 ? 4 : 2);
		if (part[i] < 0)
			return -1;
		if (i < 5 && (p == end || *p++ != "--T::"[i]))
			return -1;
	}
	if (part[1] < 1 || part[1] > 12 || part[2] < 1 ||
	    part[2] > month_days(part[0], part[1]) ||
	    part[3] > 23 || part[4] > 59 || part[5] > 60)
		return -1;
	if (p < end && *p == '.') {
		if (++p == end || *p < '0' || *p > '9')
			return -1;
		for (; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10)
			us += unit * (*p - '0');
	}
	us += ((days(part[0], part[1], part[2]) * 24 + part[3]) * 60 +
	    part[4]) * 60000000 + (int64_t)part[5] * 1000000;
	if ((end - p != 1 || *p != 'Z') &&
	    (p == end || offset(p, end, &minutes) < 0))
		return -1;
	*real_us = us + (int64_t)minutes * 60000000;
	return 0;
}

int
clock_parse_day(const char *p, size_t n, int64_t *real_us)
{
	char text[] = "0000-00-00T00:00:00Z";

	if (n != 10)
		return -1;
	memcpy(text, p, n);
	return clock_parse(text, sizeof text - 1, real_us);
}
