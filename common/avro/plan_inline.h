/* plan_inline.h - the small steps of a run; included by plan_int.h. */
#ifndef MSG_AVRO_PLAN_INLINE_H
#define MSG_AVRO_PLAN_INLINE_H

/* --- inline: hashes of names ---------------------------------------------- */

static inline uint64_t
plan_mix(uint64_t a, uint64_t b)
{
	struct json_u128 v = json_mul(a, b);

	return v.hi ^ v.lo;
}

static inline uint64_t
plan_hash(uint64_t seed, const char *p, size_t n)
{
	uint64_t a, b = 0x9e3779b97f4a7c15u ^ n;

	for (; n > 16; p += 8, n -= 8)
		seed = plan_mix(seed ^ get_le64(p), b);
	if (n >= 8) {
		a = get_le64(p);
		b ^= get_le64(p + n - 8) << 1;
	} else if (n >= 4) {
		a = (uint64_t)get_le32(p) << 32 | get_le32(p + n - 4);
	} else {
		a = n == 0 ? 0 : (uint64_t)(uint8_t)p[0] |
		    (uint64_t)(uint8_t)p[n / 2] << 8 |
		    (uint64_t)(uint8_t)p[n - 1] << 16;
	}
	return plan_mix(seed ^ a, b);
}

/* Of KEY_HEAD bytes in two halves: of keys that are shorter, no branch. */
static inline uint32_t
plan_hash_head(uint64_t seed, uint64_t low, uint64_t high)
{
	return (uint32_t)plan_mix(seed ^ low, 0x9e3779b97f4a7c15u ^ high);
}

/* --- inline: chains ------------------------------------------------------- */

static inline uint32_t
plan_seg(struct plan_run *r, size_t at, size_t n)
{
	if (r->seg_count == r->seg_cap)
		plan_more_segs(r);
	r->segs[r->seg_count] = (struct seg){ at, n, NO_SEG };
	return (uint32_t)r->seg_count++;
}

static inline void
plan_join(struct plan_run *r, struct chain c)
{
	if (c.head == NO_SEG)
		return;
	if (r->chain.head == NO_SEG)
		r->chain.head = c.head;
	else
		r->segs[r->chain.tail].next = c.head;
	r->chain.tail = c.tail;
}

/* Close what is open; the chain up to here is given, a new one begins. */
static inline struct chain
plan_cut(struct plan_run *r)
{
	size_t now = (size_t)(r->o - r->work);
	struct chain c;

	if (now > r->open) {
		uint32_t s = plan_seg(r, r->open, now - r->open);

		plan_join(r, (struct chain){ s, s });
	}
	c = r->chain;
	r->chain = (struct chain){ NO_SEG, NO_SEG };
	r->open = now;
	return c;
}

/* count members that are not there. */
static inline struct order
plan_order(struct plan_run *r, uint32_t count)
{
	struct order w = { r->member_count, (size_t)(r->o - r->work),
	    r->chain, r->open, true };

	if (r->member_cap - w.first < count)
		plan_more_members(r, count);
	for (size_t i = w.first; i < w.first + count; i++)
		r->members[i].n = NOT_THERE;
	r->member_count += count;
	return w;
}

/* What is written from here on is a member; gives where it begins. */
static inline size_t
plan_member(struct plan_run *r)
{
	r->chain = (struct chain){ NO_SEG, NO_SEG };
	r->open = (size_t)(r->o - r->work);
	return r->open;
}

/* It was number i. */
static inline void
plan_member_end(struct plan_run *r, struct order *w, uint32_t i, size_t at)
{
	struct member *m = &r->members[w->first + i];

	m->at = at;
	m->n = (size_t)(r->o - r->work) - at;
	m->chain = r->chain;
	if (r->chain.head != NO_SEG) {
		m->chain = plan_cut(r);
		w->whole = false;
	}
}

/* n parts on top of the stack; their first one's number. */
static inline size_t
plan_parts(struct plan_run *r, size_t n)
{
	size_t at = r->part_count;

	if (r->part_cap - at < n)
		plan_more_parts(r, n);
	for (size_t i = at; i < at + n; i++)
		r->parts[i] = (struct part){ .set = false };
	r->part_count += n;
	return at;
}

/* A key that was written or read: from its length on to its end. */
static inline void
plan_key(struct plan_run *r, const char *base, size_t from, size_t end,
    const void *where)
{
	if (r->key_count == r->key_cap)
		plan_more_keys(r);
	while (base[from++] & 0x80)
		;
	r->keys[r->key_count++] = (struct key){ from, end - from, where };
}

static inline void
bin_key_seen(struct plan_run *r, const uint8_t *b, const uint8_t *end)
{
	plan_key(r, r->start, (size_t)((const char *)b - r->start),
	    (size_t)((const char *)end - r->start), b);
}

/* An integer of up to eight bytes at once: the groups of seven bits are moved
 * together in pairs, pairs of pairs, and so on. */
static inline const uint8_t *
bin_long_fast(struct plan_run *r, const uint8_t *b, int64_t *out)
{
	uint64_t z, stop;
	unsigned n;

	if (r->end - (const char *)b < 8)
		return bin_long(r, b, out);
	z = get_le64(b);
	stop = ~z & 0x8080808080808080;
	if (stop == 0)
		return bin_long(r, b, out);
	n = (unsigned)__builtin_ctzll(stop) / 8 + 1;
	z &= stop ^ (stop - 1);
	z = (z & 0x7f007f007f007f00) >> 1 | (z & 0x007f007f007f007f);
	z = (z & 0x3fff00003fff0000) >> 2 | (z & 0x00003fff00003fff);
	z = (z & 0x0fffffff00000000) >> 4 | (z & 0x000000000fffffff);
	*out = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
	return b + n;
}

/* --- inline: the work area and varints ------------------------------------ */

static inline bool
plan_room(struct plan_run *r, size_t n)
{
	return (size_t)(r->o_end - r->o) >= n || plan_grow(r, n);
}

static inline char *
put_varint(char *o, uint64_t z)
{
	while (z >= 0x80) {
		*o++ = (char)(z | 0x80);
		z >>= 7;
	}
	*o++ = (char)z;
	return o;
}

static inline char *
put_zigzag(char *o, int64_t v)
{
	return put_varint(o, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

static inline size_t
varint_size(uint64_t z)
{
	return z < 0x80 ? 1 : (size_t)(70 - __builtin_clzll(z)) / 7;
}

#endif
