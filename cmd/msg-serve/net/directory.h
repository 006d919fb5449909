/*
 * directory.h - who is connected: user and resource to worker and session.
 *
 * The one table all workers share.  It is asked when a stream is bound or
 * ends and when a stanza goes to another stream, never on the way of a
 * command; a mutex guards it.
 */
#ifndef NET_DIRECTORY_H
#define NET_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;
struct directory;

/* Where a bound stream is.  session is the worker's number for it, never
 * used twice. */
struct place {
	struct worker *worker;
	uint64_t session;
};

struct directory *directory_new(void);
void directory_free(struct directory *d);

/* Claims user/resource for p.  True when an older stream had it: *old then
 * says which; it has lost it by now. */
bool directory_bind(struct directory *d, const char *user,
    const char *resource, struct place p, struct place *old);

/* Gives it up, unless a newer stream has it by now. */
void directory_unbind(struct directory *d, const char *user,
    const char *resource, struct place p);

/* Presence: whether bare-JID stanzas may go there (RFC 6121 8.5.2), and the
 * stanza that said so (copied; NULL: unavailable), for streams that come
 * later.  True when it was available before. */
bool directory_presence(struct directory *d, const char *user,
    const char *resource, struct place p, int priority, const void *stanza,
    size_t n);

/* The stream of a full JID; false: there is none. */
bool directory_find(struct directory *d, const char *user,
    const char *resource, struct place *out);

/* The available streams of a user with the highest priority that is not
 * negative; at most max of them.  Returns how many. */
size_t directory_best(struct directory *d, const char *user,
    struct place *out, size_t max);

/* Every available stream of a user, with its presence. */
typedef void directory_available_fn(void *arg, struct place p, int priority,
    const void *stanza, size_t n);
void directory_each_available(struct directory *d, const char *user,
    directory_available_fn *fn, void *arg);

/* Every stream of a user, or of all users (NULL). */
typedef void directory_fn(void *arg, const char *user, const char *resource,
    struct place p);
void directory_each(struct directory *d, const char *user, directory_fn *fn,
    void *arg);

/* Does this stream want copies (carbons.h)?  The user's streams that do. */
void directory_carbons(struct directory *d, const char *user,
    const char *resource, struct place p, bool on);
void directory_each_carbon(struct directory *d, const char *user,
    directory_fn *fn, void *arg);

/* How many streams there are; of a user. */
size_t directory_count(struct directory *d);
size_t directory_streams(struct directory *d, const char *user);

#endif
