#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "decoder.h"
#include "crew.h"

/*
 * A container to JSON by several threads: each reads some blocks as they are
 * in the file, unpacks and decodes them; the text goes out in order.
 */

#define BATCH	((size_t)32 << 10)	/* bytes of blocks a thread gets */
#define KEEP	((size_t)1 << 20)	/* of a batch's memory for the next */

struct batch {
	const struct ocf_head *head;
	struct buf blocks, out;
	uint64_t first;			/* the number of its first block */
	uint64_t values, bytes;		/* bytes: up to its end */
	struct err *bad;
	size_t bad_count, bad_cap;
};

struct work {
	struct decoder *c;
	const struct ocf_head *head;
	uint64_t next;			/* the number of the next block */
	uint64_t values;
	struct err in, out;		/* what failed: reading, all else */
	bool in_failed, out_failed, bad;
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

		/* batch_size found it whole */
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
	const struct decoder *of = ((const struct work *)arg)->c;
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

/* How many bytes of the input are whole blocks for a batch, of a pipe that
 * pauses those that there are.  0: there are no more, or it failed. */
static size_t
batch_size(struct work *w, struct crew *crew, struct batch *t)
{
	struct input *in = &w->c->in;
	struct ocf_block b;
	size_t n = 0;

	while (input_n(in) > n || !in->end) {
		int rc = input_n(in) == n ? 0 : ocf_block_get(&b,
		    w->head->sync, w->c->o->max_block, input_p(in) + n,
		    input_n(in) - n, in->end, &w->in);

		if (rc > 0) {
			n += b.n;
			w->next++;
			continue;
		}
		if (n >= BATCH || (n > 0 && (rc < 0 || input_pauses(in))))
			break;
		/* what is before it goes out first */
		if ((rc < 0 || (n == 0 && input_pauses(in))) &&
		    !crew_settle(crew))
			return 0;
		rc = rc < 0 ? decode_resync(w->c, w->head, w->next++, &w->in) :
		    input_later(in, &w->in);
		if (rc < 0) {
			w->in_failed = true;
			return n;
		}
		if (n == 0)
			t->first = w->next;
	}
	return n;
}

static bool
take(void *arg, struct crew *crew, void *task)
{
	struct work *w = arg;
	struct batch *t = task;
	size_t n;

	t->head = w->head;
	t->first = w->next;
	n = w->in_failed ? 0 : batch_size(w, crew, t);
	if (n == 0)
		return false;
	input_hand(&w->c->in, n, &t->blocks);
	t->bytes = w->c->in.bytes;
	return true;
}

/* Out with what a batch came to; it is empty then, for the next blocks: fresh
 * memory costs more than what is done in it. */
static bool
give(void *arg, void *task)
{
	struct work *w = arg;
	struct batch *t = task;

	w->out_failed = write_out(STDOUT_FILENO, &t->out, "standard output",
	    &w->out) < 0;
	w->values += t->values;
	for (size_t i = 0; i < t->bad_count && !w->out_failed; i++) {
		w->bad = true;
		if (w->c->o->keep_going) {
			complain(w->c->in.name, &t->bad[i]);
			continue;
		}
		w->out = t->bad[i];
		w->out_failed = true;
	}
	progress_show(&w->c->progress, w->values, t->bytes);
	buf_reset(&t->blocks);
	buf_shrink(&t->blocks, KEEP);
	buf_shrink(&t->out, KEEP);
	t->bad_count = 0;
	return !w->out_failed;
}

int
decode_jobs(struct decoder *c, const struct ocf_head *h, struct err *e)
{
	struct work w = { .c = c, .head = h, .next = 1, .values = c->seen,
	    .in = ERR_INIT, .out = ERR_INIT };
	const struct crew_job job = { &w, thread_make, thread_drop, take,
	    decode_batch, give };
	size_t count = CREW_TASKS(c->o->jobs);
	struct batch *batches = mem_array(count, sizeof *batches);
	void **tasks = mem_array(count, sizeof *tasks);

	w.out_failed = write_out(STDOUT_FILENO, &c->out, "standard output",
	    &w.out) < 0;	/* of files before this one */
	for (size_t i = 0; i < count; i++) {
		tasks[i] = &batches[i];
		buf_init(&batches[i].blocks, SIZE_MAX / 2);
		buf_init(&batches[i].out, SIZE_MAX / 2);
	}
	if (!w.out_failed)
		crew_run(&job, (size_t)c->o->jobs, tasks);
	for (size_t i = 0; i < count; i++) {
		buf_free(&batches[i].blocks);
		buf_free(&batches[i].out);
		free(batches[i].bad);
	}
	free(batches);
	free(tasks);
	c->seen = w.values;
	c->bad |= w.bad;
	if (w.out_failed || w.in_failed)
		*e = w.out_failed ? w.out : w.in;
	return w.out_failed || w.in_failed ? -1 : 0;
}
