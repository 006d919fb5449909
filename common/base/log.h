/*
 * log.h - one event a line on stderr, in key=value pairs.
 *
 *	time=2026-01-31T12:34:56.123456Z level=warn event="login refused" ...
 *	<4>event="login refused" ...		to the journal (sd-daemon(3))
 *
 * Values are escaped and quoted where they need it, so that outside bytes
 * can neither start a line nor reach a terminal.  errno is kept.  A line is
 * one write, so lines of several threads do not mix.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"

/*	level, its word, syslog's priority */
#define LOG_LEVELS(X) \
	X(ERROR, "error", 3) \
	X(WARN, "warn", 4) \
	X(INFO, "info", 6) \
	X(DEBUG, "debug", 7)

enum log_level {
#define X(name, word, priority)	LOG_LEVEL_##name,
	LOG_LEVELS(X)
#undef X
	LOG_LEVELS_COUNT
};

struct log {
	int fd;
	atomic_int level;		/* enum log_level: this and above */
	bool journal;			/* who reads it adds time and level */
};

/* Is fd what $JOURNAL_STREAM says goes to the journal (systemd.exec(5))? */
bool log_is_journal(int fd);

/* The level of this word; it is one of them. */
enum log_level log_level(const char *word);

static inline bool
log_says(const struct log *l, enum log_level level)
{
	return (int)level <= l->level;
}

/* Pairs of (const char *key, const char *value), then NULL. */
void log_event(const struct log *l, enum log_level level, const char *what,
    ...) __attribute__((sentinel));

/* Append " key=value". */
void log_pair(struct buf *b, const char *key, const char *value);

/* The same with before, pairs that log_pair wrote, in front of those of ap;
 * NULL: none. */
void log_vevent(const struct log *l, enum log_level level, const char *what,
    const char *before, va_list ap);

#endif
