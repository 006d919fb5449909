#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "avro/object.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "decoder.h"

/*
 * Avro to JSON: files, what each of them is, and how a value is printed.
 */

#define OUT_FULL	((size_t)128 << 10)
#define LOOK		16		/* bytes that tell the frame */

static int
flush(struct decoder *c, struct err *e)
{
	return write_out(STDOUT_FILENO, &c->out, "standard output", e);
}

int
decode_more(struct decoder *c, struct err *e)
{
	int rc;

	progress_show(&c->progress, c->seen, c->in.bytes);
	if (c->out.n > 0 && input_waits(&c->in) && flush(c, e) < 0)
		return -1;
	while ((rc = input_later(&c->in, e)) < 0 && c->in.by_line &&
	    e->code == ERR_SYNTAX) {
		complain(c->in.name, e);	/* a line that is no text */
		c->bad = true;
	}
	return rc;
}

int
decode_need(struct decoder *c, size_t n, struct err *e)
{
	while (input_n(&c->in) < n) {
		int rc;

		if (c->in.by_line && input_n(&c->in) > 0)
			return 0;
		rc = decode_more(c, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return input_n(&c->in) >= n;
	}
	return 1;
}

/* --- values --------------------------------------------------------------- */

static void
print_begin(struct decoder *c)
{
	if (c->o->array)
		buf_puts(&c->out, c->printed == 0 ? "[\n" : ",\n");
}

static void
print_pretty(struct decoder *c, size_t from)
{
	struct json_limits limits = { SIZE_MAX, SIZE_MAX };
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	size_t n = c->out.n - from;
	char *text = mem_dup(c->out.p + from, n);
	struct json *j = json_parse(&a, text, n, &limits, &e);

	if (j != NULL) {
		buf_trim(&c->out, from);
		json_put(&c->out, j, JSON_PUT_PRETTY);
	}
	arena_free(&a);
	free(text);
}

static int
print_end(struct decoder *c, size_t from, struct err *e)
{
	if (c->o->pretty)
		print_pretty(c, from);
	if (!c->o->array)
		buf_putc(&c->out, '\n');
	c->printed++;
	return c->out.n < OUT_FULL || c->keeps ? 0 : flush(c, e);
}

int
decode_one(struct decoder *c, const char *p, size_t n, bool last,
    size_t *used, struct err *e)
{
	bool print = !c->o->check && !c->o->count_only &&
	    c->seen >= (uint64_t)c->o->skip;
	size_t before = c->out.n, from;
	int rc;

	if (print)
		print_begin(c);
	from = c->out.n;
	rc = print ? reading_next(&c->reading, c->run, &c->tmp, p, n, last,
	    used, &c->out, e) :
	    reading_skip(&c->reading, c->run, &c->tmp, p, n, last, used, e);
	if (rc <= 0) {
		buf_trim(&c->out, before);
		return rc;
	}
	c->seen++;
	c->done = c->o->head >= 0 &&
	    c->seen >= (uint64_t)c->o->skip + (uint64_t)c->o->head;
	if (print && print_end(c, from, e) < 0)
		return -1;
	return 1;
}

/* --- which frame ---------------------------------------------------------- */

/* Do bare values (or ones in Confluent's frame) fill what was read so far? */
static bool
would_read(struct decoder *c, size_t head)
{
	const char *p = input_p(&c->in);
	size_t n = input_n(&c->in), at = 0, used = 0;
	struct err e = ERR_INIT;

	while (at < n) {
		int rc;

		if (head > 0 && (n - at < head || p[at] != 0))
			return !decode_last(c) && n - at < head;
		at += head;
		rc = reading_skip(&c->reading, c->run, &c->tmp, p + at, n - at,
		    decode_last(c), &used, &e);
		if (rc <= 0)
			return rc == 0;
		if (used + head == 0)
			return false;
		at += used;
	}
	return true;
}

/* A 00 may begin both a bare value and Confluent's frame: it is the latter
 * only when the input makes no sense as the former. */
static enum frame
recognise(struct decoder *c)
{
	const char *p = input_p(&c->in);
	size_t n = input_n(&c->in);

	if (n >= 4 && memcmp(p, "Obj\1", 4) == 0)
		return FRAME_OCF;
	if (n >= OBJECT_HEAD && memcmp(p, "\xc3\1", 2) == 0)
		return FRAME_SINGLE;
	if (n > CONFLUENT_HEAD && p[0] == 0 && c->have &&
	    !would_read(c, 0) && would_read(c, CONFLUENT_HEAD))
		return FRAME_CONFLUENT;
	return FRAME_RAW;
}

/* May so few bytes be the start of a frame that is recognised? */
static bool
looks_framed(const char *p, size_t n)
{
	return n < 4 ? memcmp(p, "Obj\1", n) == 0 || p[0] == '\xc3' ||
	    p[0] == 0 : p[0] == '\xc3' ? n < OBJECT_HEAD :
	    p[0] == 0 && n <= CONFLUENT_HEAD;
}

/* Enough to tell the frame; a bare value is not kept waiting for another. */
static int
look(struct decoder *c, enum frame frame, struct err *e)
{
	size_t n;

	if (frame != FRAME_AUTO)
		return decode_need(c, 1, e);
	while ((n = input_n(&c->in)) < LOOK && !c->in.end) {
		if (c->in.blank > 0 && input_waits(&c->in))
			break;
		if (n > 0 && (c->in.by_line || (input_waits(&c->in) &&
		    !looks_framed(input_p(&c->in), n))))
			break;
		if (decode_more(c, e) < 0)
			return -1;
	}
	return 0;
}

static int
decode_file(struct decoder *c, const char *name, struct err *e)
{
	enum input_text text = c->o->base64 ? INPUT_BASE64 : c->o->hex ?
	    INPUT_HEX : INPUT_BYTES;
	enum frame frame = frame_of(c->o, FRAME_AUTO);
	size_t max = c->o->max_block > c->o->max_bytes ? c->o->max_block :
	    c->o->max_bytes;
	int rc = -1;

	if (input_open(&c->in, name, text, max, e) < 0)
		goto out;
	c->in.by_line = c->o->keep_going && text != INPUT_BYTES;
	if (look(c, frame, e) < 0 || decode_use_given(c, e) < 0)
		goto out;
	if (frame == FRAME_AUTO)
		frame = recognise(c);
	if (frame == FRAME_OCF && input_n(&c->in) == 0 && c->in.end &&
	    c->given == NULL)
		err_set(e, ERR_INPUT, "it is empty: a container has a head at "
		    "least");
	else if (frame == FRAME_OCF && input_n(&c->in) > 0)
		rc = decode_container(c, e);
	else if (c->given == NULL && frame != FRAME_SINGLE)
		err_set(e, ERR_USAGE, "no schema is given: use -s FILE or "
		    "--kind KIND");
	else
		rc = decode_stream(c, frame, e);
out:
	input_close(&c->in);
	return rc;
}

int
decode_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct decoder c = { .o = o, .sources = { .o = o },
	    .out = BUF_INIT(SIZE_MAX / 2),
	    .tmp = BUF_INIT(SIZE_MAX / 2), .block = BUF_INIT(o->max_block) };
	struct err e = ERR_INIT, lost = ERR_INIT;
	int status = EXIT_DONE;

	c.any_id = o->confluent == NULL || strcmp(o->confluent, "any") == 0;
	if (!c.any_id && confluent_of(o, &c.confluent, &e) < 0)
		return encode_report(&e);
	if (o->reader != NULL && (c.reader = schema_of_file(o->reader,
	    &e)) == NULL) {
		err_prefix(&e, "--reader");
		return encode_report(&e);
	}
	c.run = run_of(o);
	c.done = o->head == 0;
	progress_init(&c.progress, o);
	for (size_t i = 0; i < (count == 0 ? 1 : count) && !c.done; i++) {
		const char *name = count == 0 ? "-" : files[i];

		if (decode_file(&c, name, &e) == 0)
			continue;
		status = encode_status(&e);
		flush(&c, &lost);
		progress_end(&c.progress);
		complain(name, &e);
		if (!o->keep_going || status != EXIT_INPUT)
			break;
		e = (struct err)ERR_INIT;
	}
	if (o->array && !o->check && !o->count_only)
		buf_puts(&c.out, c.printed == 0 ? "[]\n" : "\n]\n");
	if (o->count_only)
		buf_printf(&c.out, "%llu\n", (unsigned long long)c.seen);
	if (flush(&c, &lost) < 0)
		status = encode_report(&lost);
	progress_end(&c.progress);
	decode_schemas_clear(&c);
	plan_run_free(c.run);
	buf_free(&c.out);
	buf_free(&c.tmp);
	buf_free(&c.block);
	return status == EXIT_DONE && c.bad ? EXIT_INPUT : status;
}
