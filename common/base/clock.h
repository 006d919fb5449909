/* clock.h - now, in the unit the name says. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT	28	/* "2026-01-31T12:34:56.123456Z" and a NUL */

int64_t clock_real_us(void);		/* since 1970, may jump */
int64_t clock_mono_us(void);		/* never goes back */

/* For poll(2): milliseconds, rounded up, until clock_mono_us is at_us; 0 when
 * it has passed, -1 for INT64_MAX. */
int clock_ms_until(int64_t at_us);

/* RFC 3339 in UTC with microseconds; what lies outside the years 0000 to 9999
 * becomes their first or last microsecond. */
void clock_text(int64_t real_us, char out[CLOCK_TEXT]);

/* The same back, also with other fractions (what is finer than a microsecond
 * is dropped) and offsets; -1 when it is none. */
int clock_parse(const char *p, size_t n, int64_t *real_us);

/* "2026-01-31": its first microsecond in UTC; -1 when it is none. */
int clock_parse_day(const char *p, size_t n, int64_t *real_us);

#endif
