/* cred_inside.h - opening and making the credentials' environment. */
#ifndef STORE_CRED_INSIDE_H
#define STORE_CRED_INSIDE_H

#include "store/store.h"

int cred_open(struct store *s, const struct store_options *o, struct err *e);

/* A new one in dir, which must exist. */
int cred_make(const char *dir, bool unsafe, struct err *e);

#endif
