/*
 * value.h - what a query computes with: truth, numbers, equality.
 */
#ifndef QUERY_VALUE_H
#define QUERY_VALUE_H

#include "query/expr.h"

/* A number as it is: 64-bit integers lose nothing. */
struct number {
	bool real;
	int64_t i;
	double d;			/* set for integers too */
};

/* False for "", 0, false and null. */
bool value_true(const struct value *v);

/* The same type and content: what "duplicate" means. */
bool value_same(const struct value *a, const struct value *b);
uint64_t value_hash(const struct value *v);

/* Numbers, and strings that are written as one.  False: it is none. */
bool value_number(const struct value *v, struct number *out);
struct value value_of(struct number n);

/* As a function of strings sees it: the text of a scalar.  Made strings are
 * the arena's.  An item has none: STR_NONE. */
struct str value_text(const struct value *v, struct arena *a);

/* a op b for scalars: numbers as numbers when one of them is one, else by
 * their texts.  What cannot be compared is only "!=". */
bool value_compare(enum expr_op op, const struct value *a,
    const struct value *b);

int number_compare(struct number a, struct number b);

/* op is OP_ADD to OP_MOD.  -1: ERR_VALUE, overflow or division by zero. */
int number_compute(enum expr_op op, struct number a, struct number b,
    struct number *out, struct err *e);

static inline struct value
value_item(uint64_t id)
{
	return (struct value){ .type = VALUE_ITEM, .u.item = id };
}

static inline struct value
value_boolean(bool truth)
{
	return (struct value){ .type = VALUE_BOOLEAN, .u.truth = truth };
}

static inline struct value
value_integer(int64_t i)
{
	return (struct value){ .type = VALUE_INTEGER, .u.integer = i };
}

static inline struct value
value_string(struct str s)
{
	return (struct value){ .type = VALUE_STRING, .u.text = s };
}

#endif
