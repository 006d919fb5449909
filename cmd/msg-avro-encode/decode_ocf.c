#include <string.h>

#include "decoder.h"

/* Avro to JSON: containers. */

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
		if (decode_one(c, p + at, n - at, true, &used, e) < 0) {
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

static const char *
find_sync(const char *p, size_t n, const uint8_t sync[OCF_SYNC])
{
	const char *end = p + n, *q = p;

	while (end - q >= OCF_SYNC && (q = memchr(q, sync[0],
	    (size_t)(end - q) - OCF_SYNC + 1)) != NULL) {
		if (memcmp(q, sync, OCF_SYNC) == 0)
			return q;
		q++;
	}
	return NULL;
}

/* Behind the next sync marker, or to the end.  1: it is there, 0: none, -1. */
static int
to_sync(struct decoder *c, const uint8_t sync[OCF_SYNC], struct err *e)
{
	for (;;) {
		size_t n = input_n(&c->in);
		const char *p = input_p(&c->in), *q = find_sync(p, n, sync);

		if (q != NULL) {
			input_eat(&c->in, (size_t)(q - p) + OCF_SYNC);
			return 1;
		}
		/* its start may be there already */
		input_eat(&c->in, c->in.end ? n : n < OCF_SYNC ? 0 :
		    n - OCF_SYNC + 1);
		if (c->in.end)
			return 0;
		if (decode_more(c, e) < 0)
			return -1;
	}
}

int
decode_resync(struct decoder *c, const struct ocf_head *h, uint64_t number,
    struct err *e)
{
	uint64_t from = c->in.bytes + c->in.at;
	struct err left = ERR_INIT;
	int rc;

	input_err_byte(&c->in, 0, e);
	err_prefix(e, "block %llu", (unsigned long long)number);
	if (!c->o->keep_going || e->code == ERR_SYSTEM)
		return -1;
	complain(c->in.name, e);
	c->bad = true;
	rc = to_sync(c, h->sync, e);
	if (rc < 0)
		return -1;
	err_set(&left, ERR_INPUT, "block %llu: %llu bytes are left out, up to "
	    "%s", (unsigned long long)number,
	    (unsigned long long)(c->in.bytes + c->in.at - from),
	    rc > 0 ? "the next sync marker" : "the end: there is no sync "
	    "marker any more");
	err_at(&left, "byte %llu", (unsigned long long)from);
	complain(c->in.name, &left);
	return 0;
}

static int
blocks(struct decoder *c, const struct ocf_head *h, struct err *e)
{
	struct ocf_block b;
	struct err why;

	for (uint64_t i = 1; !c->done; i++) {
		int rc;

		if (decode_need(c, 1, e) <= 0)
			return c->in.end ? 0 : -1;
		while ((rc = ocf_block_get(&b, h->sync,
		    c->o->max_block, input_p(&c->in), input_n(&c->in),
		    c->in.end, e)) == 0)
			if (decode_more(c, e) < 0)
				return -1;
		if (rc < 0) {
			if (decode_resync(c, h, i, e) < 0)
				return -1;
			continue;
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

int
decode_container(struct decoder *c, struct err *e)
{
	struct ocf_head h;
	uint8_t sync[OCF_SYNC];
	int rc;

	c->in.by_line = false;		/* one thing, however it is cut */
	while ((rc = ocf_head_get(&h, input_p(&c->in), input_n(&c->in),
	    c->in.end, e)) == 0)
		if (decode_more(c, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	rc = decode_use(c, schema_parse(h.schema.p, h.schema.n, e), e);
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
