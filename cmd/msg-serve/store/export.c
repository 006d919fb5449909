#include <stdlib.h>
#include <string.h>

#include "avro/object.h"
#include "avro/ocf.h"
#include "base/mem.h"
#include "store/commit_rows.h"
#include "store/export_inside.h"

#define FIELD(name, type)	"{\"name\":\"" name "\",\"type\":" type "}"
#define RECORD(name, fields) \
	"{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define ARRAY(items)	"{\"type\":\"array\",\"items\":" items "}"

/* State: the item as the commit left it; null: removed. */
#define VERSIONS	FIELD("items", ARRAY(RECORD("Version", \
	FIELD("item", "\"long\"") "," \
	FIELD("op", "\"int\"") "," \
	FIELD("state", "[\"null\"," RECORD("State", \
		FIELD("parent", "\"long\"") "," \
		FIELD("kind", "\"int\"") "," \
		FIELD("order", "\"bytes\"") "," \
		FIELD("name", "\"string\"") "," \
		FIELD("key", "\"bytes\"") "," \
		FIELD("body", "\"bytes\"")) "]"))))

const char export_schema[] = "["
	"{\"type\":\"record\",\"name\":\"Store\","
	"\"namespace\":\"M.export\",\"fields\":["
	FIELD("format", "\"int\"") ","
	FIELD("uuid", "\"bytes\"") ","
	FIELD("head", "\"long\"") ","
	FIELD("next_item", "\"long\"") ","
	FIELD("next_branch", "\"long\"") ","
	FIELD("next_kind", "\"long\"") ","
	FIELD("kinds_rev", "\"long\"") ","
	FIELD("compacted", "\"long\"") ","
	FIELD("base", "\"bytes\"") "]},"
	"{\"type\":\"record\",\"name\":\"Kind\","
	"\"namespace\":\"M.export\",\"fields\":["
	FIELD("id", "\"int\"") ","
	FIELD("base", "\"int\"") ","
	FIELD("name", "\"string\"") ","
	FIELD("versions", ARRAY("\"string\"")) "]},"
	"{\"type\":\"record\",\"name\":\"Branch\","
	"\"namespace\":\"M.export\",\"fields\":["
	FIELD("id", "\"int\"") ","
	FIELD("name", "\"string\"") ","
	FIELD("parent", "\"int\"") ","
	FIELD("fork", "\"long\"") ","
	FIELD("head", "\"long\"") ","
	FIELD("removed", "\"boolean\"") "]},"
	/* Versions from before the oldest revision kept. */
	"{\"type\":\"record\",\"name\":\"Kept\","
	"\"namespace\":\"M.export\",\"fields\":["
	FIELD("rev", "\"long\"") ","
	FIELD("branch", "\"int\"") ","
	FIELD("commit", "\"bytes\"") ","
	VERSIONS "]},"
	"{\"type\":\"record\",\"name\":\"Commit\","
	"\"namespace\":\"M.export\",\"fields\":["
	FIELD("rev", "\"long\"") ","
	FIELD("branch", "\"int\"") ","
	FIELD("parent", "\"long\"") ","
	FIELD("author", "\"string\"") ","
	FIELD("message", "\"string\"") ","
	FIELD("time", "{\"type\":\"long\","
	    "\"logicalType\":\"timestamp-micros\"}") ","
	FIELD("merged_branch", "\"int\"") ","
	FIELD("merged_rev", "\"long\"") ","
	FIELD("txid", "\"bytes\"") ","
	FIELD("digest", "\"bytes\"") ","
	FIELD("hash", "\"bytes\"") ","
	FIELD("items", ARRAY("\"Version\"")) "]}]";

/* --- writing --------------------------------------------------------- */

struct exporter {
	struct reader *r;
	int fd;
	struct buf out, block;
	int64_t count;
	uint8_t sync[OCF_SYNC];
};

static void
put_long(struct exporter *x, uint64_t v)
{
	varint_put(&x->block, (int64_t)v);
}

static void
put_str(struct exporter *x, struct str s)
{
	varint_put(&x->block, (int64_t)s.n);
	buf_put(&x->block, s.p, s.n);
}

static int
write_out(struct exporter *x, struct err *e)
{
	int rc = buf_write_all(&x->out, x->fd, e);

	buf_reset(&x->out);
	return rc;
}

static int
write_block(struct exporter *x, struct err *e)
{
	if (x->count == 0)
		return 0;
	if (buf_full(&x->block))
		return err_set(e, ERR_LIMIT, "a commit is too large");
	ocf_block_put(&x->out, x->count, x->block.p, x->block.n, x->sync);
	buf_reset(&x->block);
	x->count = 0;
	return write_out(x, e);
}

/* An entry is whole. */
static int
entry_end(struct exporter *x, struct err *e)
{
	x->count++;
	return x->block.n < EXPORT_BLOCK ? 0 : write_block(x, e);
}

/* --- versions of items ----------------------------------------------- */

/* One version by its whole key: 1, 0, -1. */
static int
get_version(struct exporter *x, uint64_t item, uint32_t branch,
    uint64_t rev, struct row_node *n, struct err *e)
{
	struct rowkey k;
	struct str v;
	int rc;

	key_node(&k, item);
	key_version(&k, branch, rev);
	rc = reader_get(x->r, T_NODE, &k, &v, e);
	if (rc != 1)
		return rc;
	if (row_node_get(n, v, e) < 0)
		return -1;
	if (n->live && n->blob)
		return reader_join(x->r, &n->item.body, e) < 0 ? -1 : 1;
	return 1;
}

static int
put_version(struct exporter *x, uint64_t item, unsigned op, uint32_t branch,
    uint64_t rev, struct err *e)
{
	struct row_node n;
	int rc = get_version(x, item, branch, rev, &n, e);

	if (rc != 1)
		return rc < 0 ? -1 : row_bad(e, T_NODE);
	put_long(x, item);
	put_long(x, op);
	put_long(x, n.live);
	if (!n.live)
		return 0;
	put_long(x, n.item.parent);
	put_long(x, n.item.kind);
	put_str(x, n.item.order);
	put_str(x, n.item.name);
	put_str(x, n.item.key);
	put_str(x, n.item.body);
	if (n.blob)
		arena_reset(&x->r->lent);
	return 0;
}

/* --- from before the oldest revision --------------------------------- */

struct kept {
	uint64_t rev, item;
	uint32_t branch;
};

static int
compare(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->rev != y->rev)
		return x->rev < y->rev ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static int
find_kept(struct exporter *x, struct kept **out, size_t *count,
    struct err *e)
{
	struct rowkey at = { .n = 0 };
	struct row rows[64];
	size_t cap = 0;
	int n;

	do {
		n = rows_scan(x->r->snap, NULL, T_NODE, rowkey_str(&at),
		    at.n > 0, STR_NONE, rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			struct str k = rows[i].key;

			key_bytes(&at, k);
			if (row_rev_of(k) >= x->r->state.compacted)
				continue;
			*out = mem_grow(*out, &cap, *count + 1, sizeof **out);
			(*out)[(*count)++] = (struct kept){ row_rev_of(k),
				get_be64(k.p), row_branch_of(k) };
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}

/* Those of one revision. */
static int
put_kept(struct exporter *x, const struct kept *k, size_t n, struct err *e)
{
	struct str commit = STR_NONE;
	struct rowkey key;

	key_u64(&key, k->rev);
	if (reader_get(x->r, T_COMMIT, &key, &commit, e) < 0)
		return -1;
	put_long(x, EXPORT_KEPT);
	put_long(x, k->rev);
	put_long(x, k->branch);
	put_str(x, commit);
	put_long(x, n);
	for (size_t i = 0; i < n; i++)
		if (put_version(x, k[i].item, CHANGE_SAVE, k->branch,
		    k->rev, e) < 0)
			return -1;
	put_long(x, 0);
	return entry_end(x, e);
}

static int
put_all_kept(struct exporter *x, struct err *e)
{
	struct kept *k = NULL;
	size_t count = 0, n;
	int rc;

	if (x->r->state.compacted == 0)
		return 0;
	rc = find_kept(x, &k, &count, e);
	if (rc == 0 && count > 0)
		qsort(k, count, sizeof *k, compare);
	for (size_t i = 0; rc == 0 && i < count; i += n) {
		for (n = 1; i + n < count && k[i + n].rev == k[i].rev; n++)
			;
		rc = put_kept(x, k + i, n, e);
	}
	free(k);
	return rc;
}

/* --- commits --------------------------------------------------------- */

static int
put_commit(struct exporter *x, const struct commit *c, struct err *e)
{
	static const uint8_t none[16];
	struct str txid = { (const char *)c->txid, sizeof c->txid };
	struct str digest = STR_NONE, v;
	struct rowkey k;

	key_bytes(&k, txid);
	if (memcmp(c->txid, none, sizeof none) == 0)
		txid = STR_NONE;
	else if (reader_get(x->r, T_TXID, &k, &v, e) == 1 && v.n == 40)
		digest = (struct str){ v.p + 8, 32 };
	put_long(x, EXPORT_COMMIT);
	put_long(x, c->rev);
	put_long(x, c->branch);
	put_long(x, c->parent_rev);
	put_str(x, c->author);
	put_str(x, c->message);
	put_long(x, (uint64_t)c->time_us);
	put_long(x, c->merged_branch);
	put_long(x, c->merged_rev);
	put_str(x, txid);
	put_str(x, digest);
	put_str(x, (struct str){ (const char *)c->hash, sizeof c->hash });
	if (c->count > 0)
		put_long(x, c->count);
	for (uint32_t i = 0; i < c->count; i++)
		if (put_version(x, c->changes[i].item, c->changes[i].op,
		    c->branch, c->rev, e) < 0)
			return -1;
	put_long(x, 0);
	return entry_end(x, e);
}

static int
put_commits(struct exporter *x, struct err *e)
{
	uint64_t rev = x->r->state.compacted;
	int rc = 0;

	for (rev = rev == 0 ? 1 : rev; rc == 0 && rev <= x->r->state.rev;
	    rev++) {
		struct commit *c;

		rc = reader_commit(x->r, rev, &c, e);
		if (rc != 1)
			return rc < 0 ? -1 : row_bad(e, T_COMMIT);
		rc = put_commit(x, c, e);
		commit_unref(c);
	}
	return rc;
}

/* --- store, kinds, branches ------------------------------------------ */

static int
put_store(struct exporter *x, struct err *e)
{
	const struct state *s = &x->r->state;
	struct str base = STR_NONE, uuid;

	if (meta_get(x->r, "uuid", &uuid, e) != 1 ||
	    meta_get(x->r, "base", &base, e) < 0)
		return row_bad(e, T_META);
	if (uuid.n != sizeof x->sync)
		return row_bad(e, T_META);
	memcpy(x->sync, uuid.p, sizeof x->sync);
	ocf_head_put(&x->out, str_of(export_schema), OCF_NULL, NULL, 0,
	    x->sync);
	put_long(x, EXPORT_STORE);
	put_long(x, STORE_FORMAT);
	put_str(x, uuid);
	put_long(x, s->rev);
	put_long(x, s->next_item);
	put_long(x, s->next_branch);
	put_long(x, s->next_kind);
	put_long(x, s->kinds_rev);
	put_long(x, s->compacted);
	base.n = base.n < CHAIN_HASH ? 0 : CHAIN_HASH;
	put_str(x, base);		/* the hash; the sum is made anew */
	return entry_end(x, e);
}

static int
put_kinds(struct exporter *x, struct err *e)
{
	for (size_t i = 0; i < kinds_count(x->r->kinds); i++) {
		const struct kind *k = kinds_at(x->r->kinds, i);

		put_long(x, EXPORT_KIND);
		put_long(x, k->id);
		put_long(x, k->base == NULL ? 0 : k->base->id);
		put_str(x, k->name);
		put_long(x, k->version_count);
		for (size_t v = 0; v < k->version_count; v++) {
			struct rowkey key;
			struct str text;

			key_u64(&key, k->versions[v].fp);
			if (reader_get(x->r, T_SCHEMA, &key, &text, e) != 1 ||
			    text.n < CHAIN_HASH)
				return row_bad(e, T_SCHEMA);
			put_str(x, (struct str){ text.p + CHAIN_HASH,
			    text.n - CHAIN_HASH });
		}
		put_long(x, 0);
		if (entry_end(x, e) < 0)
			return -1;
	}
	return 0;
}

static int
put_branches(struct exporter *x, struct err *e)
{
	struct branch b;

	for (uint32_t id = 0; id < x->r->state.next_branch; id++) {
		int rc = reader_branch_id(x->r, id, &b, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		put_long(x, EXPORT_BRANCH);
		put_long(x, b.id);
		put_str(x, b.name);
		put_long(x, b.parent);
		put_long(x, b.fork_rev);
		put_long(x, b.head_rev);
		buf_putc(&x->block, b.removed);
		if (entry_end(x, e) < 0)
			return -1;
	}
	return 0;
}

int
store_export(struct reader *r, int fd, struct err *e)
{
	struct exporter x = { .r = r, .fd = fd };
	int rc = -1;

	buf_init(&x.out, (size_t)2 << 30);
	buf_init(&x.block, EXPORT_BLOCK_MAX);
	if (put_store(&x, e) == 0 && put_kinds(&x, e) == 0 &&
	    put_branches(&x, e) == 0 && put_all_kept(&x, e) == 0 &&
	    put_commits(&x, e) == 0 && write_block(&x, e) == 0)
		rc = write_out(&x, e);
	buf_free(&x.out);
	buf_free(&x.block);
	return rc;
}
