#include <string.h>

#include "avro/object.h"
#include "decoder.h"

/* Avro to JSON: values one after another, bare or in frames. */

/* C3 01 and a fingerprint, which says how to read on. */
static int
single_head(struct decoder *c, struct err *e)
{
	uint64_t fingerprint;
	struct str body;

	if (decode_need(c, OBJECT_HEAD, e) < 0 || object_get(input_p(&c->in),
	    input_n(&c->in), &fingerprint, &body, e) < 0)
		return -1;
	if (decode_use_fingerprint(c, fingerprint, e) < 0)
		return -1;
	input_eat(&c->in, OBJECT_HEAD);
	return 0;
}

/* What stands before each value.  *n: the length it gives, or SIZE_MAX. */
static int
frame_head(struct decoder *c, enum frame frame, size_t *n, struct err *e)
{
	struct str body;
	uint32_t id;
	int64_t len;
	int rc;

	*n = SIZE_MAX;
	if (frame == FRAME_SINGLE)
		return single_head(c, e);
	if (frame == FRAME_CONFLUENT) {
		if (decode_need(c, CONFLUENT_HEAD, e) < 0 ||
		    confluent_get(input_p(&c->in), input_n(&c->in), &id, &body,
		    e) < 0)
			return -1;
		if (!c->any_id && id != c->confluent)
			return err_set(e, ERR_INPUT, "the schema id is %u, "
			    "not %u as --confluent says", (unsigned)id,
			    (unsigned)c->confluent);
		input_eat(&c->in, CONFLUENT_HEAD);
	}
	if (frame == FRAME_DELIMITED) {
		if (decode_need(c, VARINT_MAX, e) < 0)
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

	if (n != SIZE_MAX && decode_need(c, n, e) == 0)
		return err_set(e, ERR_INPUT, "a length of %zu bytes, and %zu "
		    "are left", n, input_n(&c->in));
	for (;;) {
		size_t have = n != SIZE_MAX ? n : input_n(&c->in);

		rc = decode_one(c, input_p(&c->in), have, n != SIZE_MAX ||
		    decode_last(c), &used, e);
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

/* Where it went wrong, and on behind it if that may be: -1 when not.  n: the
 * length that the value's frame gives. */
static int
bad_value(struct decoder *c, size_t n, size_t offset, struct err *e)
{
	struct err why = *e;

	if (e->code == ERR_SYSTEM)
		return -1;
	input_err_byte(&c->in, offset, &why);
	if (!c->o->keep_going || e->code == ERR_USAGE ||
	    (n == SIZE_MAX && !c->in.by_line)) {
		*e = why;
		return -1;
	}
	complain(c->in.name, &why);
	c->bad = true;
	/* the frame's value is passed over already, of a line the rest */
	if (c->in.by_line)
		input_eat(&c->in, input_n(&c->in));
	return 0;
}

static int
no_bytes(struct decoder *c, size_t left, struct err *e)
{
	input_err_byte(&c->in, 0, e);
	return err_set(e, ERR_INPUT, "%zu bytes are left, and values of this "
	    "schema take none", left);
}

/* Do all values of the schema take no bytes?  Then each blank line of text is
 * one. */
static bool
takes_no_bytes(struct decoder *c)
{
	struct err e = ERR_INIT;
	size_t used;

	return reading_skip(&c->reading, c->run, &c->tmp, "", 0, true, &used,
	    &e) > 0;
}

static int
blank_lines(struct decoder *c, struct err *e)
{
	size_t used;
	int rc;

	for (;;) {
		for (; c->in.blank > 0 && !c->done; c->in.blank--)
			if (decode_one(c, "", 0, true, &used, e) < 0)
				return -1;
		if (c->done)
			return 0;
		if (input_n(&c->in) > 0)
			return no_bytes(c, input_n(&c->in), e);
		rc = decode_more(c, e);
		if (rc < 0 || (rc == 0 && c->in.blank == 0))
			return rc;
	}
}

int
decode_stream(struct decoder *c, enum frame frame, struct err *e)
{
	size_t n, left;
	uint64_t start;
	int rc;

	if (frame == FRAME_RAW && c->in.text != INPUT_BYTES &&
	    takes_no_bytes(c))
		return blank_lines(c, e);
	while (!c->done && (rc = decode_need(c, 1, e)) != 0) {
		if (rc < 0)
			return -1;
		left = input_n(&c->in);
		start = c->in.bytes + c->in.at;
		if (frame_head(c, frame, &n, e) < 0)
			rc = bad_value(c, SIZE_MAX, 0, e);
		else if (framed_value(c, n, e) < 0)
			rc = bad_value(c, n, n != SIZE_MAX ? 0 :
			    plan_run_at(c->run), e);
		else if (c->in.bytes + c->in.at == start && left > 0)
			rc = no_bytes(c, left, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}
