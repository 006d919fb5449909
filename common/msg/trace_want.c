#include "msg/trace_want.h"

#include <string.h>

#include "base/json.h"
#include "msg/command_line.h"

/* --- reading and writing the filter --------------------------------------- */

int
trace_want_command(uint32_t *commands, struct str word, struct err *e)
{
	const struct msg_command *c = command_line_word(word, e);

	if (c == NULL)
		return -1;
	*commands |= UINT32_C(1) << msg_command_id(c);
	return 0;
}

static int
unfit(struct err *e, const char *name, const char *what)
{
	return err_set(e, ERR_ARGUMENT, "'%s' of a trace is %s", name, what);
}

static int
read_commands(struct trace_want *w, const struct json *j, struct err *e)
{
	if (j->type != JSON_ARRAY)
		return unfit(e, "command", "a list of commands");
	for (const struct json *c = j->first; c != NULL; c = c->next) {
		if (c->type != JSON_STRING)
			return unfit(e, "command", "a list of commands");
		if (trace_want_command(&w->commands, c->text, e) < 0) {
			e->code = ERR_ARGUMENT;
			return -1;
		}
	}
	return 0;
}

static int
read_text(struct str *out, struct arena *a, const struct json *j,
    const char *name, struct err *e)
{
	if (j->type != JSON_STRING || j->text.n == 0)
		return unfit(e, name, "a string");
	*out = (struct str){ arena_strn(a, j->text.p, j->text.n), j->text.n };
	return 0;
}

static int
read_number(uint64_t *out, const struct json *j, const char *name,
    struct err *e)
{
	int64_t v;

	if (json_int64(j, &v, e) < 0 || v < 0)
		return unfit(e, name, "a number of 0 or more");
	*out = (uint64_t)v;
	return 0;
}

static int
read_member(struct trace_want *w, struct arena *a, const struct json *j,
    struct err *e)
{
	struct { const char *name; struct str *text; } texts[] = {
		{ "error", &w->error }, { "kind", &w->kind },
		{ "path", &w->path }, { "user", &w->user },
	};
	uint64_t slower = 0;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (str_is(j->key, texts[i].name))
			return read_text(texts[i].text, a, j, texts[i].name, e);
	if (str_is(j->key, "command"))
		return read_commands(w, j, e);
	if (str_is(j->key, "sample"))
		return read_number(&w->sample, j, "sample", e);
	if (str_is(j->key, "slower_us")) {
		if (read_number(&slower, j, "slower_us", e) < 0)
			return -1;
		w->slower_us = (int64_t)slower;
		return 0;
	}
	if (str_is(j->key, "payload"))
		return json_bool(j, &w->payload, e) == 0 ? 0 :
		    unfit(e, "payload", "true or false");
	return err_set(e, ERR_ARGUMENT, "a trace has no '%.*s'; it has "
	    "command, error, kind, path, payload, sample, slower_us, user",
	    (int)(j->key.n < 64 ? j->key.n : 64), j->key.p);
}

int
trace_want_read(struct trace_want *out, struct arena *a, const char *p,
    size_t n, struct err *e)
{
	const struct json *j = json_parse(a, p, n, NULL, e);

	memset(out, 0, sizeof *out);
	if (j == NULL)
		return -1;
	if (j->type != JSON_OBJECT)
		return err_set(e, ERR_ARGUMENT, "the filter of a trace is an "
		    "object");
	for (const struct json *m = j->first; m != NULL; m = m->next)
		if (read_member(out, a, m, e) < 0)
			return -1;
	while (out->path.n > 1 && out->path.p[out->path.n - 1] == '/')
		out->path.n--;
	return 0;
}

static void
key(struct buf *out, const char *name)
{
	if (out->p[out->n - 1] != '{')
		buf_putc(out, ',');
	json_put_key(out, name);
}

static void
put_text(struct buf *out, const char *name, struct str s)
{
	if (s.n == 0)
		return;
	key(out, name);
	json_put_str(out, s);
}

static void
put_commands(struct buf *out, uint32_t commands)
{
	bool any = false;

	if (commands == 0)
		return;
	key(out, "command");
	buf_putc(out, '[');
	for (int i = 0; i < MSG_COMMANDS; i++) {
		if ((commands >> i & 1) == 0)
			continue;
		if (any)
			buf_putc(out, ',');
		json_put_cstr(out, msg_commands[i].word);
		any = true;
	}
	buf_putc(out, ']');
}

void
trace_want_write(struct buf *out, const struct trace_want *w)
{
	buf_putc(out, '{');
	put_commands(out, w->commands);
	put_text(out, "error", w->error);
	put_text(out, "kind", w->kind);
	put_text(out, "path", w->path);
	if (w->payload) {
		key(out, "payload");
		buf_lit(out, "true");
	}
	if (w->sample > 0) {
		key(out, "sample");
		buf_putu(out, w->sample);
	}
	if (w->slower_us > 0) {
		key(out, "slower_us");
		buf_puti(out, w->slower_us);
	}
	put_text(out, "user", w->user);
	buf_putc(out, '}');
}
