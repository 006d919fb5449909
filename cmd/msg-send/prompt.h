/*
 * prompt.h - what a prompt does with a line, and what goes on meanwhile.
 *
 * Knows no readline: repl.c types, this answers.  A lost connection is told
 * and made again; what waits for an answer then has failed, what is typed
 * afterwards goes to the new one, and watches go on where they were.
 */
#ifndef SEND_PROMPT_H
#define SEND_PROMPT_H

#include <stdio.h>

#include "cli/connect.h"
#include "offer.h"
#include "watches.h"

#define PROMPT_TEXT	80

struct prompt {
	struct send *s;
	struct interrupt *in;
	FILE *tty;			/* for all that is no answer */
	struct send_opts o;		/* as ":format" and so on left them */
	char *branch;			/* of ":branch" */
	int64_t slow_ms;		/* what takes longer is told */
	bool lost;			/* no connection */
	int64_t again_us;		/* when to try once more */
	struct connect_wait wait;
	struct watches watches;
	struct buf above;		/* to be shown above the prompt */
};

/* Keeps all three. */
void prompt_init(struct prompt *p, struct send *s, struct interrupt *in,
    FILE *tty);
void prompt_clear(struct prompt *p);

/* "msg> ", "draft> ". */
void prompt_text(const struct prompt *p, char out[PROMPT_TEXT]);

/* Do a line.  False: it was the last.  -1 in *e: there is no going on. */
bool prompt_line(struct prompt *p, const char *line, struct err *e);

/* For poll(2) while somebody types; then prompt_turn. */
int prompt_fd(const struct prompt *p);
short prompt_events(const struct prompt *p);
int prompt_wait_ms(const struct prompt *p);
int prompt_turn(struct prompt *p, struct err *e);

/* What could stand at the end of line[0..n); from is where it begins. */
void prompt_offer(struct prompt *p, struct offers *out, const char *line,
    size_t n, size_t *from);

/* How the command goes that line[0..n) begins; or all commands. */
void prompt_hint(struct buf *out, const char *line, size_t n);

#endif
