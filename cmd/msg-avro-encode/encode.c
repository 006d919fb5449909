#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/jsonscan.h"
#include "cli/exit.h"
#include "encoder.h"

/*
 * JSON to Avro: values one after another, or in one big array.
 */

enum step { STEP_VALUE, STEP_END, STEP_FAILED };

/* Wait for more of the input; first let out what there is if it pauses. */
static int
read_on(struct encoder *c, bool value, struct err *e)
{
	progress_show(&c->progress, c->seen, c->in.bytes);
	if (input_waits(&c->in) && sink_flush(&c->sink, false, e) < 0)
		return -1;
	return value ? input_later(&c->in, e) : input_more(&c->in, e);
}

/* To the next byte that is no white space.  1: *out, 0: the end, -1. */
static int
next_byte(struct encoder *c, char *out, struct err *e)
{
	for (;;) {
		const char *p = input_p(&c->in), *end = p + input_n(&c->in);
		const char *q = json_space(p, end);
		int rc;

		input_eat(&c->in, (size_t)(q - p));
		if (q < end) {
			*out = *q;
			return 1;
		}
		rc = read_on(c, false, e);
		if (rc <= 0)
			return rc;
	}
}

static enum step
bad_array(struct encoder *c, const char *text, struct err *e)
{
	err_set(e, ERR_SYNTAX, "%s", text);
	input_err_line(&c->in, 0, e);
	return STEP_FAILED;
}

static enum step
end_of_array(struct encoder *c, struct err *e)
{
	char byte;
	int rc;

	input_eat(&c->in, 1);
	rc = next_byte(c, &byte, e);
	return rc < 0 ? STEP_FAILED : rc == 0 ? STEP_END :
	    bad_array(c, "expected nothing behind the array", e);
}

static enum step
next_of_array(struct encoder *c, bool first, struct err *e)
{
	char byte = '\0';
	int rc = next_byte(c, &byte, e);

	if (rc < 0)
		return STEP_FAILED;
	if (!first && byte == ']')
		return end_of_array(c, e);
	if (rc == 0 || byte != (first ? '[' : ','))
		return bad_array(c, first ? "expected '[', as --array says" :
		    "expected ',' or ']' of the array", e);
	input_eat(&c->in, 1);
	rc = next_byte(c, &byte, e);
	if (rc > 0 && first && byte == ']')
		return end_of_array(c, e);
	return rc < 0 ? STEP_FAILED : rc > 0 ? STEP_VALUE :
	    bad_array(c, "the array does not end", e);
}

static enum step
next_value(struct encoder *c, bool first, struct err *e)
{
	char byte;
	int rc;

	if (c->o->array)
		return next_of_array(c, first, e);
	rc = next_byte(c, &byte, e);
	return rc < 0 ? STEP_FAILED : rc == 0 ? STEP_END : STEP_VALUE;
}

/* Is what stands at p no JSON, before end?  An error is one only when its line
 * is there: what is read of a token at the end may be half of it. */
static bool
is_broken(const char *p, const char *end)
{
	struct json_limits limits = { JSON_DEPTH_MAX, JSON_COUNT_MAX };
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	size_t n = (size_t)(end - p), at = 0;
	bool bad = json_parse_next(&a, p, n, &at, &limits, &e) == NULL &&
	    e.code == ERR_SYNTAX && memchr(p + at, '\n', n - at) != NULL;

	arena_free(&a);
	return bad;
}

const char *
encode_behind(const char *p, const char *end, bool *json, bool last)
{
	const char *q = NULL;

	/* a value that was cut ends where its line does, or it would go on
	 * to the end of all that are behind it */
	if (*json && !is_broken(p, end)) {
		q = json_skip(p, end, SIZE_MAX);
		if (q != NULL || !last)
			return q;
	}
	*json = false;
	q = memchr(p, '\n', (size_t)(end - p));
	return q == NULL && last ? end : q;
}

/* Over a bad value: to its end, or to the next line when it is no JSON. */
static int
pass_over(struct encoder *c, bool json, struct err *e)
{
	for (;;) {
		const char *p = input_p(&c->in), *end = p + input_n(&c->in);
		const char *q = encode_behind(p, end, &json, c->in.end);
		int rc;

		if (q != NULL) {
			input_eat(&c->in, (size_t)(q - p));
			return 0;
		}
		rc = read_on(c, true, e);
		if (rc < 0)
			return -1;
	}
}

static int
bad_value(struct encoder *c, struct err *e)
{
	struct err why = *e;
	bool json = e->code != ERR_SYNTAX;

	input_err_line(&c->in, plan_run_at(c->run), &why);
	if (!c->o->keep_going) {
		*e = why;
		return -1;
	}
	complain(c->in.name, &why);
	c->bad = true;
	if (c->o->array && !json) {
		err_set(e, ERR_SYNTAX, "cannot find the next value of the "
		    "array");
		return -1;
	}
	return pass_over(c, json, e);
}

/* The value at the input's place. */
static int
encode_value(struct encoder *c, struct err *e)
{
	for (;;) {
		struct buf *out = sink_begin(&c->sink);
		bool keep = c->seen >= (uint64_t)c->o->skip;
		size_t used;
		int rc = plan_encode_next(c->plan, c->run, input_p(&c->in),
		    input_n(&c->in), c->in.end, &used, out, e);

		if (sink_end(&c->sink, rc > 0 && keep, e) < 0)
			return -1;
		if (rc < 0)
			return bad_value(c, e);
		if (rc > 0) {
			input_eat(&c->in, used);
			c->seen++;
			c->done = c->o->head >= 0 && c->seen >=
			    (uint64_t)c->o->skip + (uint64_t)c->o->head;
			return 0;
		}
		if (read_on(c, true, e) < 0)
			return -1;
	}
}

static int
encode_file(struct encoder *c, const char *name, struct err *e)
{
	bool first = true;
	int rc = -1;

	if (input_open(&c->in, name, INPUT_BYTES, (size_t)c->o->max_bytes,
	    e) < 0 || input_skip_bom(&c->in, e) < 0)
		goto out;
	if (c->o->jobs > 1 && !c->o->array && c->o->head < 0 &&
	    c->o->skip == 0) {
		rc = encode_jobs(c, e);
		goto out;
	}
	while (!c->done) {
		enum step s = next_value(c, first, e);

		first = false;
		if (s == STEP_FAILED)
			goto out;
		if (s == STEP_END)
			break;
		if (encode_value(c, e) < 0)
			goto out;
	}
	rc = 0;
out:
	input_close(&c->in);
	return rc;
}

static int
encode_files(struct encoder *c, char *files[], size_t count, struct err *e)
{
	c->done = c->o->head == 0;
	for (size_t i = 0; i < (count == 0 ? 1 : count) && !c->done; i++) {
		const char *name = count == 0 ? "-" : files[i];

		if (encode_file(c, name, e) < 0) {
			struct err lost = ERR_INIT;

			complain(name, e);
			if (c->o->keep_going &&
			    encode_status(e) == EXIT_INPUT) {
				c->bad = true;
				continue;
			}
			/* what was whole before it still goes out */
			if (sink_flush(&c->sink, true, &lost) < 0)
				*e = lost;
			return -1;
		}
	}
	return 0;
}

int
encode_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct encoder c = { .o = o };
	struct err e = ERR_INIT;
	struct schema *s = schema_of_options(o, &e);
	int status = EXIT_SYSTEM;

	progress_init(&c.progress, o);
	if (s == NULL || (c.plan = plan_of(o, s, &e)) == NULL ||
	    sink_open(&c.sink, o, s, &e) < 0) {
		status = encode_report(&e);
		goto out;
	}
	c.run = run_of(o);
	if (encode_files(&c, files, count, &e) < 0) {
		status = encode_status(&e);
		goto out;
	}
	if (sink_flush(&c.sink, true, &e) < 0) {
		status = encode_report(&e);
		goto out;
	}
	status = c.bad ? EXIT_INPUT : EXIT_DONE;
	if (o->count_only)
		printf("%llu\n", (unsigned long long)c.sink.values);
out:
	progress_end(&c.progress);
	plan_run_free(c.run);
	plan_unref(c.plan);
	sink_close(&c.sink);
	schema_unref(s);
	return status;
}
