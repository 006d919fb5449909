#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"
#include "msg/trace_want.h"
#include "payload.h"
#include "xmpp/ns.h"

#define PAYLOAD_MAX	(16u << 20)

typedef bool key_fn(const struct item *it, struct str value);

static key_fn by_element, by_type, by_id, by_jid, by_ns, by_command, by_path;

static const struct key {
	const char *name;
	key_fn *fn;
} keys[] = {
	{ "command", by_command }, { "element", by_element },
	{ "id", by_id }, { "jid", by_jid }, { "ns", by_ns },
	{ "path", by_path }, { "type", by_type },
};

struct filter {
	struct condition {
		key_fn *fn;
		struct str value;
	} all[OPT_LIST_MAX];
	size_t n;
};

/* --- stanzas, and lines of a trace -------------------------------------- */

static const struct stanza *
child(const struct item *it)
{
	return it->st == NULL ? NULL : stanza_first(it->st);
}

/* In an error: its condition, or what more is said of it. */
static bool
has_element(const struct stanza *error, struct str value)
{
	const struct stanza *c = error == NULL ? NULL : stanza_first(error);

	while (c != NULL && !str_is(value, c->name))
		c = stanza_next(c);
	return c != NULL;
}

static bool
by_element(const struct item *it, struct str value)
{
	const struct stanza *c = child(it);

	if (it->st == NULL)
		return str_is(value, "iq");
	return str_is(value, it->st->name) ||
	    (c != NULL && str_is(value, c->name)) ||
	    has_element(stanza_child(it->st, "error", it->st->ns), value);
}

static bool
by_type(const struct item *it, struct str value)
{
	return it->st == NULL ? str_eq(value, it->line->type) :
	    str_eq(value, stanza_attr_str(it->st, "type"));
}

static bool
by_id(const struct item *it, struct str value)
{
	return it->st == NULL ? str_eq(value, it->line->id) :
	    str_eq(value, stanza_attr_str(it->st, "id"));
}

static bool
is_jid(struct str jid, struct str value)
{
	return jid.n >= value.n && memcmp(jid.p, value.p, value.n) == 0 &&
	    (jid.n == value.n || jid.p[value.n] == '/');
}

static bool
by_jid(const struct item *it, struct str value)
{
	struct str from = stanza_attr_str(it->st, "from");
	struct str to = stanza_attr_str(it->st, "to");

	return (from.p != NULL && is_jid(from, value)) ||
	    (to.p != NULL && is_jid(to, value));
}

static bool
by_ns(const struct item *it, struct str value)
{
	const struct stanza *c = child(it);

	if (it->st == NULL)
		return str_is(value, NS_M);
	return str_is(value, it->st->ns) ||
	    (c != NULL && str_is(value, c->ns));
}

static bool
by_command(const struct item *it, struct str value)
{
	const struct stanza *c = child(it);
	struct buf word = BUF_INIT(1 << 16);
	bool is;

	if (it->st == NULL)
		return it->line->text.n >= value.n &&
		    memcmp(it->line->text.p, value.p, value.n) == 0;
	if (!stanza_is(c, NULL, NS_M))
		return false;
	payload_command(&word, c);
	is = str_is(value, buf_cstr(&word));
	buf_free(&word);
	return is;
}

static bool
by_path(const struct item *it, struct str value)
{
	const struct stanza *c = child(it);
	struct buf raw = BUF_INIT(PAYLOAD_MAX);
	struct str text = it->st == NULL ? it->line->text : STR_NONE;
	struct err e = ERR_INIT;
	const char *quote;
	bool is;

	if (stanza_is(c, NULL, NS_M)) {
		text = stanza_text(c);
		if (base64_get_ws(&raw, text.p, text.n, &e) < 0)
			buf_reset(&raw);
		text = (struct str){ raw.p, raw.n };
	} else if (it->st == NULL && it->line->kind == TRACE_REQUEST &&
	    (quote = memchr(text.p, '\'', text.n)) != NULL) {
		text.n -= (size_t)(quote + 1 - text.p);
		text.p = quote + 1;	/* "get-item '/news'" */
	}
	is = trace_about(text, value);
	buf_free(&raw);
	return is;
}

/* --- all of them --------------------------------------------------------- */

static int
condition(struct condition *out, const char *text, struct err *e)
{
	const char *is = strchr(text, '=');
	struct str name = { text, is == NULL ? 0 : (size_t)(is - text) };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (name.n > 0 && str_is(name, keys[i].name)) {
			out->fn = keys[i].fn;
			out->value = str_of(is + 1);
			return 0;
		}
	return err_set(e, ERR_USAGE, "--filter: '%s' is no KEY=VALUE with "
	    "command, element, id, jid, ns, path or type as its key", text);
}

int
filter_new(struct filter **out, const struct opt_list *list, struct err *e)
{
	struct filter *f = mem_zero(sizeof *f);

	for (; f->n < list->n; f->n++)
		if (condition(&f->all[f->n], list->v[f->n], e) < 0) {
			free(f);
			return -1;
		}
	*out = f;
	return 0;
}

void
filter_free(struct filter *f)
{
	free(f);
}

bool
filter_wants(const struct filter *f, const struct item *it)
{
	if (f->n == 0)
		return true;
	if (it->kind != ITEM_STANZA && it->kind != ITEM_LINE)
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!f->all[i].fn(it, f->all[i].value))
			return false;
	return true;
}
