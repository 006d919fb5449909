#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "input.h"

#define UNSENT_MAX	(1u << 20)	/* reading stops above */

static bool
can_send(const struct send *s)
{
	return !s->stop && send_room(s) && (s->client == NULL ||
	    client_out(s->client)->n < UNSENT_MAX);
}

static bool
is_blank(struct str *line)
{
	while (line->n > 0 && strchr(" \t\r", line->p[0]) != NULL)
		line->p++, line->n--;
	return line->n == 0 || line->p[0] == '#';
}

/* Send lines while there are some and room for them.  *more: there is room
 * for more than were there. */
static int
feed(struct send *s, struct input *in, struct interrupt *intr,
    bool *more, struct err *e)
{
	struct str line;
	int rc = 0;

	*more = false;
	while (rc == 0 && can_send(s)) {
		struct order order;
		struct err why = ERR_INIT;

		if (!input_line(in, &line)) {
			*more = true;
			break;
		}
		if (is_blank(&line))
			continue;
		if (order_line(&order, s->o, line, &why) < 0)
			send_unfit(s, &why, in->line);
		else
			rc = order_do(s, &order, in->line, intr, e);
		order_clear(&order);
	}
	return rc;
}

/* send_turn, and once more on another stream where that may be. */
static int
turn(struct send *s, struct err *e)
{
	return send_turn(s, e) == 0 ? 0 : send_again(s, e);
}

/* One poll(2) and what follows from it.  in NULL: nothing is read. */
static int
step(struct send *s, struct input *in, const struct interrupt *intr, int ms,
    struct err *e)
{
	struct pollfd p[] = {
		{ .fd = s->client == NULL ? -1 : client_fd(s->client),
		    .events = s->client == NULL ? 0 :
		    client_events(s->client) },
		{ .fd = in == NULL || in->end ? -1 : in->fd,
		    .events = POLLIN },
		{ .fd = s->stop ? -1 : intr->fd, .events = POLLIN },
	};
	int wait = send_wait_ms(s);

	if (ms >= 0 && (wait < 0 || ms < wait))
		wait = ms;
	if (poll(p, 3, wait) < 0 && errno != EINTR)
		return err_sys(e, ERR_SYSTEM, "cannot wait");
	if (p[2].revents != 0)
		s->stop = s->cut = true;
	if (p[1].revents != 0 && input_read(in, e) < 0)
		return -1;
	if (turn(s, e) < 0)
		return -1;
	return send_check_time(s, e) == 0 ? 0 : send_again(s, e);
}

int
stream_wait(struct send *s, const struct interrupt *in, struct err *e)
{
	int rc = turn(s, e);

	while (rc == 0 && send_pending(s) > 0)
		rc = step(s, NULL, in, -1, e);
	return rc;
}

/* more: all lines that are there have been sent. */
static bool
is_to_wait(const struct send *s, const struct input *in, bool more)
{
	if (!more && can_send(s))
		return false;
	return send_pending(s) > 0 || (more && !in->end && !s->stop);
}

/* Who reads a log of a batch wants to know how far it came. */
static void
tell_cut(const struct send *s, const struct input *in, bool broken)
{
	if (s->cut || (broken && in->line > 0))
		fprintf(stderr, "%s: %s: nothing behind line %llu was sent\n",
		    send_tool.name, s->cut ? "interrupted" : "broken off",
		    (unsigned long long)in->line);
}

int
stream_lines(struct send *s, int fd, struct interrupt *intr,
    struct err *e)
{
	struct input in;
	int rc = 0;

	input_init(&in, fd);
	while (rc == 0) {
		bool more;

		rc = feed(s, &in, intr, &more, e);
		if (rc < 0)
			break;
		if (send_pending(s) == 0 && (s->stop || (more && in.end)))
			break;
		/* What was just queued goes out before anything is awaited;
		 * an answer may make room for a line, or be the last. */
		rc = turn(s, e);
		if (rc == 0 && is_to_wait(s, &in, more))
			rc = step(s, more ? &in : NULL, intr, -1, e);
	}
	if (rc == 0)
		rc = turn(s, e);
	tell_cut(s, &in, rc < 0);
	input_free(&in);
	return rc;
}

int
stream_talk(struct send *s, const struct interrupt *in,
    const struct msg_ask *ask, struct send_reply *r, int ms, struct err *e)
{
	int64_t until = ms < 0 ? INT64_MAX : clock_mono_us() + 1000 * ms;
	int rc;

	send_own(s, ask, r);
	rc = turn(s, e);
	while (rc == 0 && !r->done && clock_ms_until(until) != 0)
		rc = step(s, NULL, in, clock_ms_until(until), e);
	send_disown(s, r);
	if (rc == 0 && !r->done)
		rc = err_set(e, ERR_NO_ANSWER, "no answer in time");
	if (rc == 0 && r->refused)
		rc = err_set(e, r->unsent ? ERR_INPUT : ERR_REFUSED, "%s",
		    buf_cstr(&r->text));
	return rc;
}
