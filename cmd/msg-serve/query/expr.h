/*
 * expr.h - a parsed path query, as the files of query/ share it.
 *
 * Everything is the arena's that the query was parsed into, and never
 * changed once query_parse has returned.
 */
#ifndef QUERY_EXPR_H
#define QUERY_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "query/query.h"

enum expr_type {
	EXPR_INTEGER, EXPR_REAL, EXPR_STRING,
	EXPR_VAR,		/* slot */
	EXPR_SEQ,		/* (a, b), () */
	EXPR_OR, EXPR_AND, EXPR_UNION,			/* two or more */
	EXPR_INTERSECT, EXPR_EXCEPT,
	EXPR_COMPARE,		/* op: any with any */
	EXPR_VALUE_COMPARE,	/* op: one with one */
	EXPR_IS,
	EXPR_ARITH,		/* op */
	EXPR_NEGATE, EXPR_PLUS,
	EXPR_IF,		/* condition, then, else */
	EXPR_FOR, EXPR_SOME, EXPR_EVERY,		/* slot: in, body */
	EXPR_CALL,		/* func */
	EXPR_PATH		/* absolute, steps */
};

enum expr_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD };

/* word, enum, fewest and most arguments (255: any number) */
#define FUNCTIONS(X) \
	X("contains", CONTAINS, 2, 2) \
	X("count", COUNT, 1, 1) \
	X("empty", EMPTY, 1, 1) \
	X("ends-with", ENDS_WITH, 2, 2) \
	X("exists", EXISTS, 1, 1) \
	X("false", FALSE, 0, 0) \
	X("first", FIRST, 1, 1) \
	X("get", GET, 1, 255) \
	X("index", INDEX, 0, 1) \
	X("last", LAST, 0, 1) \
	X("lower-case", LOWER_CASE, 1, 1) \
	X("matches", MATCHES, 2, 2) \
	X("max", MAX, 1, 1) \
	X("min", MIN, 1, 1) \
	X("not", NOT, 1, 1) \
	X("number", NUMBER, 0, 1) \
	X("position", POSITION, 0, 0) \
	X("root", ROOT, 0, 1) \
	X("starts-with", STARTS_WITH, 2, 2) \
	X("string", STRING, 0, 1) \
	X("sum", SUM, 1, 1) \
	X("text", TEXT, 2, 2) \
	X("true", TRUE, 0, 0) \
	X("unique", UNIQUE, 1, 1)

enum expr_func {
#define X(word, name, least, most)	FUNC_##name,
	FUNCTIONS(X)
#undef X
	FUNC_COUNT_OF
};

/* word, enum */
#define AXES(X) \
	X("child", CHILD) \
	X("self", SELF) \
	X("parent", PARENT) \
	X("attribute", ATTRIBUTE) \
	X("ancestor", ANCESTOR) \
	X("ancestor-or-self", ANCESTOR_OR_SELF) \
	X("descendant", DESCENDANT) \
	X("descendant-or-self", DESCENDANT_OR_SELF) \
	X("following-sibling", FOLLOWING_SIBLING) \
	X("following", FOLLOWING) \
	X("preceding-sibling", PRECEDING_SIBLING) \
	X("preceding", PRECEDING) \
	X("sibling", SIBLING)

enum axis {
#define X(word, name)	AXIS_##name,
	AXES(X)
#undef X
	AXIS_COUNT
};

enum step_test { TEST_ANY, TEST_NAME, TEST_KIND };

struct step {
	struct step *next;
	uint32_t id;			/* 0.. among the steps of the query */
	uint32_t at;			/* offset in the text */
	struct expr *primary;		/* not NULL: no axis and test */
	enum axis axis;
	enum step_test test;
	struct str name;		/* item, field, or kind without "M." */
	struct expr *preds;
	bool positional;		/* a predicate asks for a position */
};

struct expr {
	struct expr *next;		/* among its parent's kids */
	enum expr_type type;
	enum expr_op op;
	enum expr_func func;
	uint32_t at;
	uint32_t depth;			/* levels below, itself counted */
	struct expr *kids, *last;
	size_t count;
	union {
		int64_t integer;
		double real;
		struct str text;	/* string; name of a variable */
		struct {
			struct step *steps;
			bool absolute;
			bool keep;	/* equal values are all kept */
		} path;
	} u;
	uint32_t slot;			/* VAR, FOR, SOME, EVERY */
	bool index;			/* as a predicate: an index */
	bool positional;		/* asks position() or last() */
};

struct query {
	struct expr **parts;		/* between top-level commas */
	size_t count;
	uint32_t steps, slots;		/* how many there are in all */
	struct str text;
};

extern const struct expr_func_row {
	struct str word;
	unsigned least, most;
} expr_funcs[FUNC_COUNT_OF];

extern const struct str expr_axes[AXIS_COUNT];

/* The step with its predicates, as in the normal form. */
struct buf;
void expr_print_step(const struct step *s, struct buf *out);

/* Are they the same query, places in the text aside? */
bool expr_equal(const struct expr *a, const struct expr *b);

#endif
