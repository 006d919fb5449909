/*
 * tls_int.h - the inside of a context, for io/tls*.c alone.
 */
#ifndef IO_TLS_INT_H
#define IO_TLS_INT_H

#include <openssl/types.h>

struct tls;

SSL_CTX *tls_context(struct tls *t);		/* lent */

#endif
