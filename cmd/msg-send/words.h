/*
 * words.h - "save /about title=Hello" as the command it stands for.
 *
 * FIELD=VALUE is a string, FIELD=@FILE the text of a file, FIELD:=JSON any
 * value.  words.def lists the words.
 */
#ifndef SEND_WORDS_H
#define SEND_WORDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "msg/ask.h"

#define WORDS_MAX	1024		/* words of a line */

struct word {
	const char *name, *arguments, *summary;
	size_t least, most;
};

/* Ends with name NULL. */
extern const struct word words[];

const struct word *word_find(struct str name);

/* Set command and argument of *out from w[0..n), w[0] being the word; the
 * argument is put into text, which must stay.  ERR_INPUT. */
int word_expand(struct msg_ask *out, struct buf *text,
    const struct word *word, char *const w[], size_t n, struct err *e);

/* Cut a line into words as a shell does: blanks between them, '...' as it
 * stands, "..." with backslash, backslash elsewhere.  Changes the line.
 * Returns how many, or -1 with ERR_INPUT. */
int words_split(char *line, char *w[WORDS_MAX], struct err *e);

#endif
