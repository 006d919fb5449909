/*
 * regex.h - regular expressions whose cost has a bound.
 *
 * The states of all alternatives are walked side by side, so that a text of n
 * characters costs at most n times the size of the expression: nothing that
 * comes from outside can make it explode.  Characters are code points.
 *
 * Syntax: . [a-z] [^a-z] \d \D \w \W \s \S \. ( ) | * + ? {2} {2,} {2,5} ^ $
 */
#ifndef QUERY_REGEX_H
#define QUERY_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#define REGEX_MAX	4000	/* states; and ranges of all classes */

struct regex;

/* Room for one, in the arena; used again for the next. */
struct regex *regex_new(struct arena *a);

/* -1: ERR_ARGUMENT, what is wrong at which byte. */
int regex_compile(struct regex *re, struct arena *a, struct str pattern,
    struct err *e);

/* Is there a match anywhere in the text? */
bool regex_matches(struct regex *re, struct str text);

/* How many states and ranges there are: with the text's length, what it may
 * cost. */
size_t regex_size(const struct regex *re);

#endif
