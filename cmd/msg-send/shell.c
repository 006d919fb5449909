#include "shell.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "offer.h"

static void
late(int sig)
{
	(void)sig;
	_exit(0);
}

static void
print(struct offers *out, const char *before)
{
	for (size_t i = 0; i < out->n; i++)
		printf("%s%s%s%s\n", before, out->list[i].text,
		    out->list[i].note == NULL ? "" : "\t",
		    out->list[i].note == NULL ? "" : out->list[i].note);
	if (out->files)
		puts(":file");
	fflush(stdout);
	offers_clear(out);
}

/* Names are resolved and TLS is begun by what cannot be interrupted. */
static void
end_in_time(int64_t ms)
{
	struct itimerval timer = { .it_value = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 } };

	signal(SIGALRM, late);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void
live(struct send_opts *o, char *const w[], size_t i, const char *before)
{
	struct interrupt none = { .fd = -1, .to = -1 };
	struct offers out = OFFERS_INIT;
	struct send s = { 0 };
	struct err ignored = ERR_INIT;

	o->context.silent = true;
	o->dry_run = false;
	o->retry = 0;
	if (context_load(&o->context, &send_tool, o, &ignored) < 0 ||
	    o->completion_ms == 0)
		return;
	end_in_time(o->completion_ms);
	if (send_open(&s, o, -1, NULL, &ignored) == 0)
		offer_live(&out, &s, &none, w, i, clock_mono_us() +
		    1000 * o->completion_ms);
	print(&out, before);
	_exit(0);		/* no good-byes */
}

void
shell_complete(void *values, char *const w[], size_t n, size_t i)
{
	struct offers out = OFFERS_INIT;
	bool more;

	(void)n;
	offer_known(&out, w, i);
	more = i > 0 && !out.files;
	print(&out, "");
	if (more)
		live(values, w, i, "");
}

/* As behind a word that takes a branch. */
void
shell_complete_value(void *values, const struct opt *o, const char *before,
    const char *typed)
{
	char word[] = "publish", *copy = mem_str(typed), *w[] = { word, copy };

	if (strcmp(o->name, "branch") == 0)
		live(values, w, 1, before);
	free(copy);
}
