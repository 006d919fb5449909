/*
 * verify.h - is the store what was written to it?
 *
 * LMDB has no checksums, so everything is read and compared with the chain
 * of commits (chain.h) and with the seals of rows.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include <stdint.h>

#include "base/err.h"

struct reader;

/* what: one line, what is damaged and what it affects. */
typedef void verify_fn(void *arg, const char *what);

/* Reads all of the reader's snapshot.  *issues counts the calls of fn (which
 * may be NULL).  -1: it could not be read. */
int store_verify(struct reader *r, verify_fn *fn, void *arg,
    uint64_t *issues, struct err *e);

/*
 * The same for a store that nobody has open, in a process of its own: a
 * broken page may make the engine end it, and that is a finding too.
 */
int store_verify_dir(const char *dir, verify_fn *fn, void *arg,
    uint64_t *issues, struct err *e);

#endif
