#include "watches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/text.h"
#include "xmpp/ns.h"

#define REV_TEXT	24
#define EVENT_MAX	(128u << 20)	/* bytes of an event's changes */
#define CHANGES_SHOWN	8		/* of one commit */

void
watches_clear(struct watches *w)
{
	for (size_t i = 0; i < w->n; i++) {
		free(w->list[i].query);
		free(w->list[i].branch);
	}
	w->n = 0;
}

static uint64_t
number(const struct json *j, const char *name)
{
	struct err ignored = ERR_INIT;
	uint64_t v = 0;

	(void)json_uint64(json_get(j, name), &v, &ignored);
	return v;
}

/* set-watch; the answer's number and revision. */
static int
ask(struct send *s, struct interrupt *in, struct watches *w, size_t i,
    bool again, struct err *e)
{
	struct send_reply r = SEND_REPLY_INIT;
	struct msg_ask a = { .to = s->o->to };
	struct arena arena = ARENA_INIT;
	const struct json *j;
	char rev[REV_TEXT];
	int rc;

	a.command = &msg_commands[MSG_set_watch];
	a.argument = str_of(w->list[i].query);
	a.attrs[MSG_ATTR_branch] = str_of(w->list[i].branch);
	snprintf(rev, sizeof rev, "%llu",
	    (unsigned long long)w->list[i].rev);
	if (again)
		a.attrs[MSG_ATTR_from] = str_of(rev);
	rc = msg_ask_check(&a, e);
	if (rc == 0)
		rc = stream_talk(s, in, &a, &r, -1, e);
	j = rc < 0 ? NULL : json_parse(&arena, r.text.p, r.text.n, NULL, e);
	if (j != NULL) {
		w->list[i].id = number(j, "watch");
		if (!again)
			w->list[i].rev = number(j, "rev");
	}
	arena_free(&arena);
	send_reply_clear(&r);
	return j == NULL ? -1 : 0;
}

static int
no_prompt(struct err *e)
{
	return err_set(e, ERR_USAGE, "'watch' is for the prompt; msg-watch "
	    "follows changes, and set-watch is the command");
}

static void
show(struct send *s, const struct watches *w)
{
	struct buf b = BUF_INIT(1 << 16);

	for (size_t i = 0; i < w->n; i++) {
		buf_reset(&b);
		buf_printf(&b, "%zu  %s%s%s", i + 1, w->list[i].query,
		    w->list[i].branch == NULL ? "" : "  on ",
		    w->list[i].branch == NULL ? "" : w->list[i].branch);
		output_line(&s->out, b.p, b.n);
	}
	buf_free(&b);
}

int
watches_run(struct send *s, struct interrupt *in, char *const w[], size_t n,
    struct err *e)
{
	struct watches *all = s->watches;
	const char *branch = s->o->attrs[MSG_ATTR_branch];

	if (all == NULL)
		return no_prompt(e);
	if (n > 0) {
		if (all->n == WATCHES_MAX)
			return err_set(e, ERR_LIMIT, "%d watches are all "
			    "there can be; 'unwatch N' ends one",
			    WATCHES_MAX);
		all->list[all->n].query = mem_str(w[0]);
		all->list[all->n].branch = mem_str(branch);
		if (ask(s, in, all, all->n, false, e) < 0) {
			free(all->list[all->n].query);
			free(all->list[all->n].branch);
			return -1;
		}
		all->n++;
	}
	show(s, all);
	return 0;
}

int
watches_end(struct send *s, struct interrupt *in, char *const w[], size_t n,
    struct err *e)
{
	struct watches *all = s->watches;
	struct send_reply r = SEND_REPLY_INIT;
	struct msg_ask a = { .to = s->o->to };
	char id[REV_TEXT];
	uint64_t i;
	int rc;

	(void)n;
	if (all == NULL)
		return no_prompt(e);
	if (text_number(w[0], strlen(w[0]), all->n, &i) < 0 || i == 0)
		return err_set(e, ERR_INPUT, "there is no watch '%s'; 'watch' "
		    "lists them", w[0]);
	i--;
	snprintf(id, sizeof id, "%llu", (unsigned long long)all->list[i].id);
	a.command = &msg_commands[MSG_set_watch];
	a.attrs[MSG_ATTR_watch] = str_of(id);
	rc = stream_talk(s, in, &a, &r, -1, e);
	send_reply_clear(&r);
	free(all->list[i].query);
	free(all->list[i].branch);
	memmove(&all->list[i], &all->list[i + 1],
	    (--all->n - i) * sizeof all->list[0]);
	show(s, all);
	return rc;
}

int
watches_again(struct send *s, struct interrupt *in, struct err *e)
{
	for (size_t i = 0; i < s->watches->n; i++)
		if (ask(s, in, s->watches, i, true, e) < 0)
			return -1;
	return 0;
}

/* --- events -------------------------------------------------------------- */

static void
put_changes(struct buf *out, const struct json *list)
{
	size_t n = 0;

	for (const struct json *j = list->first; j != NULL; j = j->next, n++) {
		struct str what = json_string(json_get(j, "change"));
		struct str path = json_string(json_get(j, "_path"));

		if (n == CHANGES_SHOWN) {
			buf_printf(out, " and %zu more", list->count - n);
			break;
		}
		buf_puts(out, n == 0 ? " " : ", ");
		text_escape(out, what.p, what.n, 0);
		buf_putc(out, ' ');
		text_escape(out, path.p, path.n, 0);
	}
}

static void
put_attr(struct buf *out, const char *before, const struct stanza *st,
    const char *name, const char *after)
{
	struct str s = stanza_attr_str(st, name);

	if (s.n == 0)
		return;
	buf_puts(out, before);
	text_escape(out, s.p, s.n, 0);
	buf_puts(out, after);
}

static void
put_event(struct buf *out, const struct stanza *event)
{
	struct buf text = BUF_INIT(EVENT_MAX);
	struct arena a = ARENA_INIT;
	struct err ignored = ERR_INIT;
	struct str payload = stanza_text(event);
	const struct json *list = NULL;

	if (base64_get_ws(&text, payload.p, payload.n, &ignored) == 0)
		list = json_parse(&a, text.p, text.n, NULL, &ignored);
	put_attr(out, "* ", event, "rev", "");
	put_attr(out, " ", event, "author", ":");
	if (list != NULL)
		put_changes(out, list);
	put_attr(out, " \"", event, "message", "\"");
	buf_putc(out, '\n');
	arena_free(&a);
	buf_free(&text);
}

static void
told_up_to(struct watches *w, const struct stanza *event)
{
	struct str id = stanza_attr_str(event, "watch"), rev;
	uint64_t v;

	rev = stanza_attr_str(event, "rev");
	if (id.n == 0 || rev.n == 0 ||
	    text_number(id.p, id.n, UINT64_MAX, &v) < 0)
		return;
	for (size_t i = 0; i < w->n; i++)
		if (w->list[i].id == v)
			(void)text_number(rev.p, rev.n, UINT64_MAX,
			    &w->list[i].rev);
}

void
watches_event(struct buf *out, struct watches *w, const struct stanza *st)
{
	const struct stanza *event = stanza_child(st, "event", NS_M);
	const struct stanza *gap = stanza_child(st, "gap", NS_M);

	if (event != NULL) {
		told_up_to(w, event);
		put_event(out, event);
	} else if (gap != NULL) {
		buf_lit(out, "* events were lost, and a watch has ended");
		put_attr(out, "; revision ", gap, "rev", "");
		buf_putc(out, '\n');
	}
}
