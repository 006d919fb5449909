/*
 * tls.h - what we want of OpenSSL: contexts, certificates, channel bindings.
 *
 * TLS 1.2 and 1.3 only, forward secrecy, AEAD, no renegotiation, no
 * compression, no early data; stateless session tickets.  A context never
 * changes once made and is counted: SIGHUP makes a new one for those who come
 * and the old one ends with its last connection.
 */
#ifndef IO_TLS_H
#define IO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/buf.h"
#include "base/err.h"

#define TLS_PIN		65	/* SHA-256 in lower-case hexadecimal, NUL */
#define TLS_NAMES_MAX	512	/* bytes of a certificate's names shown */

struct tls;

/* What is spoken under TLS (ALPN, RFC 7301).  Who names protocols and not
 * this one means somebody else and is refused (RFC 9325 3.7). */
#define TLS_ALPN_XMPP	"xmpp-client"
#define TLS_ALPN_HTTP	"http/1.1"

/* Gives a server's context (tls_unref) from PEM files: the certificate and
 * the chain behind it; its private key.  Keeps alpn.  ERR_CONFIG. */
int tls_server(struct tls **out, const char *cert, const char *key,
    const char *alpn, struct err *e);

/* Ask clients for a certificate, which they need not have; before the first
 * connection.  ca: PEM of who may have issued it.  A bad one does not end the
 * handshake, it is only no proof (tls_client_jids).  ERR_CONFIG. */
int tls_ask_client(struct tls *t, const char *ca, struct err *e);

/* How a client knows that it talks to the right server. */
struct tls_trust {
	const char *ca_file, *ca_dir; /* these only; both NULL: the system's */
	const char *pin;		/* this key only, no chain, no name */
	bool none;			/* anyone: benchmarks */
	bool http;			/* ALPN is of HTTP, not of XMPP */
	bool resume;			/* take up the newest session: one
					 * server, one thread */
};

/* Gives a client's context (tls_unref).  Borrows t.  ERR_CONFIG. */
int tls_client(struct tls **out, const struct tls_trust *t, struct err *e);

/* Is there a session for the next connection?  How many took up one? */
bool tls_resumable(const struct tls *t);
uint64_t tls_resumed(const struct tls *t);

struct tls *tls_ref(struct tls *t);	/* from any thread */
void tls_unref(struct tls *t);		/* NULL is fine */

/* What a certificate says of itself. */
struct tls_cert {
	char pin[TLS_PIN];		/* of its public key (RFC 7469) */
	char fingerprint[TLS_PIN];	/* of all of it */
	char names[TLS_NAMES_MAX];	/* "a.example, 127.0.0.1" */
	int64_t from_us, until_us;	/* since 1970 */
};

/* The server's own; NULL for a client's context. */
const struct tls_cert *tls_own(const struct tls *t);

/* May a server's own certificate stand for this name, as clients see it
 * (RFC 9525)? */
bool tls_cert_is_for(const struct tls *t, const char *name);

/* The first one of a PEM file.  ERR_INPUT. */
int tls_cert_read(struct tls_cert *out, const char *path, struct err *e);
void tls_cert_of(struct tls_cert *out, X509 *cert);

/* Append PEM: a self-signed ECDSA P-256 certificate for the names (a name
 * that is an address counts as one) and for 127.0.0.1 and ::1, valid for ten
 * years, and its key.  buf_wipe the key. */
int tls_self_signed(struct buf *cert, struct buf *key,
    const char *const names[], size_t count, struct err *e);

/* What is wrong with a certificate, in words a person can act on; verify is
 * OpenSSL's X509_V_ERR_*, name who it should have been for.  ERR_CONNECT,
 * returns -1. */
int tls_explain(struct err *e, X509 *cert, long verify, const char *name);

/* A "sha256:" in front, colons and upper case are put up with; -1: no pin. */
int tls_pin_parse(const char *text, char out[TLS_PIN]);

/* --- for io/link.c and clients over OpenSSL ------------------------------- */

/* Gives a connection (SSL_free) in its role; keeps t.  name: whom a client
 * wants to talk to (SNI, and what the certificate must be for); borrowed. */
SSL *tls_session(struct tls *t, const char *name, struct err *e);

/* A session ticket costs a tenth of a login.  Over HTTP it comes with the
 * handshake; a server's XMPP stream over TLS 1.3 has none until tls_ticket,
 * which sends one with what is written next. */
bool tls_ticket_is_late(const SSL *ssl);
void tls_ticket(SSL *ssl);

/* Why a handshake or what came later failed: what tls_explain says of the
 * peer's certificate, or OpenSSL's words.  Returns -1. */
int tls_failed(SSL *ssl, struct err *e);

/* Append channel binding data (RFC 9266, RFC 5929) by its IANA name:
 * "tls-exporter", "tls-server-end-point".  -1: this connection has none.  out
 * NULL: whether it has, which costs nothing. */
int tls_binding(SSL *ssl, const char *type, struct buf *out);

/* Append the XMPP addresses of the client's certificate (RFC 6120 13.7.1.4)
 * with a NUL behind each.  -1: it showed none, or none that is good. */
int tls_client_jids(SSL *ssl, struct buf *out);

#endif
