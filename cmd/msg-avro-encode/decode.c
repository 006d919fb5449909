#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "avro/object.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "decoder.h"

/*
 * Avro to JSON: bare values one after another, in frames, or in a container.
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
	progress_show(&c->progress, c->seen, c->in.bytes);
	if (c->out.n > 0 && input_waits(&c->in) && flush(c, e) < 0)
		return -1;
	return input_later(&c->in, e);
}

/* At least n bytes, if there are any.  1, 0: fewer, -1. */
static int
need(struct decoder *c, size_t n, struct err *e)
{
	while (input_n(&c->in) < n) {
		int rc = decode_more(c, e);

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

/* The value at p: printed, or only passed over.  As plan_decode_next. */
static int
one(struct decoder *c, const char *p, size_t n, bool last, size_t *used,
    struct err *e)
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

/* --- streams of values ---------------------------------------------------- */

static int
use_schema(struct decoder *c, struct schema *s, struct err *e)
{
	if (s == NULL)
		return -1;
	if (c->have && schema_crc64(c->reading.writer) == schema_crc64(s)) {
		schema_unref(s);
		return 0;
	}
	if (c->have)
		reading_clear(&c->reading);
	c->have = true;
	return reading_init(&c->reading, c->o, s, e);
}

/* What stands before each value.  *n: the length it gives, or SIZE_MAX. */
static int
frame_head(struct decoder *c, enum frame frame, size_t *n, struct err *e)
{
	uint64_t fingerprint;
	struct str body;
	uint32_t id;
	int64_t len;
	int rc;

	*n = SIZE_MAX;
	if (frame == FRAME_SINGLE) {
		if (need(c, OBJECT_HEAD, e) < 0 || object_get(input_p(&c->in),
		    input_n(&c->in), &fingerprint, &body, e) < 0)
			return -1;
		input_eat(&c->in, OBJECT_HEAD);
		if (c->have && schema_crc64(c->reading.writer) == fingerprint)
			return 0;
		return use_schema(c, schema_by_fingerprint(c->o, fingerprint,
		    e), e);
	}
	if (frame == FRAME_CONFLUENT) {
		if (need(c, CONFLUENT_HEAD, e) < 0 ||
		    confluent_get(input_p(&c->in), input_n(&c->in), &id, &body,
		    e) < 0)
			return -1;
		input_eat(&c->in, CONFLUENT_HEAD);
	}
	if (frame == FRAME_DELIMITED) {
		if (need(c, VARINT_MAX, e) < 0)
			return -1;
		rc = varint_get(input_p(&c->in), input_n(&c->in), &len);
		if (rc <= 0 || len < 0 || (uint64_t)len > c->o->max_bytes)
			return err_set(e, ERR_INPUT, "this is no length");
		input_eat(&c->in, (size_t)rc);
		*n = (size_t)len;
	}
	return 0;
}

/* A value of n bytes, or SIZE_MAX: as many as it takes. */
static int
framed_value(struct decoder *c, size_t n, struct err *e)
{
	size_t used = 0;
	int rc;

	if (n != SIZE_MAX && need(c, n, e) == 0)
		return err_set(e, ERR_INPUT, "a length of %zu bytes, and %zu "
		    "are left", n, input_n(&c->in));
	for (;;) {
		size_t have = n != SIZE_MAX ? n : input_n(&c->in);

		rc = one(c, input_p(&c->in), have, n != SIZE_MAX ||
		    c->in.end, &used, e);
		if (rc != 0)
			break;
		if (decode_more(c, e) < 0)
			return -1;
	}
	if (rc > 0 && n != SIZE_MAX && used != n)
		return err_set(e, ERR_INPUT, "the value takes %zu bytes, not "
		    "the %zu its length says", used, n);
	input_eat(&c->in, rc > 0 ? used : n != SIZE_MAX ? n : 0);
	return rc < 0 ? -1 : 0;
}

static int
stream(struct decoder *c, enum frame frame, struct err *e)
{
	size_t n, left;
	uint64_t start;
	struct err why;

	while (!c->done && need(c, 1, e) > 0) {
		left = input_n(&c->in);
		start = c->in.bytes + c->in.at;
		if (frame_head(c, frame, &n, e) < 0) {
			input_err_byte(&c->in, 0, e);
			return -1;
		}
		if (framed_value(c, n, e) < 0) {
			if (e->code == ERR_SYSTEM)
				return -1;
			why = *e;
			input_err_byte(&c->in, n != SIZE_MAX ? 0 :
			    plan_run_at(c->run), &why);
			if (n == SIZE_MAX || !c->o->keep_going) {
				*e = why;
				return -1;
			}
			complain(c->in.name, &why);
			c->bad = true;
		} else if (c->in.bytes + c->in.at == start && left > 0) {
			input_err_byte(&c->in, 0, e);
			return err_set(e, ERR_INPUT, "%zu bytes are left, "
			    "and values of this schema take none", left);
		}
	}
	return 0;
}

/* --- containers ----------------------------------------------------------- */

/* All values of an unpacked block. */
static int
block_values(struct decoder *c, int64_t count, const char *p, size_t n,
    struct err *e)
{
	size_t at = 0, used;

	if ((uint64_t)count > n && (uint64_t)count > (uint64_t)
	    c->o->max_elements)
		return err_set(e, ERR_LIMIT, "a block of %lld values",
		    (long long)count);
	for (int64_t i = 0; i < count && !c->done; i++) {
		if (one(c, p + at, n - at, true, &used, e) < 0) {
			err_prefix(e, "value %lld of the block",
			    (long long)i + 1);
			err_at(e, "byte %zu", at + plan_run_at(c->run));
			return -1;
		}
		at += used;
	}
	if (!c->done && at != n)
		return err_set(e, ERR_INPUT, "the block has %zu bytes more "
		    "than its values", n - at);
	return 0;
}

int
decode_block(struct decoder *c, const struct ocf_head *h,
    const struct ocf_block *b, struct err *e)
{
	if (c->o->count_only && !c->o->check) {
		c->seen += (uint64_t)b->count;
		return 0;
	}
	if (h->codec == OCF_NULL)
		return block_values(c, b->count, b->data.p, b->data.n, e);
	buf_reset(&c->block);
	if (ocf_unpack(h->codec, b->data.p, b->data.n, &c->block, e) < 0)
		return -1;
	return block_values(c, b->count, c->block.p, c->block.n, e);
}

void
decode_err_block(struct err *e, uint64_t number)
{
	char at[ERR_AT_MAX];

	memcpy(at, e->at, sizeof at);
	err_at(e, "block %llu%s%.32s", (unsigned long long)number,
	    at[0] != '\0' ? ", " : "", at);
}

static int
blocks(struct decoder *c, const struct ocf_head *h, struct err *e)
{
	struct ocf_block b;
	struct err why;

	for (uint64_t i = 1; !c->done; i++) {
		int rc;

		if (need(c, 1, e) <= 0)
			return c->in.end ? 0 : -1;
		while ((rc = ocf_block_get(&b, h->sync, input_p(&c->in),
		    input_n(&c->in), c->in.end, e)) == 0)
			if (decode_more(c, e) < 0)
				return -1;
		if (rc < 0) {
			input_err_byte(&c->in, 0, e);
			return err_prefix(e, "block %llu",
			    (unsigned long long)i);
		}
		if (decode_block(c, h, &b, e) < 0) {
			why = *e;
			decode_err_block(&why, i);
			if (!c->o->keep_going || e->code == ERR_SYSTEM) {
				*e = why;
				return -1;
			}
			complain(c->in.name, &why);
			c->bad = true;
		}
		input_eat(&c->in, b.n);
	}
	return 0;
}

static int
container(struct decoder *c, struct err *e)
{
	struct ocf_head h;
	uint8_t sync[OCF_SYNC];
	int rc;

	while ((rc = ocf_head_get(&h, input_p(&c->in), input_n(&c->in),
	    c->in.end, e)) == 0)
		if (decode_more(c, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	rc = use_schema(c, schema_parse(h.schema.p, h.schema.n, e), e);
	if (rc < 0)
		err_prefix(e, "the schema in the head");
	memcpy(sync, h.sync, sizeof sync);
	input_eat(&c->in, h.n);
	if (rc == 0 && c->o->jobs > 1 && c->o->head < 0 &&
	    c->o->skip == 0 && !c->o->array && !c->o->count_only)
		rc = decode_jobs(c, &h, e);
	else if (rc == 0)
		rc = blocks(c, &h, e);
	ocf_head_clear(&h);
	return rc;
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
			return !c->in.end && n - at < head;
		at += head;
		rc = reading_skip(&c->reading, c->run, &c->tmp, p + at, n - at,
		    c->in.end, &used, &e);
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

static int
decode_file(struct decoder *c, const char *name, struct err *e)
{
	enum input_text text = c->o->base64 ? INPUT_BASE64 : c->o->hex ?
	    INPUT_HEX : INPUT_BYTES;
	enum frame frame = frame_of(c->o, FRAME_AUTO);
	bool given = c->o->schemas.n > 0;
	int rc = -1;

	if (input_open(&c->in, name, text, (size_t)c->o->max_bytes, e) < 0 ||
	    need(c, LOOK, e) < 0)
		goto out;
	if (given && use_schema(c, schema_of_options(c->o, e), e) < 0)
		goto out;
	if (frame == FRAME_AUTO)
		frame = recognise(c);
	if (frame == FRAME_OCF && input_n(&c->in) > 0)
		rc = container(c, e);
	else if (!given)
		err_set(e, ERR_USAGE, "no schema is given: use -s FILE");
	else
		rc = stream(c, frame, e);
out:
	input_close(&c->in);
	return rc;
}

int
decode_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct decoder c = { .o = o, .out = BUF_INIT(SIZE_MAX / 2),
	    .tmp = BUF_INIT(SIZE_MAX / 2), .block = BUF_INIT(OCF_BLOCK_MAX) };
	struct err e = ERR_INIT, lost = ERR_INIT;
	int status = EXIT_DONE;

	c.run = run_of(o);
	c.done = o->head == 0;
	progress_init(&c.progress, o);
	for (size_t i = 0; i < (count == 0 ? 1 : count) && !c.done; i++) {
		const char *name = count == 0 ? "-" : files[i];

		if (decode_file(&c, name, &e) == 0)
			continue;
		status = e.code == ERR_LIMIT ? EXIT_INPUT : err_exit(e.code);
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
		status = err_report(&lost, encode_tool.name);
	progress_end(&c.progress);
	reading_clear(&c.reading);
	plan_run_free(c.run);
	buf_free(&c.out);
	buf_free(&c.tmp);
	buf_free(&c.block);
	return status == EXIT_DONE && c.bad ? EXIT_INPUT : status;
}
