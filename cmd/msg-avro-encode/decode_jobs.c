#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "decoder.h"
#include "crew.h"

/*
 * A container to JSON by several threads: each gets some blocks as they are
 * in the file, unpacks and decodes them; the text goes out in order.
 */

#define BATCH	((size_t)32 << 10)	/* bytes of blocks a thread gets */
#define KEEP	((size_t)1 << 20)	/* of a batch's memory for the next */

struct batch {
	struct batch *next;		/* one that is done with */
	const struct ocf_head *head;
	struct buf blocks, out;
	uint64_t first, count;		/* the number of its first block */
	uint64_t values;
	struct err *bad;
	size_t bad_count, bad_cap;
};

static void
decode_batch(void *state, void *task)
{
	struct decoder *c = state;
	struct batch *t = task;
	uint64_t number = t->first;
	struct ocf_block b;
	size_t at = 0;

	c->out = t->out;
	c->seen = 0;
	for (; at < t->blocks.n; at += b.n, number++) {
		struct err e = ERR_INIT;

		/* main found it whole */
		if (ocf_block_get(&b, t->head->sync, SIZE_MAX,
		    t->blocks.p + at, t->blocks.n - at, true, &e) <= 0)
			abort();
		if (decode_block(c, t->head, &b, &e) == 0)
			continue;
		decode_err_block(&e, number);
		t->bad = mem_grow(t->bad, &t->bad_cap, t->bad_count + 1,
		    sizeof *t->bad);
		t->bad[t->bad_count++] = e;
		if (!c->o->keep_going)
			break;
	}
	t->out = c->out;
	t->values = c->seen;
}

static void *
thread_make(void *arg)
{
	const struct decoder *of = arg;
	struct decoder *c = mem_zero(sizeof *c);

	c->o = of->o;
	c->run = run_of(of->o);
	c->reading = of->reading;
	c->keeps = true;
	buf_init(&c->tmp, SIZE_MAX / 2);
	buf_init(&c->block, of->o->max_block);
	return c;
}

static void
thread_drop(void *state)
{
	struct decoder *c = state;

	plan_run_free(c->run);
	buf_free(&c->tmp);
	buf_free(&c->block);
	free(c);
}

/* Batches are used again: fresh memory costs more than what is done in it. */
static struct batch *
batch_new(struct batch **spare, const struct ocf_head *h, uint64_t first)
{
	struct batch *t = *spare;

	if (t != NULL) {
		*spare = t->next;
	} else {
		t = mem_zero(sizeof *t);
		buf_init(&t->blocks, SIZE_MAX / 2);
		buf_init(&t->out, SIZE_MAX / 2);
	}
	t->head = h;
	t->first = first;
	t->count = t->values = t->bad_count = 0;
	return t;
}

static void
batch_done(struct batch **spare, struct batch *t)
{
	buf_reset(&t->blocks);
	buf_reset(&t->out);
	buf_shrink(&t->blocks, KEEP);
	buf_shrink(&t->out, KEEP);
	t->next = *spare;
	*spare = t;
}

static void
batches_free(struct batch *spare)
{
	struct batch *t;

	while ((t = spare) != NULL) {
		spare = t->next;
		buf_free(&t->blocks);
		buf_free(&t->out);
		free(t->bad);
		free(t);
	}
}

static int
finish(struct decoder *c, struct batch *t, struct batch **spare,
    struct err *e)
{
	int rc = write_out(STDOUT_FILENO, &t->out, "standard output", e);

	c->seen += t->values;
	for (size_t i = 0; i < t->bad_count && rc == 0; i++) {
		c->bad = true;
		if (c->o->keep_going) {
			complain(c->in.name, &t->bad[i]);
			continue;
		}
		*e = t->bad[i];
		rc = -1;
	}
	batch_done(spare, t);
	return rc;
}

/* All that is under way goes out; of what failed nothing behind it. */
static int
drain(struct decoder *c, struct crew *crew, struct batch **spare,
    struct err *e)
{
	struct batch *t;
	int rc = 0;

	while ((t = crew_take(crew)) != NULL) {
		if (rc == 0)
			rc = finish(c, t, spare, e);
		else
			batch_done(spare, t);
	}
	return rc;
}

/* Fill a batch with whole blocks, of a pipe that pauses those that there are
 * (none: all that is under way goes out).  1; 0: the file ended; -1. */
static int
gather(struct decoder *c, struct crew *crew, struct batch **spare,
    struct batch *t, struct err *e)
{
	struct ocf_block b;
	int rc;

	while (t->blocks.n < BATCH) {
		if (input_n(&c->in) == 0 && c->in.end)
			return 0;
		rc = input_n(&c->in) == 0 ? 0 : ocf_block_get(&b,
		    t->head->sync, c->o->max_block, input_p(&c->in),
		    input_n(&c->in), c->in.end, e);
		if (rc < 0)		/* it counts, as the batch's last */
			return decode_resync(c, t->head, t->first + t->count++,
			    e) < 0 ? -1 : 1;
		if (rc == 0 && input_pauses(&c->in)) {
			if (t->count > 0)
				return 1;
			if (drain(c, crew, spare, e) < 0)
				return -1;
		}
		if (rc == 0) {
			if (decode_more(c, e) < 0)
				return -1;
			continue;
		}
		buf_put(&t->blocks, input_p(&c->in), b.n);
		input_eat(&c->in, b.n);
		t->count++;
	}
	return 1;
}

int
decode_jobs(struct decoder *c, const struct ocf_head *h, struct err *e)
{
	struct crew *crew = crew_new((size_t)c->o->jobs, decode_batch,
	    thread_make, thread_drop, c);
	struct err lost = ERR_INIT;
	struct batch *t, *spare = NULL;
	uint64_t next = 1;
	int got = 1, rc = 0;

	while (got > 0 && rc == 0) {
		t = batch_new(&spare, h, next);
		got = gather(c, crew, &spare, t, e);
		next += t->count;
		if (crew_full(crew))
			rc = finish(c, crew_take(crew), &spare, e);
		crew_put(crew, t);
	}
	if (rc == 0)
		rc = drain(c, crew, &spare, got < 0 ? &lost : e);
	while ((t = crew_take(crew)) != NULL)
		batch_done(&spare, t);
	crew_free(crew);
	batches_free(spare);
	return got < 0 ? -1 : rc;
}
