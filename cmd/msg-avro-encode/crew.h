/*
 * crew.h - threads that read by turns, work side by side, and write by turns.
 *
 * Each works on what it has read itself, so nothing is handed from one to the
 * other; results go out in the order in which their tasks were read, by the
 * thread that is done when it is their turn.
 */
#ifndef ENCODE_CREW_H
#define ENCODE_CREW_H

#include <stdbool.h>
#include <stddef.h>

struct crew;

struct crew_job {
	void *arg;
	void *(*make)(void *arg);	/* what a thread has for itself */
	void (*drop)(void *state);

	/* Fill the task with what comes next; false: there is nothing.  One
	 * thread at a time. */
	bool (*take)(void *arg, struct crew *p, void *task);

	void (*work)(void *state, void *task);

	/* Write what became of it; false: nothing behind it goes out, and no
	 * more is taken.  One thread at a time, in order. */
	bool (*give)(void *arg, void *task);
};

/* Tasks that may be under way at once. */
#define CREW_TASKS(threads)	(2 * (size_t)(threads))

/* In so many threads, of which the caller is one, until all is done.  Borrows
 * CREW_TASKS(threads) tasks and their array; each is used again and again. */
void crew_run(const struct crew_job *job, size_t threads, void *tasks[]);

/* For take, before it waits: until all that was taken is written, and nobody
 * writes.  false: give failed. */
bool crew_settle(struct crew *p);

#endif
