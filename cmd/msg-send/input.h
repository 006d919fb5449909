/*
 * input.h - lines of a descriptor, as they come.
 *
 * Limit: INPUT_LINE_MAX bytes a line.
 */
#ifndef SEND_INPUT_H
#define SEND_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define INPUT_LINE_MAX	(32u << 20)

struct input {
	int fd;
	bool end;		/* nothing more to read */
	uint64_t line;		/* number of the line given last */
	size_t at;		/* what of buf has been given */
	size_t looked;		/* what of it has no newline */
	struct buf buf;
};

void input_init(struct input *in, int fd);
void input_free(struct input *in);

/* Read what is there; call when poll(2) says so.  ERR_SYSTEM, ERR_LIMIT. */
int input_read(struct input *in, struct err *e);

/* The next whole line, without its newline, until input_read is called; a
 * last line without newline counts.  False: there is none. */
bool input_line(struct input *in, struct str *line);

#endif
