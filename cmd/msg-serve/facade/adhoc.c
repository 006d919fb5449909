#include "facade/adhoc_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "facade/form.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/command.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/* --- what was begun ------------------------------------------------------- */

static void
adhoc_free(struct adhoc *x)
{
	arena_free(&x->form_arena);
	arena_free(&x->kind_arena);
	arena_free(&x->fields_arena);
	free(x);
}

size_t
adhoc_bytes(const struct adhoc *x)
{
	return x->form_arena.used + x->kind_arena.used +
	    x->fields_arena.used;
}

static void
drop(struct session *s, struct adhoc *x)
{
	struct adhoc **at = &s->adhoc;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	adhoc_free(x);
}

void
adhoc_clear(struct session *s)
{
	while (s->adhoc != NULL)
		drop(s, s->adhoc);
}

/* The list has the one used last in front: those behind ADHOC_MAX, or idle
 * for too long, go. */
static void
tidy(struct session *s)
{
	int64_t idle_us = clock_mono_us() - ADHOC_IDLE_US;
	struct adhoc *x = s->adhoc, *next;

	for (size_t n = 0; x != NULL; x = next) {
		next = x->next;
		if (++n > ADHOC_MAX || x->used_us < idle_us)
			drop(s, x);
	}
}

static void
use(struct session *s, struct adhoc *x)
{
	x->used_us = clock_mono_us();
	x->next = s->adhoc;
	s->adhoc = x;
}

static struct adhoc *
begin(struct session *s, const struct msg_command *c)
{
	struct adhoc *x = mem_zero(sizeof *x);
	struct buf id = BUF_INIT(ADHOC_ID);

	if (hex_random(&id, ADHOC_ID / 2) == 0)
		memcpy(x->id, id.p, ADHOC_ID);
	buf_free(&id);
	x->command = c;
	use(s, x);
	tidy(s);
	return x;
}

static struct adhoc *
find(struct session *s, const char *id)
{
	struct adhoc **at = &s->adhoc, *x;

	while (*at != NULL && (id == NULL || strcmp((*at)->id, id) != 0))
		at = &(*at)->next;
	x = *at;
	if (x != NULL) {
		*at = x->next;
		use(s, x);
	}
	return x;
}

/* --- answers -------------------------------------------------------------- */

static void
put_open(struct buf *out, const struct request *r, const struct adhoc *x,
    const char *status)
{
	facade_open(out, r);
	buf_lit(out, "<command xmlns=\"" NS_COMMANDS "\"");
	xml_attr(out, "node", x->command->word);
	xml_attr(out, "sessionid", x->id);
	xml_attr(out, "status", status);
	buf_putc(out, '>');
}

static void
put_note(struct buf *out, const char *type, const char *text)
{
	buf_printf(out, "<note type=\"%s\">", type);
	xml_clean(out, text, strlen(text));
	buf_lit(out, "</note>");
}

/* The form it is at, under a note when there is something to say. */
static void
put_stage(struct buf *out, const struct request *r, const struct adhoc *x,
    const char *note)
{
	size_t methods;

	(void)msg_actions_of(msg_command_id(x->command), &methods);
	put_open(out, r, x, "executing");
	buf_puts(out, x->method != NULL ? "<actions execute=\"complete\">"
	    "<prev/><complete/></actions>" : methods > 0 ?
	    "<actions execute=\"next\"><next/></actions>" :
	    "<actions execute=\"complete\"><complete/></actions>");
	if (note != NULL)
		put_note(out, "error", note);
	if (x->method != NULL)
		adhoc_put_fields(out, x);
	else
		adhoc_put_form(out, x);
	buf_lit(out, "</command></iq>");
}

static int
show(struct session *s, const struct request *r, const struct adhoc *x)
{
	put_stage(session_out(s), r, x, NULL);
	session_sent(s);
	return 0;
}

static int
end(struct session *s, const struct request *r, struct adhoc *x,
    const char *status, const char *note)
{
	struct buf *out = session_out(s);

	put_open(out, r, x, status);
	if (note != NULL)
		put_note(out, "info", note);
	buf_lit(out, "</command></iq>");
	session_sent(s);
	drop(s, x);
	return 0;
}

static int
fault(struct session *s, const struct request *r, const char *special)
{
	struct buf more = BUF_INIT(500);
	bool expired = strcmp(special, "session-expired") == 0;

	buf_printf(&more, "<%s xmlns=\"" NS_COMMANDS "\"/>", special);
	facade_fault(s, r, expired ? "not-allowed" : "bad-request",
	    expired ? "cancel" : "modify", NULL, buf_cstr(&more));
	buf_free(&more);
	return 0;
}

/* --- a form becomes a request --------------------------------------------- */

/* The request is read from the stanza that a client of urn:M would have
 * sent, so it is checked as that is. */
static int
make_request(struct session *s, struct request *r, const struct adhoc *x,
    struct str argument, struct arena *a, struct err *e)
{
	struct stanza *iq = stanza_new(a, "iq", NS_CLIENT), *command;
	struct stanza *said = stanza_copy(a, r->iq);
	const struct facade *facade = r->facade;
	struct buf text = BUF_INIT(2 * ADHOC_TEXT_MAX);
	int rc;

	stanza_set(iq, "type", msg_verb_word(x->command->verb));
	stanza_set_str(iq, "id", r->id);
	stanza_set_str(iq, "to", r->to);
	command = stanza_add(iq, x->command->name, NS_M);
	adhoc_set_attributes(x, command);
	base64_put(&text, argument.p, argument.n);
	stanza_add_text(command, text.p, text.n);
	buf_free(&text);
	rc = request_read(r, iq, &s->worker->argument, e);
	stanza_set(stanza_first(said), "sessionid", x->id);
	r->iq = said;
	r->facade = facade;
	return rc < 0 ? -1 : 1;
}

/* One action, of members that are put together already. */
static int
make_set(struct session *s, struct request *r, const struct adhoc *x,
    const struct msg_action *m, struct buf *members, struct arena *a,
    struct err *e)
{
	struct buf text = BUF_INIT(ADHOC_TEXT_MAX);
	int rc;

	buf_printf(&text, "[{\"method\":\"%s\",\"data\":{", m->method);
	buf_put(&text, members->p, members->n);
	buf_lit(&text, "}}]");
	rc = buf_full(&text) ? err_set(e, ERR_POLICY, "that is too much") :
	    make_request(s, r, x, (struct str){ text.p, text.n }, a, e);
	buf_free(&text);
	return rc;
}

static int
submit_fields(struct session *s, struct request *r, struct adhoc *x,
    struct arena *a, struct err *e)
{
	struct buf members = BUF_INIT(ADHOC_TEXT_MAX);
	const struct json *rev = json_get(x->item, "_rev");
	int n, rc;

	adhoc_put_taken(&members, x, x->method);
	n = adhoc_put_changed(&members, x, a, e);
	if (n >= 0 && rev != NULL && msg_command_id(x->command) ==
	    MSG_set_item) {
		buf_lit(&members, ",\"_rev\":");
		buf_put(&members, rev->raw.p, rev->raw.n);
	}
	if (n < 0)
		rc = -1;
	else if (n == 0 && x->item != NULL)
		rc = end(s, r, x, "completed", "nothing was changed");
	else
		rc = make_set(s, r, x, x->method, &members, a, e);
	buf_free(&members);
	return rc;
}

static int
submit_form(struct session *s, struct request *r, struct adhoc *x,
    struct arena *a, struct err *e)
{
	const struct msg_action *m = adhoc_method(x, e);
	struct str argument = adhoc_argument(x, a);
	struct buf members = BUF_INIT(ADHOC_TEXT_MAX);
	int rc;

	if (m == NULL && e->code != ERR_OK)
		return -1;
	if (m == NULL || argument.n > 0)
		return make_request(s, r, x, argument, a, e);
	if (adhoc_takes(m, "*")) {
		if (adhoc_open_fields(x, s, m, e) == 0)
			return show(s, r, x);
		x->method = NULL;
		return -1;
	}
	adhoc_put_taken(&members, x, m);
	rc = make_set(s, r, x, m, &members, a, e);
	buf_free(&members);
	return rc;
}

/* What the form says is kept, for it to be shown again. */
static int
keep(struct adhoc *x, struct arena *a, const struct stanza **out,
    const struct stanza *form, struct err *e)
{
	arena_free(a);
	*out = stanza_copy(a, form);
	if (adhoc_bytes(x) <= ADHOC_BYTES)
		return 0;
	arena_free(a);
	*out = NULL;
	return err_set(e, ERR_POLICY, "that is too much for a form");
}

static int
submit(struct session *s, struct request *r, struct adhoc *x,
    const struct stanza *form, struct arena *a, struct err *e)
{
	if (x->method == NULL)
		return keep(x, &x->form_arena, &x->form, form, e) < 0 ? -1 :
		    submit_form(s, r, x, a, e);
	return keep(x, &x->fields_arena, &x->fields, form, e) < 0 ? -1 :
	    submit_fields(s, r, x, a, e);
}

/* --- what is asked -------------------------------------------------------- */

static bool
may(const struct session *s, const struct msg_command *c)
{
	return c->role != MSG_ROLE_ADMIN || s->account->admin;
}

static int
first(struct session *s, struct request *r, const struct stanza *st,
    struct arena *a, struct err *e)
{
	const struct msg_command *c = msg_command_by_word(
	    stanza_attr_str(st, "node"));
	const struct stanza *form = form_find(st, "submit");
	struct adhoc *x;

	if (c == NULL)
		return facade_fault(s, r, "item-not-found", "cancel",
		    "there is no such command", NULL);
	if (!may(s, c))
		return facade_fault(s, r, "forbidden", "auth",
		    "that is for administrators", NULL);
	x = begin(s, c);
	if (form != NULL)
		return submit(s, r, x, form, a, e);
	return c->argument[0] != '\0' ? show(s, r, x) :
	    make_request(s, r, x, STR(""), a, e);
}

static int
go_on(struct session *s, struct request *r, struct adhoc *x,
    const struct stanza *st, struct arena *a, struct err *e)
{
	const char *action = stanza_attr(st, "action");
	const struct stanza *form = form_find(st, "submit");
	bool second = x->method != NULL;

	if (action != NULL && strcmp(action, "cancel") == 0)
		return end(s, r, x, "canceled", NULL);
	if (action != NULL && strcmp(action, "prev") == 0 && second) {
		x->method = NULL;
		return show(s, r, x);
	}
	if (action != NULL && strcmp(action, "execute") != 0 &&
	    strcmp(action, "complete") != 0 &&
	    (strcmp(action, "next") != 0 || second))
		return fault(s, r, "bad-action");
	if (form_find(st, "cancel") != NULL)
		return end(s, r, x, "canceled", NULL);
	return form == NULL ? fault(s, r, "bad-payload") :
	    submit(s, r, x, form, a, e);
}

static int
read_adhoc(struct session *s, struct request *r, struct arena *a,
    struct err *e)
{
	const struct stanza *st = stanza_first(r->iq);
	const char *id = stanza_attr(st, "sessionid");
	const char *type = stanza_attr(r->iq, "type");
	struct adhoc *x;

	if (strcmp(type, "set") != 0)
		return facade_fault(s, r, "bad-request", "modify",
		    "a command is executed by an iq of type 'set'", NULL);
	tidy(s);
	if (id == NULL)
		return first(s, r, st, a, e);
	x = find(s, id);
	if (x == NULL)
		return fault(s, r, "session-expired");
	if (!str_is(stanza_attr_str(st, "node"), x->command->word))
		return fault(s, r, "bad-sessionid");
	return go_on(s, r, x, st, a, e);
}

static int
answer_adhoc(struct call *c, struct buf *out, struct err *e)
{
	const struct request *r = c->request;
	struct adhoc *x = find(c->session, stanza_attr(stanza_first(r->iq),
	    "sessionid"));
	struct adhoc gone = { .command = r->command };
	const struct json *answer = c->payload->n == 0 ? NULL :
	    json_parse(c->arena, c->payload->p, c->payload->n, NULL, e);
	struct buf note = BUF_INIT(ADHOC_TEXT_MAX);

	if (answer == NULL && c->payload->n > 0)
		return -1;
	put_open(out, r, x == NULL ? &gone : x, "completed");
	if (c->watch > 0)
		buf_printf(&note, "watch %llu", (unsigned long long)c->watch);
	else if (c->rev > 0)
		buf_printf(&note, "revision %llu", (unsigned long long)c->rev);
	else
		buf_puts(&note, r->command->word);
	if (answer != NULL)
		adhoc_put_summary(&note, answer);
	put_note(out, "info", buf_cstr(&note));
	if (answer != NULL)
		adhoc_put_result(out, r->command, answer);
	buf_lit(out, "</command></iq>");
	buf_free(&note);
	if (x != NULL)
		drop(c->session, x);
	return 0;
}

/* Said above the form, to be put right there. */
static void
refuse_adhoc(struct session *s, const struct request *r, const struct err *e,
    struct buf *out)
{
	const struct stanza *st = stanza_first(r->iq);
	struct adhoc *x = s->adhoc;	/* the one just used */
	struct buf note = BUF_INIT(ADHOC_TEXT_MAX);
	const char *id = stanza_attr(st, "sessionid");

	if (id != NULL)
		x = find(s, id);
	if (x == NULL || x->command->argument[0] == '\0') {
		answer_error(out, r->id, r->to, e, true, STR_NONE);
		return;
	}
	if (e->at[0] != '\0')
		buf_printf(&note, "%s: ", e->at);
	if (e->path[0] != '\0')
		buf_printf(&note, "%s: ", e->path);
	buf_puts(&note, e->text);
	if (e->code == ERR_CONFLICT && x->method != NULL)
		adhoc_catch_up(x, s, &note);
	put_stage(out, r, x, buf_cstr(&note));
	buf_free(&note);
}

const struct facade facade_adhoc = { read_adhoc, answer_adhoc, refuse_adhoc,
	NULL };

/* --- discovery ------------------------------------------------------------ */

static void
list(const struct session *s, struct buf *out)
{
	for (int i = 0; i < MSG_COMMANDS; i++) {
		const struct msg_command *c = &msg_commands[i];

		if (!may(s, c))
			continue;
		buf_lit(out, "<item");
		xml_attr(out, "jid", s->worker->server->opt->domain);
		xml_attr(out, "node", c->word);
		buf_lit(out, " name=\"");
		buf_puts(out, c->word);
		buf_lit(out, ": ");
		xml_value(out, c->summary, strlen(c->summary));
		buf_lit(out, "\"/>");
	}
}

bool
adhoc_disco(const struct session *s, const struct stanza *query,
    const char *node, struct buf *out)
{
	bool items = strcmp(query->ns, NS_DISCO_ITEMS) == 0;
	bool all = strcmp(node, NS_COMMANDS) == 0;
	const struct msg_command *c = msg_command_by_word(str_of(node));

	if (!all && (c == NULL || !may(s, c)))
		return false;
	if (items && all)
		list(s, out);
	if (items)
		return true;
	buf_lit(out, "<identity category=\"automation\"");
	xml_attr(out, "type", all ? "command-list" : "command-node");
	xml_attr(out, "name", all ? "Commands" : c->summary);
	buf_lit(out, "/><feature var=\"" NS_COMMANDS "\"/>"
	    "<feature var=\"" NS_DATA "\"/>");
	return true;
}
