#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/connect.h"
#include "conflict.h"
#include "field.h"
#include "show.h"

struct send_slot {
	uint64_t line;
	bool answered;
	bool own;			/* never printed */
	bool binary;			/* text is Avro, and goes out so */
	int status;			/* what a failure ends with; 0: none */
	struct buf text;		/* the answer, or why it was refused */
	struct buf detail;		/* more about a refusal, JSON */
	struct buf again;		/* the stanza, with --retry */
	send_show_fn *show;
	char *path;			/* of what is created; or NULL */
	struct send_reply *reply;	/* of ourselves; NULL: disowned */
};

static struct send_slot *
slot(struct send *s, uint64_t id)
{
	return &s->slots[id % s->window];
}

void
send_reply_clear(struct send_reply *r)
{
	buf_free(&r->text);
	buf_free(&r->detail);
}

/* --- answers ------------------------------------------------------------- */

static void
keep_detail(struct buf *out, struct str base64)
{
	struct err ignored = ERR_INIT;

	if (base64_get_ws(out, base64.p, base64.n, &ignored) < 0)
		buf_reset(out);
}

static void
give_reply(struct send_slot *at, enum err_code code)
{
	at->reply->done = true;
	at->reply->refused = at->status != 0;
	at->reply->code = code;
	buf_put(&at->reply->text, at->text.p, at->text.n);
	buf_put(&at->reply->detail, at->detail.p, at->detail.n);
	at->reply = NULL;
}

static void
keep_answer(struct send *s, const struct stanza *st, struct send_slot *at)
{
	struct msg_reply reply;
	struct err e = ERR_INIT;
	char line[ERR_TEXT_MAX + ERR_PATH_MAX];

	s->moved_us = clock_mono_us();
	at->answered = true;
	if (msg_reply_read(&reply, st, &at->text, &e) < 0) {
		at->status = err_exit(e.code);
		buf_reset(&at->text);
		err_line(&e, line, sizeof line);
		buf_puts(&at->text, line);
	} else if (reply.refused) {
		at->status = err_exit(ERR_REFUSED);
		e.code = reply.why.code == NULL ?
		    err_by_condition(reply.why.condition) :
		    err_by_word(reply.why.code);
		msg_refusal_put(&at->text, &reply.why, s->o->to);
		keep_detail(&at->detail, reply.why.detail);
	} else if (reply.avro && send_is(s->o, "avro")) {
		at->binary = true;
	} else if (reply.avro) {
		char *bytes = buf_take(&at->text);	/* shown in base64 */
		struct str text = stanza_text(reply.element);

		free(bytes);
		buf_put(&at->text, text.p, text.n);
	}
	if (at->reply != NULL)
		give_reply(at, e.code);
}

static void
on_stanza(void *arg, const struct stanza *st)
{
	struct send *s = arg;
	uint64_t id;

	if (s->client == NULL || !msg_is_from(st, s->o->to,
	    client_jid(s->client)))
		return;			/* nobody was asked yet, or not he */
	if (msg_reply_id(st, &id) && id >= s->first && id < s->next &&
	    !slot(s, id)->answered)
		keep_answer(s, st, slot(s, id));
	else if (s->event != NULL)
		s->event(s->arg, st);
}

/* --- the stream ---------------------------------------------------------- */

int
send_open(struct send *s, const struct send_opts *o, int wake_fd,
    client_step_fn *step, struct err *e)
{
	*s = (struct send){ .o = o, .window = (size_t)o->window, .first = 1,
	    .next = 1, .moved_us = clock_mono_us(), .retries = o->retry,
	    .quiet = o->quiet };
	output_init(&s->out, o->format, o->color);
	s->slots = mem_array(s->window, sizeof *s->slots);
	for (size_t i = 0; i < s->window; i++) {
		s->slots[i] = (struct send_slot){ 0 };
		buf_init(&s->slots[i].text, SEND_ANSWER_MAX);
		buf_init(&s->slots[i].detail, SEND_ANSWER_MAX);
		buf_init(&s->slots[i].again, CLIENT_OUT_MAX);
	}
	s->client_options.stanza = on_stanza;
	s->client_options.step = step;
	s->client_options.arg = s;
	s->client_options.wake_fd = wake_fd;
	if (o->dry_run)
		return 0;
	if (send_reopen(s, e) == 0)
		return 0;
	return send_again(s, e);
}

int
send_reopen(struct send *s, struct err *e)
{
	client_close(s->client);
	s->client = NULL;
	return connect_open(&s->client, &s->client_options, &s->o->context,
	    send_tool.name, e);
}

static bool
can_try(const struct send *s, const struct err *e)
{
	return s->retries > 0 && !s->stop &&
	    (e->code == ERR_CONNECT || e->code == ERR_NO_ANSWER);
}

int
send_again(struct send *s, struct err *e)
{
	struct connect_wait wait = CONNECT_WAIT_INIT;

	while (can_try(s, e)) {
		char why[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

		s->retries--;
		err_line(e, why, sizeof why);
		fprintf(stderr, "%s: %s; trying again\n", send_tool.name, why);
		if (!connect_wait(&wait, s->client_options.wake_fd))
			return -1;
		err_clear(e);
		if (send_reopen(s, e) < 0)
			continue;
		for (uint64_t id = s->first; id < s->next; id++)
			if (!slot(s, id)->answered)
				buf_put(client_out(s->client),
				    slot(s, id)->again.p,
				    slot(s, id)->again.n);
		s->moved_us = clock_mono_us();
		return 0;
	}
	return -1;
}

void
send_close(struct send *s)
{
	client_close(s->client);
	for (size_t i = 0; i < s->window; i++) {
		buf_free(&s->slots[i].text);
		buf_free(&s->slots[i].detail);
		buf_free(&s->slots[i].again);
		free(s->slots[i].path);
	}
	free(s->slots);
	output_free(&s->out);
}

/* --- requests ------------------------------------------------------------ */

bool
send_room(const struct send *s)
{
	return s->next - s->first < s->window;
}

size_t
send_pending(const struct send *s)
{
	return (size_t)(s->next - s->first);
}

static struct send_slot *
new_slot(struct send *s, uint64_t line)
{
	struct send_slot *at = slot(s, s->next++);

	at->line = line;
	at->answered = at->own = at->binary = false;
	at->reply = NULL;
	at->show = NULL;
	free(at->path);
	at->path = NULL;
	at->status = 0;
	buf_reset(&at->text);
	buf_reset(&at->detail);
	buf_reset(&at->again);
	s->moved_us = clock_mono_us();
	return at;
}

/* What may be sent twice must be known by a name when it changes things. */
static void
write_again(struct send_slot *at, const struct msg_ask *ask, uint64_t id)
{
	struct msg_ask named = *ask;
	char txid[CONNECT_UUID];

	if (ask->command->verb == MSG_set &&
	    ask->attrs[MSG_ATTR_txid].p == NULL) {
		connect_uuid(txid);
		named.attrs[MSG_ATTR_txid] = str_of(txid);
	}
	msg_ask_write(&at->again, &named, id);
}

/* A slot that is answered by why it is not sent. */
static void
refuse(struct send *s, struct send_slot *at, const struct err *e)
{
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	err_line(e, text, sizeof text);
	at->answered = true;
	at->status = err_exit(e->code);
	buf_puts(&at->text, text);
	if (!at->own && !s->o->keep_going)
		s->stop = true;
}

/* What was appended to out since from is our request.  One stanza too large
 * would end the stream, and with it all that is under way. */
static void
check_size(struct send *s, struct send_slot *at, struct buf *out, size_t from)
{
	uint64_t max = client_max_bytes(s->client);
	struct err e = ERR_INIT;

	if (max == 0 || out->n - from <= max)
		return;
	err_set(&e, ERR_INPUT, "the request has %zu bytes, and the server "
	    "takes %llu at once; msg-serve --max-stanza allows more",
	    out->n - from, (unsigned long long)max);
	buf_trim(out, from);
	buf_reset(&at->again);
	refuse(s, at, &e);
}

static struct send_slot *
ask_slot(struct send *s, const struct msg_ask *ask, uint64_t line,
    struct send_reply *own)
{
	uint64_t id = s->next;
	struct send_slot *at = new_slot(s, line);
	struct buf *out = s->o->dry_run ? &at->text : client_out(s->client);
	size_t from = out->n;

	at->own = own != NULL;
	if (s->o->retry > 0 && !s->o->dry_run) {
		write_again(at, ask, id);
		buf_put(out, at->again.p, at->again.n);
	} else {
		msg_ask_write(out, ask, id);
	}
	if (s->o->dry_run)
		at->answered = true;
	else
		check_size(s, at, out, from);
	return at;
}

void
send_ask(struct send *s, const struct msg_ask *ask, uint64_t line,
    send_show_fn *show)
{
	ask_slot(s, ask, line, NULL)->show = show;
}

void
send_ask_path(struct send *s, const char *path)
{
	struct send_slot *at = slot(s, s->next - 1);

	free(at->path);
	at->path = mem_str(path);
}

void
send_own(struct send *s, const struct msg_ask *ask, struct send_reply *to)
{
	struct send_slot *at = ask_slot(s, ask, 0, to);

	at->reply = to;
	to->done = false;
	buf_reset(&to->text);
	buf_reset(&to->detail);
	to->unsent = at->answered && at->status != 0;
	if (to->unsent)
		give_reply(at, ERR_INPUT);
}

void
send_disown(struct send *s, const struct send_reply *to)
{
	for (uint64_t id = s->first; id < s->next; id++)
		if (slot(s, id)->reply == to) {
			slot(s, id)->reply = NULL;
			slot(s, id)->answered = true;	/* nobody waits */
		}
}

void
send_unfit(struct send *s, const struct err *e, uint64_t line)
{
	refuse(s, new_slot(s, line), e);
}

/* --- what is told -------------------------------------------------------- */

static void
complain(struct send *s, uint64_t line, const char *text, int status)
{
	struct err e = ERR_INIT;

	output_flush(&s->out, &e);
	if (line > 0)
		fprintf(stderr, "%s: line %llu: %s\n", send_tool.name,
		    (unsigned long long)line, text);
	else
		fprintf(stderr, "%s: %s\n", send_tool.name, text);
	if (s->status == 0)
		s->status = status;
	if (!s->o->keep_going)
		s->stop = true;
}

void
send_failed(struct send *s, const struct err *e, uint64_t line)
{
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	err_line(e, text, sizeof text);
	complain(s, line, text, err_exit(e->code));
}

void
send_print(struct send *s, struct str json, uint64_t line)
{
	struct err e = ERR_INIT;

	if (!s->o->raw && !send_is(s->o, "raw") && s->o->field == NULL)
		output_json(&s->out, json.p, json.n);
	else if (field_put(&s->out.buf, json.p, json.n, s->o->field,
	    isatty(STDOUT_FILENO), &e) < 0)
		send_failed(s, &e, line);
}

/* For people, where they look and have not asked for another form. */
static bool
shown(struct send *s, const struct send_slot *at)
{
	struct arena a = ARENA_INIT;
	struct err ignored = ERR_INIT;
	const struct json *j;
	bool done;

	if (at->show == NULL || !s->out.text || s->o->raw ||
	    s->o->field != NULL)
		return false;
	j = json_parse(&a, at->text.p, at->text.n, NULL, &ignored);
	done = j != NULL && at->show(&s->out, j);
	arena_free(&a);
	return done;
}

static void
print_slot(struct send *s, const struct send_slot *at)
{
	if (at->status != 0) {
		complain(s, at->line, buf_cstr((struct buf *)&at->text),
		    at->status);
		conflict_list(stderr, at->detail.p, at->detail.n);
	} else if (s->o->dry_run) {
		output_line(&s->out, at->text.p, at->text.n);
	} else if (at->binary && !s->quiet) {
		buf_put(&s->out.buf, at->text.p, at->text.n);
	} else if (!s->quiet && !shown(s, at)) {
		if (at->path != NULL)
			show_stored(at->path, &at->text);
		send_print(s, at->text.n > 0 ? (struct str){ at->text.p,
		    at->text.n } : STR("null"), at->line);
	}
}

/* Answers from the oldest on, up to the first that is not there. */
static void
print_answers(struct send *s)
{
	for (; s->first < s->next && slot(s, s->first)->answered; s->first++) {
		struct send_slot *at = slot(s, s->first);

		if (!at->own)
			print_slot(s, at);
		buf_reset(&at->text);
		buf_shrink(&at->text, 1 << 16);
		buf_shrink(&at->again, 1 << 16);
	}
}

int
send_turn(struct send *s, struct err *e)
{
	struct err why = ERR_INIT;
	int rc = 0;

	if (s->client != NULL)
		rc = client_turn(s->client, &why);
	print_answers(s);
	if (output_flush(&s->out, e) < 0)
		return -1;
	if (rc < 0)
		*e = why;
	return rc;
}

void
send_lost(struct send *s, const struct err *e)
{
	struct err why = *e;

	if (send_pending(s) == 0) {
		if (why.code == ERR_NO_ANSWER)
			why.code = ERR_CONNECT;
		send_failed(s, &why, 0);
	}
	for (; s->first < s->next; s->first++) {
		if (why.code == ERR_CONNECT)
			why.code = ERR_NO_ANSWER;
		if (!slot(s, s->first)->own || s->watches == NULL)
			send_failed(s, &why, slot(s, s->first)->line);
	}
	s->stop = true;
}

int
send_wait_ms(const struct send *s)
{
	return send_pending(s) == 0 ? -1 :
	    clock_ms_until(s->moved_us + 1000 * s->o->timeout_ms);
}

int
send_check_time(const struct send *s, struct err *e)
{
	if (send_wait_ms(s) != 0)
		return 0;
	return err_set(e, ERR_NO_ANSWER, "sent, but no answer in time; "
	    "--timeout allows more");
}
