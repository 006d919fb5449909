#include "cli/connect.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "avro/logical.h"
#include "cli/known.h"

static void
fill(struct client_options *o, const struct context *c)
{
	o->server = c->server;
	o->jid = c->jid;
	o->password = &c->password;
	o->security = strcmp(c->plaintext, "no") != 0 ? CLIENT_PLAINTEXT :
	    c->direct_tls ? CLIENT_DIRECT_TLS : CLIENT_STARTTLS;
	o->cert = c->cert;
	o->key = c->key != NULL ? c->key : c->cert;
	o->pin = c->pin;
	o->pin_from = "--pin";
	o->cacert = c->cacert;
	o->insecure = c->insecure && c->pin == NULL;
	o->first_use = false;
	o->timeout_ms = c->connect_timeout_ms;
	o->onlooker = verbose_onlooker(&c->verbose);
}

/* The key is the one of the first time, or this is the first time. */
static int
open_known(struct client **out, struct client_options *o,
    const struct context *c, const char *tool, struct err *e)
{
	char pin[PEER_PIN_LEN + 1], *from = known_path();
	char *server = known_name(c->server, c->jid);
	int met = known_find(pin, server, e), rc;

	o->pin = met > 0 ? pin : NULL;
	o->pin_from = from == NULL ? "" : from;
	o->first_use = met == 0;
	if (met == 0 && c->silent)
		met = err_set(e, ERR_CONFIG, "not met yet");
	rc = met < 0 ? -1 : client_open(out, o, e);
	if (rc == 0 && met == 0) {
		fprintf(stderr, "%s: '%s' is met for the first time; its key "
		    "is trusted from now on: %s\n", tool, server,
		    client_pin(*out));
		rc = known_add(server, client_pin(*out), e);
		if (rc < 0) {
			client_close(*out);
			*out = NULL;
		}
	}
	o->pin = NULL;
	o->pin_from = NULL;
	free(from);
	free(server);
	return rc;
}

int
connect_open(struct client **out, struct client_options *o,
    const struct context *c, const char *tool, struct err *e)
{
	*out = NULL;
	fill(o, c);
	if (o->insecure && !c->silent)
		fprintf(stderr, "%s: warning: --insecure takes any "
		    "certificate: anybody on the way can read and change "
		    "everything\n", tool);
	if (c->tofu && c->pin == NULL && !o->insecure &&
	    o->security != CLIENT_PLAINTEXT)
		return open_known(out, o, c, tool, e);
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
