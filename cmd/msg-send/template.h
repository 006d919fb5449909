/*
 * template.h - --template KIND: a set that creates an item of the kind, to be
 * filled in.
 */
#ifndef SEND_TEMPLATE_H
#define SEND_TEMPLATE_H

#include "stream.h"

/* Append the set for a kind whose schema is p[0..n), as get-schema gives it:
 * each field with its default, or with what is nothing in its type.
 * ERR_NO_ANSWER when it is no schema. */
int template_put(struct buf *out, const char *p, size_t n, struct err *e);

/* Ask for the schema and print its template. */
int template_print(struct send *s, struct interrupt *in, const char *kind,
    struct err *e);

#endif
