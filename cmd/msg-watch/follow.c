#include "follow.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/connect.h"
#include "xmpp/ns.h"

static void
say(const struct follow *f, const struct err *e, const char *more)
{
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	err_line(e, text, sizeof text);
	if (!f->o->quiet || more[0] == '\0')
		fprintf(stderr, "%s: %s%s\n", watch_tool.name, text, more);
}

void
follow_fail(struct follow *f, const struct err *e)
{
	f->over = true;
	if (f->status == 0)
		f->status = err_exit(e->code);
	say(f, e, "");
}

void
follow_refused(struct follow *f, const struct msg_reply *r)
{
	struct buf text = BUF_INIT(ERR_TEXT_MAX);
	struct err e = ERR_INIT;

	msg_refusal_put(&text, &r->why, f->o->to);
	err_set(&e, ERR_REFUSED, "%s", buf_cstr(&text));
	follow_fail(f, &e);
	buf_free(&text);
}

void
follow_raw(struct follow *f, const struct stanza *st)
{
	struct buf xml = BUF_INIT(OUTPUT_MAX);

	stanza_write(&xml, st, NS_CLIENT);
	output_xml(&f->out, xml.p, xml.n);
	buf_free(&xml);
}

bool
follow_flush(struct follow *f)
{
	struct err e = ERR_INIT;

	if (output_flush(&f->out, &e) == 0)
		return true;
	follow_fail(f, &e);
	return false;
}

static int64_t
in_ms(int64_t ms)
{
	return ms > 0 ? clock_mono_us() + 1000 * ms : INT64_MAX;
}

void
follow_told(struct follow *f)
{
	f->idle_us = in_ms(f->o->idle_ms);
	if (f->o->count > 0 && ++f->count >= f->o->count)
		f->over = true;
}

void
follow_tick(struct follow *f, int64_t ms)
{
	f->tick_us = in_ms(ms);
}

void
follow_ask(struct follow *f, const struct msg_ask *ask)
{
	f->asked++;
	msg_ask_write(client_out(f->client), ask, f->asked);
}

/* --- what comes ---------------------------------------------------------- */

static void
answer(struct follow *f, const struct stanza *st)
{
	struct buf payload = BUF_INIT(FOLLOW_PAYLOAD_MAX);
	struct err e = ERR_INIT;
	struct msg_reply reply;

	f->backoff = (struct connect_wait)CONNECT_WAIT_INIT;
	f->idle_us = in_ms(f->o->idle_ms);
	if (msg_reply_read(&reply, st, &payload, &e) < 0)
		follow_fail(f, &e);
	else
		f->ops->answer(f->arg, &reply, &payload);
	buf_free(&payload);
}

static void
on_stanza(void *arg, const struct stanza *st)
{
	struct follow *f = arg;
	uint64_t id;

	if (f->over || f->client == NULL || !msg_is_from(st, f->o->to,
	    client_jid(f->client)))
		return;			/* nobody was asked yet, or not he */
	if (!msg_reply_id(st, &id))
		f->ops->stanza(f->arg, st);
	else if (id == f->asked)
		answer(f, st);
}

/* --- one connection ------------------------------------------------------ */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Wait for the stream (NULL: only until ms have passed), the user, the time,
 * and for the reader of our output to go away. */
static int
wait_for(struct follow *f, int ms, struct err *e)
{
	int64_t end = least(f->end_us, f->idle_us);
	int until = clock_ms_until(f->client == NULL ? end :
	    least(end, f->tick_us));
	struct pollfd p[] = {
		{ .fd = f->in->fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO, .events = 0 },
		{ .fd = f->client == NULL ? -1 : client_fd(f->client),
		    .events = f->client == NULL ? 0 :
		    client_events(f->client) },
	};

	if (until >= 0 && (ms < 0 || until < ms))
		ms = until;
	if (poll(p, 3, ms) < 0 && errno != EINTR)
		return err_sys(e, ERR_SYSTEM, "cannot wait");
	/* However late we are, what has come is read before it is said that
	 * nothing has. */
	if (p[0].revents != 0 || clock_ms_until(f->end_us) == 0 ||
	    (p[2].revents == 0 && clock_ms_until(f->idle_us) == 0))
		f->over = true;
	if (p[1].revents & (POLLERR | POLLNVAL))
		output_hangup();
	return 0;
}

/* Until it is over (0) or the stream is (-1). */
static int
listen_to(struct follow *f, struct err *e)
{
	while (!f->over) {
		if (client_turn(f->client, e) < 0)
			return -1;
		if (!f->over && wait_for(f, -1, e) < 0)
			return -1;
		if (!f->over && clock_ms_until(f->tick_us) == 0) {
			f->tick_us = INT64_MAX;
			f->ops->tick(f->arg);
		}
	}
	return 0;
}

static int
connect_once(struct follow *f, struct err *e)
{
	f->client_options.stanza = on_stanza;
	f->client_options.arg = f;
	f->client_options.wake_fd = f->in->fd;
	return connect_open(&f->client, &f->client_options, &f->o->context,
	    watch_tool.name, e);
}

/* Whether it is worth to connect again. */
static bool
passing(const struct follow *f, const struct err *e)
{
	return f->o->reconnect && !f->over && (e->code == ERR_CONNECT ||
	    e->code == ERR_NO_ANSWER);
}

int
follow_run(struct follow *f)
{
	struct err e = ERR_INIT;
	bool ever = false, told = false;

	while (!f->over) {
		int rc = connect_once(f, &e);

		if (rc == 0) {
			if (told && !f->o->quiet)
				fprintf(stderr, "%s: connected again\n",
				    watch_tool.name);
			f->idle_us = in_ms(f->o->idle_ms);
			f->ops->connected(f->arg, ever);
			ever = true;
			told = false;
			rc = listen_to(f, &e);
			client_close(f->client);
			f->client = NULL;
		}
		if (rc == 0 || f->over)
			break;
		if (!ever || !passing(f, &e)) {
			follow_fail(f, &e);
			break;
		}
		if (!told)
			say(f, &e, "; trying again");
		told = true;
		if (wait_for(f, connect_wait_next(&f->backoff), &e) < 0)
			follow_fail(f, &e);
	}
	return f->status;
}

void
follow_start(struct follow *f, const struct watch_opts *o,
    const struct interrupt *in, const struct follow_ops *ops, void *arg)
{
	*f = (struct follow){ .o = o, .in = in, .ops = ops, .arg = arg,
	    .backoff = CONNECT_WAIT_INIT, .end_us = in_ms(o->for_ms),
	    .idle_us = INT64_MAX, .tick_us = INT64_MAX };
	f->raw = strcmp(o->format, "raw") == 0;
	output_init(&f->out, o->format, o->color);
}

void
follow_end(struct follow *f)
{
	output_free(&f->out);
}
