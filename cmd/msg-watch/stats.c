#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/human.h"
#include "cli/term.h"
#include "follow.h"
#include "table.h"

struct stats {
	struct follow f;
	const struct watch_opts *o;
	bool in_place;			/* a table on a terminal */
	size_t shown;			/* lines of it that stand there */
	uint64_t samples;
	struct sample first, last, now, between;
};

static void
ask(struct stats *t)
{
	struct msg_ask a = { .to = t->o->to, .argument = STR("times"),
		.command = &msg_commands[MSG_get_status] };

	follow_ask(&t->f, &a);
}

/* The time of day; of what others read, the date too. */
static const char *
time_text(char text[CLOCK_TEXT], bool people)
{
	clock_text(clock_real_us(), text);
	if (!people)
		return text;
	text[19] = '\0';
	return text + 11;
}

/* Over what stands there: up, to the left, and clear what is below. */
static void
show_table(struct stats *t)
{
	struct output *out = &t->f.out;
	char title[200], text[CLOCK_TEXT], up[HUMAN_MAX];

	if (t->shown > 0)
		buf_printf(&out->buf, "\033[%zuA\r\033[J", t->shown);
	human_us(up, (int64_t)t->now.uptime_us);
	snprintf(title, sizeof title, "%s  up %s  every %s%s",
	    time_text(text, true), up, human_us((char[HUMAN_MAX]){ 0 },
	    1000 * t->o->interval_ms), t->samples == 1 ?
	    " (since the start)" : "");
	t->shown = table_put(out, &t->between, title,
	    term_width(STDOUT_FILENO), term_height(STDOUT_FILENO) - 1);
}

static void
show(struct stats *t, bool summary)
{
	struct output *out = &t->f.out;
	char text[CLOCK_TEXT], title[100], span[HUMAN_MAX];
	struct buf json = BUF_INIT(1 << 20);

	if (!out->text) {
		sample_json(&json, &t->between, time_text(text, false),
		    summary);
		buf_put(&out->buf, json.p, json.n);
		buf_putc(&out->buf, '\n');
	} else if (summary) {
		snprintf(title, sizeof title, "in %s: %llu requests, %llu "
		    "refused", human_us(span, (int64_t)t->between.uptime_us),
		    (unsigned long long)t->between.requests_total,
		    (unsigned long long)t->between.errors_total);
		buf_putc(&out->buf, '\n');
		table_put(out, &t->between, title, 100, 100);
	} else if (t->in_place) {
		show_table(t);
	} else {
		table_line(out, &t->between, time_text(text, true));
	}
	buf_free(&json);
}

/* A table shows at once what was since the server's start; lines begin with
 * the first interval. */
static void
on_answer(void *arg, const struct msg_reply *r, const struct buf *payload)
{
	struct stats *t = arg;
	struct err e = ERR_INIT;

	if (r->refused) {
		follow_refused(&t->f, r);
		return;
	}
	if (sample_read(&t->now, payload->p, payload->n, &e) < 0) {
		follow_fail(&t->f, &e);
		return;
	}
	if (t->samples++ == 0)
		t->first = t->now;
	if (t->samples > 1 || t->in_place) {
		sample_between(&t->between, t->samples == 1 ? NULL :
		    &t->last, &t->now);
		show(t, false);
	}
	t->last = t->now;
	if (t->samples > 1 && follow_flush(&t->f))
		follow_told(&t->f);
	else if (t->samples == 1)
		follow_flush(&t->f);
	follow_tick(&t->f, t->o->interval_ms);
}

static void
on_stanza(void *arg, const struct stanza *st)
{
	(void)arg, (void)st;
}

static void
on_tick(void *arg)
{
	ask(arg);
}

static void
on_connected(void *arg, bool again)
{
	struct stats *t = arg;

	if (again)
		t->shown = 0;		/* below what was said of that */
	ask(t);
}

static const struct follow_ops ops = {
	.connected = on_connected, .answer = on_answer, .stanza = on_stanza,
	.tick = on_tick,
};

int
stats_run(const struct watch_opts *o, const struct interrupt *in)
{
	struct stats *t = mem_zero(sizeof *t);
	int status;

	t->o = o;
	follow_start(&t->f, o, in, &ops, t);
	t->in_place = t->f.out.text && isatty(STDOUT_FILENO) &&
	    term_moves(STDOUT_FILENO);
	follow_run(&t->f);
	if (t->samples > 1 && t->f.status == 0) {
		sample_between(&t->between, &t->first, &t->last);
		show(t, true);
		follow_flush(&t->f);
	}
	follow_end(&t->f);
	status = t->f.status;
	free(t);
	return status;
}
