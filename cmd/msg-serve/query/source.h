/*
 * source.h - where the items of a step could come from: which rows of the
 * index, and whether they are fewer than a walk down would meet.
 */
#ifndef QUERY_SOURCE_H
#define QUERY_SOURCE_H

#include "query/eval.h"

/* Rows of the index that hold everything a step can give. */
struct source {
	enum { BY_KIND, BY_NAME, BY_FIELD, BY_KEY } by;
	const struct kind *kind;	/* this and its sub-kinds; NULL: any */
	struct str field;		/* BY_FIELD */
	struct attr value;
	uint64_t id;			/* BY_KEY; 0: none has it */
	size_t count;			/* about how many; up to the limit */
};

#define SOURCES_MAX	6

struct sources {
	struct source v[SOURCES_MAX];
	size_t count;
};

/* What could answer the step; none is no error. */
int sources_find(struct run *r, const struct step *t, struct sources *all);

/* Whichever is shorter, found without counting either to its end: the rows of
 * *out (1), or the walk down from top (0); -1. */
int sources_choose(struct run *r, struct sources *all, uint64_t top,
    struct source **out);

/* The rows of one kind; false: none of them can match. */
bool source_rows(const struct source *src, const struct kind *k,
    uint32_t *field);

#endif
