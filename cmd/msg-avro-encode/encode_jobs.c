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
 * line ends, each piece is encoded by itself, the pieces go out in order.
 */

#define PIECE	((size_t)128 << 10)	/* bytes of text a thread gets */
#define KEEP	((size_t)1 << 20)	/* of a piece's memory for the next */

struct piece {
	struct piece *next;		/* one that is done with */
	struct buf text;
	uint64_t lines;			/* in front of it */
	struct sink sink;		/* keeps what it is given */
	struct err e;			/* the first bad value */
	struct err *more;		/* --keep-going: all bad values */
	size_t more_count, more_cap;
	bool failed;
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
	struct encoder *of = arg, *c = mem_zero(sizeof *c);

	c->o = of->o;
	c->plan = of->plan;
	c->run = run_of(of->o);
	return c;
}

static void
thread_drop(void *state)
{
	struct encoder *c = state;

	plan_run_free(c->run);
	free(c);
}

/* Pieces are used again: fresh memory costs more than what is done in it. */
static struct piece *
piece_new(struct encoder *c, struct piece **spare)
{
	struct piece *t = *spare;

	if (t != NULL) {
		*spare = t->next;
	} else {
		t = mem_zero(sizeof *t);
		buf_init(&t->text, SIZE_MAX / 2);
		sink_fork(&t->sink, &c->sink);
	}
	t->lines = c->lines;
	t->e = (struct err)ERR_INIT;
	t->more_count = 0;
	t->failed = false;
	return t;
}

static void
piece_done(struct piece **spare, struct piece *t)
{
	buf_reset(&t->text);
	buf_shrink(&t->text, KEEP);
	sink_again(&t->sink, KEEP);
	t->next = *spare;
	*spare = t;
}

static void
pieces_free(struct piece *spare)
{
	struct piece *t;

	while ((t = spare) != NULL) {
		spare = t->next;
		buf_free(&t->text);
		sink_close(&t->sink);
		free(t->more);
		free(t);
	}
}

/* Hand over what a piece came to. */
static int
finish(struct encoder *c, struct piece *t, struct piece **spare,
    struct err *e)
{
	int rc;

	for (size_t i = 0; i < t->more_count; i++)
		complain(c->in.name, &t->more[i]);
	c->bad |= t->more_count > 0;
	rc = sink_take(&c->sink, &t->sink, e);
	if (rc == 0 && t->failed) {
		*e = t->e;
		rc = -1;
	}
	piece_done(spare, t);
	return rc;
}

static const char *
last_newline(const char *p, size_t n)
{
	while (n > 0 && p[n - 1] != '\n')
		n--;
	return n == 0 ? NULL : p + n - 1;
}

/* All that is under way goes out; of what failed nothing behind it. */
static int
drain(struct encoder *c, struct crew *crew, struct piece **spare,
    struct err *e)
{
	struct piece *t;
	int rc = 0;

	while ((t = crew_take(crew)) != NULL) {
		if (rc == 0)
			rc = finish(c, t, spare, e);
		else
			piece_done(spare, t);
	}
	return rc;
}

/* The text up to the last end of a line, all of it at the end.  NULL: there
 * is none. */
static struct piece *
next_piece(struct encoder *c, struct crew *crew, struct piece **spare,
    struct err *e, bool *failed)
{
	struct piece *t;
	const char *p, *nl = NULL;
	size_t n;

	*failed = false;
	for (;;) {
		bool pauses;

		n = input_n(&c->in);
		p = input_p(&c->in);
		pauses = n < PIECE && input_pauses(&c->in);
		if (n >= PIECE || pauses || (c->in.end && n > 0))
			nl = c->in.end ? p + n - 1 : last_newline(p, n);
		if (nl != NULL || (c->in.end && n == 0))
			break;
		*failed = (pauses && (drain(c, crew, spare, e) < 0 ||
		    sink_flush(&c->sink, false, e) < 0)) ||
		    input_later(&c->in, e) < 0;
		if (*failed)
			return NULL;
	}
	if (nl == NULL)
		return NULL;
	t = piece_new(c, spare);
	n = (size_t)(nl - p) + 1;
	buf_put(&t->text, p, n);
	c->lines += json_lines(p, n);
	input_eat(&c->in, n);
	progress_show(&c->progress, c->sink.values, c->in.bytes);
	return t;
}

int
encode_jobs(struct encoder *c, struct err *e)
{
	struct crew *crew = crew_new((size_t)c->o->jobs, encode_piece,
	    thread_make, thread_drop, c);
	struct piece *t, *spare = NULL;
	struct err lost = ERR_INIT;
	bool failed = false;
	int rc = 0;

	c->lines = 0;
	while (rc == 0 && (t = next_piece(c, crew, &spare,
	    e, &failed)) != NULL) {
		if (crew_full(crew))
			rc = finish(c, crew_take(crew), &spare, e);
		if (rc == 0)
			crew_put(crew, t);
		else
			piece_done(&spare, t);
	}
	if (rc == 0)
		rc = drain(c, crew, &spare, failed ? &lost : e);
	while ((t = crew_take(crew)) != NULL)
		piece_done(&spare, t);
	crew_free(crew);
	pieces_free(spare);
	return failed ? -1 : rc;
}
