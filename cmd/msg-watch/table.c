#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/human.h"
#include "cli/term.h"

/* A second's share. */
static double
rate(const struct sample *s, uint64_t n)
{
	return s->uptime_us == 0 ? 0 : (double)n * 1e6 / (double)s->uptime_us;
}

void
table_line(struct output *out, const struct sample *s, const char *time)
{
	char text[HUMAN_MAX];
	struct histo all;
	struct buf *b = &out->buf;

	sample_times(s, &all);
	text_escape(b, time, strlen(time), 0);
	buf_printf(b, " requests=%s/s", human_count(text,
	    rate(s, s->requests_total)));
	buf_printf(b, " errors=%s/s", human_count(text,
	    rate(s, s->errors_total)));
	buf_printf(b, " p50=%s", human_us(text, histo_quantile(&all, 500)));
	buf_printf(b, " p99=%s", human_us(text, histo_quantile(&all, 990)));
	buf_printf(b, " commits=%s/s", human_count(text,
	    rate(s, s->commits)));
	buf_printf(b, " events=%s/s", human_count(text,
	    rate(s, s->events_total)));
	buf_printf(b, " in=%s/s", human_bytes(text,
	    rate(s, s->bytes_in_total)));
	buf_printf(b, " out=%s/s", human_bytes(text,
	    rate(s, s->bytes_out_total)));
	buf_printf(b, " connections=%llu queue=%llu rev=%llu",
	    (unsigned long long)s->connections,
	    (unsigned long long)(s->queued_jobs + s->waiting_commands),
	    (unsigned long long)s->rev);
	buf_printf(b, " store=%s\n", human_bytes(text,
	    (double)s->store_bytes));
}

/* --- the table --------------------------------------------------------- */

struct table {
	struct output *out;
	size_t width, height, lines;
};

/* One line of ASCII, cut to fit. */
static void __attribute__((format(printf, 3, 4)))
line(struct table *t, enum term_style style, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (t->lines >= t->height)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (strlen(text) > t->width)
		text[t->width] = '\0';
	buf_puts(&t->out->buf, term_style(t->out->color, style));
	text_escape(&t->out->buf, text, strlen(text), 0);
	buf_puts(&t->out->buf, term_style(t->out->color, TERM_PLAIN));
	buf_putc(&t->out->buf, '\n');
	t->lines++;
}

static void
traffic(struct table *t, const struct sample *s)
{
	char a[HUMAN_MAX], b[HUMAN_MAX], c[HUMAN_MAX], d[HUMAN_MAX];

	line(t, TERM_PLAIN, "requests %9s/s   errors %9s/s   events %9s/s",
	    human_count(a, rate(s, s->requests_total)),
	    human_count(b, rate(s, s->errors_total)),
	    human_count(c, rate(s, s->events_total)));
	line(t, TERM_PLAIN, "read     %9s/s   written %8s/s   logins %9s/s",
	    human_bytes(a, rate(s, s->bytes_in_total)),
	    human_bytes(b, rate(s, s->bytes_out_total)),
	    human_count(c, rate(s, s->logins_total)));
	line(t, TERM_PLAIN, "commits  %9s/s   groups %9s/s   rev %12llu",
	    human_count(a, rate(s, s->commits)),
	    human_count(b, rate(s, s->groups)), (unsigned long long)s->rev);
	line(t, TERM_PLAIN, "connections %6llu of %llu, streams %llu, "
	    "watches %llu, workers %llu", (unsigned long long)s->connections,
	    (unsigned long long)s->connections_limit,
	    (unsigned long long)s->streams, (unsigned long long)s->watches,
	    (unsigned long long)s->workers);
	line(t, TERM_PLAIN, "queues: writer %llu, sets not durable %llu, "
	    "commands behind them %llu", (unsigned long long)s->queued_jobs,
	    (unsigned long long)s->pending_jobs,
	    (unsigned long long)s->waiting_commands);
	line(t, TERM_PLAIN, "store: %s of %s, %s items",
	    human_bytes(a, (double)s->store_bytes),
	    human_bytes(b, (double)s->store_bytes_limit),
	    human_count(d, (double)s->items));
}

static void
command_row(struct table *t, const struct sample *s, const char *name,
    const struct histo *h, uint64_t errors)
{
	char n[HUMAN_MAX], e[HUMAN_MAX], q[4][HUMAN_MAX];
	static const unsigned permille[] = { 500, 900, 990, 1000 };

	for (int i = 0; i < 4; i++)
		human_us(q[i], histo_quantile(h, permille[i]));
	line(t, errors > 0 ? TERM_YELLOW : TERM_PLAIN,
	    "%-12s %8s %8s %8s %8s %8s %8s", name,
	    human_count(n, rate(s, histo_count(h))),
	    human_count(e, rate(s, errors)), q[0], q[1], q[2], q[3]);
}

size_t
table_put(struct output *out, const struct sample *s, const char *title,
    size_t width, size_t height)
{
	struct table t = { .out = out, .width = width, .height = height };
	struct histo all;

	sample_times(s, &all);
	line(&t, TERM_BOLD, "%s", title);
	traffic(&t, s);
	line(&t, TERM_DIM, "%-12s %8s %8s %8s %8s %8s %8s", "command",
	    "a second", "errors", "p50", "p90", "p99", "max");
	command_row(&t, s, "all", &all, s->errors_total);
	for (int i = 0; i < MSG_COMMANDS; i++)
		if (histo_count(&s->commands[i].times) > 0)
			command_row(&t, s, msg_commands[i].word,
			    &s->commands[i].times, s->commands[i].errors);
	return t.lines;
}
