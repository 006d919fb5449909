/*
 * item.h - one thing found in the input, and who is told of it.
 */
#ifndef DUMP_ITEM_H
#define DUMP_ITEM_H

#include <stdint.h>

#include "base/bytes.h"
#include "msg/trace.h"
#include "xmpp/stanza.h"

struct schemas;

enum item_kind {
	ITEM_STANZA,
	ITEM_HEADER,		/* st has the root's attributes */
	ITEM_END,		/* </stream:stream> */
	ITEM_LINE,		/* REQUEST, RESULT, ERROR of a trace */
	ITEM_BAD,		/* raw is malformed, text says why */
	ITEM_NOTE,		/* raw is a line of something else */
	ITEM_EVENT		/* text: of a connection, no stanza */
};

#define ITEM_ASKED_MAX	100	/* bytes of what a request was */

struct item {
	enum item_kind kind;
	const char *direction;	/* "READ", "WROTE"; NULL: not known */
	const struct stanza *st;
	const char *around;	/* the default namespace st stood in */
	const struct trace_line *line;
	struct str raw;
	const char *text;
	struct schemas *schemas;	/* to decode Avro with; may be NULL */

	/* Where it comes from. */
	unsigned conn;		/* number of its connection; 0: one alone */
	int64_t at_us;		/* real time; 0: not known */

	/* Found out about it. */
	const char *note;	/* what it means, in words; NULL: it is plain */
	const char *asked;	/* what it answers; NULL: it is no answer */
	int64_t took_us;	/* since that; -1: not known */
};

/* The item is lent for the call. */
typedef void item_fn(void *arg, const struct item *it);

#endif
