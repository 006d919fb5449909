#include "service/item_get.h"

#include "service/render.h"

int
item_check_size(const struct buf *out, struct err *e)
{
	if (!buf_full(out))
		return 0;
	return err_set(e, ERR_POLICY, "the answer is over the limit of %zu "
	    "bytes: ask for less at a time", out->max);
}

struct query *
item_query(struct arena *a, struct str text, struct err *e)
{
	if (text.n == 0) {
		(void)err_set(e, ERR_ARGUMENT, "a path query is missing, "
		    "such as '/'");
		return NULL;
	}
	return query_parse(a, text.p, text.n, e);
}

static int
put_list(struct render *r, const struct query_list *list, struct buf *out,
    struct err *e)
{
	bool first = true;

	buf_putc(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		int rc;

		if (!first)
			buf_putc(out, ',');
		rc = render_value(r, &list->values[i], out, e);
		if (item_check_size(out, e) < 0 || rc < 0)
			return -1;
		if (rc == 0 && !first)
			buf_trim(out, out->n - 1);
		first = first && rc == 0;
	}
	buf_putc(out, ']');
	return 0;
}

int
item_get(struct view *v, struct plan_run *run, struct str text,
    const struct query_limits *limits, const struct render_versions *versions,
    struct arena *a, struct buf *out, struct err *e)
{
	struct query *q = item_query(a, text, e);
	struct query_result result;
	struct render r;
	int rc = 0;

	if (q == NULL || query_run(q, v, limits, a, &result, e) < 0)
		return -1;
	render_init(&r, v, run);
	r.versions = versions;
	if (result.count > 1)
		buf_putc(out, '[');
	for (size_t i = 0; i < result.count && rc == 0; i++) {
		if (i > 0)
			buf_putc(out, ',');
		rc = put_list(&r, &result.lists[i], out, e);
	}
	if (result.count > 1)
		buf_putc(out, ']');
	render_clear(&r);
	return rc == 0 ? item_check_size(out, e) : -1;
}

int
item_explain(struct view *v, struct str text,
    const struct query_limits *limits, struct arena *a, struct buf *out,
    struct err *e)
{
	struct query *q = item_query(a, text, e);

	if (q == NULL || query_explain(q, v, limits, a, out, e) < 0)
		return -1;
	return item_check_size(out, e);
}
