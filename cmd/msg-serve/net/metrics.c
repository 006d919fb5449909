#include "net/metrics.h"

#include <string.h>

#include "base/json.h"
#include "net/server.h"
#include "net/worker.h"

void
metrics_request(struct metrics *m, enum msg_command_id id, bool error,
    int64_t us, size_t bytes_in, size_t bytes_out)
{
	struct metrics_command *c = &m->commands[id];

	us = us < 0 ? 0 : us;
	counter_add(&c->bytes_in, bytes_in);
	counter_add(&c->bytes_out, bytes_out);
	counter_add(&c->errors, error);
	counter_add(&c->sum_us, (uint64_t)us);
	counter_add(&c->times[histo_bucket(us)], 1);
}

static void
add_worker(struct metrics_sum *out, const struct worker *w)
{
	const struct metrics *m = &w->metrics;

#define X(name)	out->name += counter_get(&m->name);
	METRICS_COUNTERS(X)
#undef X
	out->bytes_in_total += counter_get(&m->links.bytes_in);
	out->bytes_out_total += counter_get(&m->links.bytes_out);
	out->watches += atomic_load_explicit(&w->watches.count,
	    memory_order_relaxed);
	for (int i = 0; i < MSG_COMMANDS; i++) {
		const struct metrics_command *c = &m->commands[i];

#define X(name)	out->commands[i].name += counter_get(&c->name);
		METRICS_OF_COMMAND(X)
#undef X
		for (int k = 0; k < HISTO_BUCKETS; k++)
			out->commands[i].times.n[k] +=
			    counter_get(&c->times[k]);
	}
}

void
metrics_sum(struct metrics_sum *out, const struct server *s)
{
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < s->worker_count; i++)
		add_worker(out, s->workers[i]);
}

static void
put_number(struct buf *out, const char *name, uint64_t v)
{
	json_put_key(out, name);
	buf_putu(out, v);
	buf_putc(out, ',');
}

static void
put_quantile(struct buf *out, const char *name, const struct histo *h,
    unsigned permille)
{
	put_number(out, name, (uint64_t)histo_quantile(h, permille));
}

/* Members sorted, as everywhere. */
static void
put_command(struct buf *out, const struct metrics_sum *sum, int i, bool times)
{
	const struct histo *h = &sum->commands[i].times;
	bool any = false;

	put_number(out, "bytes_in", sum->commands[i].bytes_in);
	put_number(out, "bytes_out", sum->commands[i].bytes_out);
	put_number(out, "count", histo_count(h));
	put_number(out, "errors", sum->commands[i].errors);
	put_quantile(out, "p50_us", h, 500);
	put_quantile(out, "p90_us", h, 900);
	put_quantile(out, "p99_us", h, 990);
	json_put_key(out, "sum_us");
	buf_putu(out, sum->commands[i].sum_us);
	if (!times)
		return;
	buf_lit(out, ",\"times\":[");
	for (unsigned k = 0; k < HISTO_BUCKETS; k++) {
		if (h->n[k] == 0)
			continue;
		buf_puts(out, any ? ",[" : "[");
		buf_puti(out, histo_top(k));
		buf_putc(out, ',');
		buf_putu(out, h->n[k]);
		buf_putc(out, ']');
		any = true;
	}
	buf_putc(out, ']');
}

/* In the order of their names, not of the table. */
static int
after(int last, const struct metrics_sum *sum)
{
	int next = -1;

	for (int i = 0; i < MSG_COMMANDS; i++)
		if (histo_count(&sum->commands[i].times) > 0 &&
		    (last < 0 || strcmp(msg_commands[i].word,
		    msg_commands[last].word) > 0) &&
		    (next < 0 || strcmp(msg_commands[i].word,
		    msg_commands[next].word) < 0))
			next = i;
	return next;
}

void
metrics_commands_json(struct buf *out, const struct metrics_sum *sum,
    bool times)
{
	int i = after(-1, sum);

	buf_putc(out, '{');
	while (i >= 0) {
		json_put_key(out, msg_commands[i].word);
		buf_putc(out, '{');
		put_command(out, sum, i, times);
		buf_putc(out, '}');
		i = after(i, sum);
		if (i >= 0)
			buf_putc(out, ',');
	}
	buf_putc(out, '}');
}
