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
	uint32_t *quick;		/* hash of the head -> field + 1 */
	uint32_t quick_mask;
	uint64_t quick_seed;
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

/* A member that was written, in any order: where it lies if it is in one
 * piece, else its chain.  One that is put off: where it lies in the input. */
struct member {
	size_t at, n;
	struct chain chain;
};

#define NOT_THERE	SIZE_MAX	/* n of a member that is to come */
#define PUT_OFF		(SIZE_MAX / 2)	/* added to n */

/* A record whose members come in another order than they are to stand in. */
struct order {
	size_t first;			/* of its members on the stack */
	size_t start;			/* of all of them in the work area */
	struct chain before;
	size_t open;
	bool whole;			/* each is in one piece */
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
	struct member *members;		/* a stack */
	size_t member_count, member_cap;
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
void plan_more_members(struct plan_run *r, size_t n);

/* Members [from, to) into their places, in the order of sorted (NULL: as they
 * are numbered). */
bool plan_order_end(struct plan_run *r, const struct order *w, uint32_t from,
    uint32_t to, const uint32_t *sorted);

/* Fill rec->quick (plan_keys.c). */
void plan_quick(struct plan *p, struct precord *rec);

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

/* Of a type whose values are written as numbers. */
static inline bool
plan_is_number(const struct plan_run *r, const struct pnode *n)
{
	return n->op >= SCHEMA_INT && n->op <= SCHEMA_DOUBLE &&
	    (n->logical == LOGICAL_NONE || (r->flags & PF_RAW));
}

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

#include "avro/plan_inline.h"

#endif
