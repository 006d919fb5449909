#include "cli/connect.h"

#include <stdio.h>
#include <string.h>

int
connect_open(struct client **out, struct client_options *o,
    const struct context *c, const char *tool, struct err *e)
{
	o->server = c->server;
	o->jid = c->jid;
	o->password = &c->password;
	o->security = strcmp(c->plaintext, "no") != 0 ? CLIENT_PLAINTEXT :
	    c->direct_tls ? CLIENT_DIRECT_TLS : CLIENT_STARTTLS;
	o->pin = c->pin;
	o->cacert = c->cacert;
	o->insecure = c->insecure && c->pin == NULL;
	o->timeout_ms = c->connect_timeout_ms;
	if (o->insecure)
		fprintf(stderr, "%s: warning: --insecure takes any "
		    "certificate: anybody on the way can read and change "
		    "everything\n", tool);
	return client_open(out, o, e);
}
