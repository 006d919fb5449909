#include <stdlib.h>

#include <strophe.h>

#include "base/mem.h"
#include "xmpp/client_int.h"
#include "xmpp/client_tls.h"

#define TEXT_MAX	1024	/* bytes of what a certificate says */

/* libstrophe's callback for certificates carries no argument. */
static _Thread_local struct client *securing;

/* A certificate that does not verify, or the issuer that is missing. */
static int
bad_certificate(const xmpp_tlscert_t *cert, const char *why)
{
	struct client *c = securing;
	char *host = mem_strn(c->auth.domain.p, c->auth.domain.n);
	struct err e = ERR_INIT;

	peer_refused(why, xmpp_tlscert_get_pem(cert), host, &e);
	free(host);
	client_fail(c, &e);
	return 0;
}

/* The chain is not looked at: a pin says it all, or nothing does. */
static bool
trusts_any(const struct client_options *o)
{
	return o->cacert == NULL && (o->insecure || o->first_use ||
	    o->pin != NULL);
}

static void
tell_certificate(struct client *c, const char *pem)
{
	struct buf b = BUF_INIT(TEXT_MAX);

	if (c->o->step == NULL && c->o->onlooker == NULL)
		return;
	buf_puts(&b, c->o->pin != NULL ? "pinned key; " : trusts_any(c->o) ?
	    "not checked; " : "verified; ");
	peer_describe(&b, pem);
	client_told(c, CLIENT_VERIFIED, buf_cstr(&b));
	buf_free(&b);
}

/* What the chain does not say: the pin; and what is told of it. */
static int
check_certificate(struct client *c, struct err *e)
{
	xmpp_tlscert_t *cert;
	const char *pem;
	int rc;

	if (c->o->pin == NULL && c->o->step == NULL && !c->o->first_use &&
	    c->o->onlooker == NULL)
		return 0;
	cert = xmpp_conn_get_peer_cert(c->conn);
	if (cert == NULL)
		return err_set(e, ERR_CONNECT, "the server shows no "
		    "certificate");
	pem = xmpp_tlscert_get_pem(cert);
	rc = peer_pin(c->pin, pem, e);
	if (rc == 0 && c->o->pin != NULL)
		rc = peer_check_pin(pem, c->o->pin, c->o->pin_from, e);
	if (rc == 0)
		tell_certificate(c, pem);
	xmpp_tlscert_free(cert);
	return rc;
}

void
client_secure_set_up(struct client *c, long flags)
{
	const struct client_options *o = c->o;

	if (o->security == CLIENT_PLAINTEXT)
		flags |= XMPP_CONN_FLAG_DISABLE_TLS;
	else if (trusts_any(o))
		flags |= XMPP_CONN_FLAG_TRUST_TLS;
	xmpp_conn_set_flags(c->conn, flags);
	if (o->cert != NULL)
		xmpp_conn_set_client_cert(c->conn, o->cert, o->key);
	xmpp_conn_set_certfail_handler(c->conn, bad_certificate);
}

int
client_secure(struct client *c, struct err *e)
{
	struct client_tls t;
	bool late;
	int rc;

	/* To load the system's certificates takes longer than all the rest. */
	client_tls_begin(&t, trusts_any(c->o) ? "/dev/null" : c->o->cacert,
	    c->host.direct, c->fd, c->deadline_us);
	securing = c;
	rc = xmpp_conn_tls_start(c->conn);
	securing = NULL;
	late = client_tls_end(&t);
	if (rc == 0 && t.ssl == NULL)
		return err_set(e, ERR_SYSTEM, "libstrophe's TLS is not "
		    "OpenSSL's");
	if (rc != 0 && late)
		return err_set(e, ERR_CONNECT, "'%s' does not finish the TLS "
		    "handshake", c->host.text);
	if (rc != 0)
		return err_set(e, ERR_CONNECT, "'%s' does not speak TLS%s",
		    c->host.text, c->host.direct ?
		    " at once; without --direct-tls STARTTLS is used" :
		    " 1.2 or 1.3 with us");
	client_wire_secured(&c->wire, t.ssl);
	client_told(c, CLIENT_SECURED, c->host.direct ? "direct TLS" :
	    "STARTTLS");
	if (check_certificate(c, e) < 0)
		return -1;
	c->heard = true;
	auth_secured(&c->auth);
	return 0;
}
