#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/connect.h"
#include "field.h"

struct send_slot {
	uint64_t line;
	bool answered;
	int status;			/* what a failure ends with; 0: none */
	struct buf text;		/* the answer, or why it was refused */
};

static struct send_slot *
slot(struct send *s, uint64_t id)
{
	return &s->slots[id % s->window];
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
		msg_refusal_put(&at->text, &reply.why);
	} else if (reply.avro) {
		char *bytes = buf_take(&at->text);	/* shown in base64 */
		struct str text = stanza_text(reply.element);

		free(bytes);
		buf_put(&at->text, text.p, text.n);
	}
}

static void
on_stanza(void *arg, const struct stanza *st)
{
	struct send *s = arg;
	uint64_t id;

	if (msg_reply_id(st, &id) && id >= s->first && id < s->next &&
	    !slot(s, id)->answered)
		keep_answer(s, st, slot(s, id));
	else if (s->event != NULL)
		s->event(s->arg, st);
}

int
send_open(struct send *s, const struct send_opts *o, int wake_fd,
    client_step_fn *step, struct err *e)
{
	*s = (struct send){ .o = o, .window = (size_t)o->window, .first = 1,
	    .next = 1, .moved_us = clock_mono_us() };
	output_init(&s->out, o->format, o->color);
	s->slots = mem_array(s->window, sizeof *s->slots);
	for (size_t i = 0; i < s->window; i++) {
		s->slots[i] = (struct send_slot){ 0 };
		buf_init(&s->slots[i].text, SEND_ANSWER_MAX);
	}
	s->client_options.stanza = on_stanza;
	s->client_options.step = step;
	s->client_options.arg = s;
	s->client_options.wake_fd = wake_fd;
	return o->dry_run ? 0 : connect_open(&s->client, &s->client_options,
	    &o->context, send_tool.name, e);
}

void
send_close(struct send *s)
{
	client_close(s->client);
	for (size_t i = 0; i < s->window; i++)
		buf_free(&s->slots[i].text);
	free(s->slots);
	output_free(&s->out);
}

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
	at->answered = false;
	at->status = 0;
	buf_reset(&at->text);
	s->moved_us = clock_mono_us();
	return at;
}

void
send_ask(struct send *s, const struct msg_ask *ask, uint64_t line)
{
	uint64_t id = s->next;
	struct send_slot *at = new_slot(s, line);

	if (s->client != NULL) {
		msg_ask_write(client_out(s->client), ask, id);
		return;
	}
	at->answered = true;
	msg_ask_write(&at->text, ask, id);
}

void
send_unfit(struct send *s, const struct err *e, uint64_t line)
{
	struct send_slot *at = new_slot(s, line);
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	err_line(e, text, sizeof text);
	at->answered = true;
	at->status = err_exit(e->code);
	buf_puts(&at->text, text);
	if (!s->o->keep_going)
		s->stop = true;
}

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

static void
print_answer(struct send *s, const struct send_slot *at)
{
	struct str text = at->text.n > 0 ?
	    (struct str){ at->text.p, at->text.n } : STR("null");
	struct err e = ERR_INIT;

	if (s->quiet)
		return;
	if (!s->o->raw && s->o->field == NULL)
		output_json(&s->out, text.p, text.n);
	else if (field_put(&s->out.buf, text.p, text.n, s->o->field, &e) < 0)
		send_failed(s, &e, at->line);
}

/* Answers from the oldest on, up to the first that is not there. */
static void
print_answers(struct send *s)
{
	for (; s->first < s->next && slot(s, s->first)->answered; s->first++) {
		struct send_slot *at = slot(s, s->first);

		if (at->status != 0)
			complain(s, at->line, buf_cstr(&at->text), at->status);
		else if (s->client == NULL)
			output_line(&s->out, at->text.p, at->text.n);
		else
			print_answer(s, at);
		buf_reset(&at->text);
		buf_shrink(&at->text, 1 << 16);
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
