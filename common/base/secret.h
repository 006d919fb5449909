/*
 * secret.h - a password or key: no printer, not copied by accident, wiped
 * when freed.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

#include "base/err.h"

#define SECRET_MAX	1024	/* bytes */

struct secret {
	char *p;		/* n bytes and a NUL; NULL: none */
	size_t n;
};

#define SECRET_NONE	{ NULL, 0 }

/* Keeps a copy; p[0..n) is the caller's to wipe.  ERR_VALUE past the limit. */
int secret_set(struct secret *s, const char *p, size_t n, struct err *e);
void secret_clear(struct secret *s);

/* The first line of a file.  A file that others can read is refused, and the
 * error says which chmod to type.  "-" is standard input. */
int secret_read(struct secret *s, const char *path, struct err *e);
int secret_read_fd(struct secret *s, int fd, const char *name, struct err *e);

/* words from the alphabet a-z2-7, 5 bits a character, from the kernel. */
int secret_random(struct secret *s, size_t characters, struct err *e);

#endif
