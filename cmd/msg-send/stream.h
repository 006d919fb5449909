/*
 * stream.h - commands from arguments or from a descriptor, sent one after
 * the other with a window of them under way.
 */
#ifndef SEND_STREAM_H
#define SEND_STREAM_H

#include "cli/interrupt.h"
#include "send.h"

/* msg-send COMMAND [ARGUMENT], or one of words.h: w[0..n).  An argument "-"
 * is standard input, "@FILE" a file; its bytes are appended to text, which
 * must stay.  ERR_USAGE, ERR_INPUT. */
int stream_command(struct msg_ask *out, struct buf *text,
    const struct send_opts *o, char *const w[], size_t n, struct err *e);

#define STREAM_ARGUMENT_MAX	(64u << 20)	/* bytes of a file */

/* Commands of fd, one a line; blank lines and those with '#' first are passed
 * over.  Returns when all are answered; failures are in s->status. */
int stream_lines(struct send *s, int fd, const struct interrupt *in,
    struct err *e);

/* Send one line.  False: nothing was sent (blank, or *e). */
bool stream_line(struct send *s, struct str line, uint64_t number,
    struct err *e);

/* Wait until all is answered, or one more thing can be sent. */
int stream_wait(struct send *s, const struct interrupt *in, struct err *e);

#endif
