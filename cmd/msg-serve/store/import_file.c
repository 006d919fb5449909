#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "avro/ocf.h"
#include "avro/schema.h"
#include "base/mem.h"
#include "store/export_inside.h"

#define CHUNK		((size_t)256 << 10)	/* bytes of one read */
#define COMMIT_EVERY	1000	/* entries made durable at a time */

static int
read_more(struct importer *m, struct err *e)
{
	char *to = buf_room(&m->in, CHUNK);
	ssize_t n;

	if (to == NULL)
		return err_set(e, ERR_LIMIT, "a block is too large");
	do {
		n = read(m->fd, to, CHUNK);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, ERR_INPUT, "cannot read the export");
	m->in.n += (size_t)n;
	m->end = n == 0;
	return 0;
}

static int
get_head(struct importer *m, uint8_t sync[OCF_SYNC], struct err *e)
{
	struct schema *ours, *theirs = NULL;
	struct ocf_head h;
	int rc;

	while ((rc = ocf_head_get(&h, m->in.p, m->in.n, m->end, e)) == 0)
		if (read_more(m, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	ours = schema_parse(export_schema, strlen(export_schema), e);
	if (ours != NULL)
		theirs = schema_parse(h.schema.p, h.schema.n, e);
	if (theirs == NULL)
		rc = -1;
	else if (schema_crc64(ours) != schema_crc64(theirs))
		rc = err_set(e, ERR_INPUT, "a container, but not an export "
		    "of a store");
	else if (h.codec != OCF_NULL)
		rc = err_set(e, ERR_INPUT, "packed with '%s': an export has "
		    "codec 'null'", ocf_codec_name(h.codec));
	memcpy(sync, h.sync, OCF_SYNC);
	buf_eat(&m->in, h.n);
	schema_unref(ours);
	schema_unref(theirs);
	ocf_head_clear(&h);
	return rc < 0 ? -1 : 0;
}

/* 1, 0 at the end, -1. */
static int
get_block(struct importer *m, const uint8_t sync[OCF_SYNC], struct err *e)
{
	struct ocf_block block;
	struct take in;
	int rc;

	while (m->in.n == 0 && !m->end)
		if (read_more(m, e) < 0)
			return -1;
	if (m->in.n == 0)
		return 0;
	while ((rc = ocf_block_get(&block, sync, EXPORT_BLOCK_MAX, m->in.p,
	    m->in.n, m->end, e)) == 0)
		if (read_more(m, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	in = (struct take){ block.data.p, block.data.n, false };
	for (int64_t i = 0; i < block.count; i++) {
		if (import_entry(m, &in, e) < 0)
			return -1;
		if (m->entries % COMMIT_EVERY == 0 &&
		    build_commit(m->b, e) < 0)
			return -1;
	}
	if (in.n > 0)
		return import_bad(m, e);
	buf_eat(&m->in, block.n);
	return 1;
}

int
build_import(struct build *b, int fd, struct err *e)
{
	struct importer m = { .b = b, .fd = fd, .phase = -1 };
	uint8_t sync[OCF_SYNC];
	int rc;

	buf_init(&m.in, EXPORT_BLOCK_MAX + EXPORT_BLOCK);
	rc = get_head(&m, sync, e);
	while (rc == 0 && (rc = get_block(&m, sync, e)) == 1)
		rc = 0;
	if (rc == 0 && (m.phase < EXPORT_COMMIT ||
	    b->r.state.rev != m.head.rev))
		rc = err_set(e, ERR_INPUT, "the export ends at revision %ju "
		    "of %ju", (uintmax_t)b->r.state.rev,
		    (uintmax_t)m.head.rev);
	if (rc == 0)
		rc = build_rows(b, import_removed, &m, e);
	if (rc == 0) {
		b->r.state = m.head;
		rc = build_commit(b, e);
	}
	free(m.removed);
	buf_free(&m.in);
	return rc;
}
