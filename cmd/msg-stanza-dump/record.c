#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"
#include "record_names.h"
#include "xmpp/ns.h"

#define PERSON_MAX	32

/* One connection; everybody has a name of the play. */
struct person {
	struct person *next;
	unsigned conn;
	char name[PERSON_MAX];
	bool there;			/* logged in, and not gone */
	bool leaving;			/* said the stream's end */
};

struct record {
	const char *path;
	struct buf text;
	struct record_names names;
	struct person *people, *speaker;	/* of the block that is open */
	unsigned count;
	bool sends;			/* the block is of what he sends */
	bool mixed;			/* a login while he is there */
};

static const char *const persons[] = { "Romeo", "Juliet", "Mercutio",
    "Benvolio", "Tybalt", "Paris", "Nurse" };

int
record_new(struct record **out, const char *path, struct err *e)
{
	struct record *r = mem_zero(sizeof *r);

	r->path = path;
	buf_init(&r->text, RECORD_MAX);
	record_names_init(&r->names);
	buf_lit(&r->text, "# Recorded by msg-stanza-dump; tests/xmpp/README "
	    "says how it is played.\n\n");
	if (fs_replace(path, r->text.p, r->text.n, 0644, e) < 0) {
		record_free(r);
		return err_prefix(e, "--record");
	}
	*out = r;
	return 0;
}

void
record_free(struct record *r)
{
	if (r == NULL)
		return;
	while (r->people != NULL) {
		struct person *p = r->people;

		r->people = p->next;
		free(p);
	}
	record_names_clear(&r->names);
	buf_free(&r->text);
	free(r);
}

static struct person *
person_of(struct record *r, unsigned conn)
{
	struct person *p = r->people;

	while (p != NULL && p->conn != conn)
		p = p->next;
	return p;
}

/* --- sentences ------------------------------------------------------------ */

static void __attribute__((format(printf, 2, 3)))
sentence(struct record *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&r->text, fmt, ap);
	va_end(ap);
	buf_putc(&r->text, '\n');
	r->speaker = NULL;
}

/* Was he made in this very session? */
static bool
made_here(struct record *r, const char *user)
{
	struct buf made = BUF_INIT(4000);
	bool was;

	buf_printf(&made, "\"name\": \"%s\"", user);
	was = strstr(buf_cstr(&r->text), buf_cstr(&made)) != NULL;
	buf_free(&made);
	return was;
}

/* A new one for each login: a connection may have several. */
static void
logged_in(struct record *r, unsigned conn, struct str jid)
{
	struct person *p = mem_zero(sizeof *p);
	const char *at = memchr(jid.p, '@', jid.n);
	char who[PERSON_MAX];
	struct buf user = BUF_INIT(3000);

	if (at == NULL || r->count >= 10000) {
		free(p);
		return;
	}
	if (r->count < sizeof persons / sizeof persons[0])
		snprintf(p->name, sizeof p->name, "%s", persons[r->count]);
	else
		snprintf(p->name, sizeof p->name, "Guest%u", r->count);
	snprintf(who, sizeof who, "%s", p->name);
	who[0] = (char)(who[0] | 0x20);
	r->count++;
	p->conn = conn;
	p->there = true;
	p->next = r->people;
	r->people = p;
	record_names_jid(&r->names, jid, who);
	text_escape(&user, jid.p, (size_t)(at - jid.p), 0);
	if (made_here(r, buf_cstr(&user))) {
		sentence(r, "\n%s connects as %s with password not-recorded.",
		    p->name, buf_cstr(&user));
	} else {
		if (strcmp(buf_cstr(&user), "admin") != 0)
			sentence(r, "\nThere is a user %s with password "
			    "not-recorded and roles read:/ write:/.",
			    buf_cstr(&user));
		sentence(r, "%s connects as %s.", p->name, buf_cstr(&user));
	}
	buf_free(&user);
}

/* On one line; what a line cannot have is a character reference. */
static void
put_stanza(struct record *r, struct person *p, const struct stanza *st,
    bool sends)
{
	struct arena a = ARENA_INIT;
	struct buf xml = BUF_INIT(RECORD_MAX);

	if (r->speaker != p || r->sends != sends) {
		sentence(r, "\n%s %s:", p->name, sends ? "sends" : "receives");
		r->speaker = p;
		r->sends = sends;
	}
	stanza_write(&xml, record_names_put(&r->names, &a, st, !sends),
	    NS_CLIENT);
	buf_putc(&r->text, '\t');
	for (size_t i = 0; i < xml.n; i++) {
		if ((unsigned char)xml.p[i] < ' ')
			buf_printf(&r->text, "&#%d;", xml.p[i]);
		else
			buf_putc(&r->text, xml.p[i]);
	}
	buf_putc(&r->text, '\n');
	buf_free(&xml);
	arena_free(&a);
}

static void
leave(struct record *r, struct person *p)
{
	if (p->there)
		sentence(r, p->leaving ? "\n%s disconnects." :
		    "\n%s's connection is lost.", p->name);
	p->there = false;
}

/* --- what comes ----------------------------------------------------------- */

/* The JID in an answer to bind (RFC 6120 7.6), or after SASL2. */
static struct str
bound_jid(const struct stanza *st)
{
	const struct stanza *bind = stanza_child(st, "bind", NS_BIND);

	if (stanza_is(st, "success", NS_SASL2))
		return stanza_text(stanza_child(st,
		    "authorization-identifier", NS_SASL2));
	if (bind == NULL || !str_is(stanza_attr_str(st, "type"), "result"))
		return STR_NONE;
	return stanza_text(stanza_child(bind, "jid", NS_BIND));
}

static void
take_end(struct record *r, struct person *p, bool sends)
{
	if (sends) {
		p->leaving = true;
	} else if (p->leaving) {
		leave(r, p);
	} else {
		sentence(r, "\n%s's stream ends.", p->name);
		p->there = false;
	}
}

/* Lines of a log do not say whose they are: who is logged in and logs in is
 * another connection. */
static bool
is_login(const struct stanza *st, bool sends)
{
	return sends ? stanza_is(st, "auth", NS_SASL) ||
	    stanza_is(st, "authenticate", NS_SASL2) : bound_jid(st).n > 0;
}

void
record_item(struct record *r, const struct item *it)
{
	struct person *p = person_of(r, it->conn);
	bool sends = it->direction != NULL && it->direction[0] == 'R';
	struct str jid;

	if (it->direction == NULL)
		return;
	if (it->kind == ITEM_STANZA && !sends && (p == NULL || !p->there)) {
		jid = bound_jid(it->st);
		if (memchr(jid.p == NULL ? "" : jid.p, '/', jid.n) != NULL)
			logged_in(r, it->conn, jid);
	} else if (p == NULL || !p->there) {
		return;
	} else if (it->kind == ITEM_STANZA) {
		r->mixed |= is_login(it->st, sends);
		put_stanza(r, p, it->st, sends);
	} else if (it->kind == ITEM_END) {
		take_end(r, p, sends);
	}
}

/* The file that record_new made is nothing to be played. */
static int
no_play(const struct record *r, int rc)
{
	(void)unlink(r->path);
	return rc;
}

int
record_end(struct record *r, struct err *e)
{
	for (struct person *p = r->people; p != NULL; p = p->next) {
		p->leaving = true;
		leave(r, p);
	}
	if (r->people == NULL)
		return no_play(r, err_set(e, ERR_INPUT, "--record: nobody "
		    "logged in on a connection whose directions are known"));
	if (r->mixed)
		return no_play(r, err_set(e, ERR_INPUT, "--record: the lines "
		    "are of several connections at once; record each by "
		    "itself, or a capture of them"));
	if (buf_full(&r->text))
		return no_play(r, err_set(e, ERR_LIMIT, "--record: the "
		    "session is over %u bytes", RECORD_MAX));
	return fs_replace(r->path, r->text.p, r->text.n, 0644, e);
}
