#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "login/login_int.h"
#include "net/server.h"
#include "net/worker.h"
#include "xmpp/scram_key.h"

/* A message, kept until its address has waited. */
struct held {
	struct timer timer;
	struct buf message;
};

static int64_t
now_ms(const struct worker *w)
{
	return loop_now_us(w->loop) / 1000;
}

static void
drop(struct held *held)
{
	timer_stop(&held->timer);
	buf_wipe(&held->message);
	free(held);
}

void
login_guard_clear(struct login *l)
{
	if (l->held != NULL)
		drop(l->held);
	l->held = NULL;
}

/* 0: it may be judged, and that is to be told. */
static int64_t
ask(struct session *s)
{
	struct server *server = s->worker->server;
	const struct peer *peer = s->ops->peer(s->carrier);
	int64_t ms;

	if (admission_exempt(server, peer))
		return 0;
	ms = penalty_enter(&server->penalty, peer, now_ms(s->worker));
	s->login->judging = ms == 0;
	return ms;
}

static void
on_waited(void *arg)
{
	struct session *s = arg;
	struct held *held = s->login->held;
	int64_t ms;

	if (s->state == SESSION_LOGIN && (ms = ask(s)) > 0) {
		timer_set(&held->timer, ms);
		return;
	}
	s->login->held = NULL;
	if (s->state == SESSION_LOGIN) {
		login_go_on(s);
		login_step(s, &held->message);
	}
	drop(held);
}

bool
login_guard_holds(struct session *s, const struct buf *message)
{
	int64_t ms = ask(s);
	struct held *held;

	if (ms == 0)
		return false;
	held = mem_zero(sizeof *held);
	buf_init(&held->message, SCRAM_MESSAGE_MAX);
	buf_put(&held->message, message->p, message->n);
	timer_init(&held->timer, s->worker->loop, on_waited, s);
	timer_set(&held->timer, ms);
	s->login->held = held;
	login_wait(s);
	return true;
}

void
login_guard_take(struct session *s, struct judging *j)
{
	j->peer = *s->ops->peer(s->carrier);
	j->counts = s->login->judging;
	s->login->judging = false;
}

/* A number for a name, which nobody makes another's name for. */
static uint64_t
number_of(struct str user)
{
	uint8_t hash[SCRAM_KEY_MAX];
	uint64_t n;

	scram_hash(SCRAM_SHA256, user.p, user.n, hash);
	memcpy(&n, hash, sizeof n);
	return n;
}

void
login_guard_judged(struct worker *w, const struct judging *j,
    struct str user, enum judgement is)
{
	int64_t ms;
	char text[24];

	if (!j->counts)
		return;
	ms = penalty_leave(&w->server->penalty, &j->peer, is, number_of(user),
	    now_ms(w));
	if (ms == 0)
		return;
	snprintf(text, sizeof text, "%" PRId64, ms);
	log_event(&w->server->log, LOG_LEVEL_INFO, "address has to wait",
	    "peer", j->peer.text, "ms", text, NULL);
}
