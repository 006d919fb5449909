/*
 * schema_set.h - set-schema: a new kind, or a new version of one.
 *
 * The text is an Avro record.  "base" names the kind whose fields it has
 * before its own; one that is given again stands where it is given.  A kind
 * stays on the base it was made with, and gets the fields that its base gets
 * later.  What was written in any version from
 * before must be readable in the new one (BACKWARD); FORWARD and FULL ask
 * also that readers of the version before, or with _TRANSITIVE of all of
 * them, can read what is written in the new one.  A field keeps the aliases
 * that old data is found under, unless NONE is asked for.
 */
#ifndef SERVICE_SCHEMA_SET_H
#define SERVICE_SCHEMA_SET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/kinds.h"
#include "store/txn.h"

struct schema_set {
	struct arena *arena;
	struct str text;		/* as it was sent */
	const struct json *record;
	struct str name, base;		/* without "M."; base n 0: not given */
	bool forward, transitive;
	bool lossy;			/* aliases may be given up */
	struct str *reasons;		/* why it was refused: JSON, a list of
					   kind, version, path and text */
};

/* The set is the arena's, which keeps p[0..n).  mode n 0: BACKWARD. */
struct schema_set *schema_set_parse(struct arena *a, const char *p, size_t n,
    struct str mode, struct err *e);

/* In the writer, on BRANCH_REPOSITORY.  ERR_SCHEMA with the first reasons,
 * and the first one's path; ERR_NOT_FOUND: no such base. */
int schema_set_apply(const struct schema_set *s, struct txn *t,
    struct err *e);

#endif
