/*
 * trace_want.h - which requests a tracer wants to see, and how one is told.
 *
 * The argument of set-trace, from both sides: msg-watch writes it, msg-serve
 * reads it and asks it of every request that is answered.
 *
 *	{"command":["get-item"],"error":"any","kind":"Page","path":"/news",
 *	 "payload":true,"sample":100,"slower_us":50000,"user":"juliet"}
 *
 * A member that is not there wants everything.
 */
#ifndef MSG_TRACE_WANT_H
#define MSG_TRACE_WANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "msg/command.h"

#define TRACE_QUERY_MAX		1000	/* bytes of a query that are told */
#define TRACE_PATHS_MAX		8	/* paths of a set that are told */
#define TRACE_PAYLOAD_MAX	(64u << 10)	/* bytes of a payload, told */

struct trace_want {
	uint32_t commands;	/* 1 << enum msg_command_id; 0: any */
	struct str error;	/* "any", a condition or a code; n 0: all */
	struct str kind;	/* of an item in request or answer */
	struct str path;	/* the item there or below it */
	struct str user;	/* local part or bare JID */
	int64_t slower_us;
	uint64_t sample;	/* one of so many; 0: all */
	bool payload;		/* argument and answer, masked */
};

/* Strings are the arena's.  ERR_SYNTAX, ERR_ARGUMENT: which member, and what
 * it may be. */
int trace_want_read(struct trace_want *out, struct arena *a, const char *p,
    size_t n, struct err *e);

void trace_want_write(struct buf *out, const struct trace_want *w);

/* Adds the command to *commands; ERR_INPUT with the nearest one. */
int trace_want_command(uint32_t *commands, struct str word, struct err *e);

/* A request and its answer, all lent. */
struct trace_seen {
	const struct msg_command *command;
	struct str id, jid;		/* of the IQ; full JID of who asked */
	struct str branch;		/* n 0: not given */
	struct str argument, answer;	/* n 0: none */
	bool avro;			/* both are no JSON then */
	const struct err *error;	/* NULL: done */
	int64_t at_us, took_us;		/* real time of the answer */
};

/* All but sample.  Paths and kinds are compared as they stand in the JSON. */
bool trace_wanted(const struct trace_want *w, const struct trace_seen *s);

/* Is this argument or answer about the item at path, or below it: a query
 * that begins so, or JSON with such an item? */
bool trace_about(struct str payload, struct str path);

/*
 * Append {"bytes_in":..,"bytes_out":..,"command":..,"id":..,"jid":..,
 * "took_us":..,"time":..} and where there is one "branch", "error" (an object
 * with "code", "condition", "text" and maybe "at"), "paths" of a set or
 * "query"; with payload "argument" and "answer", as JSON where they are that
 * and not too long, else as strings, cut.
 */
void trace_seen_json(struct buf *out, const struct trace_seen *s,
    bool payload);

#endif
