/*
 * plan_int.h - what the files of the plan share.
 *
 * A run writes to a work area of its own and hands it over at the end.  What
 * must stand elsewhere than where it was written (fields that came out of
 * order, a count that is known only behind its items) stays where it is: the
 * run keeps a chain of segments, and puts them together once at the end.  So
 * no byte is moved more than once, however deep it lies.
 */
#ifndef MSG_AVRO_PLAN_INT_H
#define MSG_AVRO_PLAN_INT_H

#include <assert.h>
#include <stdatomic.h>

#include "avro/logical.h"
#include "avro/object.h"
#include "avro/plan.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/jsonnum.h"
#include "base/mem.h"

struct pnode;

/* --- the compiled schema -------------------------------------------------- */

enum init_state { INIT_NONE, INIT_NEW, INIT_OPEN, INIT_DONE };

#define KEY_HEAD	16	/* bytes compared at once */

struct pfield {
	const struct pnode *type;
	struct str name;
	const char *quoted;		/* "name" with its quotes */
	uint32_t quoted_n;
	uint32_t head_mask;		/* bits of the bytes of head in use */
	unsigned char head[KEY_HEAD];	/* how quoted begins, padded */
	const char *label;		/* ,"name": for output, padded */
	uint32_t label_n;
	enum init_state state;
	struct str init;		/* binary of its default */
	const struct json *json;	/* the default's text */
};

struct precord {
	struct pfield *fields;
	uint32_t count;
	uint32_t slot_mask;
	uint32_t *slots;		/* hash of a name -> field + 1 */
	uint32_t *sorted;		/* by name */
	uint32_t *rank;			/* the inverse */
	bool in_order;			/* sorted is 0, 1, 2, ... */
};

/* Text that may stand for one of several things, by hash. */
struct pnames {
	struct str *names;
	uint32_t *what;
	uint32_t *slots;
	uint32_t slot_mask;
};

#define SCHEMA_WANTED	256	/* bytes of "one of null, string, ..." */

enum token { TOKEN_NULL, TOKEN_BOOL, TOKEN_NUMBER, TOKEN_STRING, TOKEN_ARRAY,
	TOKEN_OBJECT, TOKEN_NONE, TOKENS = TOKEN_NONE };

struct pbranches {
	uint32_t *index;		/* in order of preference */
	uint32_t count;
};

struct punion {
	const struct pnode **branches;
	struct str *labels;		/* {"name": for output, tagged */
	uint32_t count;
	struct pbranches by[TOKENS];
	struct pnames tags;		/* full and short names */
	uint32_t tag_first[8];		/* bits: the bytes they begin with */
	bool has_map;
};

struct penum {
	struct str *symbols;		/* quoted */
	uint32_t count;
	struct pnames names;
};

struct pnode {
	uint8_t op;			/* enum schema_type */
	uint8_t logical;		/* enum schema_logical */
	bool may_be_empty;		/* some value takes no byte */
	const struct schema_node *schema;
	union {
		struct precord *record;
		struct penum *symbols;
		struct punion *branches;
		const struct pnode *items;
		size_t size;
	} u;
};

/* --- resolution ----------------------------------------------------------- */

enum rop { R_COPY, R_INT_FLOAT, R_INT_DOUBLE, R_LONG_FLOAT, R_LONG_DOUBLE,
	R_FLOAT_DOUBLE, R_TEXT, R_RECORD, R_ENUM, R_ITEMS, R_UNION,
	R_BRANCH, R_FAIL };

struct rnode {
	enum rop op;
	const struct pnode *w;		/* how to pass over it */
	const struct rnode *items;	/* R_ITEMS, R_BRANCH */
	struct rrecord *record;
	const struct rnode **branches;	/* R_UNION: by the writer's index */
	int32_t *symbols;		/* R_ENUM: the reader's, -1: none */
	uint32_t count;			/* of branches or symbols */
	uint32_t index;			/* R_BRANCH: the reader's */
	const char *why;		/* R_FAIL */
};

/* One field of the writer, in its order. */
struct rstep {
	const struct rnode *node;	/* NULL: pass over it */
	const struct pnode *skip;
	uint32_t to;			/* the reader's field */
};

struct rrecord {
	const struct precord *reader;
	const struct precord *writer;
	struct rstep *steps;
	bool *given;			/* by the reader's field */
	bool in_order;
};

/* --- the plan ------------------------------------------------------------- */

enum plan_flags {
	PF_CAST = 1,		/* number <-> string where nothing is lost */
	PF_SORTED = 2,		/* keys sorted on output */
	PF_BASE64 = 4,		/* bytes in base64 */
	PF_RAW = 8,		/* logical types as what is under them */
	PF_STRICT = 16,		/* no default for what is not given */
	PF_UNKNOWN = 32,	/* pass over keys that are no field */
	PF_TAGS_IN = 64, PF_TAGS_MAYBE = 128, PF_TAGS_OUT = 256,
	PF_FIRST = 512		/* defaults: a union is its first branch */
};

struct plan {
	atomic_uint refs;
	struct arena arena;
	const struct schema *schema, *writer;
	const struct pnode *root;
	const struct rnode *pair;	/* plan_pair only */
	unsigned flags;
	uint64_t seed;			/* of all hashes */
};

/* --- the run -------------------------------------------------------------- */

#define NO_SEG	UINT32_MAX

struct seg {
	size_t at, n;			/* bytes of the work area */
	uint32_t next;
};

/* Segments of one thing, in order. */
struct chain {
	uint32_t head, tail;
};

/* A field or map entry that was written and waits for its place. */
struct part {
	struct chain chain;
	struct str key;
	uint32_t count;			/* entries: how many bytes to drop */
	bool set;
};

/* A key of a map under way: its bytes in the input or the work area. */
struct key {
	size_t at, n;
	const void *where;		/* in the input */
};

enum fail { FAIL_NONE, FAIL_SHORT, FAIL_ERROR };

struct plan_compiler;

struct plan_run {
	const struct plan *plan;
	unsigned flags;
	char *work, *o, *o_end;		/* the work area, its next byte, end */

	const char *start, *end;	/* the input */
	bool last;			/* nothing follows behind end */
	size_t depth, elements, look;	/* what is left of the budgets */

	struct chain chain;		/* what lies before open */
	size_t open;			/* where the segment in work begins */
	struct seg *segs;
	size_t seg_count, seg_cap;
	struct part *parts;		/* a stack */
	size_t part_count, part_cap;
	struct key *keys;		/* a stack */
	size_t key_count, key_cap;

	enum fail fail;
	const char *fail_at;
	struct err err;
	char path[ERR_PATH_MAX];	/* built from the end */
	size_t path_at;
	bool path_cut;

	struct plan_limits limits;
	struct buf text;		/* of an unescaped string, and so on */
	struct buf bytes;		/* what became of such text */
	struct buf slots;		/* plan_keys.c */
	struct plan_compiler *compiler;	/* while defaults are made */
};

/* plan_run.c.  Each of fail and short returns NULL. */
void plan_begin(struct plan_run *r, const struct plan *p, const void *in,
    size_t n, bool last);
int plan_end(struct plan_run *r, const void *at, size_t *used,
    struct buf *out, struct err *e, bool json);
void *plan_fail(struct plan_run *r, enum err_code code, const void *at,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void *plan_short(struct plan_run *r);	/* or an error when it is the last */
void plan_path(struct plan_run *r, struct str step);
void plan_path_index(struct plan_run *r, size_t i);
bool plan_grow(struct plan_run *r, size_t n);	/* false: it failed */

/* Chains (plan_run.c). */
void plan_more_segs(struct plan_run *r);
void plan_more_parts(struct plan_run *r, size_t n);
bool plan_count(struct plan_run *r, size_t at, struct chain before,
    uint64_t count);

/* No key twice (plan_keys.c): those from first on are off the stack. */
void plan_more_keys(struct plan_run *r);
bool plan_keys_end(struct plan_run *r, size_t first, const char *base,
    enum err_code code);

/* plan.c */
int plan_find(const struct precord *rec, uint64_t seed, const char *p,
    size_t n);
int plan_name(const struct pnames *names, uint64_t seed, const char *p,
    size_t n);
const struct pnode *plan_compile(struct plan *p, const struct schema *s,
    struct err *e);

int plan_compile_pair(struct plan *p, struct err *e);	/* plan_pair.c */

/* The default's binary while compiling: made now if need be. */
bool plan_default(struct plan_run *r, const struct pfield *f);

/* plan_enc*.c: JSON at p to binary; behind it, or NULL. */
const char *enc_value(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_union(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_logical(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_number(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_integer(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_bytes(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_record(struct plan_run *r, const struct pnode *n,
    const char *p);
const char *enc_string_slow(struct plan_run *r, const char *p);

/* A value that is passed over, checked to be JSON. */
const char *enc_ignore(struct plan_run *r, const char *p);

/* The string at p (at its quote) as bytes, unescaped in r->text if need be. */
const char *enc_text(struct plan_run *r, const char *p, struct str *out);
enum token enc_token(char c);
/* "number 7", "string 'abc'", "object": what stands at p. */
#define ENC_FOUND	64
void enc_found(struct plan_run *r, const char *p, char out[ENC_FOUND]);
void *enc_expected(struct plan_run *r, const char *p, const char *what);
void *enc_misfit(struct plan_run *r, const struct pnode *n, const char *p);

/* plan_dec.c: binary at b to JSON. */
const uint8_t *dec_value(struct plan_run *r, const struct pnode *n,
    const uint8_t *b);
const uint8_t *dec_logical(struct plan_run *r, const struct pnode *n,
    const uint8_t *b);
const uint8_t *dec_bytes(struct plan_run *r, const struct pnode *n,
    const uint8_t *b);

/* plan_dec_num.c: of int, long, float and double; and count items of an array
 * of them, of which the first is number i. */
const uint8_t *dec_number(struct plan_run *r, const struct pnode *n,
    const uint8_t *b);
const uint8_t *dec_numbers(struct plan_run *r, const struct pnode *n,
    const uint8_t *b, size_t i, uint64_t count);

static inline bool
dec_is_number(const struct plan_run *r, const struct pnode *n)
{
	return n->op >= SCHEMA_INT && n->op <= SCHEMA_DOUBLE &&
	    (n->logical == LOGICAL_NONE || (r->flags & PF_RAW));
}

/* plan_bin.c: binary at b passed over and checked. */
const uint8_t *bin_value(struct plan_run *r, const struct pnode *n,
    const uint8_t *b);
const uint8_t *bin_long(struct plan_run *r, const uint8_t *b, int64_t *out);
const uint8_t *bin_length(struct plan_run *r, const uint8_t *b, size_t *out);

/* The next block's count, 0 at the end; *stop: where it must end, or NULL. */
const uint8_t *bin_block(struct plan_run *r, const struct pnode *items,
    const uint8_t *b, uint64_t *count, const uint8_t **stop);
const uint8_t *bin_key(struct plan_run *r, const uint8_t *b);
void *bin_step(struct plan_run *r, bool map, size_t keys, size_t i);
bool bin_enter(struct plan_run *r, const void *b); /* r->depth++ to leave */
const uint8_t *bin_branch(struct plan_run *r, const struct punion *u,
    const uint8_t *b, uint32_t *out);
const uint8_t *bin_symbol(struct plan_run *r, const struct penum *en,
    const uint8_t *b, uint32_t *out);
bool bin_block_end(struct plan_run *r, const uint8_t *b, const uint8_t *stop);

/* plan_res.c */
const uint8_t *res_value(struct plan_run *r, const struct rnode *n,
    const uint8_t *b);

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
