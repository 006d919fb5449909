#include "trace.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "cli/human.h"
#include "cli/term.h"
#include "follow.h"
#include "msg/trace_want.h"
#include "xmpp/ns.h"

#define RECORD_MAX	(4u << 20)	/* bytes of one record */

struct trace {
	struct follow f;
	const struct watch_opts *o;
	struct buf want;		/* the argument of set-trace */
	uint64_t missed;
};

/* --- what is wanted ------------------------------------------------------ */

/* "1/100" */
static int
read_sample(uint64_t *out, const char *text, struct err *e)
{
	const char *n = text + 2;

	if (strncmp(text, "1/", 2) != 0 ||
	    text_number(n, strlen(n), INT64_MAX, out) < 0 || *out == 0)
		return err_set(e, ERR_USAGE, "--sample: '%s' is no share such "
		    "as 1/100", text);
	return 0;
}

static void
nearer(const char **near, size_t *best, const char *word, const char *text)
{
	size_t d = text_distance(word, text);

	if (d < *best) {
		*best = d;
		*near = word;
	}
}

/* One that never comes would be waited for in silence. */
static int
check_error(const char *text, struct err *e)
{
	const char *near = NULL;
	size_t best = 4;

	if (text == NULL || strcmp(text, "any") == 0)
		return 0;
	for (int i = ERR_OK + 1; i < ERR_COUNT && best > 0; i++) {
		nearer(&near, &best, err_word((enum err_code)i), text);
		nearer(&near, &best, err_condition((enum err_code)i), text);
	}
	if (best == 0)
		return 0;
	return err_set(e, ERR_USAGE, near == NULL ? "--error: unknown error "
	    "'%s'" : "--error: unknown error '%s'; did you mean '%s'?", text,
	    near == NULL ? "" : near);
}

static int
make_want(struct trace *t, struct err *e)
{
	const struct watch_opts *o = t->o;
	struct trace_want w = { .error = str_of(o->error),
		.kind = str_of(o->kind), .path = str_of(o->path),
		.user = str_of(o->user), .slower_us = 1000 * o->slower_ms,
		.payload = o->payload };

	if (check_error(o->error, e) < 0)
		return -1;
	if (o->sample != NULL && read_sample(&w.sample, o->sample, e) < 0)
		return -1;
	for (size_t i = 0; i < o->commands.n; i++)
		if (trace_want_command(&w.commands,
		    str_of(o->commands.v[i]), e) < 0) {
			e->code = ERR_USAGE;
			return -1;
		}
	trace_want_write(&t->want, &w);
	if (!o->stanzas)
		return 0;
	if (!str_is((struct str){ t->want.p, t->want.n }, "{}"))
		return err_set(e, ERR_USAGE, "--stanzas are not filtered; "
		    "msg-stanza-dump has --filter");
	buf_reset(&t->want);
	buf_lit(&t->want, "on");
	return 0;
}

/* --- what is printed ----------------------------------------------------- */

static void
put(struct output *out, enum term_style style, struct str s)
{
	buf_puts(&out->buf, term_style(out->color, style));
	text_escape(&out->buf, s.p, s.n, 0);
	buf_puts(&out->buf, term_style(out->color, TERM_PLAIN));
}

/* "2026-01-31T12:34:56.123456Z": the part of the day. */
static struct str
day_time(struct str s)
{
	return s.n == 27 ? (struct str){ s.p + 11, 15 } : s;
}

static int64_t
number(const struct json *j, const char *name)
{
	struct err e = ERR_INIT;
	int64_t v;

	return json_int64(json_get(j, name), &v, &e) < 0 ? 0 : v;
}

static void
put_subject(struct output *out, const struct json *j)
{
	const struct json *paths = json_get(j, "paths");

	put(out, TERM_PLAIN, json_string(json_get(j, "query")));
	for (const struct json *p = paths == NULL ? NULL : paths->first;
	    p != NULL; p = p->next) {
		if (p != paths->first)
			buf_putc(&out->buf, ' ');
		put(out, TERM_PLAIN, json_string(p));
	}
}

static void
put_error(struct output *out, const struct json *error)
{
	if (error == NULL)
		return;
	buf_lit(&out->buf, "  ");
	put(out, TERM_RED, json_string(json_get(error, "condition")));
	if (json_get(error, "at") != NULL) {
		buf_lit(&out->buf, ": ");
		put(out, TERM_PLAIN, json_string(json_get(error, "at")));
	}
	buf_lit(&out->buf, ": ");
	put(out, TERM_PLAIN, json_string(json_get(error, "text")));
}

static void
put_payload(struct output *out, const struct json *j, const char *name)
{
	const struct json *p = json_get(j, name);

	if (p == NULL)
		return;
	buf_printf(&out->buf, "    %s ", name);
	output_tree(out, p, 2);
	buf_putc(&out->buf, '\n');
}

/* "12:34:56.123456  get-item  1.2ms  7 B > 300 B  juliet@..  /news/x" */
static void
print_record(struct output *out, const struct json *j)
{
	char text[HUMAN_MAX];
	bool failed = json_get(j, "error") != NULL;

	put(out, TERM_DIM, day_time(json_string(json_get(j, "time"))));
	buf_putc(&out->buf, ' ');
	put(out, failed ? TERM_RED : TERM_GREEN,
	    json_string(json_get(j, "command")));
	buf_printf(&out->buf, " %s", human_us(text, number(j, "took_us")));
	buf_printf(&out->buf, " %s", human_bytes(text,
	    (double)number(j, "bytes_in")));
	buf_printf(&out->buf, " > %s ", human_bytes(text,
	    (double)number(j, "bytes_out")));
	put(out, TERM_CYAN, json_string(json_get(j, "jid")));
	buf_putc(&out->buf, ' ');
	put_subject(out, j);
	put_error(out, json_get(j, "error"));
	buf_putc(&out->buf, '\n');
	put_payload(out, j, "argument");
	put_payload(out, j, "answer");
}

static void
print_missed(struct trace *t, uint64_t n)
{
	struct output *out = &t->f.out;

	t->missed += n;
	if (t->o->stanzas)
		fprintf(stderr, "%s: %llu lines were not shown: the output is "
		    "too slow\n", watch_tool.name, (unsigned long long)n);
	else if (out->text)
		buf_printf(&out->buf, "%llu were not shown: the output is too "
		    "slow\n", (unsigned long long)n);
	else
		buf_printf(&out->buf, "{\"missed\":%llu}\n",
		    (unsigned long long)n);
}

static int
print_json(struct trace *t, struct str text, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct buf json = BUF_INIT(RECORD_MAX), line = BUF_INIT(RECORD_MAX);
	const struct json *j;
	int rc = base64_get_ws(&json, text.p, text.n, e);

	if (rc == 0 && buf_full(&json))
		rc = err_set(e, ERR_LIMIT, "the record is too long");
	j = rc < 0 ? NULL : json_parse(&a, json.p, json.n, NULL, e);
	if (j == NULL) {
		e->code = ERR_NO_ANSWER;
		rc = err_prefix(e, "the trace is not understood");
	} else if (t->f.out.text) {
		print_record(&t->f.out, j);
	} else {
		json_put(&line, j, JSON_PUT_COMPACT);
		output_visible(&t->f.out, line.p, line.n);
		buf_putc(&t->f.out.buf, '\n');
	}
	arena_free(&a);
	buf_free(&json);
	buf_free(&line);
	return rc;
}

/* --- what comes ---------------------------------------------------------- */

static void
on_stanza(void *arg, const struct stanza *st)
{
	struct trace *t = arg;
	const struct stanza *x = stanza_child(st, "trace", NS_M);
	struct str text = x == NULL ? STR_NONE : stanza_text(x);
	struct str missed = stanza_attr_str(x, "missed");
	struct err e = ERR_INIT;
	uint64_t n;

	if (x == NULL)
		return;
	if (t->f.raw) {
		follow_raw(&t->f, st);
		if (follow_flush(&t->f) && text.n > 0)
			follow_told(&t->f);
		return;
	}
	if (missed.p != NULL && text_number(missed.p, missed.n, UINT64_MAX,
	    &n) == 0)
		print_missed(t, n);
	if (text.n > 0 && stanza_attr(x, "as") == NULL)
		output_line(&t->f.out, text.p, text.n);
	else if (text.n > 0 && print_json(t, text, &e) < 0)
		follow_fail(&t->f, &e);
	if (follow_flush(&t->f) && text.n > 0)
		follow_told(&t->f);
}

static void
on_answer(void *arg, const struct msg_reply *r, const struct buf *payload)
{
	struct trace *t = arg;

	(void)payload;
	if (r->refused)
		follow_refused(&t->f, r);
}

static void
on_connected(void *arg, bool again)
{
	struct trace *t = arg;
	struct msg_ask a = { .to = t->o->to,
		.argument = { t->want.p, t->want.n },
		.command = &msg_commands[MSG_set_trace] };

	if (again && !t->o->quiet)
		fprintf(stderr, "%s: what was asked meanwhile was not seen\n",
		    watch_tool.name);
	follow_ask(&t->f, &a);
}

static const struct follow_ops ops = {
	.connected = on_connected, .answer = on_answer, .stanza = on_stanza,
};

int
trace_run(const struct watch_opts *o, const struct interrupt *in)
{
	struct trace t = { .o = o, .want = BUF_INIT(1 << 16) };
	struct err e = ERR_INIT;

	follow_start(&t.f, o, in, &ops, &t);
	if (make_want(&t, &e) < 0)
		follow_fail(&t.f, &e);
	else
		follow_run(&t.f);
	if (t.missed > 0 && !o->quiet)
		fprintf(stderr, "%s: %llu were not shown in all\n",
		    watch_tool.name, (unsigned long long)t.missed);
	follow_end(&t.f);
	buf_free(&t.want);
	return t.f.status;
}
