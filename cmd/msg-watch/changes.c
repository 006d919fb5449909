#include "changes.h"

#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "child.h"
#include "container.h"
#include "event.h"
#include "follow.h"

#define ALL_ITEMS	"//."
#define CURSOR_MAX	64		/* bytes of a cursor file */

struct changes {
	struct follow f;
	const struct watch_opts *o;
	const char *query;
	struct container *avro;		/* NULL: another form */
	bool has_rev;
	uint64_t rev;			/* told up to here */
};

/* --- where to go on ------------------------------------------------------ */

static int
parse_rev(struct changes *c, const char *p, size_t n, const char *where,
    struct err *e)
{
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == ' '))
		n--;
	c->has_rev = text_number(p, n, UINT64_MAX, &c->rev) == 0;
	return c->has_rev ? 0 : err_set(e, ERR_CONFIG, "%s: '%.*s' is no "
	    "revision", where, (int)n, p);
}

static int
load_cursor(struct changes *c, struct err *e)
{
	struct buf b = BUF_INIT(CURSOR_MAX);
	int rc = 0;

	if (c->o->from != NULL)
		rc = parse_rev(c, c->o->from, strlen(c->o->from), "--from",
		    e);
	if (rc == 0 && c->o->cursor != NULL && fs_exists(c->o->cursor)) {
		rc = fs_read(&b, c->o->cursor, e);
		if (rc == 0)
			rc = parse_rev(c, b.p, b.n, c->o->cursor, e);
	}
	buf_free(&b);
	return rc;
}

/* After the event was written: what the file says is never ahead of it. */
static void
told_to(struct changes *c, uint64_t rev)
{
	char text[24];
	struct err e = ERR_INIT;
	int n = snprintf(text, sizeof text, "%llu\n", (unsigned long long)rev);

	c->rev = rev;
	c->has_rev = true;
	if (c->o->cursor != NULL && fs_replace(c->o->cursor, text, (size_t)n,
	    0644, &e) < 0)
		follow_fail(&c->f, &e);
}

/* --- what comes ---------------------------------------------------------- */

static int
print(struct changes *c, const struct event *ev, struct err *e)
{
	if (c->avro != NULL)
		return container_put(c->avro, ev, e);
	if (c->f.raw)
		follow_raw(&c->f, ev->st);
	else
		event_print(&c->f.out, ev);
	return 0;
}

static bool
deliver(struct changes *c, const struct event *ev)
{
	struct err e = ERR_INIT;

	if ((c->o->exec == NULL ? print(c, ev, &e) :
	    child_run(c->o->exec, ev, &e)) < 0) {
		follow_fail(&c->f, &e);
		return false;
	}
	return follow_flush(&c->f);
}

static void
ask(struct changes *c)
{
	struct msg_ask a = { .to = c->o->to, .argument = str_of(c->query),
		.command = &msg_commands[MSG_set_watch] };
	char rev[24];

	if (c->o->branch != NULL)
		a.attrs[MSG_ATTR_branch] = str_of(c->o->branch);
	if (c->o->diff)
		a.attrs[MSG_ATTR_as] = STR("diff");
	snprintf(rev, sizeof rev, "%llu", (unsigned long long)c->rev);
	if (c->has_rev)
		a.attrs[MSG_ATTR_from] = str_of(rev);
	follow_ask(&c->f, &a);
}

/* From where it is possible; a gap that leads nowhere is the end anyway, or
 * it would come for ever. */
static bool
go_on(struct changes *c, const struct event *ev)
{
	struct err e = ERR_INIT;
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	if (strcmp(c->o->on_gap, "go-on") != 0 ||
	    (c->has_rev && ev->oldest <= c->rev))
		return false;
	err_set(&e, ERR_GAP, "events were lost: %.*s; going on from %llu",
	    (int)ev->why.n, ev->why.n > 0 ? ev->why.p : "",
	    (unsigned long long)ev->oldest);
	err_line(&e, text, sizeof text);
	fprintf(stderr, "%s: %s\n", watch_tool.name, text);
	told_to(c, ev->oldest);
	if (!c->f.over)
		ask(c);
	return true;
}

static void
take_gap(struct changes *c, const struct event *ev)
{
	struct err e = ERR_INIT;

	if (!deliver(c, ev) || go_on(c, ev))
		return;
	err_set(&e, ERR_GAP, "events were lost: %.*s; go on with --from %llu",
	    (int)ev->why.n, ev->why.n > 0 ? ev->why.p : "",
	    (unsigned long long)ev->oldest);
	follow_fail(&c->f, &e);
}

static void
on_stanza(void *arg, const struct stanza *st)
{
	struct changes *c = arg;
	struct event ev;
	struct err e = ERR_INIT;

	int rc = event_read(&ev, st, &e);

	ev.diff = c->o->diff;
	if (rc < 0) {
		follow_fail(&c->f, &e);
	} else if (ev.kind == EVENT_GAP) {
		take_gap(c, &ev);
	} else if (ev.kind == EVENT_CHANGES && deliver(c, &ev)) {
		told_to(c, ev.rev);
		follow_told(&c->f);
	}
	event_free(&ev);
}

/* From here on every later commit is ours to tell, also after a crash before
 * the first of them: so the cursor is written now. */
static void
on_answer(void *arg, const struct msg_reply *r, const struct buf *payload)
{
	struct changes *c = arg;
	struct str text;
	uint64_t rev;

	(void)payload;
	if (r->refused) {
		follow_refused(&c->f, r);
	} else if (!c->has_rev) {
		text = stanza_attr_str(r->element, "rev");
		if (text.p != NULL && text_number(text.p, text.n, UINT64_MAX,
		    &rev) == 0)
			told_to(c, rev);
	}
	if (!c->f.over)
		follow_flush(&c->f);	/* the head of a container */
}

static void
on_connected(void *arg, bool again)
{
	(void)again;
	ask(arg);
}

static const struct follow_ops ops = {
	.connected = on_connected, .answer = on_answer, .stanza = on_stanza,
};

int
changes_run(const struct watch_opts *o, const char *query,
    const struct interrupt *in)
{
	struct changes c = { .o = o,
	    .query = query == NULL ? ALL_ITEMS : query };
	struct err e = ERR_INIT;

	follow_start(&c.f, o, in, &ops, &c);
	if (load_cursor(&c, &e) < 0 || (strcmp(o->format, "avro") == 0 &&
	    container_new(&c.avro, &c.f.out.buf, &e) < 0))
		follow_fail(&c.f, &e);
	else
		follow_run(&c.f);
	container_free(c.avro);
	follow_end(&c.f);
	return c.f.status;
}
