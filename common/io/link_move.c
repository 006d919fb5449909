#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/link_int.h"

/* --- what to wait for ---------------------------------------------------- */

static bool
reads(const struct link *k)
{
	switch (k->state) {
	case LINK_HANDSHAKE:
		return true;
	case LINK_OPEN:
		return !k->paused && !k->ended && k->next_tls == NULL &&
		    (!k->congested || k->conf->read_always);
	case LINK_CLOSING:
	case LINK_LINGER:
		return !k->eof;
	default:
		return false;
	}
}

void
link_watch(struct link *k)
{
	int events = 0;

	if (k->state == LINK_DEAD)
		return;
	if (reads(k) && k->kept.n == 0)
		events |= LOOP_READ;
	if (k->blocked || k->state == LINK_CONNECTING)
		events |= LOOP_WRITE;
	loop_fd_modify(k->watch, events);
}

void
link_wake(struct link *k)
{
	if (k->state == LINK_OPEN && (k->kept.n > 0 || link_io_pending(k)))
		loop_again(k->loop, &k->again);
}

/* --- writing ------------------------------------------------------------- */

/* What is written leaves no memory behind, but the loop keeps some of it for
 * whichever link writes next. */
static void
give_back(struct link *k)
{
	struct link_shared *s = k->shared;

	k->sent = 0;
	buf_reset(&k->out);
	if (k->out.p == NULL)
		return;
	if (k->out.cap > SPARE_SIZE || s->spares == SPARE_COUNT) {
		buf_free(&k->out);
		return;
	}
	s->spare[s->spares++] = k->out;
	k->out.p = NULL;
	k->out.cap = 0;
}

/*
 * Bytes behind STARTTLS in clear would be taken for what came under TLS.
 * Blanks would not: there are clients that end their lines.
 */
static void
refuse_injection(struct link *k, const char *p, size_t n)
{
	struct err e = ERR_INIT;

	while (n > 0 && memchr(" \t\r\n", *p, 4) != NULL)
		p++, n--;
	if (n == 0)
		return;
	err_set(&e, ERR_POLICY, "bytes in clear came behind STARTTLS");
	link_die(k, &e);
}

static void
all_written(struct link *k)
{
	give_back(k);
	if (k->state == LINK_CLOSING) {
		link_io_shutdown(k);
		k->state = LINK_LINGER;
		if (k->eof)
			link_die(k, NULL);
	} else if (k->next_tls != NULL) {
		link_secure_now(k);
	}
}

static bool
may_write(const struct link *k)
{
	return k->state == LINK_OPEN || k->state == LINK_CLOSING;
}

/* Below the low mark again: go on reading, and say so. */
static void
relieve(struct link *k)
{
	if (!k->congested || link_pending(k) >= LINK_OUT_LOW)
		return;
	k->congested = false;
	if (k->state != LINK_OPEN)
		return;
	link_wake(k);
	if (k->conf->ops->drained != NULL)
		k->conf->ops->drained(k->arg);
}

/* To a client that stays: who goes at once will hardly resume. */
static void
send_ticket(struct link *k)
{
	k->ticket_us = 0;
	if (k->state == LINK_OPEN)
		tls_ticket(k->ssl);
}

void
link_write(struct link *k)
{
	struct err e = ERR_INIT;
	size_t n;
	int rc = 1;

	if (!may_write(k))
		return;
	loop_task_cancel(k->loop, &k->flush);
	if (buf_full(&k->out)) {
		err_set(&e, ERR_LIMIT, "the peer is too slow: more than %zu "
		    "bytes wait for it", k->out.max);
		link_die(k, &e);
		return;
	}
	/* Who was told so is told of its end, even if all goes out now. */
	if (link_pending(k) > LINK_OUT_HIGH)
		k->congested = true;
	if (k->ticket_us > 0 && loop_now_us(k->loop) >= k->ticket_us)
		send_ticket(k);
	while (k->sent < k->out.n && rc == 1) {
		rc = link_io_write(k, k->out.p + k->sent, k->out.n - k->sent,
		    &n, &e);
		k->sent += n;
		k->count.bytes_out += n;
		if (k->conf->total != NULL)
			counter_add(&k->conf->total->bytes_out, n);
	}
	if (rc < 0) {
		link_die(k, &e);
		return;
	}
	if (k->sent == k->out.n) {
		all_written(k);
	} else if (k->sent > k->out.n / 2) {
		buf_eat(&k->out, k->sent);
		k->sent = 0;
	}
	relieve(k);
}

/* --- reading ------------------------------------------------------------- */

/* To the owner, a slice at a time.  Returns how much was handed over. */
static size_t
deliver(struct link *k, const char *p, size_t n)
{
	size_t done = 0;

	while (done < n && k->state == LINK_OPEN && reads(k)) {
		size_t slice = n - done < LINK_SLICE ? n - done : LINK_SLICE;
		size_t used = k->conf->ops->bytes(k->arg, p + done, slice);

		assert(used <= slice);
		assert(used > 0 || k->paused || !link_open(k) ||
		    k->next_tls != NULL);
		done += used;
		k->count.bytes_in += used;
		if (k->conf->total != NULL)
			counter_add(&k->conf->total->bytes_in, used);
		if (link_pending(k) > LINK_OUT_HIGH && k->next_tls == NULL)
			link_write(k);
	}
	return done;
}

/* The owner would not have all of p[0..n) now: keep the rest. */
static void
keep(struct link *k, const char *p, size_t n)
{
	if (n == 0 || k->state != LINK_OPEN)
		return;
	if (k->next_tls != NULL) {
		refuse_injection(k, p, n);
		return;
	}
	buf_put(&k->kept, p, n);
}

static void
deliver_kept(struct link *k)
{
	struct buf in = k->kept;
	size_t done;

	buf_init(&k->kept, k->kept.max);
	done = deliver(k, in.p, in.n);
	keep(k, in.p + done, in.n - done);
	buf_free(&in);
}

/* The peer's last byte has been handed over. */
static void
end_of_input(struct link *k)
{
	k->ended = true;
	if (k->conf->ops->ended != NULL)
		k->conf->ops->ended(k->arg);
	else
		link_close(k);
}

static void
read_some(struct link *k)
{
	struct err e = ERR_INIT;
	size_t n, done, total = 0;
	int rc = 1;

	if (k->kept.n > 0 && reads(k))
		deliver_kept(k);
	while (k->state == LINK_OPEN && reads(k) && total < READ_TURN) {
		char *in = k->shared->in;

		rc = link_io_read(k, in, READ_SIZE, &n, &e);
		if (rc <= 0)
			break;
		if (n == 0) {
			end_of_input(k);
			return;
		}
		done = deliver(k, in, n);
		keep(k, in + done, n - done);
		total += n;
		if (k->drained && !link_io_pending(k))
			return;		/* the usual case: all is read */
	}
	if (rc < 0)
		link_die(k, &e);
	else if (rc > 0 && reads(k))
		link_wake(k);		/* others first */
}

/* All is said: what comes now is of no interest, TLS or not. */
static void
discard(struct link *k)
{
	size_t n, total = 0;
	int rc;

	do {
		rc = link_sys_read(k, k->shared->in, READ_SIZE, &n);
		total += n;
	} while (rc > 0 && n > 0 && total < READ_TURN);
	if (rc < 0 || (k->eof && k->state == LINK_LINGER))
		link_die(k, NULL);
}

/* --- events -------------------------------------------------------------- */

static void
handshake(struct link *k)
{
	struct err e = ERR_INIT;
	int rc = link_io_handshake(k, &e);

	if (rc < 0)
		link_die(k, &e);
	if (rc <= 0)
		return;
	k->secured = true;
	k->state = LINK_OPEN;
	if (tls_ticket_is_late(k->ssl))
		k->ticket_us = loop_now_us(k->loop) + 1000 *
		    (k->conf->ticket_ms != 0 ? k->conf->ticket_ms :
		    LINK_TICKET_MS);
	if (k->conf->ops->secured != NULL)
		k->conf->ops->secured(k->arg);
}

static void
move(struct link *k)
{
	if (k->state == LINK_HANDSHAKE)
		handshake(k);
	if (k->state == LINK_OPEN)
		read_some(k);
	else if (k->state == LINK_CLOSING || k->state == LINK_LINGER)
		discard(k);
	/* What was answered goes out at once, in one piece: the peer works
	 * on it while we turn to others. */
	if (k->sent < k->out.n || buf_full(&k->out) || k->next_tls != NULL ||
	    k->state == LINK_CLOSING)
		link_write(k);
	link_watch(k);
}

void
link_ready(void *arg, int events)
{
	struct link *k = arg;

	k->drained = !(events & LOOP_READ);
	if (events & LOOP_WRITE)
		k->blocked = false;
	if (k->state == LINK_CONNECTING)
		link_dial_ready(k);
	else
		move(k);
}

void
link_on_again(void *arg)
{
	struct link *k = arg;

	if (k->state != LINK_OPEN)
		return;
	k->drained = false;
	move(k);
}

void
link_on_flush(void *arg)
{
	struct link *k = arg;

	if (k->state == LINK_HANDSHAKE) {
		move(k);
		return;
	}
	link_write(k);
	link_watch(k);
}
