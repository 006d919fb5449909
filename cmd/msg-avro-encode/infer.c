#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonscan.h"
#include "cli/exit.h"
#include "convert.h"
#include "shape.h"

/*
 * --infer: the values are read one after another, their shape is kept, and
 * the schema of it is checked as any other before it is printed.
 */

static int
take(struct arena *a, struct shape *s, const struct encode_opts *o,
    const char *p, size_t n, struct err *e)
{
	struct json_limits limits = { (size_t)o->max_depth, SIZE_MAX };
	struct arena tmp = ARENA_INIT;
	struct json *j = json_parse(&tmp, p, n, &limits, e);

	if (j != NULL && o->array && j->type == JSON_ARRAY)
		for (struct json *c = j->first; c != NULL; c = c->next)
			shape_add(a, s, c);
	else if (j != NULL)
		shape_add(a, s, j);
	arena_free(&tmp);
	return j == NULL ? -1 : 0;
}

static int
read_file(struct arena *a, struct shape *s, const struct encode_opts *o,
    struct input *in, struct err *e)
{
	for (;;) {
		const char *p = input_p(in), *end = p + input_n(in), *q;
		int rc;

		q = json_space(p, end);
		input_eat(in, (size_t)(q - p));
		p = q;
		if (p < end) {
			q = json_skip(p, end, SIZE_MAX);
			if (q != NULL && (q < end || in->end)) {
				if (take(a, s, o, p, (size_t)(q - p), e) < 0)
					return -1;
				input_eat(in, (size_t)(q - p));
				continue;
			}
			if (in->end)
				return take(a, s, o, p, (size_t)(end - p), e);
		}
		rc = p < end ? input_later(in, e) : input_more(in, e);
		if (rc < 0 || (rc == 0 && input_n(in) == 0))
			return rc;
	}
}

static bool
is_empty(const struct shape *s)
{
	return s->nulls + s->bools + s->ints + s->longs + s->doubles +
	    s->strings + s->arrays + s->objects == 0;
}

static int
propose(struct arena *a, const struct shape *s, const struct encode_opts *o,
    struct err *e)
{
	struct buf text = BUF_INIT(SCHEMA_TEXT_MAX), out = BUF_INIT(1 << 28);
	struct schema *made;
	int rc = -1;

	shape_schema(a, s, o->name == NULL ? "Value" : o->name, o->enums,
	    &text);
	made = schema_parse(text.p, text.n, e);
	if (made != NULL) {
		schema_print(made, &out, JSON_PUT_PRETTY);
		buf_putc(&out, '\n');
		rc = write_out(STDOUT_FILENO, &out, "standard output", e);
	}
	if (rc == 0 && !o->quiet)
		shape_tell(s, stderr);
	schema_unref(made);
	buf_free(&text);
	buf_free(&out);
	return rc;
}

int
infer_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct arena a = ARENA_INIT;
	struct shape *s = shape_new(&a);
	struct err e = ERR_INIT;
	int status = EXIT_DONE;

	for (size_t i = 0; status == EXIT_DONE &&
	    i < (count == 0 ? 1 : count); i++) {
		const char *name = count == 0 ? "-" : files[i];
		struct input in;

		if (input_open(&in, name, INPUT_BYTES, (size_t)o->max_bytes,
		    &e) < 0 || input_skip_bom(&in, &e) < 0 ||
		    read_file(&a, s, o, &in, &e) < 0) {
			if (e.at[0] != '\0')
				input_err_line(&in, 0, &e);
			complain(name, &e);
			status = encode_status(&e);
		}
		input_close(&in);
	}
	if (status == EXIT_DONE && is_empty(s)) {
		err_set(&e, ERR_INPUT, "--infer: there is no JSON value to "
		    "infer a schema from");
		status = encode_report(&e);
	}
	if (status == EXIT_DONE && propose(&a, s, o, &e) < 0)
		status = encode_report(&e);
	arena_free(&a);
	return status;
}
