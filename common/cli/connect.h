/* connect.h - from a context to a stream that is logged in. */
#ifndef CLI_CONNECT_H
#define CLI_CONNECT_H

#include "cli/context.h"
#include "xmpp/client.h"

/*
 * client_open by the settings of c; *o is filled from them but for step,
 * stanza, arg and wake_fd, which are the caller's.  Keeps both until
 * client_close.  With --insecure a line on stderr says so.
 */
int connect_open(struct client **out, struct client_options *o,
    const struct context *c, const char *tool, struct err *e);

#endif
