/* offer_int.h - what offer.c and offer_live.c share. */
#ifndef SEND_OFFER_INT_H
#define SEND_OFFER_INT_H

#include "offer.h"
#include "words.h"

/* Where in a command a word stands. */
struct offer_place {
	const struct word *word;		/* or NULL */
	const struct msg_command *command;	/* or NULL: a conversation */
	const char *spec;	/* "KIND PATH [FIELD=VALUE...]" */
	size_t first;		/* the word that is its first argument */
	struct str argument;	/* of spec, that the word is: "PATH" */
	const char *typed;
};

/* False: no command is known. */
bool offer_find(struct offer_place *out, char *const w[], size_t i);
struct str offer_argument(const char *spec, size_t k);

#endif
