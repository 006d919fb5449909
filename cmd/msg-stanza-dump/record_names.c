#include "record_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "capture.h"
#include "msg/trace.h"
#include "xmpp/ns.h"

#define PAYLOAD_MAX	(2 * CAPTURE_STANZA_MAX)
#define KEY_MIN		16		/* bytes of a key's text */
#define KEY_MAX		200
#define PASSWORD	"\"not-recorded\""	/* long enough to be taken */

void
record_names_init(struct record_names *n)
{
	memset(n, 0, sizeof *n);
	map_init(&n->known);
}

void
record_names_clear(struct record_names *n)
{
	map_free(&n->known);
	arena_free(&n->arena);
	free(n->domain);
}

static const char *
known(const struct record_names *n, struct str s)
{
	return map_get(&n->known, s.p, s.n);
}

static void
learn(struct record_names *n, struct str s, const char *name)
{
	if (n->known.count < RECORD_NAMES_MAX)
		map_set(&n->known, s.p, s.n, arena_str(&n->arena, name));
}

void
record_names_jid(struct record_names *n, struct str jid, const char *person)
{
	const char *at = memchr(jid.p, '@', jid.n);
	const char *end = memchr(jid.p, '/', jid.n);

	learn(n, jid, person);
	if (n->domain == NULL && at != NULL && end != NULL && end > at)
		n->domain = mem_strn(at + 1, (size_t)(end - at) - 1);
}

/* --- text ----------------------------------------------------------------- */

/* The text form of a key: base64url of a string of Avro, "M.Page", and what
 * makes it unique. */
static bool
is_key(struct str s)
{
	struct buf raw = BUF_INIT(KEY_MAX);
	struct err e = ERR_INIT;
	size_t len;
	bool is = false;

	if (s.n < KEY_MIN || s.n > KEY_MAX)
		return false;
	if (base64url_get(&raw, s.p, s.n, &e) == 0 && raw.n > 4 &&
	    (raw.p[0] & 0x81) == 0) {
		len = (size_t)raw.p[0] / 2;
		is = len >= 3 && raw.n > len + 1 && raw.p[2] == '.';
		for (size_t i = 1; is && i <= len; i++)
			is = raw.p[i] > ' ' && raw.p[i] < 0x7f;
	}
	buf_free(&raw);
	return is;
}

/* Domains behind an "@", or alone. */
static void
put_domains(struct buf *out, const struct record_names *n, struct str s)
{
	size_t len = n->domain == NULL ? 0 : strlen(n->domain);
	const char *p = s.p, *end = s.p + s.n, *at;

	if (len > 0 && str_is(s, n->domain)) {
		buf_lit(out, "{domain}");
		return;
	}
	while (len > 0 && (at = memchr(p, '@', (size_t)(end - p))) != NULL &&
	    (size_t)(end - at) > len) {
		buf_put(out, p, (size_t)(at - p) + 1);
		p = at + 1;
		if (memcmp(p, n->domain, len) == 0) {
			buf_lit(out, "{domain}");
			p += len;
		}
	}
	buf_put(out, p, (size_t)(end - p));
}

static void
put_text(struct buf *out, struct record_names *n, struct str s, bool received)
{
	const char *name = known(n, s);
	char made[32];

	if (name == NULL && received && is_key(s)) {
		snprintf(made, sizeof made, "key%u", ++n->keys);
		learn(n, s, made);
		name = known(n, s);
	}
	if (name != NULL)
		buf_printf(out, "{%s}", name);
	else
		put_domains(out, n, s);
}

/* A number that stands for a revision or a watch.  As text and as a number of
 * JSON it has two names: the player compares types. */
static bool
put_number(struct buf *out, struct record_names *n, const char *what,
    struct str s, bool received)
{
	char key[64], name[64];

	if (s.n == 0 || s.n > 20)
		return false;
	snprintf(key, sizeof key, "\001%s%.*s", what, (int)s.n, s.p);
	if (received && known(n, str_of(key)) == NULL) {
		snprintf(name, sizeof name, "%s%.*s", what, (int)s.n, s.p);
		learn(n, str_of(key), name);
	}
	if (known(n, str_of(key)) == NULL)
		return false;
	buf_printf(out, "{%s}", known(n, str_of(key)));
	return true;
}

/* --- payloads ------------------------------------------------------------- */

static bool
is_time(struct str member)
{
	return str_is(member, "time") || (member.n > 3 &&
	    memcmp(member.p + member.n - 3, "_us", 3) == 0);
}

static void
put_scalar(struct buf *out, struct record_names *n, const struct json *j,
    bool received)
{
	struct buf text = BUF_INIT(PAYLOAD_MAX);
	const char *what = str_is(j->key, "_rev") || str_is(j->key, "rev") ?
	    "n-rev" : str_is(j->key, "watch") ? "n-watch" : NULL;

	if (received && is_time(j->key)) {
		buf_lit(out, "\"{any}\"");
	} else if (j->type == JSON_NUMBER && what != NULL &&
	    put_number(&text, n, what, j->raw, received)) {
		buf_puts(out, received ? "\"" : "");
		buf_put(out, text.p, text.n);
		buf_puts(out, received ? "\"" : "");
	} else if (j->type == JSON_STRING) {
		put_text(&text, n, j->text, received);
		json_put_string(out, text.p, text.n);
	} else {
		buf_put(out, j->raw.p, j->raw.n);
	}
	buf_free(&text);
}

/* The parser has limited the depth. */
static void
put_json(struct buf *out, struct record_names *n, const struct json *j,
    bool received)
{
	bool object = j->type == JSON_OBJECT;

	if (!object && j->type != JSON_ARRAY) {
		put_scalar(out, n, j, received);
		return;
	}
	buf_putc(out, object ? '{' : '[');
	for (const struct json *c = j->first; c != NULL; c = c->next) {
		if (object) {
			json_put_str(out, c->key);
			buf_lit(out, ": ");
		}
		put_json(out, n, c, received);
		if (c->next != NULL)
			buf_lit(out, ", ");
	}
	buf_putc(out, object ? '}' : ']');
}

static const char secret[] = "\"" TRACE_MASK "\"";

static void
put_masked(struct buf *out, const struct buf *json)
{
	size_t len = sizeof secret - 1;

	for (size_t i = 0; i < json->n; i++) {
		if (i + len <= json->n && memcmp(json->p + i, secret,
		    len) == 0) {
			buf_lit(out, PASSWORD);
			i += len - 1;
		} else {
			buf_putc(out, json->p[i]);
		}
	}
}

/* "base64:" and what it is of; counts of a server's life are not compared. */
static bool
put_payload(struct buf *out, struct record_names *n, const struct stanza *st,
    bool received)
{
	struct arena a = ARENA_INIT;
	struct buf raw = BUF_INIT(PAYLOAD_MAX), json = BUF_INIT(PAYLOAD_MAX);
	struct buf masked = BUF_INIT(PAYLOAD_MAX);
	struct str text = stanza_text(st);
	struct err e = ERR_INIT;
	const struct json *j;
	bool done = false;

	if (base64_get_ws(&raw, text.p, text.n, &e) == 0 && raw.n > 0 &&
	    utf8_check(raw.p, raw.n) == raw.n) {
		trace_mask_json(&masked, raw.p, raw.n);
		j = json_parse(&a, masked.p, masked.n, NULL, &e);
		buf_lit(out, "base64:");
		if (j != NULL && received && strcmp(st->name, "status") == 0)
			buf_lit(out, "{\"...\": 0}");
		else if (j == NULL)
			buf_put(out, masked.p, masked.n);
		else
			put_json(&json, n, j, received);
		put_masked(out, &json);
		done = !buf_full(out);
	}
	arena_free(&a);
	buf_free(&raw);
	buf_free(&json);
	buf_free(&masked);
	return done;
}

/* --- stanzas -------------------------------------------------------------- */

static void
put_attribute(struct buf *out, struct record_names *n,
    const struct stanza *st, const struct stanza_attr *at, bool received)
{
	bool ours = strcmp(st->ns, NS_M) == 0;
	const char *what = !ours ? NULL : strcmp(at->name, "watch") == 0 ?
	    "watch" : strcmp(at->name, "rev") == 0 ||
	    strcmp(at->name, "base") == 0 || strcmp(at->name, "from") == 0 ?
	    "rev" : NULL;
	bool own_id = strcmp(at->name, "id") == 0 && st->parent == NULL &&
	    strcmp(st->ns, NS_SM) == 0;

	if (received && (own_id || strcmp(at->name, "time") == 0 ||
	    strcmp(at->name, "stamp") == 0))
		buf_lit(out, "{any}");
	else if (what == NULL || !put_number(out, n, what, at->value, received))
		put_text(out, n, at->value, received);
}

static void
rename_attributes(struct record_names *n, struct arena *a, struct stanza *st,
    bool received)
{
	for (unsigned i = 0; i < st->nattrs; i++) {
		struct buf text = BUF_INIT(PAYLOAD_MAX);

		put_attribute(&text, n, st, &st->attrs[i], received);
		st->attrs[i].value = (struct str){
			arena_strn(a, text.p, text.n), text.n };
		buf_free(&text);
	}
}

static void
rename_text(struct record_names *n, struct stanza *st, bool received)
{
	struct buf text = BUF_INIT(PAYLOAD_MAX);
	struct str now = stanza_text(st);

	if (now.n == 0 || stanza_first(st) != NULL)
		return;
	if (stanza_is(st, "utc", NS_TIME) && received)
		buf_lit(&text, "{any}");
	else if (strcmp(st->ns, NS_M) != 0 ||
	    !put_payload(&text, n, st, received))
		put_text(&text, n, now, received);
	stanza_set_text(st, text.p, text.n);
	buf_free(&text);
}

const struct stanza *
record_names_put(struct record_names *n, struct arena *a,
    const struct stanza *st, bool received)
{
	struct stanza *top = stanza_copy(a, trace_mask(a, st));

	for (struct stanza *at = top; at != NULL; at = stanza_walk(top, at)) {
		if (at->name == NULL)
			continue;
		rename_attributes(n, a, at, received);
		rename_text(n, at, received);
	}
	return top;
}
