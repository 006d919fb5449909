/*
 * care.h - what an operator does without serving: --check-config, --export,
 * --backup, --check-store, --compact.
 */
#ifndef CARE_H
#define CARE_H

#include "settings.h"

bool care_wanted(const struct serve_options *opt);

/* One after another, in the order above.  Says on standard output what was
 * done.  ERR_REFUSED: damage was found. */
int care_run(const struct settings *s, struct err *e);

#endif
