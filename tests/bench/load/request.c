#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "load.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define REQUEST_MAX	(1024 * 1024)

/* --- what is asked ------------------------------------------------------- */

/* The argument with {c}, {n}, {i} and {u} put in. */
static void
fill_in(struct buf *out, struct request *r, const struct bot *b, unsigned n)
{
	for (const char *p = r->argument; *p != '\0'; p++) {
		if (p[0] != '{' || p[1] == '\0' || p[2] != '}' ||
		    strchr("cniu", p[1]) == NULL) {
			buf_putc(out, *p);
			continue;
		}
		if (p[1] == 'u')
			buf_puts(out, b->user);
		else
			buf_putu(out, p[1] == 'c' ? b->number :
			    p[1] == 'n' ? n : r->count);
		p += 2;
	}
	r->count++;
}

static void
write_request(struct request *r, const struct load *l, struct buf *out,
    const struct bot *b, unsigned n)
{
	struct buf argument = BUF_INIT(REQUEST_MAX);

	if (r->name == NULL && !r->raw) {
		buf_printf(out, "<iq type='get' id='%u' to='%s'>"
		    "<ping xmlns='" NS_PING "'/></iq>", n, l->opt.domain);
		return;
	}
	fill_in(&argument, r, b, n);
	if (r->raw) {
		buf_printf(out, "<iq type='set' id='%u' to='%s'>", n,
		    l->opt.to != NULL ? l->opt.to : l->opt.domain);
		buf_put(out, argument.p, argument.n);
		buf_lit(out, "</iq>");
		buf_free(&argument);
		return;
	}
	buf_printf(out, "<iq type='%s' id='%u'><%s xmlns='" NS_M "'>",
	    r->set ? "set" : "get", n, r->name);
	base64_put(out, argument.p, argument.n);
	buf_printf(out, "</%s></iq>", r->name);
	buf_free(&argument);
}

int
request_init(struct request *r, const struct load *l, const char *text,
    struct err *e)
{
	size_t word = strcspn(text, " ");

	/* Not from 0: a run must not save what the one before it did. */
	*r = (struct request){ .count = (uint64_t)clock_real_us() };
	if (text[0] == '<') {
		r->raw = true;
		r->argument = mem_str(text);
	} else if (strcmp(text, "ping") != 0) {
		if (word < 5 || (strncmp(text, "get-", 4) != 0 &&
		    strncmp(text, "set-", 4) != 0))
			return err_set(e, ERR_USAGE, "'%s' is no request: "
			    "ping, get-..., set-...", text);
		r->set = text[0] == 's';
		r->name = mem_strn(text + 4, word - 4);
		r->argument = mem_str(text + word + (text[word] == ' '));
	}
	r->varies = r->argument != NULL &&
	    (strstr(r->argument, "{c}") != NULL ||
	    strstr(r->argument, "{n}") != NULL ||
	    strstr(r->argument, "{u}") != NULL ||
	    strstr(r->argument, "{i}") != NULL);
	if (r->varies)
		return 0;
	r->ready = mem_array((size_t)l->opt.depth, sizeof *r->ready);
	for (unsigned n = 0; n < l->opt.depth; n++) {
		buf_init(&r->ready[n], REQUEST_MAX);
		write_request(r, l, &r->ready[n], NULL, n);
	}
	return 0;
}

void
request_clear(struct request *r, const struct load *l)
{
	for (unsigned n = 0; r->ready != NULL && n < l->opt.depth; n++)
		buf_free(&r->ready[n]);
	free(r->ready);
	free(r->name);
	free(r->argument);
}

void
request_put(struct request *r, struct bot *b, unsigned n)
{
	size_t at = bot_begin(b);
	struct buf *out = bot_out(b);

	if (r->ready != NULL)
		buf_put(out, r->ready[n].p, r->ready[n].n);
	else
		write_request(r, b->load, out, b, n);
	bot_send(b, at);
}

/* --- many connections, each with some requests in flight ----------------- */

struct run {
	struct load *load;
	struct request request;
	struct bot *bots;
	int64_t *sent;			/* depth of them for each bot */
	unsigned ready, gone;
	int64_t watching;		/* of opt.watches */
	bool measuring, over;
	struct hist hist;
	struct usage from, to;
	struct timer timer;

	/* opt.rate: requests are due by the clock, and go to whoever has had
	 * nothing to do for longest; their time is from when they were due. */
	struct timer tick;
	uint32_t *idle;			/* a ring of places in sent */
	size_t idle_first, idle_count;
	int64_t begun_us, due;
};

/* Nothing is ever there, and each is another part of the tree. */
static void
watch_idle(struct run *r)
{
	const struct load *l = r->load;
	char query[64];

	for (int64_t i = 0; i < l->opt.watches; i++) {
		struct bot *b = &r->bots[i % l->opt.connections];
		size_t at = bot_begin(b);
		struct buf *out = bot_out(b);
		int n = snprintf(query, sizeof query, "/idle/n%lld/*",
		    (long long)i);

		buf_lit(out, "<iq type='set' id='0'><watch xmlns='" NS_M
		    "'>");
		base64_put(out, query, (size_t)n);
		buf_lit(out, "</watch></iq>");
		bot_send(b, at);
	}
}

static void
ask(struct bot *b, unsigned n, int64_t now)
{
	struct run *r = b->own;
	const struct load *l = b->load;

	r->sent[b->number * (size_t)l->opt.depth + n] = now;
	request_put(&r->request, b, n);
}

static void
on_tick(void *arg)
{
	struct run *r = arg;
	const struct load *l = r->load;
	size_t all = (size_t)(l->opt.connections * l->opt.depth);
	int64_t now = clock_mono_us();
	int64_t due = (now - r->begun_us) * l->opt.rate / 1000000;

	for (; r->due < due && r->idle_count > 0; r->due++) {
		uint32_t at = r->idle[r->idle_first];

		r->idle_first = (r->idle_first + 1) % all;
		r->idle_count--;
		ask(&r->bots[at / l->opt.depth],
		    (unsigned)(at % l->opt.depth),
		    r->begun_us + r->due * 1000000 / l->opt.rate);
	}
	if (!r->over)
		timer_set(&r->tick, 1);
}

static void
rest(struct run *r, uint32_t at)
{
	size_t all = (size_t)(r->load->opt.connections * r->load->opt.depth);

	r->idle[(r->idle_first + r->idle_count++) % all] = at;
}

static void
begin(struct run *r)
{
	struct load *l = r->load;
	int64_t now = clock_mono_us();

	r->begun_us = now;
	for (unsigned n = 0; n < l->opt.depth; n++)
		for (unsigned i = 0; i < l->opt.connections; i++)
			if (l->opt.rate == 0)
				ask(&r->bots[i], n, now);
			else
				rest(r, (uint32_t)(i * l->opt.depth + n));
	if (l->opt.rate > 0)
		on_tick(r);
	timer_set(&r->timer, l->opt.warm_ms);
}

static void
on_item(void *arg, const struct answer *item, const char *p, size_t n)
{
	struct bot *b = arg;
	struct run *r = b->own;
	int64_t now = clock_mono_us();
	struct err e = ERR_INIT;

	if (r->over)
		return;
	if (item->kind == 'm' || item->kind == 'p')
		return;			/* nobody asked for it */
	if (item->error || item->id >= b->load->opt.depth) {
		err_set(&e, ERR_REFUSED, "a request was answered with ...%.*s",
		    (int)(n < 400 ? n : 400), p);
		load_fail(b->load, &e);
		return;
	}
	if (r->watching < b->load->opt.watches) {
		if (++r->watching == b->load->opt.watches)
			begin(r);
		return;
	}
	if (r->measuring)
		hist_add(&r->hist, now - r->sent[b->number *
		    (size_t)b->load->opt.depth + item->id]);
	if (b->load->opt.rate == 0)
		ask(b, item->id, now);
	else
		rest(r, (uint32_t)(b->number * b->load->opt.depth +
		    item->id));
}

static void
on_time(void *arg)
{
	struct run *r = arg;
	struct load *l = r->load;

	if (!r->measuring) {
		r->measuring = true;
		usage_now(&r->from, l->opt.pid);
		timer_set(&r->timer, l->opt.time_ms);
		return;
	}
	usage_now(&r->to, l->opt.pid);
	r->over = true;
	for (unsigned i = 0; i < l->opt.connections; i++)
		bot_end(&r->bots[i]);
}

static void
on_ready(struct bot *b)
{
	struct run *r = b->own;
	struct load *l = r->load;

	if (++r->ready < l->opt.connections)
		bot_start(&r->bots[r->ready], l, b->ops, r->ready);
	else if (l->opt.watches > 0)
		watch_idle(r);
	else
		begin(r);
}

static void
on_closed(struct bot *b)
{
	struct run *r = b->own;

	if (++r->gone == b->load->opt.connections)
		loop_stop(b->load->loop);
}

static const struct bot_ops ops = {
	.ready = on_ready, .item = on_item, .closed = on_closed,
};

int
load_requests(struct load *l, struct err *e)
{
	size_t count = (size_t)l->opt.connections;
	struct run r = { .load = l };

	if (request_init(&r.request, l, l->opt.request, e) < 0)
		return -1;
	r.bots = mem_array(count, sizeof *r.bots);
	memset(r.bots, 0, count * sizeof *r.bots);
	r.sent = mem_array(count * (size_t)l->opt.depth, sizeof *r.sent);
	r.idle = mem_array(count * (size_t)l->opt.depth, sizeof *r.idle);
	timer_init(&r.timer, l->loop, on_time, &r);
	timer_init(&r.tick, l->loop, on_tick, &r);
	for (size_t i = 0; i < count; i++)
		r.bots[i].own = &r;
	bot_start(&r.bots[0], l, &ops, 0);
	loop_run(l->loop);
	if (!l->failed)
		print_row(l, (double)r.hist.count * 1e6 /
		    (double)(r.to.at_us - r.from.at_us), "req/s", &r.hist,
		    &r.from, &r.to);
	request_clear(&r.request, l);
	free(r.bots);
	free(r.sent);
	free(r.idle);
	return 0;
}
