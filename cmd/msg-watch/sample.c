#include "sample.h"

#include <string.h>

#include "base/json.h"

/* --- reading ---------------------------------------------------------- */

static uint64_t
number(const struct json *j, const char *name)
{
	struct err e = ERR_INIT;
	uint64_t v;

	return json_uint64(json_get(j, name), &v, &e) < 0 ? 0 : v;
}

/* [[TOP_US,COUNT],..] */
static void
read_times(struct histo *h, const struct json *list)
{
	struct err e = ERR_INIT;
	int64_t top;
	uint64_t n;

	for (const struct json *j = list == NULL ? NULL : list->first;
	    j != NULL; j = j->next)
		if (j->type == JSON_ARRAY && j->count == 2 &&
		    json_int64(j->first, &top, &e) == 0 &&
		    json_uint64(j->first->next, &n, &e) == 0)
			h->n[histo_bucket(top)] += n;
}

/* A command that we do not know is of a newer server. */
static void
read_command(struct sample *s, const struct json *j)
{
	const struct msg_command *row = msg_command_by_word(j->key);
	struct sample_command *c;

	if (row == NULL)
		return;
	c = &s->commands[msg_command_id(row)];
	c->errors = number(j, "errors");
	c->sum_us = number(j, "sum_us");
	c->bytes_in = number(j, "bytes_in");
	c->bytes_out = number(j, "bytes_out");
	read_times(&c->times, json_get(j, "times"));
}

int
sample_read(struct sample *out, const char *p, size_t n, struct err *e)
{
	struct arena a = ARENA_INIT;
	const struct json *j = json_parse(&a, p, n, NULL, e);
	const struct json *commands = json_get(j, "commands");
	int rc = 0;

	memset(out, 0, sizeof *out);
	if (j == NULL || json_get(j, "version") == NULL) {
		rc = err_set(e, ERR_NO_ANSWER, "the answer to get-status is "
		    "not understood");
	} else if (commands == NULL) {
		rc = err_set(e, ERR_FORBIDDEN, "the server counts for "
		    "administrators only, or is older than its counts");
	} else {
#define X(name)	out->name = number(j, #name);
		SAMPLE_COUNTERS(X)
		SAMPLE_GAUGES(X)
#undef X
		for (const struct json *c = commands->first; c != NULL;
		    c = c->next)
			read_command(out, c);
	}
	arena_free(&a);
	return rc;
}

/* --- between two ------------------------------------------------------ */

/* Numbers of several threads are not of one moment: never below 0. */
static uint64_t
less(uint64_t now, uint64_t from)
{
	return now < from ? 0 : now - from;
}

void
sample_between(struct sample *out, const struct sample *from,
    const struct sample *now)
{
	static const struct sample none;

	if (from == NULL || now->uptime_us < from->uptime_us)
		from = &none;
	*out = *now;
	out->uptime_us -= from->uptime_us;
#define X(name)	out->name = less(now->name, from->name);
	SAMPLE_COUNTERS(X)
#undef X
	for (int i = 0; i < MSG_COMMANDS; i++) {
		struct sample_command *c = &out->commands[i];
		const struct sample_command *f = &from->commands[i];

		c->errors = less(c->errors, f->errors);
		c->sum_us = less(c->sum_us, f->sum_us);
		c->bytes_in = less(c->bytes_in, f->bytes_in);
		c->bytes_out = less(c->bytes_out, f->bytes_out);
		for (int k = 0; k < HISTO_BUCKETS; k++)
			c->times.n[k] = less(c->times.n[k], f->times.n[k]);
	}
}

void
sample_times(const struct sample *s, struct histo *out)
{
	memset(out, 0, sizeof *out);
	for (int i = 0; i < MSG_COMMANDS; i++)
		for (int k = 0; k < HISTO_BUCKETS; k++)
			out->n[k] += s->commands[i].times.n[k];
}

/* --- as JSON ----------------------------------------------------------- */

static void
put(struct buf *out, const char *name, uint64_t v)
{
	if (out->p[out->n - 1] != '{')
		buf_putc(out, ',');
	json_put_key(out, name);
	buf_putu(out, v);
}

static void
put_times(struct buf *out, const struct histo *h)
{
	put(out, "p50_us", (uint64_t)histo_quantile(h, 500));
	put(out, "p90_us", (uint64_t)histo_quantile(h, 900));
	put(out, "p99_us", (uint64_t)histo_quantile(h, 990));
	put(out, "max_us", (uint64_t)histo_quantile(h, 1000));
}

static void
put_commands(struct buf *out, const struct sample *s)
{
	buf_lit(out, ",\"commands\":{");
	for (int i = 0; i < MSG_COMMANDS; i++) {
		const struct sample_command *c = &s->commands[i];
		uint64_t count = histo_count(&c->times);

		if (count == 0)
			continue;
		if (out->p[out->n - 1] != '{')
			buf_putc(out, ',');
		json_put_key(out, msg_commands[i].word);
		buf_putc(out, '{');
		put(out, "count", count);
		put(out, "errors", c->errors);
		put(out, "bytes_in", c->bytes_in);
		put(out, "bytes_out", c->bytes_out);
		put_times(out, &c->times);
		buf_putc(out, '}');
	}
	buf_putc(out, '}');
}

void
sample_json(struct buf *out, const struct sample *s, const char *time,
    bool summary)
{
	struct histo all;

	sample_times(s, &all);
	buf_lit(out, "{\"time\":");
	json_put_cstr(out, time);
	if (summary)
		buf_lit(out, ",\"summary\":true");
	put(out, "interval_us", s->uptime_us);
	put(out, "requests", s->requests_total);
	put(out, "errors", s->errors_total);
	put(out, "events", s->events_total);
	put(out, "logins", s->logins_total);
	put(out, "commits", s->commits);
	put(out, "bytes_in", s->bytes_in_total);
	put(out, "bytes_out", s->bytes_out_total);
	put(out, "stanzas_in", s->stanzas_in_total);
	put(out, "stanzas_out", s->stanzas_out_total);
	put_times(out, &all);
	put_commands(out, s);
	put(out, "connections", s->connections);
	put(out, "streams", s->streams);
	put(out, "watches", s->watches);
	put(out, "queued_jobs", s->queued_jobs);
	put(out, "pending_jobs", s->pending_jobs);
	put(out, "waiting_commands", s->waiting_commands);
	put(out, "rev", s->rev);
	put(out, "items", s->items);
	put(out, "store_bytes", s->store_bytes);
	buf_putc(out, '}');
}
