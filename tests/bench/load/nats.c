#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "load.h"

/*
 * The same load for nats-server.  Requests go to one connection that answers
 * them, as NATS has it: each passes the server four times.  Events go from
 * that connection to all others.
 */
#define TEXT_MAX	4096
#define EVENT		400		/* bytes, about those of ours */

struct talker {
	struct nats *all;
	unsigned number;		/* 0: the one that answers or tells */
	struct link *link;
	struct buf half;		/* what came of a line or message */
	bool ready;
	uint64_t told;			/* events, of a fan */
	int64_t *sent;
};

struct nats {
	struct load *load;
	struct talker *talkers;
	unsigned ready, gone;
	bool fan, measuring, over;
	uint64_t made, *seen;		/* events; of each under way */
	struct hist hist;
	struct usage from, to;
	struct timer timer;
};

static void
die(struct talker *p, const char *why)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_CONNECT, "nats-server: %s", why);
	load_fail(p->all->load, &e);
}

static void
ask(struct talker *p, unsigned n, int64_t now)
{
	p->sent[n] = now;
	buf_printf(link_out(p->link), "PUB svc i.%u.%u 4\r\nping\r\n",
	    p->number, n);
}

static void
tell(struct nats *x)
{
	struct buf *out = link_out(x->talkers[0].link);
	uint64_t slot = x->made++ % (uint64_t)x->load->opt.depth;

	x->seen[slot] = 0;
	x->talkers[0].sent[slot] = clock_mono_us();
	buf_printf(out, "PUB ev %d\r\n", EVENT);
	for (int i = 0; i < EVENT; i++)
		buf_putc(out, 'e');
	buf_lit(out, "\r\n");
}

static void
begin(struct nats *x)
{
	const struct load *l = x->load;

	timer_set(&x->timer, l->opt.warm_ms);
	if (x->fan) {
		for (unsigned n = 0; n < l->opt.depth; n++)
			tell(x);
		return;
	}
	for (unsigned i = 1; i <= l->opt.connections; i++)
		for (unsigned n = 0; n < l->opt.depth; n++)
			ask(&x->talkers[i], n, clock_mono_us());
}

static void
on_event(struct talker *p, int64_t now)
{
	struct nats *x = p->all;
	uint64_t slot = p->told++ % (uint64_t)x->load->opt.depth;

	if (x->measuring)
		hist_add(&x->hist, now - x->talkers[0].sent[slot]);
	if (++x->seen[slot] == (uint64_t)x->load->opt.connections)
		tell(x);
}

/* "MSG subject sid [reply] n", its end cut off. */
static void
message(struct talker *p, const char *line)
{
	char subject[64], reply[64];
	struct nats *x = p->all;
	int64_t now = clock_mono_us();
	unsigned n;

	if (x->over)
		return;
	if (p->number == 0) {
		if (sscanf(line, "MSG %63s %*s %63s", subject, reply) == 2)
			buf_printf(link_out(p->link), "PUB %s 4\r\npong\r\n",
			    reply);
	} else if (x->fan) {
		on_event(p, now);
	} else if (sscanf(line, "MSG i.%*u.%u", &n) == 1 &&
	    n < x->load->opt.depth) {
		if (x->measuring)
			hist_add(&x->hist, now - p->sent[n]);
		ask(p, n, now);
	}
}

static void talker_start(struct nats *x, unsigned number);

static void
line_of(struct talker *p, const char *line)
{
	struct nats *x = p->all;

	if (strncmp(line, "INFO", 4) == 0) {
		if (!link_secure(p->link))
			link_starttls(p->link, x->load->tls, NULL);
	} else if (strcmp(line, "PING") == 0) {
		buf_lit(link_out(p->link), "PONG\r\n");
	} else if (strncmp(line, "MSG", 3) == 0) {
		message(p, line);
	} else if (strcmp(line, "PONG") == 0 && !p->ready) {
		p->ready = true;
		if (++x->ready <= x->load->opt.connections)
			talker_start(x, x->ready);
		else
			begin(x);
	} else if (line[0] == '-') {
		die(p, line);
	}
}

/* One line, with what belongs to it: how many bytes; 0: more must come. */
static size_t
take(struct talker *p, const char *at, size_t n)
{
	const char *end = memchr(at, '\n', n), *size;
	char line[TEXT_MAX];
	size_t len, all;

	if (end == NULL || end == at)
		return 0;
	len = (size_t)(end - at) - 1;
	all = len + 2;
	if (len >= sizeof line) {
		die(p, "a line too long");
		return n;
	}
	memcpy(line, at, len);
	line[len] = '\0';
	if (strncmp(line, "MSG", 3) == 0) {
		size = strrchr(line, ' ');
		all += strtoul(size, NULL, 10) + 2;
		if (all > n)
			return 0;
	}
	line_of(p, line);
	return all;
}

static size_t
on_bytes(void *arg, const char *at, size_t n)
{
	struct talker *p = arg;
	size_t used, all = n;

	if (p->half.n > 0) {
		buf_put(&p->half, at, n);
		at = p->half.p;
		n = p->half.n;
	}
	while (n > 0 && (used = take(p, at, n)) > 0) {
		at += used;
		n -= used;
	}
	if (p->half.n > 0)
		buf_eat(&p->half, p->half.n - n);
	else
		buf_put(&p->half, at, n);
	return all;
}

static void
on_secured(void *arg)
{
	struct talker *p = arg;
	struct buf *out = link_out(p->link);

	buf_lit(out, "CONNECT {\"verbose\":false,\"pedantic\":false,"
	    "\"tls_required\":true,\"lang\":\"c\",\"version\":\"1\"}\r\n");
	if (p->number == 0)
		buf_lit(out, "SUB svc 1\r\n");
	else if (p->all->fan)
		buf_lit(out, "SUB ev 1\r\n");
	else
		buf_printf(out, "SUB i.%u.* 1\r\n", p->number);
	buf_lit(out, "PING\r\n");
}

static void
on_closed(void *arg, const struct err *why)
{
	struct talker *p = arg;

	buf_free(&p->half);
	if (!p->all->over)
		die(p, why->code != ERR_OK ? why->text : "it closed");
	if (++p->all->gone > p->all->load->opt.connections)
		loop_stop(p->all->load->loop);
}

static const struct link_ops link_ops = {
	.bytes = on_bytes, .secured = on_secured, .closed = on_closed,
};

static void
talker_start(struct nats *x, unsigned number)
{
	struct talker *p = &x->talkers[number];
	struct load *l = x->load;
	struct err e = ERR_INIT;

	*p = (struct talker){ .all = x, .number = number,
	    .half = BUF_INIT(1 << 20), .sent = p->sent };
	l->conf = (struct link_conf){ .ops = &link_ops, .read_always = true };
	if (link_connect(&p->link, l->loop, l->opt.server, &l->conf, p, NULL,
	    NULL, &e) < 0)
		load_fail(l, &e);
}

static void
on_time(void *arg)
{
	struct nats *x = arg;
	struct load *l = x->load;

	if (!x->measuring) {
		x->measuring = true;
		usage_now(&x->from, l->opt.pid);
		timer_set(&x->timer, l->opt.time_ms);
		return;
	}
	usage_now(&x->to, l->opt.pid);
	x->over = true;
	for (unsigned i = 0; i <= l->opt.connections; i++)
		link_close(x->talkers[i].link);
}

int
load_nats(struct load *l, bool fan, struct err *e)
{
	size_t count = (size_t)l->opt.connections + 1;
	struct nats x = { .load = l, .fan = fan };
	size_t depth = (size_t)l->opt.depth;
	int64_t *sent = mem_array(count * depth, sizeof *sent);

	(void)e;
	x.seen = mem_array(depth, sizeof *x.seen);
	x.talkers = mem_array(count, sizeof *x.talkers);
	for (size_t i = 0; i < count; i++)
		x.talkers[i].sent = sent + i * depth;
	timer_init(&x.timer, l->loop, on_time, &x);
	talker_start(&x, 0);
	loop_run(l->loop);
	if (!l->failed)
		print_row(l, (double)x.hist.count * 1e6 /
		    (double)(x.to.at_us - x.from.at_us),
		    fan ? "events/s" : "req/s", &x.hist, &x.from, &x.to);
	free(x.talkers);
	free(x.seen);
	free(sent);
	return 0;
}
