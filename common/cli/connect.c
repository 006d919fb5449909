#include "cli/connect.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "avro/logical.h"

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

int
connect_wait_next(struct connect_wait *w)
{
	unsigned chance = 0;
	int64_t ms = w->ms;

	if (getrandom(&chance, sizeof chance, 0) < 0)
		chance = 0;
	w->ms = 2 * ms < CONNECT_WAIT_MAX_MS ? 2 * ms : CONNECT_WAIT_MAX_MS;
	return (int)(ms / 2 + chance % (ms / 2 + 1));
}

bool
connect_wait(struct connect_wait *w, int wake_fd)
{
	struct pollfd p = { .fd = wake_fd, .events = POLLIN };

	return poll(&p, 1, connect_wait_next(w)) <= 0;
}

void
connect_uuid(char out[CONNECT_UUID])
{
	uint8_t b[16];

	if (getrandom(b, sizeof b, 0) != sizeof b)
		abort();	/* a name that is not its own loses a change */
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	uuid_put(b, out);
	out[CONNECT_UUID - 1] = '\0';
}
