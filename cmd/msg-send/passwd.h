/*
 * passwd.h - user add, user passwd: a password from the terminal, or from a
 * file, and never from an argument.
 */
#ifndef SEND_PASSWD_H
#define SEND_PASSWD_H

#include "words.h"

word_run_fn passwd_add_run, passwd_run;

/* ERR_USAGE when FIELD=VALUE shows a password to all who list processes. */
int passwd_check_field(const char *field, struct err *e);

#endif
