/*
 * err.h - what went wrong, in the one shape every layer uses.
 *
 * A function that can fail returns -1 with *e filled.  The list below is the
 * only one: it gives the word on the wire (urn:M:errors), the exit status of
 * a tool, and the stanza error condition and type (RFC 6120 8.3).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

/*	code		exit word	condition		type */
#define ERRORS(X) \
	X(OK,		0, "ok",	"undefined-condition",	"cancel") \
	X(USAGE,	2, "usage",	"bad-request",		"modify") \
	X(CONFIG,	2, "config",	"internal-server-error","cancel") \
	X(SYNTAX,	5, "syntax",	"bad-request",		"modify") \
	X(ARGUMENT,	5, "argument",	"bad-request",		"modify") \
	X(VALUE,	5, "value",	"not-acceptable",	"modify") \
	X(SCHEMA,	5, "schema",	"not-acceptable",	"modify") \
	X(INPUT,	5, "input",	"bad-request",		"modify") \
	X(NOT_FOUND,	1, "not-found",	"item-not-found",	"cancel") \
	X(CONFLICT,	1, "conflict",	"conflict",		"cancel") \
	X(FORBIDDEN,	1, "forbidden",	"forbidden",		"auth") \
	X(NOT_ALLOWED,	1, "not-allowed", "not-allowed",	"cancel") \
	X(LIMIT,	1, "limit",	"resource-constraint",	"wait") \
	X(POLICY,	1, "policy",	"policy-violation",	"modify") \
	X(GONE,		1, "gone",	"gone",			"cancel") \
	X(UNIMPLEMENTED,1, "unimplemented", "feature-not-implemented", \
						"cancel") \
	X(UNAVAILABLE,	1, "unavailable", "service-unavailable", "cancel") \
	X(REFUSED,	1, "refused",	"undefined-condition",	"cancel") \
	X(CONNECT,	3, "connect",	"remote-server-not-found", "cancel") \
	X(AUTH,		3, "auth",	"not-authorized",	"auth") \
	X(NO_ANSWER,	4, "no-answer",	"remote-server-timeout", "wait") \
	X(SYSTEM,	6, "system",	"internal-server-error","cancel") \
	X(GAP,		7, "gap",	"undefined-condition",	"cancel")

enum err_code {
#define X(code, status, word, condition, type)	ERR_##code,
	ERRORS(X)
#undef X
	ERR_COUNT
};

#define ERR_TEXT_MAX	512
#define ERR_PATH_MAX	256
#define ERR_AT_MAX	64

struct err {
	enum err_code code;
	int action;			/* index in a set's list, -1: none */
	char at[ERR_AT_MAX];		/* place in the input, or "" */
	char path[ERR_PATH_MAX];	/* path in the value or tree, or "" */
	char text[ERR_TEXT_MAX];	/* lower case, quotes the subject */
};

#define ERR_INIT	{ .code = ERR_OK, .action = -1 }

/* Fill *e and return -1.  Bytes that are no UTF-8 or control characters in
 * the outcome are replaced by '?', so that it may go to a terminal. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_vset(struct err *e, enum err_code code, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* The same, followed by ": " and the words for errno. */
int err_sys(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Say where: "line 3, column 14", "byte 17".  Returns -1. */
int err_at(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Say in which field or item.  Returns -1. */
int err_path(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put "what: " in front of the text.  Returns -1. */
int err_prefix(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void err_clear(struct err *e);

/* "at, path: text" into out, as a tool prints it after its name. */
void err_line(const struct err *e, char *out, size_t n);

/* To stderr: "msg-send: at, path: text".  Returns the exit status. */
int err_report(const struct err *e, const char *tool);

int err_exit(enum err_code code);
const char *err_word(enum err_code code);
const char *err_condition(enum err_code code);
const char *err_type(enum err_code code);

/* The code whose word this is; ERR_REFUSED when none is. */
enum err_code err_by_word(const char *word);
enum err_code err_by_condition(const char *condition);

#endif
