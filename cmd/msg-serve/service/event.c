#include "service/event.h"

#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/render.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define EVENT_MAX	((size_t)64 << 20)	/* bytes of one payload */

static const char *
what_happened(const struct query_touch *t)
{
	unsigned op = t->change == NULL ? 0 : t->change->op;

	return op & CHANGE_CREATE ? "create" : op & CHANGE_REMOVE ? "remove" :
	    !t->before ? "enter" : !t->after ? "leave" :
	    op & CHANGE_MOVE ? "move" : op & CHANGE_SAVE ? "save" :
	    op & CHANGE_ORDER ? "order" : "save";
}

static int
put_path(struct buf *out, const char *name, struct view *v, uint64_t id,
    struct err *e)
{
	struct buf path = BUF_INIT(EVENT_MAX);
	int rc = view_path(v, id, &path, e);

	if (rc >= 0) {
		buf_putc(out, ',');
		json_put_key(out, name);
		json_put_string(out, path.p, path.n);
	}
	buf_free(&path);
	return rc < 0 ? -1 : 0;
}

/* ,"before":{..}, the item as it was, when it was there. */
static int
put_before(struct view *before, uint64_t item, struct plan_run *run,
    struct buf *out, struct err *e)
{
	struct item it;
	int rc = view_item(before, item, &it, e);

	if (rc <= 0 || it.hidden)
		return rc < 0 ? -1 : 0;
	buf_lit(out, ",\"before\":");
	return render_item(before, run, &it, out, e);
}

/* One change; members in the order of their names. */
static int
put_change(const struct query_touch *t, bool diff, struct view *before,
    struct view *after, struct plan_run *run, struct buf *out,
    struct err *e)
{
	bool moved = t->change != NULL && t->change->op & CHANGE_MOVE &&
	    t->before;
	struct item it;
	bool here;
	int rc = view_item(after, t->item, &it, e);

	here = rc > 0 && !it.hidden;
	if (rc >= 0 && !here)
		rc = view_item(before, t->item, &it, e);
	if (rc <= 0)
		return rc;
	buf_lit(out, "{\"_key\":\"");
	base64url_put(out, it.key.p, it.key.n);
	buf_putc(out, '"');
	if (put_path(out, "_path", here ? after : before, t->item, e) < 0)
		return -1;
	if (diff && put_before(before, t->item, run, out, e) < 0)
		return -1;
	buf_printf(out, ",\"change\":\"%s\"", what_happened(t));
	if (moved && put_path(out, "from", before, t->item, e) < 0)
		return -1;
	if (here) {
		buf_lit(out, ",\"item\":");
		if (render_item(after, run, &it, out, e) < 0)
			return -1;
	}
	buf_putc(out, '}');
	return 0;
}

static int
put_changes(const struct watch_group *g, bool diff, struct view *before,
    struct view *after, struct plan_run *run,
    const struct query_limits *limits, const struct commit *c,
    struct buf *out, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct query_touch *touches;
	size_t count;
	int rc = query_affected(g->query, before, after, c, limits, &a,
	    &touches, &count, e);

	if (rc == 0 && count > 0) {
		buf_putc(out, '[');
		for (size_t i = 0; rc == 0 && i < count; i++) {
			if (touches[i].item == 0)
				continue;
			if (out->n > 1)
				buf_putc(out, ',');
			rc = put_change(&touches[i], diff, before, after,
			    run, out, e);
		}
		buf_putc(out, ']');
	}
	arena_free(&a);
	return rc < 0 ? -1 : count > 0;
}

static int
payload(const struct watch_group *g, bool diff, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e)
{
	struct view before, after;

	if (view_around(&after, &before, r, c, e) < 0 ||
	    view_allow(&before, g->rights, e) < 0 ||
	    view_allow(&after, g->rights, e) < 0)
		return -1;
	return put_changes(g, diff, &before, &after, run, limits, c, out, e);
}

int
event_payload(const struct watch_group *g, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e)
{
	return payload(g, false, r, run, limits, c, out, e);
}

static int
write_event(const struct watch_group *g, bool diff, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e)
{
	struct buf changes = BUF_INIT(EVENT_MAX);
	char time[CLOCK_TEXT];
	int rc = payload(g, diff, r, run, limits, c, &changes, e);

	if (rc > 0) {
		clock_text(c->time_us, time);
		buf_printf(out, "\" rev=\"%llu\"", (unsigned long long)c->rev);
		xml_attr(out, "branch", g->branch_name);
		xml_attrn(out, "author", c->author.p, c->author.n);
		xml_attr(out, "time", time);
		xml_attrn(out, "message", c->message.p, c->message.n);
		buf_putc(out, '>');
		base64_put(out, changes.p, changes.n);
		buf_lit(out, "</event></message>");
	}
	buf_free(&changes);
	return rc;
}

static int
write_m(const struct watch_group *g, struct reader *r, struct plan_run *run,
    const struct query_limits *limits, const struct commit *c,
    struct buf *out, struct err *e)
{
	return write_event(g, false, r, run, limits, c, out, e);
}

static int
write_diff(const struct watch_group *g, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e)
{
	return write_event(g, true, r, run, limits, c, out, e);
}

static size_t
put_m(struct buf *out, const struct session *s, const struct watch *x,
    const struct buf *text, size_t at)
{
	(void)s;
	buf_lit(out, "<message type=\"headline\"><event xmlns=\"" NS_M
	    "\" watch=\"");
	buf_putu(out, x->id);
	buf_put(out, text->p + at, text->n - at);
	return text->n;
}

static void
gap_m(struct buf *out, const struct session *s, const struct watch *x,
    uint64_t rev, uint64_t next, const char *why)
{
	struct store_stats st;

	store_stats(s->worker->server->store, &st);
	if (next < st.compacted)
		next = st.compacted;
	buf_lit(out, "<message type=\"headline\"><gap xmlns=\"" NS_M
	    "\" watch=\"");
	buf_putu(out, x->id);
	buf_printf(out, "\" rev=\"%llu\"", (unsigned long long)rev);
	if (next > rev)
		buf_printf(out, " oldest=\"%llu\"",
		    (unsigned long long)next);
	xml_attr(out, "why", why);
	buf_lit(out, "/></message>");
}

const struct event_form event_form_m = { write_m, put_m, gap_m };
const struct event_form event_form_diff = { write_diff, put_m, gap_m };
