#include "net/carbons.h"

#include <string.h>

#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define COPY_MAX	((size_t)1 << 30)	/* the stanza's limit binds */

void
carbons_enable(struct session *s, bool on)
{
	directory_carbons(s->worker->server->directory, s->account->name,
	    s->resource, session_place(s), on);
}

static bool
is_copied(const struct stanza *st)
{
	const char *type = stanza_attr(st, "type");

	if (stanza_child(st, "private", NS_CARBONS) != NULL ||
	    stanza_child(st, "no-copy", NS_HINTS) != NULL ||
	    stanza_child(st, "sent", NS_CARBONS) != NULL ||
	    stanza_child(st, "received", NS_CARBONS) != NULL)
		return false;
	if (type == NULL || strcmp(type, "normal") == 0)
		return stanza_child(st, "body", NS_CLIENT) != NULL;
	return strcmp(type, "chat") == 0;
}

/* One user's copies. */
struct copies {
	const char *what;		/* "sent" or "received" */
	const char *domain;
	struct str text;		/* the message */
	const struct place *went;	/* these have it already */
	size_t count;
};

static void
copy_to(void *arg, const char *user, const char *resource, struct place p)
{
	struct copies *c = arg;
	struct buf b = BUF_INIT(COPY_MAX), jid = BUF_INIT(COPY_MAX);

	for (size_t i = 0; i < c->count; i++)
		if (c->went[i].worker == p.worker &&
		    c->went[i].session == p.session)
			return;
	buf_printf(&jid, "%s@%s", user, c->domain);
	buf_lit(&b, "<message type=\"chat\"");
	xml_attr(&b, "from", buf_cstr(&jid));
	buf_printf(&jid, "/%s", resource);
	xml_attr(&b, "to", buf_cstr(&jid));
	buf_printf(&b, "><%s xmlns=\"" NS_CARBONS "\"><forwarded xmlns=\""
	    NS_FORWARD "\">", c->what);
	buf_put(&b, c->text.p, c->text.n);
	buf_printf(&b, "</forwarded></%s></message>", c->what);
	delivery_send(delivery_new(p, b.p, b.n));
	buf_free(&b);
	buf_free(&jid);
}

void
carbons_copy(struct session *s, const struct stanza *st, const char *user,
    const struct place *went, size_t count)
{
	struct directory *d = s->worker->server->directory;
	struct place self = session_place(s);
	struct buf text = BUF_INIT(COPY_MAX);
	struct copies c = { .what = "sent", .went = &self, .count = 1,
		.domain = s->worker->server->opt->domain };

	/* What one sends oneself is seen once. */
	if (!is_copied(st) || strcmp(user, s->account->name) == 0)
		return;
	stanza_write(&text, st, NS_FORWARD);
	c.text = (struct str){ text.p, text.n };
	directory_each_carbon(d, s->account->name, copy_to, &c);
	if (count > 0) {
		c.what = "received";
		c.went = went;
		c.count = count;
		directory_each_carbon(d, user, copy_to, &c);
	}
	buf_free(&text);
}
