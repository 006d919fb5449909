#include <stdlib.h>

#include "base/mem.h"
#include "store/export_inside.h"

int
import_bad(struct importer *m, struct err *e)
{
	return err_set(e, ERR_INPUT, "not an export of a store: entry %ju "
	    "cannot be right", (uintmax_t)m->entries);
}

/* --- versions of items ----------------------------------------------- */

struct version {
	uint64_t id;
	unsigned op;
	bool live;
	struct item it;
};

static void
get_version(struct take *b, struct version *v)
{
	*v = (struct version){ .id = (uint64_t)take_long(b) };
	v->op = (unsigned)take_long(b) & 0xff;
	v->live = take_long(b) != 0;
	if (!v->live)
		return;
	v->it.id = v->id;
	v->it.parent = (uint64_t)take_long(b);
	v->it.kind = (uint32_t)take_long(b);
	v->it.order = take_str(b);
	v->it.name = take_str(b);
	v->it.key = take_str(b);
	v->it.body = take_str(b);
}

static bool
fits(const struct version *v)
{
	const struct item *it = &v->it;

	return v->id > 0 && v->id < (uint64_t)1 << 56 && (!v->live ||
	    (it->order.n <= ORDER_MAX && it->name.n <= STORE_NAME_MAX &&
	    it->parent < (uint64_t)1 << 56 && it->name.n > 0 &&
	    it->key.n > 0 && it->key.n <= STORE_KEY_MAX &&
	    memchr(it->name.p, 0, it->name.n) == NULL &&
	    (it->order.n == 0 || memchr(it->order.p, 0, it->order.n) ==
	    NULL) && it->body.n <= STORE_BODY_MAX));
}

/* An item leaves its name only when no other has it meanwhile: of what was
 * between two versions that are kept nothing is known. */
static void
keep_name(struct txn *t, const struct item *before, uint64_t holder)
{
	struct item other = *before;

	other.id = holder;
	if (holder != before->id)
		txn_put_name(t, &other, true);
}

static int
put_version(struct txn *t, const struct version *v, struct err *e)
{
	uint64_t id = v->id, holder = v->id;
	struct item before;
	int rc = view_item(&t->all, v->id, &before, e);

	if (rc < 0)
		return -1;
	if (!v->live && rc == 0)
		return 0;			/* was not there before */
	if (rc == 0 && txn_take_key(t, v->it.key, &id, e) < 0)
		return -1;
	if (id != v->id || (rc == 1 && v->live &&
	    before.kind != v->it.kind))
		return err_set(e, ERR_INPUT, "a key has two items");
	if (rc == 1 && before.parent != 0 && view_child(&t->all,
	    before.parent, before.name, &holder, e) < 0)
		return -1;
	if (txn_put_item(t, rc == 1 ? &before : NULL,
	    v->live ? &v->it : NULL, v->op, e) < 0)
		return -1;
	if (rc == 1)
		keep_name(t, &before, holder);
	return 0;
}

/* All of an array of them. */
static int
put_versions(struct txn *t, struct take *b, struct err *e)
{
	struct version v;
	int64_t n;

	while ((n = take_long(b)) > 0)
		for (; n > 0 && !b->bad; n--) {
			get_version(b, &v);
			if (b->bad || !fits(&v))
				return err_set(e, ERR_INPUT,
				    "an item cannot be right");
			if (put_version(t, &v, e) < 0)
				return -1;
		}
	if (b->bad || n < 0)
		return err_set(e, ERR_INPUT, "an item cannot be right");
	t->again = true;		/* rows that say nothing new go */
	return 0;
}

/* --- from before the oldest revision --------------------------------- */

/* Removals are kept where they cover something, seen from here or not. */
static void
put_removed(struct txn *t, struct take *b)
{
	struct version v;
	int64_t n;

	while ((n = take_long(b)) > 0)
		for (; n > 0; n--) {
			get_version(b, &v);
			if (!v.live)
				txn_put_node(t, v.id, NULL);
		}
}

static int
get_kept(struct importer *m, struct take *in, struct err *e)
{
	struct build *b = m->b;
	struct store_job job = { .branch = 0 };
	uint64_t rev = (uint64_t)take_long(in);
	struct overlay rows;
	struct rowkey k;
	struct str commit;
	struct take again;
	struct txn t;
	int rc;

	job.branch = (uint32_t)take_long(in);
	commit = take_str(in);
	if (in->bad || rev <= b->r.state.rev || rev >= m->head.compacted)
		return import_bad(m, e);
	again = *in;
	overlay_init(&rows);
	b->r.state.rev = rev - 1;
	rc = txn_open(&t, &job, &b->r, &rows, &b->tools, e);
	if (rc == 0)
		rc = put_versions(&t, in, e);
	if (rc == 0)
		rc = txn_tidy(&t, e);
	if (rc == 0)
		put_removed(&t, &again);
	if (rc == 0 && commit.n > 0) {
		key_u64(&k, rev);
		txn_put(&t, T_COMMIT, &k, commit.p, commit.n);
	}
	if (rc == 0)
		rc = overlay_apply(&rows, b->engine, e);
	b->r.state.rev = rev;
	txn_close(&t);
	overlay_free(&rows);
	return rc;
}

/* --- commits --------------------------------------------------------- */

struct get_commit {
	struct store_job job;		/* first */
	uint64_t rev, parent, merged_rev;
	uint32_t merged_branch;
	struct str hash;
	struct take *in;
};

static int
run_commit(struct store_job *job, struct txn *t, struct err *e)
{
	struct get_commit *g = (struct get_commit *)job;

	t->parent_rev = &g->parent;
	t->merged_branch = g->merged_branch;
	t->merged_rev = g->merged_rev;
	t->touched = true;
	return put_versions(t, g->in, e);
}

static int
get_commit(struct importer *m, struct take *in, struct err *e)
{
	struct get_commit g = { .job = { .run = run_commit }, .in = in };
	struct commit *c = NULL;
	struct str txid, digest;
	int rc;

	g.rev = (uint64_t)take_long(in);
	g.job.branch = (uint32_t)take_long(in);
	g.parent = (uint64_t)take_long(in);
	g.job.author = take_str(in);
	g.job.message = take_str(in);
	g.job.time_us = take_long(in);
	g.merged_branch = (uint32_t)take_long(in);
	g.merged_rev = (uint64_t)take_long(in);
	txid = take_str(in);
	digest = take_str(in);
	g.hash = take_str(in);
	if (in->bad || g.rev != m->b->r.state.rev + 1 ||
	    g.hash.n != CHAIN_HASH)
		return import_bad(m, e);
	if (txid.n == sizeof g.job.txid && digest.n == sizeof g.job.digest) {
		g.job.has_txid = true;
		memcpy(g.job.txid, txid.p, txid.n);
		memcpy(g.job.digest, digest.p, digest.n);
	}
	rc = build_job(m->b, &g.job, &c, e);
	if (rc == 1 && memcmp(c->hash, g.hash.p, CHAIN_HASH) != 0)
		rc = err_set(e, ERR_INPUT,
		    "revision %ju is not what was exported",
		    (uintmax_t)g.rev);
	commit_unref(c);
	return rc < 0 ? -1 : 0;
}

/* --- store, kinds, branches ------------------------------------------ */

static int
put_store(struct txn *t, void *arg, struct err *e)
{
	struct str *uuid = arg;
	uint8_t b[4];

	(void)e;
	put_be32(b, STORE_FORMAT);
	build_meta(t, "format", b, sizeof b);
	build_meta(t, "uuid", uuid->p, uuid->n);
	return 0;
}

static int
get_store(struct importer *m, struct take *in, struct err *e)
{
	struct state *s = &m->head;
	int64_t format = take_long(in);
	struct str uuid = take_str(in), base;

	s->rev = (uint64_t)take_long(in);
	s->next_item = (uint64_t)take_long(in);
	s->next_branch = (uint64_t)take_long(in);
	s->next_kind = (uint64_t)take_long(in);
	s->kinds_rev = (uint64_t)take_long(in);
	s->compacted = (uint64_t)take_long(in);
	base = take_str(in);
	if (in->bad || uuid.n != 16 || s->next_branch > UINT32_MAX ||
	    s->next_kind > UINT32_MAX || (s->compacted > 0 &&
	    base.n != CHAIN_HASH))
		return import_bad(m, e);
	if (format != STORE_FORMAT)
		return err_set(e, ERR_INPUT,
		    "an export of another format: %jd", (intmax_t)format);
	if (base.n > 0)
		memcpy(m->base, base.p, CHAIN_HASH);
	m->b->r.state = *s;
	m->b->r.state.rev = m->b->r.state.compacted = 0;
	return build_rows(m->b, put_store, &uuid, e);
}

static int
put_kind(struct txn *t, void *arg, struct err *e)
{
	uint64_t fps[KIND_VERSIONS_MAX];
	struct take *in = arg;
	uint32_t id = (uint32_t)take_long(in), base = (uint32_t)take_long(in);
	struct str name = take_str(in);
	size_t count = 0;
	int64_t n;

	while ((n = take_long(in)) > 0)
		for (; n > 0; n--) {
			struct str text = take_str(in);

			if (in->bad || count == KIND_VERSIONS_MAX)
				return err_set(e, ERR_INPUT,
				    "a kind cannot be right");
			if (txn_put_schema(t, text, &fps[count++], e) < 0)
				return -1;
		}
	if (in->bad || count == 0 || name.n == 0 || name.n > KIND_NAME_MAX)
		return err_set(e, ERR_INPUT, "a kind cannot be right");
	txn_put_kind(t, id, base, name, fps, count);
	return 0;
}

static int
put_branch(struct txn *t, void *arg, struct err *e)
{
	struct importer *m = arg;
	struct take *in = m->entry;
	struct row_branch b = { .removed = false };
	uint32_t id = (uint32_t)take_long(in);
	const char *removed;

	b.name = take_str(in);
	b.parent = (uint32_t)take_long(in);
	b.fork_rev = (uint64_t)take_long(in);
	b.head_rev = (uint64_t)take_long(in);
	removed = take_bytes(in, 1);
	if (in->bad || b.parent > id || b.name.n == 0 ||
	    b.name.n > STORE_NAME_MAX)
		return err_set(e, ERR_INPUT, "a branch cannot be right");
	txn_put_branch(t, id, &b);
	if (!*removed) {
		txn_put_branch_name(t, b.name, id);
		return 0;
	}
	/* Its commits come first. */
	m->removed = mem_grow(m->removed, &m->removed_cap,
	    m->removed_count + 1, sizeof *m->removed);
	m->removed[m->removed_count++] = id;
	return 0;
}

int
import_removed(struct txn *t, void *arg, struct err *e)
{
	struct importer *m = arg;
	struct branch b;

	for (size_t i = 0; i < m->removed_count; i++) {
		if (reader_branch_id(t->reader, m->removed[i], &b, e) != 1)
			return row_bad(e, T_BRANCH);
		txn_put_branch(t, b.id, &(struct row_branch){
			.removed = true, .parent = b.parent,
			.fork_rev = b.fork_rev, .head_rev = b.head_rev,
			.name = b.name });
	}
	return 0;
}

/* --- entries in their order ------------------------------------------ */

/* Kinds and branches are there: items can come. */
static int
begin_items(struct importer *m, struct err *e)
{
	struct kinds *ks;

	if (kinds_load(&ks, &m->b->r, m->head.kinds_rev, e) < 0)
		return -1;
	m->b->r.kinds = ks;
	return 0;
}

static int
begin_commits(struct importer *m, struct err *e)
{
	struct build *b = m->b;

	if (m->head.compacted == 0)
		return 0;
	b->r.state.compacted = m->head.compacted;
	b->r.state.rev = m->head.compacted - 1;
	memcpy(b->hash, m->base, CHAIN_HASH);
	return build_base(&b->r, b->engine, b->tools.hasher, b->hash, e);
}

int
import_entry(struct importer *m, struct take *in, struct err *e)
{
	int64_t type = take_long(in);
	int was = m->phase;

	m->entries++;
	if (in->bad || type < was || type > EXPORT_COMMIT ||
	    (was < 0) != (type == EXPORT_STORE))
		return import_bad(m, e);
	m->phase = (int)type;
	if (was <= EXPORT_BRANCH && type > EXPORT_BRANCH &&
	    begin_items(m, e) < 0)
		return -1;
	if (was < EXPORT_COMMIT && type == EXPORT_COMMIT &&
	    begin_commits(m, e) < 0)
		return -1;
	switch (type) {
	case EXPORT_STORE:
		return get_store(m, in, e);
	case EXPORT_KIND:
		return build_rows(m->b, put_kind, in, e);
	case EXPORT_BRANCH:
		m->entry = in;
		return build_rows(m->b, put_branch, m, e);
	case EXPORT_KEPT:
		return get_kept(m, in, e);
	default:
		return get_commit(m, in, e);
	}
}
