#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonscan.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "encoder.h"
#include "crew.h"

/*
 * JSON with a value a line to Avro, by several threads: the text is cut at
 * line ends, each encodes the piece it has read, the pieces go out in order.
 */

#define PIECE	((size_t)128 << 10)	/* bytes of text a thread gets */
#define KEEP	((size_t)1 << 20)	/* of a piece's memory for the next */

struct piece {
	struct buf text;
	uint64_t lines, bytes;		/* in front of it, up to its end */
	struct sink sink;		/* keeps what it is given */
	struct err e;			/* the first bad value */
	struct err *more;		/* --keep-going: all bad values */
	size_t more_count, more_cap;
	bool failed;
};

struct work {
	struct encoder *c;
	struct err in, out;		/* what failed: reading, all else */
	bool in_failed, out_failed;
};

static void
bad_value(struct piece *t, const struct encode_opts *o,
    const struct plan_run *r, size_t at, struct err *e)
{
	size_t line, column;

	json_place(t->text.p, t->text.n, at + plan_run_at(r), &line, &column);
	err_at(e, "line %llu, column %zu",
	    (unsigned long long)(t->lines + line), column);
	if (!o->keep_going) {
		t->e = *e;
		t->failed = true;
		return;
	}
	t->more = mem_grow(t->more, &t->more_cap, t->more_count + 1,
	    sizeof *t->more);
	t->more[t->more_count++] = *e;
}

/* Where the next value may begin after a bad one at at. */
static size_t
behind(const struct piece *t, size_t at, bool json)
{
	const char *p = t->text.p + at, *end = t->text.p + t->text.n;

	return (size_t)(encode_behind(p, end, &json, true) - t->text.p);
}

static void
encode_piece(void *state, void *task)
{
	struct encoder *c = state;
	struct piece *t = task;
	size_t at = 0, used = 0;

	while (!t->failed) {
		struct err e = ERR_INIT;
		struct buf *out;
		int rc;

		at = (size_t)(json_space(t->text.p + at,
		    t->text.p + t->text.n) - t->text.p);
		if (at == t->text.n)
			break;
		out = sink_begin(&t->sink);
		rc = plan_encode_next(c->plan, c->run, t->text.p + at,
		    t->text.n - at, true, &used, out, &e);
		if (sink_end(&t->sink, rc > 0, &t->e) < 0)
			t->failed = true;
		else if (rc < 0)
			bad_value(t, c->o, c->run, at, &e);
		at = rc > 0 ? at + used : behind(t, at,
		    e.code != ERR_SYNTAX);
	}
	if (sink_seal(&t->sink, &t->e) < 0)
		t->failed = true;
}

static void *
thread_make(void *arg)
{
	const struct work *w = arg;
	struct encoder *c = mem_zero(sizeof *c);

	c->o = w->c->o;
	c->plan = w->c->plan;
	c->run = run_of(c->o);
	return c;
}

static void
thread_drop(void *state)
{
	struct encoder *c = state;

	plan_run_free(c->run);
	free(c);
}

static size_t
to_last_newline(const char *p, size_t n)
{
	while (n > 0 && p[n - 1] != '\n')
		n--;
	return n;
}

/* How much of the input is a piece: up to the last end of a line, all of it at
 * the end.  0: there is no more, or it failed. */
static size_t
piece_size(struct work *w, struct crew *crew)
{
	struct input *in = &w->c->in;

	for (;;) {
		size_t n = input_n(in), piece;
		bool pauses = n < PIECE && input_pauses(in);

		if (in->end)
			return n;
		piece = n >= PIECE || pauses ? to_last_newline(input_p(in),
		    n) : 0;
		if (piece > 0)
			return piece;
		if (pauses && !crew_settle(crew))
			return 0;
		if ((pauses && sink_flush(&w->c->sink, false, &w->in) < 0) ||
		    input_later(in, &w->in) < 0) {
			w->in_failed = true;
			return 0;
		}
	}
}

static bool
take(void *arg, struct crew *crew, void *task)
{
	struct work *w = arg;
	struct piece *t = task;
	size_t n = piece_size(w, crew);

	if (n == 0)
		return false;
	t->lines = w->c->in.lines;
	input_hand(&w->c->in, n, &t->text);
	t->bytes = w->c->in.bytes;
	return true;
}

/* Out with what a piece came to; it is empty then, for the next text: fresh
 * memory costs more than what is done in it. */
static bool
give(void *arg, void *task)
{
	struct work *w = arg;
	struct piece *t = task;
	struct encoder *c = w->c;

	for (size_t i = 0; i < t->more_count; i++)
		complain(c->in.name, &t->more[i]);
	c->bad |= t->more_count > 0;
	w->out_failed = sink_take(&c->sink, &t->sink, &w->out) < 0;
	if (!w->out_failed && t->failed) {
		w->out = t->e;
		w->out_failed = true;
	}
	progress_show(&c->progress, c->sink.values, t->bytes);
	buf_reset(&t->text);
	buf_shrink(&t->text, KEEP);
	sink_again(&t->sink, KEEP);
	t->more_count = 0;
	return !w->out_failed;
}

int
encode_jobs(struct encoder *c, struct err *e)
{
	struct work w = { .c = c, .in = ERR_INIT, .out = ERR_INIT };
	const struct crew_job job = { &w, thread_make, thread_drop, take,
	    encode_piece, give };
	size_t count = CREW_TASKS(c->o->jobs);
	struct piece *pieces = mem_array(count, sizeof *pieces);
	void **tasks = mem_array(count, sizeof *tasks);

	for (size_t i = 0; i < count; i++) {
		tasks[i] = &pieces[i];
		pieces[i].e = (struct err)ERR_INIT;
		buf_init(&pieces[i].text, SIZE_MAX / 2);
		sink_fork(&pieces[i].sink, &c->sink);
	}
	crew_run(&job, (size_t)c->o->jobs, tasks);
	for (size_t i = 0; i < count; i++) {
		buf_free(&pieces[i].text);
		sink_close(&pieces[i].sink);
		free(pieces[i].more);
	}
	free(pieces);
	free(tasks);
	if (w.out_failed || w.in_failed)
		*e = w.out_failed ? w.out : w.in;
	return w.out_failed || w.in_failed ? -1 : 0;
}
