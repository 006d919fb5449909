/*
 * input.h - the bytes of the files named, one after another, in one buffer.
 *
 * What is not used yet is input_p(in)[0..input_n(in)).  Base64 and
 * hexadecimal are undone on the way, line by line.
 */
#ifndef ENCODE_INPUT_H
#define ENCODE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define INPUT_STEP	((size_t)128 << 10)	/* bytes of one read */

enum input_text { INPUT_BYTES, INPUT_BASE64, INPUT_HEX };

struct input {
	const char *name;		/* "-" for standard input */
	int fd;
	enum input_text text;
	struct buf buf, line;		/* line: text that is not yet undone */
	size_t at, line_at;		/* used of buf, of line */
	bool end;			/* nothing follows behind buf */
	bool text_end;			/* nothing follows behind line */
	bool by_line;			/* text: buf is of one line at most */
	uint64_t bytes, lines;		/* before buf */
	uint64_t blank;			/* lines of text with no bytes */
	size_t want;			/* see input_later */
};

/* max: bytes kept at most, so of one value. */
int input_open(struct input *in, const char *name, enum input_text text,
    size_t max, struct err *e);
void input_close(struct input *in);

static inline const char *
input_p(const struct input *in)
{
	return in->buf.p + in->at;
}

static inline size_t
input_n(const struct input *in)
{
	return in->buf.n - in->at;
}

/* Would input_more have to wait? */
bool input_waits(const struct input *in);

/* The same, and nothing comes for a moment.  Threads that wait for each other
 * whenever a pipe is empty would work one at a time. */
bool input_pauses(const struct input *in);

/* Over a byte order mark, with which some editors begin JSON. */
int input_skip_bom(struct input *in, struct err *e);

/* Read on.  1: there is more, 0: that was all, -1.  By line: an error with
 * ERR_SYNTAX is of a line that is left out, the next one may be asked for. */
int input_more(struct input *in, struct err *e);

/* A value did not end in what there is: read on until there is twice as much,
 * it pauses or ends, so that trying again costs no more than once. */
int input_later(struct input *in, struct err *e);

/* The next n bytes (no base64 or hexadecimal) to a buffer that is empty; they
 * are not copied. */
void input_hand(struct input *in, size_t n, struct buf *to);

/* n bytes are used. */
static inline void
input_eat(struct input *in, size_t n)
{
	in->at += n;
}

/* "line 3, column 14" or "byte 17" (by line "line 3, byte 17") of the file
 * for input_p(in) + offset. */
void input_err_line(const struct input *in, size_t offset, struct err *e);
void input_err_byte(const struct input *in, size_t offset, struct err *e);

#endif
