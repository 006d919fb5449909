#include "io/tls.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/tls_int.h"

#define CIPHERS_12	"ECDHE-ECDSA-AES128-GCM-SHA256:" \
			"ECDHE-RSA-AES128-GCM-SHA256:" \
			"ECDHE+AESGCM:ECDHE+CHACHA20"
#define CIPHERS_13	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:" \
			"TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS		"X25519:P-256:P-384"

static const unsigned char client_alpn[] = "\x0b" TLS_ALPN_XMPP;
static const unsigned char client_alpn_http[] = "\x08" TLS_ALPN_HTTP;

struct tls {
	atomic_uint refs;
	SSL_CTX *ctx;
	bool server, late_ticket;
	struct tls_cert own;		/* a server's */
	unsigned char end_point[EVP_MAX_MD_SIZE];	/* of it: RFC 5929 4 */
	size_t end_point_n;
	char pin[TLS_PIN];		/* a client's, or "" */
	SSL_SESSION *session;		/* a client's to resume, or NULL */
};

/* What OpenSSL said first, behind our words.  Returns -1. */
static int fail(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
fail(struct err *e, enum err_code code, const char *fmt, ...)
{
	unsigned long why = ERR_peek_error();
	const char *text = ERR_reason_error_string(why);
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, fmt, ap);
	va_end(ap);
	if (ERR_SYSTEM_ERROR(why))
		text = strerror(ERR_GET_REASON(why));
	n = strlen(e->text);
	if (text != NULL)
		snprintf(e->text + n, sizeof e->text - n, ": %s", text);
	ERR_clear_error();
	return -1;
}

/* --- contexts ------------------------------------------------------------ */

static struct tls *
new_tls(const SSL_METHOD *method)
{
	struct tls *t = mem_zero(sizeof *t);
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (ctx == NULL)
		abort();		/* no memory, as mem_alloc */
	atomic_init(&t->refs, 1);
	t->ctx = ctx;
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(ctx, CIPHERS_12);
	SSL_CTX_set_ciphersuites(ctx, CIPHERS_13);
	SSL_CTX_set1_groups_list(ctx, GROUPS);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	    SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_app_data(ctx, t);
	return t;
}

static int
choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *n,
    const unsigned char *in, unsigned in_n, void *arg)
{
	const char *ours = arg;
	size_t len = strlen(ours);

	(void)ssl;
	for (unsigned i = 0; i + 1 + len <= in_n; i += 1u + in[i])
		if (in[i] == len && memcmp(in + i + 1, ours, len) == 0) {
			*out = in + i + 1;
			*n = in[i];
			return SSL_TLSEXT_ERR_OK;
		}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* RFC 5929 4.1: the certificate under its own signature's hash, SHA-256 in
 * place of what is weaker.  0 bytes: it has no such. */
static size_t
hash_cert(X509 *cert, unsigned char hash[EVP_MAX_MD_SIZE])
{
	const EVP_MD *md;
	unsigned n = 0;
	int nid = NID_undef;

	if (cert == NULL ||
	    X509_get_signature_info(cert, &nid, NULL, NULL, NULL) != 1 ||
	    nid == NID_undef)
		return 0;
	if (nid == NID_md5 || nid == NID_sha1)
		nid = NID_sha256;
	md = EVP_get_digestbynid(nid);
	return md == NULL || X509_digest(cert, md, hash, &n) != 1 ? 0 : n;
}

/* A server that starts by itself has nobody to ask. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing;
	*(bool *)arg = true;
	return -1;
}

/* The certificate and its key, of two files. */
static int
use_pair(SSL_CTX *ctx, const char *cert, const char *key, struct err *e)
{
	bool asked = false;
	int rc;

	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		return fail(e, ERR_CONFIG, "cannot use certificate '%s'",
		    cert);
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, &asked);
	rc = SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
	if (asked)
		return err_set(e, ERR_CONFIG, "the key in '%s' has a "
		    "passphrase; type: openssl pkey -in '%s' -out KEY, and "
		    "name that one", key, key);
	if (rc != 1 && ERR_GET_REASON(ERR_peek_error()) == ERR_R_UNSUPPORTED) {
		ERR_clear_error();
		return err_set(e, ERR_CONFIG, "'%s' holds no private key in "
		    "PEM", key);
	}
	if (rc != 1 &&
	    ERR_GET_REASON(ERR_peek_error()) != X509_R_KEY_VALUES_MISMATCH)
		return fail(e, ERR_CONFIG, "cannot use key '%s'", key);
	/* One of another type is taken, beside the certificate. */
	if (SSL_CTX_check_private_key(ctx) != 1)
		return err_set(e, ERR_CONFIG, "the key in '%s' is not that "
		    "of the certificate in '%s'", key, cert);
	return 0;
}

int
tls_server(struct tls **out, const char *cert, const char *key,
    const char *alpn, struct err *e)
{
	struct tls *t = new_tls(TLS_server_method());
	int rc;

	t->server = true;
	/* A browser opens many connections in a row, and resumes from the
	 * second on.  A stream that lasts gets its ticket later. */
	t->late_ticket = strcmp(alpn, TLS_ALPN_XMPP) == 0;
	SSL_CTX_set_num_tickets(t->ctx, t->late_ticket ? 0 : 1);
	SSL_CTX_set_session_id_context(t->ctx, (const void *)"msg", 3);
	SSL_CTX_set_alpn_select_cb(t->ctx, choose_alpn,
	    (void *)(uintptr_t)alpn);
	ERR_clear_error();
	rc = use_pair(t->ctx, cert, key, e);
	ERR_clear_error();
	if (rc < 0) {
		tls_unref(t);
		return -1;
	}
	tls_cert_of(&t->own, SSL_CTX_get0_certificate(t->ctx));
	t->end_point_n = hash_cert(SSL_CTX_get0_certificate(t->ctx),
	    t->end_point);
	*out = t;
	return 0;
}

/* In place of OpenSSL's own verification when there is a pin. */
static int
check_pin(X509_STORE_CTX *store, void *arg)
{
	const struct tls *t = arg;
	struct tls_cert c;

	tls_cert_of(&c, X509_STORE_CTX_get0_cert(store));
	if (strcmp(c.pin, t->pin) == 0)
		return 1;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* OpenSSL's new_session_cb: 1 keeps it. */
static int
on_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	SSL_SESSION_free(t->session);
	t->session = session;
	return 1;
}

static void
resume(struct tls *t)
{
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(t->ctx, on_session);
}

int
tls_client(struct tls **out, const struct tls_trust *trust, struct err *e)
{
	struct tls *t = new_tls(TLS_client_method());
	int rc = 0;

	if (trust->http)
		SSL_CTX_set_alpn_protos(t->ctx, client_alpn_http,
		    sizeof client_alpn_http - 1);
	else
		SSL_CTX_set_alpn_protos(t->ctx, client_alpn,
		    sizeof client_alpn - 1);
	if (trust->resume)
		resume(t);
	SSL_CTX_set_verify(t->ctx, trust->none ? SSL_VERIFY_NONE :
	    SSL_VERIFY_PEER, NULL);
	ERR_clear_error();
	if (trust->pin != NULL) {
		SSL_CTX_set_cert_verify_callback(t->ctx, check_pin, t);
		if (tls_pin_parse(trust->pin, t->pin) < 0)
			rc = err_set(e, ERR_CONFIG, "'%s' is no pin: "
			    "64 hexadecimal digits are wanted", trust->pin);
	} else if (trust->ca_file != NULL || trust->ca_dir != NULL) {
		if (SSL_CTX_load_verify_locations(t->ctx, trust->ca_file,
		    trust->ca_dir) != 1)
			rc = fail(e, ERR_CONFIG,
			    "cannot use the certificates in '%s'",
			    trust->ca_file != NULL ? trust->ca_file :
			    trust->ca_dir);
	} else if (!trust->none) {
		SSL_CTX_set_default_verify_paths(t->ctx);
	}
	ERR_clear_error();
	if (rc < 0)
		tls_unref(t);
	else
		*out = t;
	return rc;
}

struct tls *
tls_ref(struct tls *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void
tls_unref(struct tls *t)
{
	if (t == NULL ||
	    atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) > 1)
		return;
	SSL_SESSION_free(t->session);
	SSL_CTX_free(t->ctx);
	free(t);
}

bool
tls_resumable(const struct tls *t)
{
	return t->session != NULL;
}

uint64_t
tls_resumed(const struct tls *t)
{
	return (uint64_t)SSL_CTX_sess_hits(t->ctx);
}

SSL_CTX *
tls_context(struct tls *t)
{
	return t->ctx;
}

const struct tls_cert *
tls_own(const struct tls *t)
{
	return t->server ? &t->own : NULL;
}

static bool
is_address(const char *name)
{
	unsigned char ip[16];

	return inet_pton(AF_INET, name, ip) == 1 ||
	    inet_pton(AF_INET6, name, ip) == 1;
}

bool
tls_cert_is_for(const struct tls *t, const char *name)
{
	X509 *cert = SSL_CTX_get0_certificate(t->ctx);

	if (cert == NULL)
		return false;
	return is_address(name) ? X509_check_ip_asc(cert, name, 0) == 1 :
	    X509_check_host(cert, name, strlen(name),
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

/* --- connections --------------------------------------------------------- */

static int
set_name(SSL *ssl, const char *name)
{
	if (is_address(name))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl),
		    name);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set_tlsext_host_name(ssl, name) == 1 &&
	    SSL_set1_host(ssl, name) == 1;
}

/* A copy: how a connection ends says nothing about its session. */
static void
take_up(SSL *ssl, const SSL_SESSION *session)
{
	SSL_SESSION *s = SSL_SESSION_dup(session);

	SSL_set_session(ssl, s);
	SSL_SESSION_free(s);
}

SSL *
tls_session(struct tls *t, const char *name, struct err *e)
{
	SSL *ssl = SSL_new(t->ctx);

	if (ssl == NULL)
		abort();
	if (t->server) {
		SSL_set_accept_state(ssl);
		return ssl;
	}
	SSL_set_connect_state(ssl);
	if (t->session != NULL)
		take_up(ssl, t->session);
	if (name != NULL && !set_name(ssl, name)) {
		fail(e, ERR_USAGE, "'%s' is no host name", name);
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

bool
tls_ticket_is_late(const SSL *ssl)
{
	const struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	return t->late_ticket && SSL_version(ssl) == TLS1_3_VERSION;
}

void
tls_ticket(SSL *ssl)
{
	SSL_new_session_ticket(ssl);
}

int
tls_failed(SSL *ssl, struct err *e)
{
	const struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	long verify = SSL_get_verify_result(ssl);
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	struct tls_cert c;
	char *ip;

	if (t->server || SSL_is_init_finished(ssl) ||
	    verify == X509_V_OK || sk_X509_num(chain) < 1)
		return fail(e, ERR_CONNECT, SSL_is_init_finished(ssl) ?
		    "TLS failed" : "TLS handshake failed");
	ERR_clear_error();
	if (t->pin[0] != '\0') {
		tls_cert_of(&c, sk_X509_value(chain, 0));
		return err_set(e, ERR_CONNECT, "the server's key is not the "
		    "one expected: its pin is sha256:%s, not sha256:%s",
		    c.pin, t->pin);
	}
	ip = X509_VERIFY_PARAM_get1_ip_asc(param);
	tls_explain(e, sk_X509_value(chain, 0), verify,
	    ip != NULL ? ip : X509_VERIFY_PARAM_get0_host(param, 0));
	OPENSSL_free(ip);
	return -1;
}

/* --- channel bindings ---------------------------------------------------- */

/* Two connections that an attacker made alike must not export alike: TLS 1.3,
 * or 1.2 with the extended master secret (RFC 9266 4.2). */
static int
exporter(SSL *ssl, struct buf *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	unsigned char key[32];

	if (SSL_version(ssl) < TLS1_3_VERSION &&
	    SSL_get_extms_support(ssl) != 1)
		return -1;
	if (out == NULL)
		return 0;
	if (SSL_export_keying_material(ssl, key, sizeof key, label,
	    sizeof label - 1, (const unsigned char *)"", 0, 1) != 1) {
		ERR_clear_error();
		return -1;
	}
	buf_put(out, key, sizeof key);
	OPENSSL_cleanse(key, sizeof key);
	return 0;
}

static int
end_point(const SSL *ssl, struct buf *out)
{
	const struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	unsigned char hash[EVP_MAX_MD_SIZE];
	size_t n = t->server ? t->end_point_n :
	    hash_cert(SSL_get0_peer_certificate(ssl), hash);

	if (n > 0 && out != NULL)
		buf_put(out, t->server ? t->end_point : hash, n);
	return n > 0 ? 0 : -1;
}

int
tls_binding(SSL *ssl, const char *type, struct buf *out)
{
	if (!SSL_is_init_finished(ssl))
		return -1;
	if (strcmp(type, "tls-exporter") == 0)
		return exporter(ssl, out);
	if (strcmp(type, "tls-server-end-point") == 0)
		return end_point(ssl, out);
	return -1;
}
