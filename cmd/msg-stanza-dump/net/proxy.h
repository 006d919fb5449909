/*
 * proxy.h - between any client and any server: what they say is passed on as
 * it is, and shown.
 *
 * TLS is ended on both sides, whether it begins with the first byte or by
 * STARTTLS: the client sees the proxy's certificate, the server's is not
 * verified but told.  Logins that are bound to the TLS connection (SCRAM with
 * -PLUS) are refused by the server then, which is what binding is for.
 *
 * Limits: PROXY_MAX connections at once, which have a minute for their first
 * byte; who sends faster than the other side
 * takes is read no further.
 */
#ifndef DUMP_PROXY_H
#define DUMP_PROXY_H

#include "options.h"
#include "stage.h"

#define PROXY_MAX	100

/* Until SIGINT or SIGTERM.  Says on stderr when it takes connections. */
int proxy_run(const struct dump_opts *o, struct stage *s, struct err *e);

#endif
