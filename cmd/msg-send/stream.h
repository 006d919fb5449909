/*
 * stream.h - commands from arguments or from a descriptor, sent one after
 * the other with a window of them under way.
 */
#ifndef SEND_STREAM_H
#define SEND_STREAM_H

#include "cli/interrupt.h"
#include "send.h"
#include "words.h"

#define STREAM_ARGUMENT_MAX	(64u << 20)	/* bytes of a file */

/* What is to be done: a request, or a conversation of words.h. */
struct order {
	struct msg_ask ask;		/* when run is NULL */
	send_show_fn *show;
	word_run_fn *run;
	bool creates;			/* an item at w[1] */
	char **w;			/* its arguments; order_clear */
	size_t n;
	struct buf text;		/* what ask borrows */
	char *copy;			/* what w borrows */
};

#define ORDER_INIT	{ .text = BUF_INIT(STREAM_ARGUMENT_MAX) }

/* msg-send COMMAND [ARGUMENT], or one of words.h: w[0..n).  An argument "-"
 * is standard input, "@FILE" a file.  Borrows w until order_clear.
 * ERR_USAGE, ERR_INPUT. */
int order_words(struct order *out, const struct send_opts *o,
    char *const w[], size_t n, struct err *e);

/* A line of input. */
int order_line(struct order *out, const struct send_opts *o, struct str line,
    struct err *e);

void order_clear(struct order *o);

/* Send it, or have the conversation once all before it is answered.  -1: the
 * stream is over; other failures have been told. */
int order_do(struct send *s, const struct order *o, uint64_t line,
    struct interrupt *in, struct err *e);

/* Commands of fd, one a line; blank lines and those with '#' first are passed
 * over.  Returns when all are answered; failures are in s->status. */
int stream_lines(struct send *s, int fd, struct interrupt *in,
    struct err *e);

/* Wait until all is answered. */
int stream_wait(struct send *s, const struct interrupt *in, struct err *e);

/* Ask for ourselves and wait, at most ms (-1: as long as --timeout says).
 * -1: no answer, or ERR_REFUSED with the server's words; r has more. */
int stream_talk(struct send *s, const struct interrupt *in,
    const struct msg_ask *ask, struct send_reply *r, int ms, struct err *e);

#endif
