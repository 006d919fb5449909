#include "cli/human.h"

#include <stdio.h>

#define MINUTE	INT64_C(60000000)

/* Two digits that count. */
static void
put(char text[HUMAN_MAX], double v, const char *unit)
{
	snprintf(text, HUMAN_MAX, v < 9.95 ? "%.1f%s" : "%.0f%s", v, unit);
}

const char *
human_us(char text[HUMAN_MAX], int64_t us)
{
	if (us < 1000)
		snprintf(text, HUMAN_MAX, "%dus", (int)us);
	else if (us < 999500)
		put(text, (double)us / 1e3, "ms");
	else if (us < MINUTE)
		put(text, (double)us / 1e6, "s");
	else if (us < 60 * MINUTE)
		snprintf(text, HUMAN_MAX, "%dm%02ds", (int)(us / MINUTE),
		    (int)(us % MINUTE / 1000000));
	else if (us < 24 * 60 * MINUTE)
		snprintf(text, HUMAN_MAX, "%dh%02dm",
		    (int)(us / (60 * MINUTE)), (int)(us / MINUTE % 60));
	else
		snprintf(text, HUMAN_MAX, "%lldd%02dh",
		    (long long)(us / (24 * 60 * MINUTE)),
		    (int)(us / (60 * MINUTE) % 24));
	return text;
}

const char *
human_bytes(char text[HUMAN_MAX], double n)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	int unit = -1;

	for (; n >= 999.5 && unit < 4; unit++)
		n /= 1000;
	if (unit < 0)
		snprintf(text, HUMAN_MAX, "%.0fB", n);
	else
		put(text, n, units[unit]);
	return text;
}

const char *
human_count(char text[HUMAN_MAX], double n)
{
	if (n >= 999500)
		put(text, n / 1e6, "M");
	else if (n >= 9999.5)
		put(text, n / 1e3, "k");
	else if (n > 0 && n < 9.95 && n != (double)(int)n)
		put(text, n, "");
	else
		snprintf(text, HUMAN_MAX, "%.0f", n);
	return text;
}
