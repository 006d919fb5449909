#include "xmpp/auth.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define BIND_ID		"bind"
#define SESSION_ID	"session"

static int
bad_jid(const char *jid, struct err *e)
{
	return err_set(e, ERR_CONFIG, "--jid: '%s' is no address of the form "
	    "user@domain", jid);
}

int
auth_init(struct auth *l, const char *jid, const struct secret *password,
    bool external, struct err *e)
{
	const char *slash = strchr(jid, '/'), *at;
	size_t n = slash == NULL ? strlen(jid) : (size_t)(slash - jid);

	*l = (struct auth){ .external = external, .password = password,
	    .jid = BUF_INIT(AUTH_JID_MAX) };
	at = memchr(jid, '@', n);
	if (at == NULL || at == jid || (size_t)(at + 1 - jid) == n)
		return bad_jid(jid, e);
	l->local = (struct str){ jid, (size_t)(at - jid) };
	l->domain = (struct str){ at + 1, n - l->local.n - 1 };
	if (slash != NULL)
		l->resource = str_of(slash + 1);
	return 0;
}

static void
forget(struct auth *l)
{
	if (l->scrambling)
		scram_client_clear(&l->scram);
	l->scrambling = false;
}

void
auth_begin(struct auth *l, bool starttls, bool secured)
{
	forget(l);
	l->starttls = starttls;
	l->secured = secured;
	l->state = AUTH_FEATURES;
	buf_reset(&l->jid);
}

void
auth_clear(struct auth *l)
{
	forget(l);
	buf_free(&l->jid);
}

void
auth_secured(struct auth *l)
{
	l->secured = true;
	l->state = AUTH_FEATURES;
}

/* The first child that is not <text/>, and the text, if any. */
static const char *
condition(const struct stanza *st, const char *ns, struct str *text)
{
	const char *name = NULL;

	*text = stanza_text(stanza_child(st, "text", ns));
	for (const struct stanza *s = stanza_first(st); s != NULL &&
	    name == NULL; s = stanza_next(s))
		if (strcmp(s->name, "text") != 0)
			name = s->name;
	return name == NULL ? "no reason given" : name;
}

int
auth_stream_error(const struct stanza *st, struct err *e)
{
	struct str text;
	const char *name = condition(st, NS_STREAMS, &text);

	return err_set(e, ERR_CONNECT, "the server ended the stream: %s%s%.*s",
	    name, text.n > 0 ? ": " : "", (int)text.n,
	    text.n > 0 ? text.p : "");
}

/* --- SASL ---------------------------------------------------------------- */

static bool
offered(const struct stanza *mechanisms, const char *name)
{
	for (const struct stanza *m = stanza_first(mechanisms); m != NULL;
	    m = stanza_next(m))
		if (strcmp(m->name, "mechanism") == 0 &&
		    str_is(stanza_text(m), name))
			return true;
	return false;
}

static bool
can_use(const struct auth *l, const struct sasl_mech *m)
{
	switch (m->kind) {
	case SASL_EXTERNAL: return l->external && l->secured;
	case SASL_SCRAM: return l->password->p != NULL && !m->plus;
	case SASL_PLAIN: return l->password->p != NULL && l->secured;
	default: return false;
	}
}

static const struct sasl_mech *
pick(const struct auth *l, const struct stanza *mechanisms)
{
	const struct sasl_mech *external = sasl_mech("EXTERNAL");

	if (can_use(l, external) && offered(mechanisms, external->name))
		return external;
	for (const struct sasl_mech *m = sasl_mechs; m->name != NULL; m++) {
		if (can_use(l, m) && offered(mechanisms, m->name))
			return m;
	}
	return NULL;
}

static void
put_sasl(struct buf *out, const char *element, const char *mech,
    const struct buf *data)
{
	buf_printf(out, "<%s xmlns='" NS_SASL "'", element);
	xml_attr(out, "mechanism", mech);
	buf_putc(out, '>');
	base64_put(out, data->p, data->n);
	buf_printf(out, "</%s>", element);
}

static int
first_message(struct auth *l, struct buf *message, struct err *e)
{
	struct buf user = BUF_INIT(AUTH_JID_MAX);
	int rc = -1;

	buf_put(&user, l->local.p, l->local.n);
	if (l->mech->kind == SASL_EXTERNAL) {
		/* As whom, since a certificate may name several. */
		buf_printf(message, "%.*s@%.*s", (int)l->local.n, l->local.p,
		    (int)l->domain.n, l->domain.p);
		rc = 0;
	} else if (l->mech->kind == SASL_PLAIN) {
		sasl_plain_write(message, NULL, buf_cstr(&user), l->password);
		rc = 0;
	} else {
		rc = scram_client_init(&l->scram, l->mech, buf_cstr(&user),
		    NULL, l->password, NULL, false, e);
		l->scrambling = true;
		if (rc == 0)
			rc = scram_client_first(&l->scram, message, e);
	}
	buf_free(&user);
	return rc;
}

static int
start_sasl(struct auth *l, const struct stanza *mechanisms, struct buf *out,
    struct err *e)
{
	struct buf message = BUF_INIT(2 * SCRAM_MESSAGE_MAX);
	int rc;

	l->mech = pick(l, mechanisms);
	if (l->mech == NULL && l->password->p == NULL)
		return err_set(e, ERR_AUTH, "the server does not know users "
		    "by certificate (SASL EXTERNAL); --password-file logs in "
		    "by password");
	if (l->mech == NULL && mechanisms == NULL && !l->secured)
		return err_set(e, ERR_CONNECT, "the server wants TLS; only "
		    "msg-serve --plaintext goes without, as --plaintext does");
	if (l->mech == NULL)
		return err_set(e, ERR_AUTH, "the server offers no way to log "
		    "in that we know%s", l->secured ? "" :
		    " and that does not show the password without TLS");
	rc = first_message(l, &message, e);
	if (rc == 0)
		put_sasl(out, "auth", l->mech->name, &message);
	l->state = l->mech->kind == SASL_SCRAM ? AUTH_CHALLENGE :
	    AUTH_SUCCESS;
	buf_wipe(&message);
	return rc;
}

static int
sasl_refused(const struct auth *l, const struct stanza *st, struct err *e)
{
	struct str text;
	const char *name = condition(st, NS_SASL, &text);
	bool wrong = strcmp(name, "not-authorized") == 0;

	return err_set(e, ERR_AUTH, "login of '%.*s@%.*s' refused: %s%s%.*s%s",
	    (int)l->local.n, l->local.p, (int)l->domain.n, l->domain.p, name,
	    text.n > 0 ? ": " : "", (int)text.n, text.n > 0 ? text.p : "",
	    l->mech->kind == SASL_EXTERNAL ?
	    "; is the certificate of --cert for --jid?" : wrong ?
	    "; see --jid and --password-file" : "");
}

static int
decoded(struct buf *out, const struct stanza *st, struct err *e)
{
	struct str text = stanza_text(st);

	if (base64_get_ws(out, text.p, text.n, e) == 0 && !buf_full(out))
		return 0;
	return err_set(e, ERR_AUTH, "the server's SASL message is malformed");
}

static int
challenged(struct auth *l, const struct stanza *st, struct buf *out,
    struct err *e)
{
	struct buf in = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct buf answer = BUF_INIT(SCRAM_MESSAGE_MAX);
	int rc = decoded(&in, st, e);

	if (rc == 0)
		rc = scram_client_final(&l->scram, in.p, in.n, &answer, e);
	if (rc == 0)
		put_sasl(out, "response", NULL, &answer);
	l->state = AUTH_SUCCESS;
	buf_free(&in);
	buf_free(&answer);
	return rc;
}

/* RFC 5802 5: who cannot sign does not have our password. */
static int
succeeded(struct auth *l, const struct stanza *st, struct err *e)
{
	struct buf in = BUF_INIT(SCRAM_MESSAGE_MAX);
	int rc = 0;

	if (l->mech->kind == SASL_SCRAM) {
		rc = decoded(&in, st, e);
		if (rc == 0)
			rc = scram_client_verify(&l->scram, in.p, in.n, e);
	}
	l->state = AUTH_BIND_FEATURES;
	buf_free(&in);
	return rc;
}

static int
on_sasl(struct auth *l, const struct stanza *st, struct buf *out,
    enum auth_next *next, struct err *e)
{
	bool asked = l->state == AUTH_CHALLENGE || l->state == AUTH_SUCCESS;

	if (asked && strcmp(st->name, "failure") == 0)
		return sasl_refused(l, st, e);
	if (l->state == AUTH_CHALLENGE && strcmp(st->name, "challenge") == 0)
		return challenged(l, st, out, e);
	if (l->state == AUTH_SUCCESS && strcmp(st->name, "success") == 0) {
		*next = AUTH_RESTART;
		return succeeded(l, st, e);
	}
	return err_set(e, ERR_AUTH, "the server answered '%s' in the middle "
	    "of the login", st->name);
}

/* --- features, bind, session --------------------------------------------- */

static int
first_features(struct auth *l, const struct stanza *st, struct buf *out,
    struct err *e)
{
	if (!l->secured && l->starttls) {
		if (stanza_child(st, "starttls", NS_TLS) == NULL)
			return err_set(e, ERR_CONNECT, "the server offers no "
			    "TLS; --plaintext goes without");
		buf_lit(out, "<starttls xmlns='" NS_TLS "'/>");
		l->state = AUTH_PROCEED;
		return 0;
	}
	return start_sasl(l, stanza_child(st, "mechanisms", NS_SASL), out, e);
}

/* XEP-0478; what is no number is no limit. */
static uint64_t
max_bytes(const struct stanza *features)
{
	struct str text = stanza_text(stanza_child(stanza_child(features,
	    "limits", NS_LIMITS), "max-bytes", NS_LIMITS));
	uint64_t n;

	return text_number(text.p, text.n, INT64_MAX, &n) == 0 ? n : 0;
}

static int
bind_features(struct auth *l, const struct stanza *st, struct buf *out,
    struct err *e)
{
	const struct stanza *s = stanza_child(st, "session", NS_SESSION);

	if (stanza_child(st, "bind", NS_BIND) == NULL)
		return err_set(e, ERR_CONNECT, "the server offers no resource "
		    "binding");
	l->wants_session = s != NULL && stanza_child(s, "optional", NULL) ==
	    NULL;
	l->max_bytes = max_bytes(st);
	buf_lit(out, "<iq type='set' id='" BIND_ID "'><bind xmlns='" NS_BIND
	    "'>");
	if (l->resource.n > 0) {
		buf_lit(out, "<resource>");
		xml_text(out, l->resource.p, l->resource.n);
		buf_lit(out, "</resource>");
	}
	buf_lit(out, "</bind></iq>");
	l->state = AUTH_BIND;
	return 0;
}

static int
bound(struct auth *l, const struct stanza *st, struct buf *out,
    enum auth_next *next, struct err *e)
{
	const char *type = stanza_attr(st, "type");
	struct str jid, text;

	if (type == NULL || strcmp(type, "result") != 0)
		return err_set(e, ERR_CONNECT, "the server refused to bind: "
		    "%s", condition(stanza_child(st, "error", NULL),
		    NS_STANZAS, &text));
	jid = stanza_text(stanza_child(stanza_child(st, "bind", NS_BIND),
	    "jid", NULL));
	buf_put(&l->jid, jid.p, jid.n);
	if (l->wants_session) {
		buf_lit(out, "<iq type='set' id='" SESSION_ID "'><session "
		    "xmlns='" NS_SESSION "'/></iq>");
		l->state = AUTH_SESSION;
		return 0;
	}
	*next = AUTH_DONE;
	l->state = AUTH_OVER;
	return 0;
}

static bool
answers(const struct stanza *st, const char *id)
{
	const char *has = stanza_attr(st, "id");

	return strcmp(st->name, "iq") == 0 && has != NULL &&
	    strcmp(has, id) == 0;
}

static int
on_features(struct auth *l, const struct stanza *st, struct buf *out,
    struct err *e)
{
	if (l->state == AUTH_FEATURES)
		return first_features(l, st, out, e);
	if (l->state == AUTH_BIND_FEATURES)
		return bind_features(l, st, out, e);
	return 0;
}

static int
on_tls(struct auth *l, const struct stanza *st, enum auth_next *next,
    struct err *e)
{
	if (l->state != AUTH_PROCEED || strcmp(st->name, "proceed") != 0)
		return err_set(e, ERR_CONNECT, "the server offers TLS but "
		    "does not start it; see its log");
	*next = AUTH_START_TLS;
	return 0;
}

int
auth_stanza(struct auth *l, const struct stanza *st, struct buf *out,
    enum auth_next *next, struct err *e)
{
	*next = AUTH_WAIT;
	if (stanza_is(st, "error", NS_STREAM))
		return auth_stream_error(st, e);
	if (stanza_is(st, "features", NS_STREAM))
		return on_features(l, st, out, e);
	if (strcmp(st->ns, NS_TLS) == 0)
		return on_tls(l, st, next, e);
	if (strcmp(st->ns, NS_SASL) == 0)
		return on_sasl(l, st, out, next, e);
	if (l->state == AUTH_BIND && answers(st, BIND_ID))
		return bound(l, st, out, next, e);
	if (l->state == AUTH_SESSION && answers(st, SESSION_ID)) {
		*next = AUTH_DONE;
		l->state = AUTH_OVER;
	}
	return 0;
}
