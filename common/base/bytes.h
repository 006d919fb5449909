/*
 * bytes.h - integers in bytes, whatever the alignment.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdint.h>
#include <string.h>

/* A run of bytes that somebody else owns; no NUL. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal)	((struct str){ "" literal, sizeof (literal) - 1 })
#define STR_NONE	((struct str){ NULL, 0 })

static inline struct str
str_of(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

static inline int
str_is(struct str a, const char *s)
{
	return a.n == strlen(s) && (a.n == 0 || memcmp(a.p, s, a.n) == 0);
}

static inline int
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* As memcmp, a prefix before what it is a prefix of. */
static inline int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* Big-endian: sorts as the number does. */
static inline void
put_be16(void *to, uint16_t v)
{
	uint8_t *b = to;

	b[0] = (uint8_t)(v >> 8);
	b[1] = (uint8_t)v;
}

static inline void
put_be32(void *to, uint32_t v)
{
	put_be16(to, (uint16_t)(v >> 16));
	put_be16((uint8_t *)to + 2, (uint16_t)v);
}

static inline void
put_be64(void *to, uint64_t v)
{
	put_be32(to, (uint32_t)(v >> 32));
	put_be32((uint8_t *)to + 4, (uint32_t)v);
}

static inline uint16_t
get_be16(const void *from)
{
	const uint8_t *b = from;

	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t
get_be32(const void *from)
{
	const uint8_t *b = from;

	return (uint32_t)get_be16(b) << 16 | get_be16(b + 2);
}

static inline uint64_t
get_be64(const void *from)
{
	const uint8_t *b = from;

	return (uint64_t)get_be32(b) << 32 | get_be32(b + 4);
}

/* Little-endian: Avro's float, double and single-object fingerprint. */
static inline void
put_le32(void *to, uint32_t v)
{
	uint8_t *b = to;

	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(v >> 8 * i);
}

static inline void
put_le64(void *to, uint64_t v)
{
	put_le32(to, (uint32_t)v);
	put_le32((uint8_t *)to + 4, (uint32_t)(v >> 32));
}

static inline uint32_t
get_le32(const void *from)
{
	const uint8_t *b = from;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	    (uint32_t)b[3] << 24;
}

static inline uint64_t
get_le64(const void *from)
{
	const uint8_t *b = from;

	return get_le32(b) | (uint64_t)get_le32(b + 4) << 32;
}

#endif
