#include "avro/ocf.h"

#include <stdlib.h>
#include <string.h>

#include "avro/object.h"
#include "base/mem.h"

static const char magic[4] = { 'O', 'b', 'j', 1 };

static const char *const names[OCF_CODECS] = { "null", "deflate", "snappy",
	"bzip2", "xz", "zstandard" };

const char *
ocf_codec_name(enum ocf_codec c)
{
	return names[c];
}

int
ocf_codec_find(const char *name, size_t n)
{
	for (int i = 0; i < OCF_CODECS; i++)
		if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
			return i;
	return -1;
}

struct scan {
	const char *start, *p, *end;
	size_t max;			/* bytes of a length */
	bool last;
	struct err *e;
};

/* 1, 0 for later, -1. */
static int
more(struct scan *s)
{
	if (!s->last)
		return 0;
	err_set(s->e, ERR_INPUT, "the file ends where more must follow");
	return err_at(s->e, "byte %zu", (size_t)(s->end - s->start));
}

static int
bad(struct scan *s, const char *text)
{
	err_set(s->e, ERR_INPUT, "%s", text);
	return err_at(s->e, "byte %zu", (size_t)(s->p - s->start));
}

static int
get_long(struct scan *s, int64_t *v)
{
	int n = varint_get(s->p, (size_t)(s->end - s->p), v);

	if (n == 0)
		return more(s);
	if (n < 0)
		return bad(s, "an integer of more than 64 bits");
	s->p += n;
	return 1;
}

static int
get_bytes(struct scan *s, struct str *out)
{
	int64_t n;
	int rc = get_long(s, &n);

	if (rc <= 0)
		return rc;
	if (n < 0)
		return bad(s, "a negative length");
	if ((uint64_t)n > s->max) {
		err_set(s->e, ERR_LIMIT, "a length of %lld bytes, at most %zu "
		    "are taken", (long long)n, s->max);
		return err_at(s->e, "byte %zu", (size_t)(s->p - s->start));
	}
	if ((size_t)n > (size_t)(s->end - s->p))
		return more(s);
	*out = (struct str){ s->p, (size_t)n };
	s->p += n;
	return 1;
}

static int
get_fixed(struct scan *s, void *out, size_t n)
{
	if ((size_t)(s->end - s->p) < n)
		return more(s);
	memcpy(out, s->p, n);
	s->p += n;
	return 1;
}

/* --- head ----------------------------------------------------------------- */

static int
get_pairs(struct scan *s, struct ocf_head *h, size_t *cap, int64_t count)
{
	struct ocf_meta m;
	int rc;

	if (count < 0) {
		int64_t bytes;

		rc = get_long(s, &bytes);
		if (rc <= 0)
			return rc;
		count = count == INT64_MIN ? INT64_MAX : -count;
	}
	for (; count > 0; count--) {
		if ((size_t)(s->p - s->start) > OCF_META_MAX)
			return bad(s, "the head is too long");
		rc = get_bytes(s, &m.key);
		if (rc > 0)
			rc = get_bytes(s, &m.value);
		if (rc <= 0)
			return rc;
		h->meta = mem_grow(h->meta, cap, h->meta_count + 1,
		    sizeof *h->meta);
		h->meta[h->meta_count++] = m;
	}
	return 1;
}

static int
understand(struct scan *s, struct ocf_head *h)
{
	int codec;

	h->codec = OCF_NULL;
	for (size_t i = 0; i < h->meta_count; i++) {
		struct ocf_meta *m = &h->meta[i];

		if (str_is(m->key, "avro.schema"))
			h->schema = m->value;
		if (!str_is(m->key, "avro.codec") || m->value.n == 0)
			continue;
		codec = ocf_codec_find(m->value.p, m->value.n);
		if (codec < 0)
			return err_set(s->e, ERR_INPUT, "unknown codec '%.*s'",
			    (int)(m->value.n < 40 ? m->value.n : 40),
			    m->value.p);
		h->codec = (enum ocf_codec)codec;
	}
	if (h->schema.p == NULL)
		return bad(s, "the head has no avro.schema");
	return 1;
}

int
ocf_head_get(struct ocf_head *h, const void *p, size_t n, bool last,
    struct err *e)
{
	struct scan s = { p, p, (const char *)p + n, OCF_META_MAX, last, e };
	char start[sizeof magic];
	size_t cap = 0;
	int64_t count = 0;
	int rc;

	memset(h, 0, sizeof *h);
	rc = get_fixed(&s, start, sizeof start);
	if (rc > 0 && memcmp(start, magic, sizeof magic) != 0)
		return err_set(e, ERR_INPUT, "this is no Avro container: it "
		    "must begin with 'Obj' and 01");
	while (rc > 0) {
		rc = get_long(&s, &count);
		if (rc <= 0 || count == 0)
			break;
		rc = get_pairs(&s, h, &cap, count);
	}
	if (rc > 0)
		rc = get_fixed(&s, h->sync, OCF_SYNC);
	if (rc > 0)
		rc = understand(&s, h);
	h->n = (size_t)(s.p - s.start);
	if (rc <= 0)
		ocf_head_clear(h);
	return rc;
}

void
ocf_head_clear(struct ocf_head *h)
{
	free(h->meta);
	memset(h, 0, sizeof *h);
}

static void
put_str(struct buf *out, struct str s)
{
	varint_put(out, (int64_t)s.n);
	buf_put(out, s.p, s.n);
}

void
ocf_head_put(struct buf *out, struct str schema, enum ocf_codec codec,
    const struct ocf_meta *meta, size_t count, const uint8_t sync[OCF_SYNC])
{
	buf_put(out, magic, sizeof magic);
	varint_put(out, (int64_t)count + 2);
	put_str(out, STR("avro.schema"));
	put_str(out, schema);
	put_str(out, STR("avro.codec"));
	put_str(out, str_of(ocf_codec_name(codec)));
	for (size_t i = 0; i < count; i++) {
		put_str(out, meta[i].key);
		put_str(out, meta[i].value);
	}
	varint_put(out, 0);
	buf_put(out, sync, OCF_SYNC);
}

/* --- blocks --------------------------------------------------------------- */

int
ocf_block_get(struct ocf_block *b, const uint8_t sync[OCF_SYNC], size_t max,
    const void *p, size_t n, bool last, struct err *e)
{
	struct scan s = { p, p, (const char *)p + n, max, last, e };
	uint8_t mark[OCF_SYNC];
	int rc = get_long(&s, &b->count);

	if (rc > 0 && b->count < 0)
		return bad(&s, "a negative count of values");
	if (rc > 0)
		rc = get_bytes(&s, &b->data);
	if (rc > 0)
		rc = get_fixed(&s, mark, sizeof mark);
	if (rc > 0 && memcmp(mark, sync, OCF_SYNC) != 0)
		return bad(&s, "the block does not end with the file's sync "
		    "marker");
	b->n = (size_t)(s.p - s.start);
	return rc;
}

void
ocf_block_put(struct buf *out, int64_t count, const void *data, size_t n,
    const uint8_t sync[OCF_SYNC])
{
	varint_put(out, count);
	varint_put(out, (int64_t)n);
	buf_put(out, data, n);
	buf_put(out, sync, OCF_SYNC);
}
