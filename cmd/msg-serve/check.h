/*
 * check.h - what an operator would learn at the next start, before it:
 * --check-config.
 */
#ifndef CHECK_H
#define CHECK_H

#include "settings.h"

/* Prints a line for each thing looked at: "ok", "warning" or "error", and what
 * is to be done.  ERR_CONFIG: there was an error. */
int check_config(const struct settings *s, struct err *e);

#endif
