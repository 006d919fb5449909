/*
 * check.h - msg-send --check: how far a connection comes, what each step
 * found and how long it took, a line each.
 */
#ifndef SEND_CHECK_H
#define SEND_CHECK_H

#include "cli/interrupt.h"
#include "send.h"

/* For send_open. */
void check_step(void *send, enum client_step step, const char *text);

/* One request on the stream that is there. */
int check_run(struct send *s, const struct interrupt *in, struct err *e);

#endif
