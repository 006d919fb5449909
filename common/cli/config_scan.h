/*
 * config_scan.h - what libconfuse lets pass in a configuration file: braces
 * that are never closed, and variables of the environment that are not set,
 * which it takes for empty.
 */
#ifndef CLI_CONFIG_SCAN_H
#define CLI_CONFIG_SCAN_H

#include "base/err.h"

/* -1: ERR_CONFIG, in *line where.  What libconfuse refuses is none of it. */
int config_scan(const char *text, int *line, struct err *e);

#endif
