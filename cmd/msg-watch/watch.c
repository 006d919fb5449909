#include "watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/text.h"
#include "child.h"
#include "cli/connect.h"
#include "event.h"
#include "msg/ask.h"

#define ASK_ID		1		/* the one request of a connection */
#define ALL_ITEMS	"//."
#define CURSOR_MAX	64		/* bytes of a cursor file */
#define BACKOFF_MIN_MS	200
#define BACKOFF_MAX_MS	30000

struct watch {
	const struct watch_opts *o;
	const struct interrupt *in;
	const char *query;
	struct client_options client_options;
	struct client *client;
	struct output out;
	bool has_rev, answered, over;	/* over: nothing more is wanted */
	uint64_t rev;			/* told up to here */
	int64_t count;
	int64_t end_us, idle_us;	/* INT64_MAX: never */
	int64_t backoff_ms;
	int status;
};

static void
say(const struct watch *w, const struct err *e, const char *more)
{
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	err_line(e, text, sizeof text);
	if (!w->o->quiet || more[0] == '\0')
		fprintf(stderr, "%s: %s%s\n", watch_tool.name, text, more);
}

static void
finish(struct watch *w, const struct err *e)
{
	w->over = true;
	if (w->status == 0)
		w->status = err_exit(e->code);
	say(w, e, "");
}

/* --- where to go on ------------------------------------------------------ */

static int
parse_rev(struct watch *w, const char *p, size_t n, const char *where,
    struct err *e)
{
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == ' '))
		n--;
	w->has_rev = text_number(p, n, UINT64_MAX, &w->rev) == 0;
	return w->has_rev ? 0 : err_set(e, ERR_CONFIG, "%s: '%.*s' is no "
	    "revision", where, (int)n, p);
}

static int
load_cursor(struct watch *w, struct err *e)
{
	struct buf b = BUF_INIT(CURSOR_MAX);
	int rc = 0;

	if (w->o->from != NULL)
		rc = parse_rev(w, w->o->from, strlen(w->o->from), "--from",
		    e);
	if (rc == 0 && w->o->cursor != NULL && fs_exists(w->o->cursor)) {
		rc = fs_read(&b, w->o->cursor, e);
		if (rc == 0)
			rc = parse_rev(w, b.p, b.n, w->o->cursor, e);
	}
	buf_free(&b);
	return rc;
}

/* After the event was written: what the file says is never ahead of it. */
static int
save_cursor(struct watch *w, struct err *e)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%llu\n",
	    (unsigned long long)w->rev);

	return w->o->cursor == NULL ? 0 :
	    fs_replace(w->o->cursor, text, (size_t)n, 0666, e);
}

/* --- what comes ---------------------------------------------------------- */

static void
answer(struct watch *w, const struct stanza *st)
{
	struct buf payload = BUF_INIT(EVENT_MAX);
	struct buf text = BUF_INIT(ERR_TEXT_MAX);
	struct err e = ERR_INIT;
	struct msg_reply reply;
	struct str rev;
	int rc = msg_reply_read(&reply, st, &payload, &e);

	if (rc == 0 && reply.refused) {
		msg_refusal_put(&text, &reply.why);
		rc = err_set(&e, ERR_REFUSED, "%s", buf_cstr(&text));
	} else if (rc == 0 && !w->has_rev) {
		rev = stanza_attr_str(reply.element, "rev");
		w->has_rev = rev.p != NULL &&
		    text_number(rev.p, rev.n, UINT64_MAX, &w->rev) == 0;
	}
	if (rc < 0)
		finish(w, &e);
	w->answered = true;
	w->backoff_ms = BACKOFF_MIN_MS;
	buf_free(&text);
	buf_free(&payload);
}

static int
deliver(struct watch *w, const struct event *ev, struct err *e)
{
	if (w->o->exec != NULL && ev->kind == EVENT_CHANGES) {
		if (child_run(w->o->exec, ev, e) < 0)
			return -1;
	} else {
		event_print(&w->out, ev);
		if (output_flush(&w->out, e) < 0)
			return -1;
	}
	if (ev->kind != EVENT_CHANGES)
		return 0;
	w->rev = ev->rev;
	w->has_rev = true;
	return save_cursor(w, e);
}

static void
take_event(struct watch *w, const struct event *ev)
{
	struct err e = ERR_INIT;

	if (w->o->idle_ms > 0)
		w->idle_us = clock_mono_us() + 1000 * w->o->idle_ms;
	if (deliver(w, ev, &e) < 0) {
		finish(w, &e);
	} else if (ev->kind == EVENT_GAP) {
		err_set(&e, ERR_GAP, "events were lost: %.*s; go on with "
		    "--from %llu", (int)ev->why.n, ev->why.n > 0 ?
		    ev->why.p : "", (unsigned long long)ev->rev);
		finish(w, &e);
	} else if (w->o->count > 0 && ++w->count >= w->o->count) {
		w->over = true;
	}
}

static void
on_stanza(void *arg, const struct stanza *st)
{
	struct watch *w = arg;
	struct event ev;
	struct err e = ERR_INIT;
	uint64_t id;

	if (w->over)
		return;
	if (msg_reply_id(st, &id)) {
		if (id == ASK_ID && !w->answered)
			answer(w, st);
	} else if (event_read(&ev, st, &e) < 0) {
		finish(w, &e);
		event_free(&ev);
	} else {
		if (ev.kind != EVENT_NONE)
			take_event(w, &ev);
		event_free(&ev);
	}
}

/* --- one connection ------------------------------------------------------ */

static void
ask(struct watch *w)
{
	struct msg_ask a = { .to = w->o->to };
	char rev[24];

	if (w->o->stanzas) {
		a.command = msg_command_by_word(STR("set-trace"));
		a.argument = STR("on");
	} else {
		a.command = msg_command_by_word(STR("set-watch"));
		a.argument = str_of(w->query);
		if (w->o->branch != NULL)
			a.attrs[MSG_ATTR_branch] = str_of(w->o->branch);
		snprintf(rev, sizeof rev, "%llu", (unsigned long long)w->rev);
		if (w->has_rev)
			a.attrs[MSG_ATTR_from] = str_of(rev);
	}
	w->answered = false;
	msg_ask_write(client_out(w->client), &a, ASK_ID);
}

/* Wait for the stream (NULL: only until ms have passed), the user, the time,
 * and for the reader of our output to go away. */
static int
wait_for(struct watch *w, int ms, struct err *e)
{
	int64_t at = w->end_us < w->idle_us ? w->end_us : w->idle_us;
	int until = clock_ms_until(at);
	struct pollfd p[] = {
		{ .fd = w->in->fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO, .events = 0 },
		{ .fd = w->client == NULL ? -1 : client_fd(w->client),
		    .events = w->client == NULL ? 0 :
		    client_events(w->client) },
	};

	if (until >= 0 && (ms < 0 || until < ms))
		ms = until;
	if (poll(p, 3, ms) < 0 && errno != EINTR)
		return err_sys(e, ERR_SYSTEM, "cannot wait");
	if (p[0].revents != 0 || clock_ms_until(at) == 0)
		w->over = true;
	if (p[1].revents & (POLLERR | POLLNVAL))
		output_hangup();
	return 0;
}

/* Until the watch is over (0) or the stream is (-1). */
static int
follow(struct watch *w, struct err *e)
{
	ask(w);
	while (!w->over) {
		if (client_turn(w->client, e) < 0)
			return -1;
		if (!w->over && wait_for(w, -1, e) < 0)
			return -1;
	}
	return 0;
}

/* Half of the time is chance, so that not all come back at once. */
static int
back_off(struct watch *w, struct err *e)
{
	unsigned chance = 0;
	int64_t ms = w->backoff_ms;

	if (getrandom(&chance, sizeof chance, 0) < 0)
		chance = 0;
	w->backoff_ms = 2 * ms < BACKOFF_MAX_MS ? 2 * ms : BACKOFF_MAX_MS;
	ms = ms / 2 + (int64_t)(chance % (unsigned)(ms / 2 + 1));
	return wait_for(w, (int)ms, e);
}

static int
connect_once(struct watch *w, struct err *e)
{
	w->client_options.stanza = on_stanza;
	w->client_options.arg = w;
	w->client_options.wake_fd = w->in->fd;
	return connect_open(&w->client, &w->client_options, &w->o->context,
	    watch_tool.name, e);
}

/* Whether it is worth to connect again. */
static bool
passing(const struct watch *w, const struct err *e)
{
	return w->o->reconnect && !w->over && (e->code == ERR_CONNECT ||
	    e->code == ERR_NO_ANSWER);
}

static void
connections(struct watch *w)
{
	struct err e = ERR_INIT;
	bool ever = false, told = false;

	while (!w->over) {
		int rc = connect_once(w, &e);

		if (rc == 0) {
			if (told && !w->o->quiet)
				fprintf(stderr, "%s: connected again\n",
				    watch_tool.name);
			ever = true;
			told = false;
			rc = follow(w, &e);
			client_close(w->client);
			w->client = NULL;
		}
		if (rc == 0 || w->over)
			break;
		if (!ever || !passing(w, &e)) {
			finish(w, &e);
			break;
		}
		if (!told)
			say(w, &e, "; trying again");
		told = true;
		if (back_off(w, &e) < 0)
			finish(w, &e);
	}
}

int
watch_run(const struct watch_opts *o, const char *query,
    const struct interrupt *in)
{
	int64_t now = clock_mono_us();
	struct watch w = { .o = o, .in = in,
	    .query = query == NULL ? ALL_ITEMS : query,
	    .backoff_ms = BACKOFF_MIN_MS,
	    .end_us = o->for_ms > 0 ? now + 1000 * o->for_ms : INT64_MAX,
	    .idle_us = o->idle_ms > 0 ? now + 1000 * o->idle_ms : INT64_MAX };
	struct err e = ERR_INIT;

	output_init(&w.out, o->format, o->color);
	if (load_cursor(&w, &e) < 0)
		finish(&w, &e);
	else
		connections(&w);
	output_free(&w.out);
	return w.status;
}
