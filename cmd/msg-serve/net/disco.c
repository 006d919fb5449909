#include "net/disco.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "options.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define TEXT_MAX	((size_t)64 << 10)

struct disco {
	struct buf server, account, caps, node;
};

struct identity {
	const char *category, *type, *name;
};

static const struct identity server_is[] = {
	{ "pubsub", "service", "Message" },
	{ "server", "im", "Message" },
};

static const struct identity account_is[] = {
	{ "account", "registered", "" },
};

/* What a feature promises is kept by the rows of iq.c and by the facades. */
static const char *const account_features[] = {
	NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, NS_TIME, NS_VERSION,
};

static const char *const server_features[] = {
	NS_CAPS, NS_CARBONS, NS_COMMANDS, NS_DISCO_INFO, NS_DISCO_ITEMS, NS_M,
	NS_PING,
	NS_REGISTER, NS_RSM,
	NS_TIME, NS_VERSION,
	NS_PUBSUB, NS_PUBSUB "#access-whitelist", NS_PUBSUB "#collections",
	NS_PUBSUB "#config-node", NS_PUBSUB "#create-and-configure",
	NS_PUBSUB "#create-nodes", NS_PUBSUB "#delete-items",
	NS_PUBSUB "#delete-nodes", NS_PUBSUB "#item-ids",
	NS_PUBSUB "#meta-data", NS_PUBSUB "#persistent-items",
	NS_PUBSUB "#publish", NS_PUBSUB "#purge-nodes",
	NS_PUBSUB "#retract-items",
	NS_PUBSUB "#retrieve-items", NS_PUBSUB "#retrieve-subscriptions",
	NS_PUBSUB "#rsm", NS_PUBSUB "#subscribe",
};

#define COUNT(a)	(sizeof (a) / sizeof (a)[0])

static void
put_identities(struct buf *out, const struct identity *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_lit(out, "<identity");
		xml_attr(out, "category", v[i].category);
		xml_attr(out, "type", v[i].type);
		if (v[i].name[0] != '\0')
			xml_attr(out, "name", v[i].name);
		buf_lit(out, "/>");
	}
}

static void
put_features(struct buf *out, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_lit(out, "<feature");
		xml_attr(out, "var", v[i]);
		buf_lit(out, "/>");
	}
}

static void
put_form(struct buf *out, const struct disco_form *f)
{
	if (f->type == NULL)
		return;
	buf_lit(out, "<x xmlns=\"" NS_DATA "\" type=\"result\">"
	    "<field var=\"FORM_TYPE\" type=\"hidden\"><value>");
	buf_puts(out, f->type);
	buf_lit(out, "</value></field><field");
	xml_attr(out, "var", f->var);
	buf_lit(out, " type=\"list-multi\">");
	for (size_t i = 0; i < f->count; i++) {
		buf_lit(out, "<value>");
		xml_text(out, f->values[i], strlen(f->values[i]));
		buf_lit(out, "</value>");
	}
	buf_lit(out, "</field></x>");
}

/* --- the hash ------------------------------------------------------------ */

static int
by_octets(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each with "<" behind it, in the order of their bytes. */
static void
put_sorted(struct buf *out, const char *const *v, size_t n)
{
	const char **sorted = mem_alloc((n + 1) * sizeof *sorted);

	for (size_t i = 0; i < n; i++)
		sorted[i] = v[i];
	qsort(sorted, n, sizeof *sorted, by_octets);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s<", sorted[i]);
	free(sorted);
}

void
disco_hash(const char *const *identities, size_t nidentities,
    const char *const *features, size_t nfeatures,
    const struct disco_form *form, struct buf *out)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	put_sorted(&text, identities, nidentities);
	put_sorted(&text, features, nfeatures);
	if (form->type != NULL) {
		buf_printf(&text, "%s<%s<", form->type, form->var);
		put_sorted(&text, form->values, form->count);
	}
	if (EVP_Digest(text.p, text.n, digest, &n, EVP_sha1(), NULL) == 1)
		base64_put(out, digest, n);
	buf_free(&text);
}

static void
make_caps(struct disco *d, const struct disco_form *form)
{
	struct buf names[COUNT(server_is)], ver = BUF_INIT(TEXT_MAX);
	const char *identities[COUNT(server_is)];

	for (size_t i = 0; i < COUNT(server_is); i++) {
		buf_init(&names[i], TEXT_MAX);
		buf_printf(&names[i], "%s/%s//%s", server_is[i].category,
		    server_is[i].type, server_is[i].name);
		identities[i] = buf_cstr(&names[i]);
	}
	disco_hash(identities, COUNT(server_is), server_features,
	    COUNT(server_features), form, &ver);
	buf_printf(&d->node, DISCO_CAPS_NODE "#%s", buf_cstr(&ver));
	buf_lit(&d->caps, "<c xmlns=\"" NS_CAPS "\" hash=\"sha-1\" node=\""
	    DISCO_CAPS_NODE "\"");
	xml_attrn(&d->caps, "ver", ver.p, ver.n);
	buf_lit(&d->caps, "/>");
	for (size_t i = 0; i < COUNT(server_is); i++)
		buf_free(&names[i]);
	buf_free(&ver);
}

struct disco *
disco_new(const struct serve_options *opt)
{
	struct disco *d = mem_zero(sizeof *d);
	struct disco_form contact = {
		.type = opt->contacts.n > 0 ? NS_SERVERINFO : NULL,
		.var = "admin-addresses", .values = opt->contacts.v,
		.count = opt->contacts.n };

	buf_init(&d->server, TEXT_MAX);
	buf_init(&d->account, TEXT_MAX);
	buf_init(&d->caps, TEXT_MAX);
	buf_init(&d->node, TEXT_MAX);
	put_identities(&d->server, server_is, COUNT(server_is));
	put_features(&d->server, server_features, COUNT(server_features));
	put_form(&d->server, &contact);
	put_identities(&d->account, account_is, COUNT(account_is));
	put_features(&d->account, account_features, COUNT(account_features));
	make_caps(d, &contact);
	return d;
}

void
disco_free(struct disco *d)
{
	if (d == NULL)
		return;
	buf_free(&d->server);
	buf_free(&d->account);
	buf_free(&d->caps);
	buf_free(&d->node);
	free(d);
}

void
disco_put_server(const struct disco *d, struct buf *out)
{
	buf_put(out, d->server.p, d->server.n);
}

void
disco_put_account(const struct disco *d, struct buf *out)
{
	buf_put(out, d->account.p, d->account.n);
}

void
disco_put_caps(const struct disco *d, struct buf *out)
{
	buf_put(out, d->caps.p, d->caps.n);
}

bool
disco_is_caps(const struct disco *d, const char *node)
{
	return str_is((struct str){ d->node.p, d->node.n }, node);
}
