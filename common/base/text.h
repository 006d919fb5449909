/*
 * text.h - UTF-8, and outside bytes made fit to be shown.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The code point at p[0..n), n > 0, and its length in *len; UINT32_MAX (and
 * length 1) for what is no UTF-8 (RFC 3629: no surrogates, no overlong). */
uint32_t utf8_get(const char *p, size_t n, size_t *len);

/* Writes 1 to 4 bytes, returns how many. */
size_t utf8_put(char out[4], uint32_t c);

/* The offset of the first byte that is no UTF-8; n when all is well. */
size_t utf8_check(const char *p, size_t n);

/* What a terminal obeys instead of showing it: C0, DEL, C1, and what turns the
 * direction of a text (Unicode's Bidi_Control), which makes it read as another
 * one. */
bool text_is_control(uint32_t c);

/* In place: control characters and broken UTF-8 become '?'. */
void text_clean(char *s);

/* Append p[0..n) on one line: backslash, the quote and control characters
 * as \\ \' \n \r \t \xNN, broken UTF-8 as \xNN.  quote 0: none
 * is escaped. */
void text_escape(struct buf *out, const char *p, size_t n, char quote);

/* The other way: -1 when p[0..n) holds a bad escape. */
int text_unescape(struct buf *out, const char *p, size_t n);

void hex_put(struct buf *out, const void *p, size_t n);

/* Append n random bytes of the kernel's so, HEX_RANDOM_MAX at the most.  -1:
 * it has none yet. */
#define HEX_RANDOM_MAX	32
int hex_random(struct buf *out, size_t n);

/* Appends the bytes; -1 when it is no hexadecimal of even length. */
int hex_get(struct buf *out, const char *p, size_t n);

/* An unsigned decimal of all of p[0..n); -1 when it is none or over max. */
int text_number(const char *p, size_t n, uint64_t max, uint64_t *out);

/* How unlike two words are, for "did you mean": edits of one character, two
 * neighbours changing places being one. */
size_t text_distance(const char *a, const char *b);

/* Equal without telling by the time where they differ. */
bool bytes_equal_ct(const void *a, const void *b, size_t n);

#endif
