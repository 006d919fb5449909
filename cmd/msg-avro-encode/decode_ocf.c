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
