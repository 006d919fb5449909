#include "xmpp/client_stanza.h"

#include <string.h>

#include <strophe.h>

#include "xmpp/ns.h"

#define DEPTH_MAX	32	/* levels that are looked at */
#define ATTRS_MAX	64

static void
copy_attrs(struct stanza *to, xmpp_stanza_t *from)
{
	const char *pairs[2 * ATTRS_MAX];
	int n = xmpp_stanza_get_attributes(from, pairs, 2 * ATTRS_MAX);

	for (int i = 0; i + 1 < n; i += 2)
		if (strcmp(pairs[i], "xmlns") != 0)
			stanza_set(to, pairs[i], pairs[i + 1]);
}

static void
copy_children(struct stanza *to, xmpp_stanza_t *from, int depth)
{
	xmpp_stanza_t *s = xmpp_stanza_get_children(from);

	for (; s != NULL && depth < DEPTH_MAX; s = xmpp_stanza_get_next(s)) {
		const char *text = xmpp_stanza_get_text_ptr(s);
		struct stanza *child;

		if (xmpp_stanza_is_text(s)) {
			stanza_add_text(to, text, strlen(text));
			continue;
		}
		child = stanza_add(to, xmpp_stanza_get_name(s),
		    xmpp_stanza_get_ns(s));
		copy_attrs(child, s);
		copy_children(child, s, depth + 1);
	}
}

/* libstrophe writes what is of the stream's own namespace with its prefix. */
struct stanza *
client_stanza(struct arena *a, struct _xmpp_stanza_t *from)
{
	const char *name = xmpp_stanza_get_name(from);
	const char *ns = xmpp_stanza_get_ns(from);
	struct stanza *st;

	if (strncmp(name, "stream:", 7) == 0) {
		name += 7;
		ns = NS_STREAM;
	}
	st = stanza_new(a, name, ns == NULL ? NS_CLIENT : ns);
	copy_attrs(st, from);
	copy_children(st, from, 0);
	return st;
}
