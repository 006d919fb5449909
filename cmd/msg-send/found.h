/* found.h - one item, asked for by ourselves. */
#ifndef SEND_FOUND_H
#define SEND_FOUND_H

#include "stream.h"

struct found {
	struct send_reply reply;
	struct arena arena;
	const struct json *json;	/* the object; NULL: not there */
};

#define FOUND_INIT	{ .reply = SEND_REPLY_INIT, .arena = ARENA_INIT }

void found_clear(struct found *it);

/* What the query selects, as of rev ("": now).  ERR_NOT_FOUND when it is
 * nothing, ERR_INPUT when it is no item or several. */
int found_get(struct found *out, struct send *s, const struct interrupt *in,
    const char *query, const char *rev, struct err *e);

/* The same by key; json NULL when it was not there. */
int found_by_key(struct found *out, struct send *s, const struct interrupt *in,
    struct str key, const char *rev, struct err *e);

/* The commit that removed what was at path last.  -1: none of the last
 * FOUND_COMMITS did. */
#define FOUND_COMMITS	1000

int found_removal(uint64_t *rev, struct send *s, const struct interrupt *in,
    const char *path, struct err *e);

struct str found_key(const struct found *it);
uint64_t found_rev(const struct found *it);	/* that changed it last */

#endif
