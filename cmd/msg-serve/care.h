/*
 * care.h - what an operator does to a store without serving it: --export,
 * --backup, --verify, --compact.
 */
#ifndef CARE_H
#define CARE_H

#include "options.h"

bool care_wanted(const struct serve_options *opt);

/* One after another, in the order above.  Says on standard output what was
 * done.  ERR_REFUSED: damage was found. */
int care_run(const struct serve_options *opt, struct err *e);

#endif
