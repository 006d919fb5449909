#include "net/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "net/wire.h"

/* Came before its turn. */
struct chunk {
	struct chunk *next;
	uint32_t seq, ack;
	bool acks;
	size_t n, missing;
	int64_t at_us;
	uint8_t bytes[];
};

struct side {
	struct endpoint from;
	struct wire *wire;
	bool known;		/* next is */
	bool ended;
	bool has_end;		/* FIN was seen, before this byte: */
	uint32_t end, next;
	struct chunk *chunks;	/* by seq */
	size_t pending;		/* bytes of them */
};

struct flow {
	struct flow *next, *prev;	/* by time of the last segment */
	struct endpoint key[2];
	unsigned number;
	struct side side[2];	/* the client's, the server's */
	int64_t at_us;		/* of the last segment */
};

struct flows {
	item_fn *fn;
	void *arg;
	struct map map;
	struct flow *oldest, *newest;
	unsigned last_number;
};

struct flows *
flows_new(item_fn *fn, void *arg)
{
	struct flows *f = mem_zero(sizeof *f);

	f->fn = fn;
	f->arg = arg;
	map_init(&f->map);
	return f;
}

/* Is a before b?  Numbers go round. */
static bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* --- one direction -------------------------------------------------------- */

/* Of what is there, the bytes not taken yet. */
static void
deliver(struct side *s, uint32_t seq, const uint8_t *p, size_t n,
    size_t missing, int64_t at_us)
{
	uint32_t old = s->next - seq;	/* bytes that came before */

	if (old >= n) {
		missing = old - n < missing ? missing - (old - n) : 0;
		n = 0;
	} else {
		p += old;
		n -= old;
	}
	s->next += (uint32_t)(n + missing);
	if (s->ended)
		return;
	if (n > 0)
		wire_feed(s->wire, p, n, at_us);
	if (missing > 0)
		wire_gap(s->wire, missing, at_us);
}

static void
deliver_first(struct side *s)
{
	struct chunk *c = s->chunks;

	deliver(s, c->seq, c->bytes, c->n, c->missing, c->at_us);
	s->chunks = c->next;
	s->pending -= c->n;
	free(c);
}

/* Did its sender have bytes of the other side that we have not? */
static bool
early(const struct side *other, bool acks, uint32_t ack)
{
	return acks && other->known && !other->ended &&
	    before(other->next, ack);
}

/* What is before the first chunk, or what it answers, will not come any
 * more. */
static void
give_up(struct side *s)
{
	struct chunk *c = s->chunks;

	if (before(s->next, c->seq)) {
		if (!s->ended)
			wire_gap(s->wire, c->seq - s->next, c->at_us);
		s->next = c->seq;
	}
	do
		deliver_first(s);
	while (s->chunks != NULL && !before(s->next, s->chunks->seq));
}

static void
keep(struct side *s, const struct segment *g)
{
	struct chunk **at = &s->chunks, *c;

	while (*at != NULL && !before(g->seq, (*at)->seq))
		at = &(*at)->next;
	c = mem_alloc(sizeof *c + g->n);
	c->next = *at;
	c->seq = g->seq;
	c->ack = g->ack;
	c->acks = (g->flags & TCP_ACK) != 0;
	c->n = g->n;
	c->missing = g->missing;
	c->at_us = g->at_us;
	memcpy(c->bytes, g->data, g->n);
	*at = c;
	s->pending += c->n;
	while (s->pending > FLOW_PENDING_MAX)
		give_up(s);
}

static void
side_end(struct side *s, int64_t at_us)
{
	while (s->chunks != NULL)
		give_up(s);
	if (!s->ended)
		wire_end(s->wire, at_us);
	s->ended = true;
}

/* What had to wait and need not any more, until at_us: was there any? */
static bool
settle(struct side *s, const struct side *other, int64_t at_us)
{
	struct chunk *c;
	bool any = false;

	while ((c = s->chunks) != NULL && !before(s->next, c->seq) &&
	    (!early(other, c->acks, c->ack) ||
	    at_us - c->at_us > FLOW_TURN_US)) {
		deliver_first(s);
		any = true;
	}
	if (!s->ended && s->has_end && !before(s->next, s->end)) {
		side_end(s, at_us);
		any = true;
	}
	return any;
}

static void
take(struct side *s, struct side *other, const struct segment *g)
{
	size_t n = g->n + g->missing;
	uint32_t seq = g->seq;

	if (g->flags & TCP_SYN)
		seq++;
	if (!s->known) {
		s->next = seq;
		s->known = true;
	}
	if (n > 0 && before(s->next, seq + (uint32_t)n)) {
		struct segment data = *g;

		data.seq = seq;
		if (before(s->next, seq) ||
		    early(other, (g->flags & TCP_ACK) != 0, g->ack))
			keep(s, &data);
		else
			deliver(s, seq, g->data, g->n, g->missing, g->at_us);
	}
	if (g->flags & TCP_FIN) {
		s->has_end = true;
		s->end = seq + (uint32_t)n;
	}
	while (settle(s, other, g->at_us) || settle(other, s, g->at_us))
		;
}

/* --- connections ---------------------------------------------------------- */

static void
tell(struct flows *f, const struct flow *w, const char *what)
{
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT], text[200];
	struct item it = { .kind = ITEM_EVENT, .conn = w->number,
		.at_us = w->at_us, .text = text };

	endpoint_text(from, &w->side[0].from);
	endpoint_text(to, &w->side[1].from);
	snprintf(text, sizeof text, "%s: %s to %s", what, from, to);
	f->fn(f->arg, &it);
}

/* The same whoever sends. */
static void
make_key(struct endpoint key[2], const struct segment *g)
{
	bool less = memcmp(&g->from, &g->to, sizeof g->from) < 0;

	memset(key, 0, 2 * sizeof *key);
	key[0] = less ? g->from : g->to;
	key[1] = less ? g->to : g->from;
}

static void
unlink_flow(struct flows *f, struct flow *w)
{
	*(w->prev != NULL ? &w->prev->next : &f->oldest) = w->next;
	*(w->next != NULL ? &w->next->prev : &f->newest) = w->prev;
	w->next = w->prev = NULL;
}

static void
append(struct flows *f, struct flow *w)
{
	w->prev = f->newest;
	*(f->newest != NULL ? &f->newest->next : &f->oldest) = w;
	f->newest = w;
}

static void
drop(struct flows *f, struct flow *w)
{
	for (int i = 0; i < 2; i++) {
		side_end(&w->side[i], w->at_us);
		wire_free(w->side[i].wire);
	}
	unlink_flow(f, w);
	map_del(&f->map, w->key, sizeof w->key);
	free(w);
}

static bool
is_served(uint16_t port)
{
	static const uint16_t ports[] = { 5222, 5223, 5269, 5270, 5280, 5281,
		80, 443, 8080, 8443 };

	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (port == ports[i])
			return true;
	return false;
}

static bool
from_server(const struct segment *g)
{
	if (g->flags & TCP_SYN)
		return (g->flags & TCP_ACK) != 0;
	if (is_served(g->from.port) != is_served(g->to.port))
		return is_served(g->from.port);
	return g->from.port < g->to.port;
}

static struct flow *
begin(struct flows *f, const struct segment *g, const struct endpoint key[2])
{
	struct flow *w = mem_zero(sizeof *w);
	bool server = from_server(g);

	if (f->map.count >= FLOWS_MAX)
		drop(f, f->oldest);
	memcpy(w->key, key, sizeof w->key);
	w->number = ++f->last_number;
	w->at_us = g->at_us;
	w->side[server].from = g->from;
	w->side[!server].from = g->to;
	w->side[0].wire = wire_new(f->fn, f->arg, "READ", w->number);
	w->side[1].wire = wire_new(f->fn, f->arg, "WROTE", w->number);
	map_set(&f->map, w->key, sizeof w->key, w);
	append(f, w);
	tell(f, w, (g->flags & TCP_SYN) ? "connection" :
	    "connection, begun before");
	return w;
}

void
flows_segment(struct flows *f, const struct segment *g)
{
	struct endpoint key[2];
	struct flow *w;
	struct side *s;

	make_key(key, g);
	w = map_get(&f->map, key, sizeof key);
	if (w != NULL && (g->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
	    w->side[0].known && w->side[0].next != g->seq + 1) {
		drop(f, w);		/* the same ports once more */
		w = NULL;
	}
	if (w == NULL && (g->flags & (TCP_RST | TCP_FIN)) != 0 && g->n == 0)
		return;			/* the rest of one that has ended */
	if (w == NULL)
		w = begin(f, g, key);
	w->at_us = g->at_us;
	unlink_flow(f, w);
	append(f, w);
	s = &w->side[memcmp(&w->side[1].from, &g->from, sizeof g->from) == 0];
	take(s, s == w->side ? &w->side[1] : w->side, g);
	if ((g->flags & TCP_RST) || (w->side[0].ended && w->side[1].ended)) {
		tell(f, w, (g->flags & TCP_RST) ? "connection reset" :
		    "connection ended");
		drop(f, w);
	}
}

void
flows_end(struct flows *f)
{
	while (f->oldest != NULL)
		drop(f, f->oldest);
}

void
flows_free(struct flows *f)
{
	if (f == NULL)
		return;
	flows_end(f);
	map_free(&f->map);
	free(f);
}
