/* kinds_inside.h - how a struct kinds is put together. */
#ifndef STORE_KINDS_INSIDE_H
#define STORE_KINDS_INSIDE_H

#include "store/kinds.h"

struct kinds *kinds_new(uint64_t rev);

/* By rising id; the base comes before. */
struct kind *kinds_add(struct kinds *ks, uint32_t id, struct str name,
    const struct kind *base);

/* Oldest first; then kinds_finish, once. */
int kinds_add_version(struct kinds *ks, struct kind *k, struct str text,
    struct err *e);
int kinds_finish(struct kind *k, struct err *e);

/* The kinds a store begins with, bases before what is made of them. */
struct kind_builtin {
	const char *name, *base, *schema;
};

extern const struct kind_builtin kind_builtins[];	/* name NULL: end */

#endif
