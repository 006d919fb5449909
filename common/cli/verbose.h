/*
 * verbose.h - -v and -vv of the clients, on standard error: what happens, and
 * every stanza.
 *
 * A stanza is a line as msg-serve -v has it (msg/trace.h), so msg-stanza-dump
 * reads it; what is secret in it is masked.
 */
#ifndef CLI_VERBOSE_H
#define CLI_VERBOSE_H

#include "xmpp/client.h"

struct verbose {
	const char *tool;
	int level;			/* 1 what happens, 2 stanzas */
	struct client_onlooker onlooker;
};

/* Keeps tool. */
void verbose_init(struct verbose *v, const char *tool, int level);

/* For struct client_options; NULL when nothing is wanted. */
const struct client_onlooker *verbose_onlooker(const struct verbose *v);

#endif
