/*
 * base64.h - RFC 4648, strictly: full padding in the standard alphabet, none
 * in the URL-safe one, no character outside it, no spare bits.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define BASE64_SIZE(n)	(((n) + 2) / 3 * 4)

void base64_put(struct buf *out, const void *p, size_t n);
void base64url_put(struct buf *out, const void *p, size_t n);

/* Append the bytes.  -1 with ERR_SYNTAX and the offending byte's number.
 * White space is refused; base64_get_ws passes over space, tab, CR and LF,
 * as XML libraries wrap long text. */
int base64_get(struct buf *out, const char *p, size_t n, struct err *e);
int base64_get_ws(struct buf *out, const char *p, size_t n, struct err *e);
int base64url_get(struct buf *out, const char *p, size_t n, struct err *e);

#endif
