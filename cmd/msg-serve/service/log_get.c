#include "service/log_get.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "query/idset.h"
#include "service/item_get.h"
#include "store/kinds.h"

/* --- a commit ----------------------------------------------------------- */

/* The branch just after a commit and just before it, as one may see them. */
struct around {
	struct view after, before;
};

static int
look(struct around *x, struct reader *r, const struct rights *rights,
    const struct commit *c, struct err *e)
{
	if (view_around(&x->after, &x->before, r, c, e) < 0 ||
	    view_allow(&x->after, rights, e) < 0)
		return -1;
	return view_allow(&x->before, rights, e);
}

static int
find(struct view *v, uint64_t id, struct item *out, struct err *e)
{
	int rc = view_node(v, id, out, e);

	return rc > 0 && out->hidden ? 0 : rc;
}

static const char *
word(unsigned op)
{
	return op & CHANGE_CREATE ? "create" : op & CHANGE_REMOVE ? "remove" :
	    op & CHANGE_MOVE ? "move" : op & CHANGE_SAVE ? "save" : "order";
}

static int
put_path(struct view *v, uint64_t id, struct buf *out, struct err *e)
{
	struct buf path = BUF_INIT((size_t)1 << 20);
	int rc = view_path(v, id, &path, e);

	json_put_string(out, path.p, path.n);
	buf_free(&path);
	return rc < 0 ? -1 : 0;
}

/* 1; 0: it may not be seen, nothing was written; -1.  What was moved to where
 * one may not look is gone, what came from there is new. */
static int
put_change(struct around *x, const struct change *c, struct buf *out,
    struct err *e)
{
	struct item now, was;
	int is = find(&x->after, c->item, &now, e);
	int had = is < 0 ? -1 : find(&x->before, c->item, &was, e);
	const struct item *it = is > 0 ? &now : &was;
	const struct kind *k;

	if (is < 0 || had < 0)
		return -1;
	if (is == 0 && had == 0)
		return 0;
	k = kinds_by_id(reader_kinds(x->after.reader), it->kind);
	buf_lit(out, "{\"_key\":\"");
	base64url_put(out, it->key.p, it->key.n);
	buf_lit(out, "\",\"_kind\":");
	json_put_str(out, k == NULL ? STR("") : k->name);
	buf_lit(out, ",\"_path\":");
	if (put_path(is > 0 ? &x->after : &x->before, c->item, out, e) < 0)
		return -1;
	buf_printf(out, ",\"change\":\"%s\"", word(is == 0 ? CHANGE_REMOVE :
	    had == 0 ? CHANGE_CREATE : c->op));
	if (c->op & CHANGE_MOVE && is > 0 && had > 0) {
		buf_lit(out, ",\"from\":");
		if (put_path(&x->before, c->item, out, e) < 0)
			return -1;
	}
	buf_putc(out, '}');
	return 1;
}

static int
put_changes(struct around *x, const struct commit *c, struct buf *out,
    size_t *seen, struct err *e)
{
	*seen = 0;
	buf_putc(out, '[');
	for (uint32_t i = 0; i < c->count && *seen < LOG_CHANGES; i++) {
		int rc;

		if (*seen > 0)
			buf_putc(out, ',');
		rc = put_change(x, &c->changes[i], out, e);
		if (rc < 0 || buf_full(out))
			return -1;
		if (rc == 0 && *seen > 0)
			buf_trim(out, out->n - 1);
		*seen += rc > 0;
	}
	buf_putc(out, ']');
	return 0;
}

int
log_put(struct reader *r, const struct rights *rights,
    const struct commit *c, struct str branch, struct buf *out,
    struct err *e)
{
	size_t start = out->n, seen;
	char time[CLOCK_TEXT];
	struct around x;

	if (look(&x, r, rights, c, e) < 0)
		return -1;
	clock_text(c->time_us, time);
	buf_lit(out, "{\"author\":");
	json_put_str(out, c->author);
	buf_lit(out, ",\"branch\":");
	json_put_str(out, branch);
	buf_lit(out, ",\"changes\":");
	if (put_changes(&x, c, out, &seen, e) < 0)
		return buf_full(out) ? item_check_size(out, e) : -1;
	if (seen == 0 && rights != NULL) {
		buf_trim(out, start);
		return 0;
	}
	buf_lit(out, ",\"message\":");
	json_put_str(out, c->message);
	if (seen == LOG_CHANGES && c->count > seen)
		buf_printf(out, ",\"more\":%zu", c->count - seen);
	buf_printf(out, ",\"rev\":%llu,\"time\":\"%s\"}",
	    (unsigned long long)c->rev, time);
	return 1;
}

/* --- a page ------------------------------------------------------------- */

struct page {
	struct view *view;
	const struct rights *rights;
	const struct log_args *args;
	struct log_query log;
	struct idset only;		/* items, when they are several */
	bool none;			/* no item: no commit */
	size_t count, max;
	uint64_t first, last;
	struct buf *out;
};

static int
read_query(struct page *p, struct arena *a, struct err *e)
{
	struct query_result result;
	struct query *q = item_query(a, p->args->query, e);
	bool below = q != NULL && query_cut_below(q);
	size_t items = 0;

	if (q == NULL || query_run(q, p->view, &p->args->limits, a, &result,
	    e) < 0)
		return -1;
	for (size_t i = 0; i < result.count; i++) {
		for (size_t k = 0; k < result.lists[i].count; k++) {
			struct value v = result.lists[i].values[k];

			if (v.type != VALUE_ITEM)
				return err_set(e, ERR_ARGUMENT,
				    "a log is of items, not of values");
			p->log.item = v.u.item;
			*idset_at(&p->only, v.u.item) = 1;
			items++;
		}
	}
	p->none = items == 0;
	p->log.subtree = below;
	if (items > 1 && below)
		return err_set(e, ERR_ARGUMENT, "the log of what is below "
		    "several items: ask for one at a time");
	if (items > 1)
		p->log.item = 0;
	else
		idset_free(&p->only);
	return 0;
}

static bool
is_about(const struct page *p, const struct commit *c)
{
	if (p->only.count == 0)
		return true;
	for (uint32_t i = 0; i < c->count; i++)
		if (idset_find(&p->only, c->changes[i].item) != NULL)
			return true;
	return false;
}

static int
put_commit(struct page *p, const struct commit *c, struct err *e)
{
	struct branch branch;
	int rc;

	if (!is_about(p, c))
		return 0;
	rc = reader_branch_id(p->view->reader, c->branch, &branch, e);
	if (rc < 0)
		return -1;
	if (p->count > 0)
		buf_putc(p->out, ',');
	rc = log_put(p->view->reader, p->rights, c, rc > 0 ? branch.name :
	    STR(""), p->out, e);
	if (rc == 0 && p->count > 0)
		buf_trim(p->out, p->out->n - 1);
	if (rc > 0) {
		p->last = c->rev;
		if (p->count++ == 0)
			p->first = c->rev;
	}
	return rc < 0 ? -1 : item_check_size(p->out, e);
}

static int
put_page(struct page *p, struct err *e)
{
	struct commit *c;

	while (!p->none && p->count < p->max) {
		int rc = reader_log(p->view->reader, &p->log, &c, e);

		if (rc <= 0)
			return rc;
		rc = put_commit(p, c, e);
		commit_unref(c);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
log_get(struct view *v, const struct rights *rights,
    const struct log_args *args, struct arena *a, struct buf *out,
    uint64_t *first, uint64_t *last, struct err *e)
{
	struct page p = { .view = v, .rights = rights, .args = args,
		.out = out, .max = args->max > LOG_PAGE_MAX ? LOG_PAGE_MAX :
		(size_t)args->max,
		.log = { .branch = v->branch, .author = args->author,
		.from_us = args->since_us, .to_us = args->until_us,
		.steps = args->limits.steps != 0 ? args->limits.steps :
		    QUERY_STEPS } };
	int rc = args->query.n > 0 ? read_query(&p, a, e) : 0;

	p.log.at = v->rev == UINT64_MAX ? 0 : v->rev + 1;
	if (args->before != 0 && (p.log.at == 0 || args->before < p.log.at))
		p.log.at = args->before;
	if (rc == 0) {
		buf_putc(out, '[');
		rc = put_page(&p, e);
		buf_putc(out, ']');
	}
	idset_free(&p.only);
	*first = p.first;
	*last = p.last;
	return rc < 0 ? -1 : item_check_size(out, e);
}
