#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "msg/trace.h"
#include "msg/trace_want.h"

/* --- members of JSON, without a tree --------------------------------------
 * A quote inside a string is escaped, so a name between two bare quotes and a
 * colon is a member's, wherever it stands.  In what is no JSON nothing is
 * found or something odd; it is a filter, not a judge. */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What begins with a quote, in s; NULL: nowhere. */
static const char *
find(struct str s, struct str quoted)
{
	const char *p = s.p, *end = s.p + s.n;

	while ((size_t)(end - p) >= quoted.n &&
	    (p = memchr(p, '"', (size_t)(end - p) - quoted.n + 1)) != NULL) {
		if (memcmp(p, quoted.p, quoted.n) == 0)
			return p;
		p++;
	}
	return NULL;
}

/* The next string that is the value of a member called quoted (with its
 * quotes) in *rest, which is moved behind it; p NULL: no more. */
static struct str
next_member(struct str *rest, struct str quoted)
{
	const char *end = rest->p + rest->n, *p, *stop;

	while ((p = find(*rest, quoted)) != NULL) {
		p += quoted.n;
		*rest = (struct str){ p, (size_t)(end - p) };
		while (p < end && (is_space(*p) || *p == ':'))
			p++;
		if (p == end || *p++ != '"')
			continue;
		for (stop = p; stop < end && *stop != '"'; stop++)
			if (*stop == '\\')
				stop++;
		if (stop >= end)
			break;
		*rest = (struct str){ stop, (size_t)(end - stop) };
		return (struct str){ p, (size_t)(stop - p) };
	}
	rest->n = 0;
	return STR_NONE;
}

/* --- what is wanted ------------------------------------------------------- */

/* Is path top, or below it? */
static bool
below(struct str path, struct str top)
{
	if (top.n == 1 && top.p[0] == '/')
		return path.n > 0 && path.p[0] == '/';
	return path.n >= top.n && memcmp(path.p, top.p, top.n) == 0 &&
	    (path.n == top.n || path.p[top.n] == '/');
}

static bool
in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
	    (c & 0x80) != 0;
}

/* A query that begins with the path: "/news", "/news/x", "/news[1]". */
static bool
query_below(struct str query, struct str top)
{
	while (query.n > 0 && is_space(*query.p))
		query.p++, query.n--;
	if (top.n == 1 && top.p[0] == '/')
		return query.n > 0 && query.p[0] == '/';
	return query.n >= top.n && memcmp(query.p, top.p, top.n) == 0 &&
	    (query.n == top.n || !in_name(query.p[top.n]));
}

static bool
has_path(struct str json, struct str top)
{
	for (struct str at; (at = next_member(&json, STR("\"_path\""))).p !=
	    NULL;)
		if (below(at, top))
			return true;
	return false;
}

static bool
has_kind(struct str json, struct str kind)
{
	for (struct str at; (at = next_member(&json, STR("\"_kind\""))).p !=
	    NULL;)
		if (str_eq(at, kind))
			return true;
	return false;
}

static bool
wanted_error(const struct trace_want *w, const struct err *e)
{
	return e != NULL && (str_is(w->error, "any") ||
	    str_is(w->error, err_word(e->code)) ||
	    str_is(w->error, err_condition(e->code)));
}

/* juliet, juliet@capulet.lit */
static bool
wanted_user(struct str user, struct str jid)
{
	return jid.n >= user.n && memcmp(jid.p, user.p, user.n) == 0 &&
	    (jid.n == user.n || jid.p[user.n] == '@' || jid.p[user.n] == '/');
}

bool
trace_about(struct str payload, struct str path)
{
	return query_below(payload, path) || has_path(payload, path);
}

static bool
wanted_path(const struct trace_want *w, const struct trace_seen *s)
{
	return query_below(s->argument, w->path) || (!s->avro &&
	    (has_path(s->argument, w->path) ||
	    has_path(s->answer, w->path)));
}

static bool
wanted_kind(const struct trace_want *w, const struct trace_seen *s)
{
	return str_eq(s->argument, w->kind) || (!s->avro &&
	    (has_kind(s->argument, w->kind) || has_kind(s->answer, w->kind)));
}

/* What costs least is asked first. */
bool
trace_wanted(const struct trace_want *w, const struct trace_seen *s)
{
	uint32_t bit = UINT32_C(1) << msg_command_id(s->command);

	return (w->commands == 0 || (w->commands & bit) != 0) &&
	    s->took_us >= w->slower_us &&
	    (w->error.n == 0 || wanted_error(w, s->error)) &&
	    (w->user.n == 0 || wanted_user(w->user, s->jid)) &&
	    (w->path.n == 0 || wanted_path(w, s)) &&
	    (w->kind.n == 0 || wanted_kind(w, s));
}

/* --- what is told --------------------------------------------------------- */

static void
put_text(struct buf *out, const char *name, struct str s)
{
	buf_putc(out, ',');
	json_put_key(out, name);
	json_put_str(out, s);
}

static void
put_number(struct buf *out, const char *name, uint64_t v)
{
	buf_putc(out, ',');
	json_put_key(out, name);
	buf_putu(out, v);
}

static void
put_error(struct buf *out, const struct err *e)
{
	buf_lit(out, ",\"error\":{\"code\":");
	json_put_cstr(out, err_word(e->code));
	buf_lit(out, ",\"condition\":");
	json_put_cstr(out, err_condition(e->code));
	put_text(out, "text", str_of(e->text));
	if (e->at[0] != '\0')
		put_text(out, "at", str_of(e->at));
	buf_putc(out, '}');
}

/* The first max bytes, at the end of a character. */
static struct str
cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct str){ s.p, max };
}

/* What is left of a JSON string without its escapes; as it stands when these
 * make no sense. */
static void
put_raw_string(struct buf *out, struct str raw)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const struct json *j = json_parse(&a, raw.p - 1, raw.n + 2, NULL, &e);

	json_put_str(out, j == NULL ? raw : json_string(j));
	arena_free(&a);
}

static void
put_paths(struct buf *out, struct str json)
{
	struct str at;
	int n = 0;

	while (n < TRACE_PATHS_MAX &&
	    (at = next_member(&json, STR("\"_path\""))).p != NULL) {
		buf_puts(out, n++ == 0 ? ",\"paths\":[" : ",");
		put_raw_string(out, cut(at, TRACE_QUERY_MAX));
	}
	if (n > 0)
		buf_putc(out, ']');
}

/* JSON as itself, anything else as a string; secrets masked. */
static void
put_payload(struct buf *out, const char *name, struct str s)
{
	struct arena a = ARENA_INIT;
	struct buf masked = BUF_INIT(s.n + TRACE_PAYLOAD_MAX);
	struct err e = ERR_INIT;
	struct json *j = NULL;
	struct str shown;

	trace_mask_json(&masked, s.p, s.n);
	shown = cut((struct str){ masked.p, masked.n }, TRACE_PAYLOAD_MAX);
	buf_putc(out, ',');
	json_put_key(out, name);
	if (buf_full(&masked))
		json_put_cstr(out, TRACE_MASK);
	else if (shown.n == masked.n &&
	    (j = json_parse(&a, shown.p, shown.n, NULL, &e)) != NULL)
		json_put(out, j, JSON_PUT_COMPACT);	/* on one line */
	else
		json_put_str(out, shown);
	arena_free(&a);
	buf_free(&masked);
}

void
trace_seen_json(struct buf *out, const struct trace_seen *s, bool payload)
{
	char time[CLOCK_TEXT];

	clock_text(s->at_us, time);
	buf_lit(out, "{\"time\":");
	json_put_cstr(out, time);
	put_text(out, "command", str_of(s->command->word));
	put_text(out, "id", s->id);
	put_text(out, "jid", s->jid);
	put_number(out, "took_us", (uint64_t)s->took_us);
	put_number(out, "bytes_in", s->argument.n);
	put_number(out, "bytes_out", s->answer.n);
	if (s->branch.n > 0)
		put_text(out, "branch", s->branch);
	if (s->command->verb == MSG_get || msg_command_id(s->command) ==
	    MSG_set_watch)
		put_text(out, "query", cut(s->argument, TRACE_QUERY_MAX));
	else if (!s->avro)
		put_paths(out, has_path(s->argument, STR("/")) ?
		    s->argument : s->answer);
	if (s->error != NULL)
		put_error(out, s->error);
	if (payload && !s->avro && s->argument.n > 0)
		put_payload(out, "argument", s->argument);
	if (payload && !s->avro && s->answer.n > 0)
		put_payload(out, "answer", s->answer);
	buf_putc(out, '}');
}
