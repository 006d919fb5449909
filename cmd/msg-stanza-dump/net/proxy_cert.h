/* proxy_cert.h - the certificate that clients of a proxy see. */
#ifndef DUMP_PROXY_CERT_H
#define DUMP_PROXY_CERT_H

#include "io/tls.h"

/* Gives a server's context (tls_unref) from two PEM files, or with both NULL
 * from a certificate made for host and localhost that nobody keeps. */
int proxy_cert(struct tls **out, const char *cert, const char *key,
    const char *host, struct err *e);

#endif
