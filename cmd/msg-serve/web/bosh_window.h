/*
 * bosh_window.h - the requests of one BOSH session, by their rid (XEP-0124
 * 14): which is next, which came before its turn, which is a repeat, which
 * wait for an answer and which had one.
 *
 * Knows no socket, no XML and no time.  A repeat is never taken twice: it
 * gets the very answer that the first one had.
 *
 * Limits: `requests` rids ahead, as many answers kept.  That no more than
 * `requests` and one are held is the owner's to see to.
 */
#ifndef WEB_BOSH_WINDOW_H
#define WEB_BOSH_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "web/web.h"

#define BOSH_REQUESTS_MAX	9
#define BOSH_SLOTS		(2 * BOSH_REQUESTS_MAX + 2)
#define BOSH_RID_MAX		(((uint64_t)1 << 53) - 1)

enum bosh_state {
	BOSH_FREE,
	BOSH_EARLY,		/* those before it have not come */
	BOSH_HELD,		/* taken, not answered */
	BOSH_ANSWERED
};

struct bosh_kept;		/* what an early request holds: the owner's */

struct bosh_slot {
	uint64_t rid;
	enum bosh_state state;
	struct web_ticket ticket;
	int64_t since_us;	/* when it came */
	struct bosh_kept *kept;	/* BOSH_EARLY */
	struct buf answer;	/* BOSH_ANSWERED */
	int status;
};

struct bosh_window {
	uint64_t next;		/* the rid to be taken next */
	uint64_t oldest;	/* the lowest one without an answer */
	unsigned requests;
	struct bosh_slot slots[BOSH_SLOTS];
};

/* rid is the first one, which counts as taken and held. */
struct bosh_slot *bosh_window_init(struct bosh_window *w, uint64_t rid,
    unsigned requests);

/* drop frees what an early request holds. */
void bosh_window_clear(struct bosh_window *w,
    void (*drop)(struct bosh_kept *k));

enum bosh_arrival {
	BOSH_NEW,		/* the next one: held now */
	BOSH_AHEAD,		/* early now: its turn is told by bosh_turn */
	BOSH_AGAIN,		/* a repeat of one that is held or early */
	BOSH_REPLY,		/* a repeat of one whose answer is here */
	BOSH_OUTSIDE		/* no rid of this session */
};

/* *slot is the request's; untouched when BOSH_OUTSIDE. */
enum bosh_arrival bosh_arrive(struct bosh_window *w, uint64_t rid,
    struct bosh_slot **slot);

/* The early one whose turn has come: held now, kept is still in it.  NULL:
 * there is none. */
struct bosh_slot *bosh_turn(struct bosh_window *w);

/* How many are held, and how many came before their turn. */
unsigned bosh_held(const struct bosh_window *w);
unsigned bosh_early(const struct bosh_window *w);

/* The held one with the lowest rid: the next to be answered.  NULL. */
struct bosh_slot *bosh_oldest(struct bosh_window *w);

/* The oldest was answered: its slot's answer is the caller's to fill. */
void bosh_answered(struct bosh_window *w);

#endif
