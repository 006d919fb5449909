#include "net/directory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

/* One bound stream, in its user's list, newest first. */
struct entry {
	struct entry *next;
	struct place place;
	bool carbons;
	char *stanza;		/* its presence; NULL: unavailable */
	size_t n;
	int priority;
	char resource[];
};

struct directory {
	pthread_mutex_t lock;
	struct map users;	/* name to its first entry */
	size_t count;
};

struct directory *
directory_new(void)
{
	struct directory *d = mem_zero(sizeof *d);

	pthread_mutex_init(&d->lock, NULL);
	return d;
}

void
directory_free(struct directory *d)
{
	struct entry *x, *next;
	size_t at = 0;

	if (d == NULL)
		return;
	while ((x = map_next(&d->users, &at, NULL, NULL)) != NULL)
		for (; x != NULL; x = next) {
			next = x->next;
			free(x->stanza);
			free(x);
		}
	map_free(&d->users);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static struct entry *
first(struct directory *d, const char *user)
{
	return map_get(&d->users, user, strlen(user));
}

static struct entry *
find(struct directory *d, const char *user, const char *resource)
{
	struct entry *x = first(d, user);

	while (x != NULL && strcmp(x->resource, resource) != 0)
		x = x->next;
	return x;
}

static bool
same(struct place a, struct place b)
{
	return a.worker == b.worker && a.session == b.session;
}

bool
directory_bind(struct directory *d, const char *user, const char *resource,
    struct place p, struct place *old)
{
	struct entry *x;
	bool taken;

	pthread_mutex_lock(&d->lock);
	x = find(d, user, resource);
	taken = x != NULL;
	if (taken) {
		*old = x->place;
	} else {
		size_t n = strlen(resource) + 1;

		x = mem_zero(sizeof *x + n);
		memcpy(x->resource, resource, n);
		x->next = first(d, user);
		map_set(&d->users, user, strlen(user), x);
		d->count++;
	}
	x->place = p;
	x->carbons = false;
	free(x->stanza);
	x->stanza = NULL;
	x->priority = 0;
	pthread_mutex_unlock(&d->lock);
	return taken;
}

void
directory_unbind(struct directory *d, const char *user, const char *resource,
    struct place p)
{
	struct entry *x, *before = NULL;

	pthread_mutex_lock(&d->lock);
	for (x = first(d, user); x != NULL; before = x, x = x->next)
		if (strcmp(x->resource, resource) == 0)
			break;
	if (x != NULL && same(x->place, p)) {
		if (before != NULL)
			before->next = x->next;
		else if (x->next != NULL)
			map_set(&d->users, user, strlen(user), x->next);
		else
			map_del(&d->users, user, strlen(user));
		d->count--;
		free(x->stanza);
		free(x);
	}
	pthread_mutex_unlock(&d->lock);
}

bool
directory_presence(struct directory *d, const char *user,
    const char *resource, struct place p, int priority, const void *stanza,
    size_t n)
{
	struct entry *x;
	bool before = false;

	pthread_mutex_lock(&d->lock);
	x = find(d, user, resource);
	if (x != NULL && same(x->place, p)) {
		before = x->stanza != NULL;
		free(x->stanza);
		x->stanza = stanza == NULL ? NULL : mem_dup(stanza, n);
		x->n = n;
		x->priority = priority;
	}
	pthread_mutex_unlock(&d->lock);
	return before;
}

void
directory_each_available(struct directory *d, const char *user,
    directory_available_fn *fn, void *arg)
{
	pthread_mutex_lock(&d->lock);
	for (struct entry *x = first(d, user); x != NULL; x = x->next)
		if (x->stanza != NULL)
			fn(arg, x->place, x->priority, x->stanza, x->n);
	pthread_mutex_unlock(&d->lock);
}

bool
directory_find(struct directory *d, const char *user, const char *resource,
    struct place *out)
{
	struct entry *x;

	pthread_mutex_lock(&d->lock);
	x = find(d, user, resource);
	if (x != NULL)
		*out = x->place;
	pthread_mutex_unlock(&d->lock);
	return x != NULL;
}

size_t
directory_best(struct directory *d, const char *user, struct place *out,
    size_t max)
{
	size_t n = 0;
	int best = 0;

	pthread_mutex_lock(&d->lock);
	for (struct entry *x = first(d, user); x != NULL; x = x->next) {
		if (x->stanza == NULL || x->priority < best)
			continue;
		if (x->priority > best)
			n = 0;
		best = x->priority;
		if (n < max)
			out[n++] = x->place;
	}
	pthread_mutex_unlock(&d->lock);
	return n;
}

void
directory_each(struct directory *d, const char *user, directory_fn *fn,
    void *arg)
{
	const void *key;
	struct entry *x;
	size_t at = 0, n;

	pthread_mutex_lock(&d->lock);
	if (user != NULL) {
		for (x = first(d, user); x != NULL; x = x->next)
			fn(arg, user, x->resource, x->place);
	} else {
		while ((x = map_next(&d->users, &at, &key, &n)) != NULL)
			for (; x != NULL; x = x->next)
				fn(arg, key, x->resource, x->place);
	}
	pthread_mutex_unlock(&d->lock);
}

void
directory_carbons(struct directory *d, const char *user,
    const char *resource, struct place p, bool on)
{
	struct entry *x;

	pthread_mutex_lock(&d->lock);
	x = find(d, user, resource);
	if (x != NULL && same(x->place, p))
		x->carbons = on;
	pthread_mutex_unlock(&d->lock);
}

void
directory_each_carbon(struct directory *d, const char *user,
    directory_fn *fn, void *arg)
{
	pthread_mutex_lock(&d->lock);
	for (struct entry *x = first(d, user); x != NULL; x = x->next)
		if (x->carbons)
			fn(arg, user, x->resource, x->place);
	pthread_mutex_unlock(&d->lock);
}

size_t
directory_count(struct directory *d)
{
	size_t n;

	pthread_mutex_lock(&d->lock);
	n = d->count;
	pthread_mutex_unlock(&d->lock);
	return n;
}

size_t
directory_streams(struct directory *d, const char *user)
{
	size_t n = 0;

	pthread_mutex_lock(&d->lock);
	for (struct entry *x = first(d, user); x != NULL; x = x->next)
		n++;
	pthread_mutex_unlock(&d->lock);
	return n;
}
