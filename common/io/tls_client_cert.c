#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "io/tls.h"
#include "io/tls_int.h"

/* id-on-xmppAddr */
#define XMPP_ADDR	"1.3.6.1.5.5.7.8.5"

/* What OpenSSL found is asked for later; the handshake goes on. */
static int
go_on(int ok, X509_STORE_CTX *store)
{
	(void)ok, (void)store;
	return 1;
}

int
tls_ask_client(struct tls *t, const char *ca, struct err *e)
{
	SSL_CTX *ctx = tls_context(t);
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(ca);

	if (names == NULL ||
	    SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		ERR_clear_error();
		return err_set(e, ERR_CONFIG, "cannot use the certificates in "
		    "'%s'", ca);
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE,
	    go_on);
	return 0;
}

/* A name with a NUL in it would be another's; one that does not fit into what
 * is left of out is nobody's. */
static void
put_jid(struct buf *out, const GENERAL_NAME *g, const ASN1_OBJECT *type)
{
	const ASN1_UTF8STRING *s;

	if (g->type != GEN_OTHERNAME ||
	    OBJ_cmp(g->d.otherName->type_id, type) != 0 ||
	    g->d.otherName->value->type != V_ASN1_UTF8STRING)
		return;
	s = g->d.otherName->value->value.utf8string;
	if (s->length <= 0 || (size_t)s->length >= out->max - out->n ||
	    memchr(s->data, '\0', (size_t)s->length) != NULL)
		return;
	buf_put(out, s->data, (size_t)s->length);
	buf_putc(out, '\0');
}

int
tls_client_jids(SSL *ssl, struct buf *out)
{
	X509 *cert = SSL_get0_peer_certificate(ssl);
	ASN1_OBJECT *type;
	GENERAL_NAMES *names;

	if (cert == NULL || SSL_get_verify_result(ssl) != X509_V_OK)
		return -1;
	type = OBJ_txt2obj(XMPP_ADDR, 1);
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		put_jid(out, sk_GENERAL_NAME_value(names, i), type);
	GENERAL_NAMES_free(names);
	ASN1_OBJECT_free(type);
	ERR_clear_error();
	return 0;
}
