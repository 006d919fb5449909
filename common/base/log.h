/*
 * log.h - one event a line on stderr: what happened, then key=value pairs.
 *
 * Values are escaped and quoted where they need it, so that outside bytes
 * can neither start a line nor reach a terminal.  errno is kept.  A line is
 * one write, so lines of several threads do not mix.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };

struct log {
	int fd;
	enum log_level level;		/* what is said: this and above */
};

/* Pairs of (const char *key, const char *value), then NULL. */
void log_event(const struct log *l, enum log_level level, const char *what,
    ...) __attribute__((sentinel));

#endif
