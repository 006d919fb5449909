#include "service/record.h"

#define BATCH	64

static int
put_some(struct call *c, struct view *v, const uint64_t *ids, size_t count,
    record_fn *fn, bool *any, struct err *e)
{
	struct buf *out = c->payload;

	for (size_t i = 0; i < count; i++) {
		size_t before = out->n;
		int rc;

		if (*any)
			buf_putc(out, ',');
		rc = fn(c, v, ids[i], e);
		if (rc < 0)
			return -1;
		if (rc == 0 && !buf_full(out))
			buf_trim(out, before);
		*any = *any || rc > 0;
	}
	return 0;
}

int
record_list(struct call *c, struct view *v, const uint64_t *ids,
    size_t count, record_fn *fn, struct err *e)
{
	bool any = false;
	int rc;

	buf_putc(c->payload, '[');
	rc = put_some(c, v, ids, count, fn, &any, e);
	buf_putc(c->payload, ']');
	return rc;
}

int
record_children(struct call *c, struct view *v, uint64_t parent,
    record_fn *fn, struct err *e)
{
	struct scan scan = SCAN_INIT;
	uint64_t ids[BATCH];
	bool any = false;
	int n;

	buf_putc(c->payload, '[');
	while ((n = view_children(v, parent, &scan, ids, BATCH, e)) > 0)
		if (put_some(c, v, ids, (size_t)n, fn, &any, e) < 0)
			return -1;
	buf_putc(c->payload, ']');
	return n;
}

int
record_recall(struct reader *r, uint64_t rev, uint64_t *ids, size_t *count,
    struct err *e)
{
	struct commit *c;

	if (reader_commit(r, rev, &c, e) < 1)
		return -1;
	*count = 0;
	for (uint32_t i = 0; i < c->count; i++)
		if (!(c->changes[i].op & CHANGE_REMOVE))
			ids[(*count)++] = c->changes[i].item;
	commit_unref(c);
	return 0;
}
