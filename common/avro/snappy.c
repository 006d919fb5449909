#include "avro/snappy.h"

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

#define LENGTH_MAX	UINT32_MAX
#define FRAGMENT	65536	/* copies reach back no further: 16 bits */
#define TABLE_BITS	14

/* --- packing -------------------------------------------------------------- */

static void
put_length(struct buf *out, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_putc(out, (char)(n | 0x80));
	buf_putc(out, (char)n);
}

/* Text as it is: its length less one in 6 bits, or in bytes behind. */
static char *
put_text(char *o, const char *p, size_t n)
{
	size_t less = n - 1;

	if (n == 0)
		return o;
	if (less < 60) {
		*o++ = (char)(less << 2);
	} else {
		char *tag = o++;
		unsigned bytes = 0;

		for (; less > 0; less >>= 8, bytes++)
			*o++ = (char)less;
		*tag = (char)((59 + bytes) << 2);
	}
	memcpy(o, p, n);
	return o + n;
}

/* A copy of n bytes, 64 at a time; the last one never of less than 4. */
static char *
put_copy(char *o, size_t back, size_t n)
{
	while (n > 0) {
		size_t step = n <= 64 ? n : n < 68 ? 60 : 64;

		if (step >= 4 && step < 12 && back < 2048) {
			*o++ = (char)(1 | (step - 4) << 2 | back >> 8 << 5);
			*o++ = (char)back;
		} else {
			*o++ = (char)(2 | (step - 1) << 2);
			*o++ = (char)back;
			*o++ = (char)(back >> 8);
		}
		n -= step;
	}
	return o;
}

static size_t
same_bytes(const char *a, const char *b, const char *end)
{
	const char *start = b;

	while (end - b >= 8) {
		uint64_t other = get_le64(a) ^ get_le64(b);

		if (other != 0)
			return (size_t)(b - start) +
			    (size_t)__builtin_ctzll(other) / 8;
		a += 8;
		b += 8;
	}
	while (b < end && *a == *b) {
		a++;
		b++;
	}
	return (size_t)(b - start);
}

/* Four bytes that were seen before make a copy; where there are none, steps
 * grow. */
static char *
pack_fragment(char *o, const char *p, size_t n, uint16_t *table)
{
	const char *at = p, *text = p, *end = p + n;
	unsigned misses = 32;

	memset(table, 0, sizeof *table << TABLE_BITS);
	while (end - at >= 8) {
		uint32_t four = get_le32(at);
		uint32_t slot = four * 0x1e35a7bdu >> (32 - TABLE_BITS);
		const char *was = p + table[slot];

		table[slot] = (uint16_t)(at - p);
		if (was < at && get_le32(was) == four) {
			size_t same = same_bytes(was, at, end);

			o = put_text(o, text, (size_t)(at - text));
			o = put_copy(o, (size_t)(at - was), same);
			at += same;
			text = at;
			misses = 32;
		} else {
			at += misses++ >> 5;
		}
	}
	return put_text(o, text, (size_t)(end - text));
}

void
snappy_put(struct buf *out, const void *p, size_t n)
{
	uint16_t table[1 << TABLE_BITS];
	const char *from = p;

	put_length(out, n);
	while (n > 0) {
		size_t step = n < FRAGMENT ? n : FRAGMENT;
		char *o = buf_room(out, step + step / 6 + 32);

		if (o == NULL)
			return;
		out->n = (size_t)(pack_fragment(o, from, step, table) -
		    out->p);
		from += step;
		n -= step;
	}
}

/* --- unpacking ------------------------------------------------------------ */

static const uint8_t *
get_length(const uint8_t *p, const uint8_t *end, uint64_t *n)
{
	*n = 0;
	for (unsigned shift = 0; shift < 35 && p < end; shift += 7) {
		*n |= (uint64_t)(*p & 0x7f) << shift;
		if (*p++ < 0x80)
			return *n > LENGTH_MAX ? NULL : p;
	}
	return NULL;
}

/* What was back bytes before, n bytes of it; it may run into itself.  room:
 * bytes that may be written over. */
static void
copy_back(char *o, size_t back, size_t n, size_t room)
{
	const char *from = o - back;

	if (back >= 8 && room >= n + 8) {
		for (size_t i = 0; i < n; i += 8)
			memcpy(o + i, from + i, 8);
		return;
	}
	for (size_t i = 0; i < n; i++)
		o[i] = from[i];
}

/* A tag's number of n bytes; p goes behind it.  -1: there are not so many. */
static int
get_number(const uint8_t **p, const uint8_t *end, unsigned n, size_t *out)
{
	if ((size_t)(end - *p) < n)
		return -1;
	*out = 0;
	for (unsigned i = 0; i < n; i++)
		*out |= (size_t)(*p)[i] << 8 * i;
	*p += n;
	return 0;
}

/* One piece behind the tag; *back 0: text, which p is at. */
static int
get_tag(const uint8_t **p, const uint8_t *end, size_t *n, size_t *back)
{
	unsigned tag = *(*p)++;

	*back = 0;
	*n = (tag >> 2) + 1;
	switch (tag & 3) {
	case 0:
		if (*n <= 60)
			return 0;
		if (get_number(p, end, (unsigned)*n - 60, n) < 0)
			return -1;
		++*n;
		return 0;
	case 1:
		*n = (tag >> 2 & 7) + 4;
		if (get_number(p, end, 1, back) < 0)
			return -1;
		*back |= (size_t)(tag >> 5) << 8;
		break;
	case 2:
		if (get_number(p, end, 2, back) < 0)
			return -1;
		break;
	default:
		if (get_number(p, end, 4, back) < 0)
			return -1;
	}
	return *back == 0 ? -1 : 0;
}

static int
unpack(char *start, size_t len, const uint8_t *p, const uint8_t *end)
{
	char *o = start;

	while (p < end) {
		size_t n, back;

		if (get_tag(&p, end, &n, &back) < 0 ||
		    n > len - (size_t)(o - start) ||
		    back > (size_t)(o - start))
			return -1;
		if (back > 0) {
			copy_back(o, back, n, len - (size_t)(o - start));
		} else {
			if (n > (size_t)(end - p))
				return -1;
			memcpy(o, p, n);
			p += n;
		}
		o += n;
	}
	return (size_t)(o - start) == len ? 0 : -1;
}

int
snappy_get(struct buf *out, const void *p, size_t n)
{
	const uint8_t *at = p, *end = at + n;
	uint64_t len;
	char *o;

	at = get_length(at, end, &len);
	if (at == NULL)
		return -1;
	if (len > out->max - out->n)
		return -2;
	/* a length that nothing can come to takes no memory */
	if (len / 64 > n)
		return -1;
	o = buf_room(out, (size_t)len);
	if (o == NULL || unpack(o, (size_t)len, at, end) < 0)
		return -1;
	out->n += (size_t)len;
	return 0;
}
