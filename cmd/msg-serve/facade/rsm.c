#include "facade/rsm.h"

#include <string.h>

#include "base/text.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define QUERY_MAX	((size_t)1 << 20)

static int
read_number(const struct stanza *set, const char *name, bool *given,
    uint64_t *out, struct err *e)
{
	const struct stanza *st = stanza_child(set, name, NS_RSM);
	struct str s = stanza_text(st);

	*given = st != NULL;
	if (st != NULL && text_number(s.p, s.n, RSM_PAGE_MAX, out) < 0)
		return err_set(e, ERR_ARGUMENT, "<%s/> of a page is no "
		    "number: '%.*s'", name, (int)(s.n > 40 ? 40 : s.n), s.p);
	return 0;
}

int
rsm_read(struct rsm *r, const struct stanza *parent, struct err *e)
{
	const struct stanza *set = stanza_child(parent, "set", NS_RSM);
	const struct stanza *before = stanza_child(set, "before", NS_RSM);

	memset(r, 0, sizeof *r);
	r->asked = set != NULL;
	r->backwards = before != NULL;
	r->before = stanza_text(before);
	r->after = stanza_text(stanza_child(set, "after", NS_RSM));
	if (r->backwards && r->after.n > 0)
		return err_set(e, ERR_ARGUMENT,
		    "a page is <after/> or <before/>, not both");
	if (read_number(set, "max", &r->has_max, &r->max, e) < 0)
		return -1;
	return read_number(set, "index", &r->has_index, &r->index, e);
}

/* The predicate that cuts the page from what is before or behind. */
static void
put_cut(struct buf *q, const struct rsm *r)
{
	unsigned long long from = r->index, max = r->max;

	if (r->has_max && r->backwards)
		buf_printf(q, "[position() > last() - %llu]", max);
	else if (r->has_max)
		buf_printf(q, "[position() >= %llu and position() < %llu]",
		    from, from + max);
	else if (r->has_index)
		buf_printf(q, "[position() >= %llu]", from);
}

struct str
rsm_query(const struct rsm *r, struct arena *a, const struct rsm_list *list)
{
	struct buf q = BUF_INIT(QUERY_MAX);
	struct str out;

	if (list->each != NULL)
		buf_lit(&q, "for $x in ");
	if (list->item == NULL)
		buf_printf(&q, "(%s)", list->all);
	else
		buf_printf(&q, "(%s/%s-sibling::*)", list->item,
		    r->backwards ? "preceding" : "following");
	put_cut(&q, r);
	if (list->each != NULL)
		buf_printf(&q, " return (%s)", list->each);
	if (r->asked)
		buf_printf(&q, ", count(%s)", list->all);
	if (r->asked && list->item != NULL)
		buf_printf(&q, ", index(%s)", list->item);
	out.n = q.n;
	out.p = arena_strn(a, buf_cstr(&q), q.n);
	buf_free(&q);
	return out;
}

int
rsm_page(const struct rsm *r, const struct json *answer, unsigned each,
    struct rsm_page *out, struct err *e)
{
	const struct json *count, *at;
	uint64_t n;

	out->values = answer;
	out->count = out->index = 0;
	if (!r->asked)
		return 0;
	out->values = answer->first;
	count = out->values->next;
	at = count->next;
	if (at != NULL && at->first == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no item '%.*s'",
		    (int)(r->backwards ? r->before.n : r->after.n),
		    r->backwards ? r->before.p : r->after.p);
	if (json_uint64(count->first, &out->count, e) < 0 ||
	    (at != NULL && json_uint64(at->first, &out->index, e) < 0))
		return -1;
	n = out->values->count / each;
	if (r->backwards)
		out->index = (at == NULL ? out->count : out->index) - n;
	else
		out->index = at == NULL ? r->index : out->index + 1;
	return 0;
}

void
rsm_put(struct buf *out, const struct rsm_page *p, struct str first,
    struct str last)
{
	buf_lit(out, "<set xmlns=\"" NS_RSM "\">");
	if (first.p != NULL) {
		buf_printf(out, "<first index=\"%llu\">",
		    (unsigned long long)p->index);
		xml_text(out, first.p, first.n);
		buf_lit(out, "</first><last>");
		xml_text(out, last.p, last.n);
		buf_lit(out, "</last>");
	}
	buf_printf(out, "<count>%llu</count></set>",
	    (unsigned long long)p->count);
}
