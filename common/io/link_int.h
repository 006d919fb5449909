/*
 * link_int.h - the inside of a link, for io/link*.c alone.
 *
 *	link.c		a link's life and what its owner calls
 *	link_move.c	when to read and write, and how much
 *	link_io.c	bytes through the socket, with TLS or without
 *	link_dial.c	connecting
 */
#ifndef IO_LINK_INT_H
#define IO_LINK_INT_H

#include <openssl/ssl.h>

#include "io/link.h"

#define READ_SIZE	(32 * 1024)	/* of the loop's read buffer */
#define READ_TURN	(64 * 1024)	/* bytes of one link a turn */
#define SPARE_COUNT	64		/* output buffers a loop keeps */
#define SPARE_SIZE	(32 * 1024)	/* larger ones are freed */

/* What all links of a loop share. */
struct link_shared {
	BIO_METHOD *bio;
	struct buf spare[SPARE_COUNT];
	size_t spares;
	struct buf nowhere;		/* what is said to dead links */
	char in[READ_SIZE];
};

enum link_state {
	LINK_CONNECTING,
	LINK_HANDSHAKE,
	LINK_OPEN,
	LINK_CLOSING,		/* output is still being written */
	LINK_LINGER,		/* all said; the peer's end is awaited */
	LINK_DEAD		/* till the end of the turn */
};

struct link {
	struct loop *loop;
	struct link_shared *shared;
	const struct link_conf *conf;
	void *arg;
	int fd;
	struct loop_fd *watch;
	SSL *ssl;
	enum link_state state;

	bool secured;		/* handshake done */
	bool paused;		/* by the owner */
	bool congested;		/* by its own output */
	bool ended;		/* the peer will send no more */
	bool eof;		/* seen by the socket, under TLS */
	bool drained;		/* the socket had no more in this turn */
	bool blocked;		/* the socket takes no more for now */

	struct buf out;
	size_t sent;		/* of out */
	struct buf kept;	/* came in, not handed over: paused */

	int64_t ticket_us;	/* when to send one; 0: never */
	struct tls *tls;	/* under ssl */
	struct tls *next_tls;	/* to start once connected, once out is
				 * written */
	char *name;		/* whom we mean, or NULL */

	struct loop_task flush, again, reap;
	struct timer linger;
	struct link_dial *dial;
	struct link_count count;
	struct peer peer;
	struct err *why;	/* NULL: all went well */
};

/* --- link.c -------------------------------------------------------------- */

struct link *link_alloc(struct loop *l, const struct link_conf *c, void *arg,
    struct tls *tls, const char *name);

/* fd is connected: taken. */
void link_begin(struct link *k, int fd);

/* Start next_tls over the socket. */
void link_secure_now(struct link *k);

/* Takes the link down now; closed follows at the end of the turn.  why is
 * copied, NULL: all went well. */
void link_die(struct link *k, const struct err *why);

/* --- link_move.c --------------------------------------------------------- */

void link_ready(void *arg, int events);		/* loop_fd_fn */
void link_on_flush(void *arg);			/* loop_task_fn */
void link_on_again(void *arg);			/* loop_task_fn */

/* Tell the loop what this link waits for. */
void link_watch(struct link *k);

/* Write what can be written, then do what waited for it: TLS, the end. */
void link_write(struct link *k);

/* Hand over what is here already, in a turn of its own. */
void link_wake(struct link *k);

/* --- link_io.c ----------------------------------------------------------- */

/* 1: *n bytes, 0: later, -1: failed, *e says why.  Reading 0 bytes: the end. */
int link_io_read(struct link *k, void *p, size_t room, size_t *n,
    struct err *e);
int link_io_write(struct link *k, const void *p, size_t len, size_t *n,
    struct err *e);

/* The same without TLS. */
int link_sys_read(struct link *k, void *p, size_t room, size_t *n);

int link_io_handshake(struct link *k, struct err *e);

/* Bytes that no event of the socket will tell of. */
bool link_io_pending(const struct link *k);

/* close_notify if it may be said, and the socket's end. */
void link_io_shutdown(struct link *k);

BIO_METHOD *link_bio_method(void);

/* --- link_dial.c --------------------------------------------------------- */

void link_dial_ready(struct link *k);
void link_dial_free(struct link_dial *d);	/* NULL is fine */

#endif
