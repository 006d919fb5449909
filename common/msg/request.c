#include "msg/request.h"

#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/text.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

static int
read_number(const struct stanza *st, const char *name, uint64_t *out,
    bool *given, struct err *e)
{
	struct str s = stanza_attr_str(st, name);

	if (given != NULL)
		*given = s.p != NULL;
	if (s.p == NULL)
		return 0;
	if (text_number(s.p, s.n, INT64_MAX, out) < 0)
		return err_set(e, ERR_ARGUMENT, "attribute '%s' is no "
		    "number: '%.*s'", name, (int)s.n, s.p);
	return 0;
}

/* The empty tree before the first revision is none to ask for: 0 is what a
 * variable has that was never set, and must not mean "any". */
static int
read_revision(const struct stanza *st, const char *name, uint64_t *out,
    struct err *e)
{
	bool given;

	if (read_number(st, name, out, &given, e) < 0)
		return -1;
	return !given || *out > 0 ? 0 : err_set(e, ERR_ARGUMENT,
	    "attribute '%s' is 0: the first revision is 1", name);
}

/* RFC 3339, or a day of it. */
static int
read_time(const struct stanza *st, const char *name, int64_t *out,
    struct err *e)
{
	struct str s = stanza_attr_str(st, name);

	if (s.p != NULL && clock_parse(s.p, s.n, out) < 0 &&
	    clock_parse_day(s.p, s.n, out) < 0)
		return err_set(e, ERR_ARGUMENT, "attribute '%s' is no time "
		    "such as 2010-04-21T12:00:00Z or 2010-04-21: '%.*s'",
		    name, (int)s.n, s.p);
	return 0;
}

/* XEP-0059 2.1: a page goes on after the last one's revision, which is to
 * say before it in time.  Only forwards: 2.5 says how the rest is refused. */
static int
read_page(const struct stanza *set, struct request *r, struct err *e)
{
	struct { const char *name; uint64_t *number; bool *given; } rows[] = {
		{ "max", &r->max, &r->has_max },
		{ "after", &r->before, NULL },
	};

	r->paged = true;
	if (stanza_child(set, "before", NS_RSM) != NULL ||
	    stanza_child(set, "index", NS_RSM) != NULL)
		return err_set(e, ERR_UNIMPLEMENTED, "pages go on with "
		    "<after/> alone: from new to old");
	for (size_t i = 0; i < 2; i++) {
		const struct stanza *c = stanza_child(set, rows[i].name,
		    NS_RSM);
		struct str s = c == NULL ? STR_NONE : stanza_text(c);

		if (s.n > 0 && text_number(s.p, s.n, INT64_MAX,
		    rows[i].number) < 0)
			return err_set(e, ERR_ARGUMENT, "<%s/> of a page is "
			    "no number: '%.*s'", rows[i].name, (int)s.n, s.p);
		if (s.n > 0 && rows[i].given != NULL)
			*rows[i].given = true;
		if (s.n > 0 && rows[i].given == NULL && *rows[i].number == 0)
			return err_set(e, ERR_ARGUMENT, "<%s/> of a page is "
			    "0: the first revision is 1", rows[i].name);
	}
	return 0;
}

/* 32 hexadecimal digits, as a UUID with or without its dashes. */
static int
read_txid(const struct stanza *st, struct request *r, struct err *e)
{
	struct str s = stanza_attr_str(st, "txid");
	struct buf digits = BUF_INIT(2 * REQUEST_TXID);
	struct buf bytes = BUF_INIT(REQUEST_TXID);

	if (s.p == NULL)
		return 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '-')
			buf_putc(&digits, s.p[i]);
	r->has_txid = !buf_full(&digits) &&
	    hex_get(&bytes, digits.p, digits.n) == 0 &&
	    bytes.n == REQUEST_TXID;
	if (r->has_txid)
		memcpy(r->txid, bytes.p, REQUEST_TXID);
	buf_free(&digits);
	buf_free(&bytes);
	if (!r->has_txid)
		return err_set(e, ERR_ARGUMENT,
		    "attribute 'txid' is no UUID: '%.*s'", (int)s.n, s.p);
	return 0;
}

static int
read_attributes(struct request *r, const struct stanza *iq,
    const struct stanza *st, struct err *e)
{
	r->branch = stanza_attr_str(st, "branch");
	r->as = stanza_attr_str(st, "as");
	r->match = stanza_attr_str(st, "match");
	r->message = stanza_attr_str(st, "message");
	r->author = stanza_attr_str(st, "author");
	r->schema = stanza_attr_str(st, "schema");
	r->compatibility = stanza_attr_str(st, "compatibility");
	if (r->message.p == NULL)
		r->message = stanza_attr_str(iq, "message");
	if (r->as.n > 0 && !str_is(r->as, "json") &&
	    !str_is(r->as, "avro") && !str_is(r->as, "explain") &&
	    !str_is(r->as, "diff"))
		return err_set(e, ERR_ARGUMENT, "attribute 'as' is 'json', "
		    "'avro', 'explain' or 'diff', not '%.*s'", (int)r->as.n,
		    r->as.p);
	if (read_revision(st, "rev", &r->rev, e) < 0 ||
	    read_revision(st, "base", &r->base, e) < 0 ||
	    read_number(st, "watch", &r->watch, NULL, e) < 0 ||
	    read_number(st, "max", &r->max, &r->has_max, e) < 0 ||
	    read_revision(st, "before", &r->before, e) < 0 ||
	    read_time(st, "since", &r->since_us, e) < 0 ||
	    read_time(st, "until", &r->until_us, e) < 0 ||
	    read_number(st, "from", &r->from, &r->has_from, e) < 0)
		return -1;
	return read_txid(st, r, e);
}

int
request_read(struct request *r, const struct stanza *iq,
    struct buf *argument, struct err *e)
{
	const struct stanza *st = stanza_first(iq);
	const struct stanza *page;
	const char *type = stanza_attr(iq, "type");
	enum msg_verb verb;
	struct str text;
	size_t start = argument->n;

	memset(r, 0, sizeof *r);
	r->id = stanza_attr_str(iq, "id");
	r->to = stanza_attr_str(iq, "to");
	if (st == NULL || strcmp(st->ns, NS_M) != 0)
		return err_set(e, ERR_UNIMPLEMENTED, "no command");
	verb = type != NULL && strcmp(type, "set") == 0 ? MSG_set : MSG_get;
	r->command = msg_command_find(verb, str_of(st->name));
	if (r->command == NULL)
		return err_set(e, ERR_UNIMPLEMENTED, "no command '%s-%s'",
		    msg_verb_word(verb), st->name);
	if (read_attributes(r, iq, st, e) < 0)
		return -1;
	page = stanza_first(st);
	if (page != NULL && strcmp(page->name, "set") == 0 &&
	    strcmp(page->ns, NS_RSM) == 0) {
		if (read_page(page, r, e) < 0)
			return -1;
	} else if (page != NULL) {
		return err_set(e, ERR_SYNTAX, "the argument of '%s' is base64, "
		    "not elements", r->command->word);
	}
	text = stanza_text(st);
	if (base64_get_ws(argument, text.p, text.n, e) < 0)
		return -1;
	r->argument = (struct str){ argument->p == NULL ? "" :
	    argument->p + start, argument->n - start };
	if (utf8_check(r->argument.p, r->argument.n) != r->argument.n &&
	    !str_is(r->as, "avro"))
		return err_set(e, ERR_SYNTAX, "the argument of '%s' is no "
		    "UTF-8", r->command->word);
	return 0;
}

static void
keep(struct arena *a, struct str *s)
{
	if (s->p != NULL)
		s->p = arena_strn(a, s->p, s->n);
}

struct request *
request_copy(struct arena *a, const struct request *r)
{
	struct request *copy = arena_dup(a, r, sizeof *r);

	keep(a, &copy->id);
	keep(a, &copy->to);
	keep(a, &copy->argument);
	keep(a, &copy->branch);
	keep(a, &copy->as);
	keep(a, &copy->message);
	keep(a, &copy->match);
	keep(a, &copy->author);
	keep(a, &copy->compatibility);
	keep(a, &copy->schema);
	copy->iq = stanza_copy(a, r->iq);
	return copy;
}

static void
put_number(struct buf *out, const char *name, uint64_t v)
{
	if (v == 0)
		return;
	buf_putc(out, ' ');
	buf_puts(out, name);
	buf_lit(out, "=\"");
	buf_putu(out, v);
	buf_putc(out, '"');
}

static void
put_iq(struct buf *out, const char *type, struct str id, struct str from)
{
	buf_lit(out, "<iq type=\"");
	buf_puts(out, type);
	buf_putc(out, '"');
	if (id.p != NULL)
		xml_attrn(out, "id", id.p, id.n);
	if (from.n > 0)
		xml_attrn(out, "from", from.p, from.n);
	buf_putc(out, '>');
}

void
answer_head(struct buf *out, const struct request *r)
{
	put_iq(out, "result", r->id, r->to);
}

void
answer_body(struct buf *out, const struct request *r,
    const struct answer *a, const void *payload, size_t n)
{
	const char *name = r->command->name;

	buf_putc(out, '<');
	buf_puts(out, name);
	buf_lit(out, " xmlns=\"" NS_M "\"");
	put_number(out, "rev", a->rev);
	put_number(out, "watch", a->watch);
	if (a->match.n > 0)
		xml_attrn(out, "match", a->match.p, a->match.n);
	if (a->as.n > 0)
		xml_attrn(out, "as", a->as.p, a->as.n);
	if (n == 0 && a->first == 0) {
		buf_lit(out, "/></iq>");
		return;
	}
	buf_putc(out, '>');
	base64_put(out, payload, n);
	if (a->first != 0) {
		buf_lit(out, "<set xmlns=\"" NS_RSM "\"><first>");
		buf_putu(out, a->first);
		buf_lit(out, "</first><last>");
		buf_putu(out, a->last);
		buf_lit(out, "</last></set>");
	}
	buf_lit(out, "</");
	buf_puts(out, name);
	buf_lit(out, "></iq>");
}

void
answer_result(struct buf *out, const struct request *r,
    const struct answer *a, const void *payload, size_t n)
{
	answer_head(out, r);
	answer_body(out, r, a, payload, n);
}

void
answer_error_element(struct buf *out, const struct err *e,
    const char *condition, const char *type, bool ours, struct str detail)
{
	stanza_write_error(out,
	    condition == NULL ? err_condition(e->code) : condition,
	    type == NULL ? err_type(e->code) : type, e->text);
	if (ours) {
		buf_lit(out, "<error xmlns=\"" NS_M_ERRORS "\"");
		xml_attr(out, "code", err_word(e->code));
		if (e->action >= 0)
			buf_printf(out, " action=\"%d\"", e->action);
		if (e->path[0] != '\0')
			xml_attr(out, "path", e->path);
		if (e->at[0] != '\0')
			xml_attr(out, "at", e->at);
		if (detail.n > 0) {
			buf_putc(out, '>');
			base64_put(out, detail.p, detail.n);
			buf_lit(out, "</error>");
		} else {
			buf_lit(out, "/>");
		}
	}
	buf_lit(out, "</error>");
}

void
answer_error(struct buf *out, struct str id, struct str from,
    const struct err *e, bool ours, struct str detail)
{
	put_iq(out, "error", id, from);
	answer_error_element(out, e, NULL, NULL, ours, detail);
	buf_lit(out, "</iq>");
}
