/* connect.h - from a context to a stream that is logged in. */
#ifndef CLI_CONNECT_H
#define CLI_CONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/context.h"
#include "xmpp/client.h"

/*
 * client_open by the settings of c; *o is filled from them but for step,
 * stanza, arg and wake_fd, which are the caller's.  Keeps both until
 * client_close.  With --insecure a line on stderr says so.
 */
int connect_open(struct client **out, struct client_options *o,
    const struct context *c, const char *tool, struct err *e);

/* How long to wait before the next try: twice as long each time, up to
 * CONNECT_WAIT_MAX_MS, and half of it by chance, so that not all come back
 * at once. */
struct connect_wait {
	int64_t ms;
};

#define CONNECT_WAIT_MIN_MS	200
#define CONNECT_WAIT_MAX_MS	30000
#define CONNECT_WAIT_INIT	{ CONNECT_WAIT_MIN_MS }

/* The next of these times, in milliseconds. */
int connect_wait_next(struct connect_wait *w);

/* Wait so long.  False: wake_fd became readable. */
bool connect_wait(struct connect_wait *w, int wake_fd);

#define CONNECT_UUID	37		/* bytes of text and a NUL */

/* A random one (RFC 4122 4.4). */
void connect_uuid(char out[CONNECT_UUID]);

#endif
