/*
 * A BOSH session's requests in any order: each byte is a rid near the next
 * one to arrive, or an answer.  Each rid is taken once and in order, answered
 * once and in order, and a repeat gets the answer that is its own.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "web/bosh_window.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FIRST	1000

struct model {
	struct bosh_window w;
	uint64_t taken;		/* the last rid that was */
	uint64_t answered;
};

static void
drop(struct bosh_kept *k)
{
	free(k);
}

static void
take(struct model *m, const struct bosh_slot *s)
{
	assert(s->rid == m->taken + 1 && s->state == BOSH_HELD);
	m->taken++;
}

static void
answer(struct model *m)
{
	struct bosh_slot *s = bosh_oldest(&m->w);

	assert((s == NULL) == (m->answered == m->taken));
	if (s == NULL)
		return;
	assert(s->rid == m->answered + 1 && s->answer.n == 0);
	buf_put(&s->answer, &s->rid, sizeof s->rid);
	bosh_answered(&m->w);
	m->answered++;
}

static void
check_reply(const struct bosh_slot *s, uint64_t rid)
{
	assert(s->rid == rid && s->answer.n == sizeof rid &&
	    memcmp(s->answer.p, &rid, sizeof rid) == 0);
}

static void
arrive(struct model *m, uint64_t rid)
{
	struct bosh_slot *s;

	switch (bosh_arrive(&m->w, rid, &s)) {
	case BOSH_NEW:
		take(m, s);
		while ((s = bosh_turn(&m->w)) != NULL) {
			take(m, s);
			free(s->kept);
			s->kept = NULL;
		}
		break;
	case BOSH_AHEAD:
		assert(rid > m->taken + 1 && s->kept == NULL);
		s->kept = malloc(1);
		break;
	case BOSH_AGAIN:
		assert(rid > m->answered);
		break;
	case BOSH_REPLY:
		assert(rid <= m->answered);
		check_reply(s, rid);
		break;
	case BOSH_OUTSIDE:
		assert(rid < FIRST || rid + m->w.requests <= m->taken ||
		    rid > m->taken + m->w.requests);
		break;
	}
	/* What the owner sees to. */
	while (bosh_held(&m->w) > m->w.requests)
		answer(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct model m = { .taken = FIRST, .answered = FIRST - 1 };

	if (n < 1)
		return 0;
	bosh_window_init(&m.w, FIRST, 1 + p[0] % BOSH_REQUESTS_MAX);
	for (size_t i = 1; i < n; i++)
		if (p[i] < 100)
			answer(&m);
		else
			arrive(&m, m.taken + p[i] - 180);
	assert(bosh_held(&m.w) == m.taken - m.answered);
	bosh_window_clear(&m.w, drop);
	return 0;
}
