/*
 * passwd.h - user add, user passwd: a password from the terminal, or from a
 * file, and never from an argument.
 */
#ifndef SEND_PASSWD_H
#define SEND_PASSWD_H

#include "words.h"

word_run_fn passwd_add_run, passwd_run;

/* As word_put_field; a password is the first line of its file.  ERR_USAGE when
 * FIELD=VALUE shows it to all who list processes. */
int passwd_put_field(struct buf *out, const char *field, struct err *e);

#endif
