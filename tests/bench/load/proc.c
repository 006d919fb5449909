#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "load.h"

/* The number behind key in a file of /proc, 0 when it is not there. */
static uint64_t
field_kb(int64_t pid, const char *file, const char *key)
{
	char path[64], line[256];
	unsigned long long kb = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, file);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			sscanf(line + strlen(key), "%llu", &kb);
	fclose(f);
	return kb;
}

/* User and system time of all its threads; proc(5), stat, 14 and 15. */
static double
cpu_s(int64_t pid)
{
	char path[64], line[1024];
	unsigned long long user = 0, sys = 0;
	const char *p;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fgets(line, sizeof line, f) != NULL &&
	    (p = strrchr(line, ')')) != NULL)
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		    "%llu %llu", &user, &sys);
	fclose(f);
	return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

void
usage_now(struct usage *u, int64_t pid)
{
	struct timespec ts;

	*u = (struct usage){ .at_us = clock_mono_us() };
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	u->own_cpu_s = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
	if (pid == 0)
		return;
	u->server_cpu_s = cpu_s(pid);
	u->rss = field_kb(pid, "status", "VmRSS:") * 1024;
	u->pss = field_kb(pid, "smaps_rollup", "Pss:") * 1024;
}
