#include "base/mem.h"
#include "store/inside.h"
#include "store/kinds_inside.h"
#include "store/txn_inside.h"

/*
 * KIND	kind -> base u32 (0: none), count u16 of versions, their
 *		fingerprints, oldest first, name
 * SCHEMA	fingerprint -> SHA-256, text
 */
#define KIND_HEAD	6

struct kind_row {
	uint32_t id, base;
	size_t count;
	const char *fps;
	struct str name;
};

static int
kind_row(struct kind_row *k, const struct row *r, struct err *e)
{
	struct str v = r->value;

	if (r->key.n != 4 || !row_unseal(&v) || v.n < KIND_HEAD)
		return row_bad(e, T_KIND);
	k->id = get_be32(r->key.p);
	k->base = get_be32(v.p);
	k->count = get_be16(v.p + 4);
	if (k->count == 0 || v.n - KIND_HEAD < k->count * 8)
		return row_bad(e, T_KIND);
	k->fps = v.p + KIND_HEAD;
	k->name = (struct str){ k->fps + k->count * 8,
	    v.n - KIND_HEAD - k->count * 8 };
	return 0;
}

static int
load_one(struct kinds *ks, struct reader *r, const struct kind_row *row,
    struct err *e)
{
	const struct kind *base = kinds_by_id(ks, row->base);
	struct kind *k;
	struct rowkey key;
	struct str text;

	if (row->base != 0 && base == NULL)
		return row_bad(e, T_KIND);
	k = kinds_add(ks, row->id, row->name, base);
	for (size_t i = 0; i < row->count; i++) {
		key_u64(&key, get_be64(row->fps + 8 * i));
		if (reader_get(r, T_SCHEMA, &key, &text, e) != 1 ||
		    text.n < CHAIN_HASH)
			return row_bad(e, T_SCHEMA);
		text = (struct str){ text.p + CHAIN_HASH,
		    text.n - CHAIN_HASH };
		if (kinds_add_version(ks, k, text, e) < 0)
			return -1;
	}
	return kinds_finish(k, e);
}

int
kinds_load(struct kinds **out, struct reader *r, uint64_t rev, struct err *e)
{
	struct kinds *ks = kinds_new(rev);
	struct row rows[64];
	struct str from = STR_NONE;
	struct kind_row k = { 0 };
	int n;

	do {
		n = rows_scan(r->snap, r->overlay, T_KIND, from, from.n > 0,
		    STR_NONE, rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			if (kind_row(&k, &rows[i], e) < 0 ||
			    load_one(ks, r, &k, e) < 0) {
				kinds_unref(ks);
				return -1;
			}
			from = rows[i].key;
		}
	} while (n == (int)MEM_COUNT(rows));
	if (n < 0) {
		kinds_unref(ks);
		return -1;
	}
	*out = ks;
	return 0;
}

/* --- writing them ---------------------------------------------------- */

void
txn_put_kind(struct txn *t, uint32_t id, uint32_t base, struct str name,
    const uint64_t *fps, size_t count)
{
	struct buf *v = &t->tools->value;
	struct rowkey k;
	uint8_t b[8];

	buf_reset(v);
	put_be32(b, base);
	put_be16(b + 4, (uint16_t)count);
	buf_put(v, b, KIND_HEAD);
	for (size_t i = 0; i < count; i++) {
		put_be64(b, fps[i]);
		buf_put(v, b, 8);
	}
	buf_put(v, name.p, name.n);
	key_u32(&k, id);
	txn_put_sealed(t, T_KIND, &k, v);
}

int
txn_put_schema(struct txn *t, struct str text, uint64_t *fp, struct err *e)
{
	struct schema *s = schema_parse(text.p, text.n, e);
	struct buf *v = &t->tools->value;
	uint8_t sha[CHAIN_HASH];
	struct rowkey k;

	if (s == NULL)
		return -1;
	*fp = schema_crc64(s);
	schema_unref(s);
	hash_bytes(t->tools->hasher, text, STR_NONE, sha);
	buf_reset(v);
	buf_put(v, sha, sizeof sha);
	buf_put(v, text.p, text.n);
	key_u64(&k, *fp);
	txn_put(t, T_SCHEMA, &k, v->p, v->n);
	return 0;
}

/* The versions of a kind with one more; the newest comes last, also when it
 * was there before. */
static void
add_version(struct txn *t, uint32_t id, const struct kind *old, uint64_t fp,
    struct str name, uint32_t base)
{
	uint64_t fps[KIND_VERSIONS_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; old != NULL && i < old->version_count; i++)
		if (old->versions[i].fp != fp)
			fps[n++] = old->versions[i].fp;
	fps[n++] = fp;
	txn_put_kind(t, id, base, name, fps, n);
}

int
txn_kind(struct txn *t, struct str name, struct str base, struct str text,
    uint32_t *id, struct err *e)
{
	const struct kinds *ks = txn_kinds(t);
	const struct kind *old = NULL, *b = NULL;
	struct kinds *now;
	uint64_t fp;

	if (ks != NULL)
		old = kinds_by_name(ks, name);
	if (ks != NULL && base.n > 0)
		b = kinds_by_name(ks, base);
	if (base.n > 0 && b == NULL)
		return err_set(e, ERR_NOT_FOUND, "no kind '%.*s'",
		    (int)base.n, base.p);
	if (name.n == 0 || name.n > KIND_NAME_MAX)
		return err_set(e, ERR_SCHEMA, "not a kind's name");
	if (old == NULL ? t->state.next_kind > KINDS_MAX :
	    old->version_count >= KIND_VERSIONS_MAX)
		return err_set(e, ERR_LIMIT, "too many kinds or versions");
	if (txn_put_schema(t, text, &fp, e) < 0)
		return -1;
	*id = old != NULL ? old->id : (uint32_t)t->state.next_kind++;
	add_version(t, *id, old, fp, name, b == NULL ? 0 : b->id);
	if (kinds_load(&now, t->reader, t->rev, e) < 0)
		return -1;
	if (old != NULL &&
	    txn_reindex(t, kinds_by_id(now, *id), old, e) < 0) {
		kinds_unref(now);
		return -1;
	}
	kinds_unref(t->kinds);
	t->kinds = now;
	t->touched = true;
	return 0;
}
