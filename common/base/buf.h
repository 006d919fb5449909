/*
 * buf.h - the only thing that grows.
 *
 * A buffer's limit is set where it is declared.  Past the limit nothing more
 * is taken and the buffer is *full*, which sticks until buf_reset: append
 * freely, ask buf_full once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf {
	char *p;		/* n bytes; no NUL unless buf_cstr */
	size_t n, cap, max;
	bool full;
};

#define BUF_INIT(limit)	{ .max = (limit) }

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);		/* usable again afterwards */
void buf_wipe(struct buf *b);		/* overwritten, then freed */
void buf_reset(struct buf *b);		/* empty, memory kept */
void buf_shrink(struct buf *b, size_t keep); /* empty and over keep: free */

/* Room for n more bytes at p + n, or NULL when that passes the limit. */
char *buf_room(struct buf *b, size_t n);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_putu(struct buf *b, uint64_t v);	/* decimal */
void buf_puti(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* A literal: its length is known when compiling. */
#define buf_lit(b, s)	buf_put((b), "" s, sizeof (s) - 1)

/* Drop the first n bytes. */
void buf_eat(struct buf *b, size_t n);
void buf_trim(struct buf *b, size_t n);		/* cut down to n bytes */

bool buf_full(const struct buf *b);

/* The bytes with a NUL behind them (not counted).  "" when full. */
const char *buf_cstr(struct buf *b);

/* Gives the bytes with a NUL behind (free), "" when full; the buffer is
 * empty then. */
char *buf_take(struct buf *b);

/* Read fd to its end.  Past the limit: ERR_LIMIT. */
int buf_read_all(struct buf *b, int fd, struct err *e);

/* Write all of it, going on after EINTR and waiting on EAGAIN. */
int buf_write_all(const struct buf *b, int fd, struct err *e);

#endif
