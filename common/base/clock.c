#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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

void
clock_text(int64_t real_us, char out[CLOCK_TEXT])
{
	int64_t us = real_us % 1000000;
	time_t s = (time_t)(real_us / 1000000);
	struct tm tm;
	size_t n;

	if (us < 0) {
		us += 1000000;
		s--;
	}
	gmtime_r(&s, &tm);
	n = strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, CLOCK_TEXT - n, ".%06dZ", (int)us);
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

int
clock_parse(const char *p, size_t n, int64_t *real_us)
{
	const char *end = p + n;
	int part[6], sign, hh, mm;
	int64_t us = 0, unit = 100000;

	for (int i = 0; i < 6; i++) {
		part[i] = digits(&p, end, i == 0 ? 4 : 2);
		if (part[i] < 0)
			return -1;
		if (i < 5 && (p == end || *p++ != "--T::"[i]))
			return -1;
	}
	if (part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31 ||
	    part[3] > 23 || part[4] > 59 || part[5] > 60)
		return -1;
	if (p < end && *p == '.') {
		for (p++; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10)
			us += unit * (*p - '0');
	}
	us += ((days(part[0], part[1], part[2]) * 24 + part[3]) * 60 +
	    part[4]) * 60000000 + (int64_t)part[5] * 1000000;
	if (end - p == 1 && *p == 'Z') {
		*real_us = us;
		return 0;
	}
	if (end - p != 6 || (*p != '+' && *p != '-'))
		return -1;
	sign = *p++ == '+' ? -1 : 1;
	hh = digits(&p, end, 2);
	if (hh < 0 || *p++ != ':' || (mm = digits(&p, end, 2)) < 0)
		return -1;
	*real_us = us + sign * (int64_t)(hh * 60 + mm) * 60000000;
	return 0;
}
