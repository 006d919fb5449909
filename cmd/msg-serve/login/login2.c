#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/text.h"
#include "login/login_int.h"
#include "net/carbons.h"
#include "net/csi.h"
#include "net/server.h"
#include "net/sm.h"
#include "net/worker.h"
#include "service/account.h"
#include "store/cred.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/scram_key.h"
#include "xmpp/xml.h"

#define TAG_MAX		64	/* bytes of a client's name in a resource */
#define DATA_MAX	4096	/* of what a mechanism says at the end */

void
login2_features(struct session *s, struct buf *out)
{
	buf_lit(out, "<authentication xmlns=\"" NS_SASL2 "\">");
	for (const struct sasl_mech *m = sasl_mechs; m->name != NULL; m++)
		if (m->kind != SASL_HT && login_offers(s, m))
			buf_printf(out, "<mechanism>%s</mechanism>", m->name);
	buf_lit(out, "<inline><bind xmlns=\"" NS_BIND2 "\"><inline>");
	if (s->ops->adopt != NULL)
		buf_lit(out, "<feature var=\"" NS_SM "\"/>");
	buf_lit(out, "<feature var=\"" NS_CARBONS "\"/>"
	    "<feature var=\"" NS_CSI "\"/></inline></bind>");
	sm_features(s, out);
	login_fast_features(s, out);
	buf_lit(out, "</inline></authentication>");
}

void
login2_begin(struct session *s, const struct stanza *st)
{
	struct login2 *two = mem_zero(sizeof *two);

	two->asks = stanza_copy(&two->arena, st);
	buf_init(&two->data, DATA_MAX);
	buf_init(&two->token, DATA_MAX);
	s->login->two = two;
}

void
login2_clear(struct login *l)
{
	if (l->two == NULL)
		return;
	buf_wipe(&l->two->data);
	buf_wipe(&l->two->token);
	arena_free(&l->two->arena);
	free(l->two);
	l->two = NULL;
}

/* --- binding a resource (XEP-0386) --------------------------------------- */

/* The client's name and a dot; nothing when it has none that will do. */
static void
put_tag(struct buf *out, const struct stanza *bind)
{
	struct str tag = stanza_text(stanza_child(bind, "tag", NS_BIND2));
	struct buf name = BUF_INIT(TAG_MAX);
	struct err e = ERR_INIT;

	if (tag.n > 0 && jid_resource(&name, tag.p, tag.n, &e) == 0 &&
	    !buf_full(&name)) {
		buf_put(out, name.p, name.n);
		buf_putc(out, '.');
	}
	buf_free(&name);
}

/* Bytes of an installation's id that nobody can turn back. */
static void
mark(struct session *s, struct str id, uint8_t *out, size_t n)
{
	uint8_t secret[CRED_SECRET], whole[SCRAM_KEY_MAX];
	struct buf text = BUF_INIT(SIZE_MAX);

	cred_secret(s->worker->server->store, secret);
	buf_printf(&text, "installation/%s/", s->account->name);
	buf_put(&text, id.p, id.n);
	scram_hmac(SCRAM_SHA256, secret, sizeof secret, text.p, text.n,
	    whole);
	memcpy(out, whole, n);
	buf_free(&text);
}

/* The same each time for one installation of a client, which says its id: so
 * its dead stream makes room for the living one. */
static int
put_installation(struct session *s, struct buf *out, struct err *e)
{
	const struct stanza *agent = stanza_child(s->login->two->asks,
	    "user-agent", NS_SASL2);
	struct str id = stanza_attr_str(agent, "id");
	uint8_t bytes[8];

	if (id.n > 0)
		mark(s, id, bytes, sizeof bytes);
	else if (getentropy(bytes, sizeof bytes) < 0)
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	hex_put(out, bytes, sizeof bytes);
	return 0;
}

static void
put_bound(struct session *s, const struct stanza *bind, struct buf *out)
{
	const struct stanza *enable = stanza_child(bind, "enable", NS_SM);

	if (stanza_child(bind, "enable", NS_CARBONS) != NULL)
		carbons_enable(s, true);
	if (stanza_child(bind, "inactive", NS_CSI) != NULL)
		csi_stanza(s, stanza_child(bind, "inactive", NS_CSI));
	buf_lit(out, "<bound xmlns=\"" NS_BIND2 "\">");
	if (enable != NULL && s->ops->adopt != NULL)
		sm_enable(s, enable, out);
	buf_lit(out, "</bound>");
}

/* --- the end of it ------------------------------------------------------- */

static void
put_identity(struct session *s, struct buf *out)
{
	const char *jid = s->jid != NULL ? s->jid : s->account->bare;

	buf_lit(out, "<authorization-identifier>");
	xml_text(out, jid, strlen(jid));
	buf_lit(out, "</authorization-identifier>");
}

/* What is to be bound, is; and all is said in one piece.  What came of the
 * resumption was said to rest. */
static void
finish(struct session *s, const struct buf *rest)
{
	const struct login2 *two = s->login->two;
	const struct stanza *bind = stanza_child(two->asks, "bind", NS_BIND2);
	struct buf resource = BUF_INIT(JID_PART_MAX), *out;
	struct err e = ERR_INIT;

	if (bind != NULL && s->state != SESSION_READY) {
		put_tag(&resource, bind);
		if (put_installation(s, &resource, &e) < 0 ||
		    session_bind(s, buf_cstr(&resource), &e) < 0)
			bind = NULL;
		buf_free(&resource);
	} else {
		bind = NULL;
	}
	out = session_out(s);
	buf_lit(out, "<success xmlns=\"" NS_SASL2 "\">");
	if (two->data.n > 0) {
		buf_lit(out, "<additional-data>");
		base64_put(out, two->data.p, two->data.n);
		buf_lit(out, "</additional-data>");
	}
	put_identity(s, out);
	buf_put(out, two->token.p, two->token.n);
	buf_put(out, rest->p, rest->n);
	if (bind != NULL)
		put_bound(s, bind, out);
	buf_lit(out, "</success>");
	session_sent(s);
	if (s->state != SESSION_READY)
		s->state = SESSION_BIND;
	login_done(s);
	session_features(s);
}

static void
resumed(struct session *s, bool yes, const char *condition,
    const uint32_t *h)
{
	struct buf rest = BUF_INIT(1024);

	if (yes)
		sm_put_resumed(s, &rest);
	else
		sm_put_failed(&rest, condition, h);
	finish(s, &rest);
	buf_free(&rest);
	if (yes)
		sm_resend(s);
}

void
login2_go_on(struct session *s)
{
	const struct stanza *resume = stanza_child(s->login->two->asks,
	    "resume", NS_SM);
	const struct buf nothing = BUF_INIT(1);

	if (resume != NULL && s->ops->adopt != NULL)
		sm_resume(s, resume, resumed);
	else
		finish(s, &nothing);
}

void
login2_succeed(struct session *s, const struct buf *data)
{
	if (data != NULL)
		buf_put(&s->login->two->data, data->p, data->n);
	if (!login_fast_renew(s))
		login2_go_on(s);
}
