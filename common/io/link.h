/*
 * link.h - one connection: a socket, perhaps TLS on it, bytes in and out.
 *
 * Knows no XML.  Output goes to one buffer and is written once, after all
 * that came with one read was handled, or at the end of the turn when the
 * reason lay elsewhere.  Nothing is held for an idle link but this struct and
 * the SSL object: read and write buffers are shared by the loop's links.
 *
 * Limits: above LINK_OUT_HIGH bytes of output the peer is not read from until
 * it has taken most of them; above out_max the link ends with ERR_LIMIT.
 * What the handler gets at once is at most LINK_SLICE bytes, so that the
 * first limit is met long before the second.
 */
#ifndef IO_LINK_H
#define IO_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/counter.h"
#include "base/err.h"
#include "io/listen.h"
#include "io/loop.h"
#include "io/tls.h"

#define LINK_SLICE	4096
#define LINK_OUT_HIGH	(256 * 1024)
#define LINK_OUT_LOW	(64 * 1024)
#define LINK_OUT_MAX	(16 * 1024 * 1024)	/* out_max, when 0 */
#define LINK_LINGER_MS	2000			/* linger_ms, when 0 */
#define LINK_TICKET_MS	1000			/* ticket_ms, when 0 */

struct link;

/*
 * What a link tells its owner; NULL where one does not care, but for bytes
 * and closed.  Any of them may call any link_* function.
 */
struct link_ops {
	/* p[0..n) is lent, n > 0.  Returns how many were used: n; or less
	 * when it called link_pause (the rest comes again after
	 * link_resume), link_starttls (bytes behind it in clear, other
	 * than blanks, end the link: an injection) or ended the link. */
	size_t (*bytes)(void *arg, const char *p, size_t n);

	/* The socket is connected (link_connect), before any TLS. */
	void (*connected)(void *arg);

	/* The TLS handshake is done. */
	void (*secured)(void *arg);

	/* Output had been over LINK_OUT_HIGH and is below LINK_OUT_LOW. */
	void (*drained)(void *arg);

	/* The peer will send no more; answers may still reach it.  The owner
	 * calls link_close, at once or when all is answered.  NULL:
	 * link_close at once. */
	void (*ended)(void *arg);

	/* The last call, exactly one for each link, from the end of a turn
	 * and never from inside a call of the owner's.  why->code is ERR_OK
	 * after link_close.  The link is gone after it. */
	void (*closed)(void *arg, const struct err *why);
};

/* Of all links of one thread together: the application's, not TLS's. */
struct link_total {
	struct counter bytes_in, bytes_out;
};

/* Shared by many links: must stay until the last of them is closed. */
struct link_conf {
	const struct link_ops *ops;
	size_t out_max;			/* bytes, at least LINK_OUT_HIGH */
	int64_t linger_ms;		/* how long link_close waits */
	int64_t ticket_ms;		/* age at which TLS sends a late ticket
					 * (io/tls.h) with what is written */
	struct link_total *total;	/* added to; NULL: nowhere */

	/* Read whatever output waits: for who asks rather than answers.
	 * Two ends that both stop reading would wait for each other. */
	bool read_always;
};

/* Gives a link over a connected socket (taken), a server's side when tls is
 * tls_server's.  tls != NULL: TLS from the first byte; counted.  name: whom
 * a client wants to talk to, copied, or NULL.  The owner must end it before
 * loop_free. */
struct link *link_new(struct loop *l, int fd, const struct link_conf *c,
    void *arg, struct tls *tls, const char *name);

/* Gives a link that is being connected to "HOST:PORT": each address of a
 * name in turn (a name is looked up here, which may take a while: for
 * clients).  -1: no such host; all else comes by closed. */
int link_connect(struct link **out, struct loop *l, const char *address,
    const struct link_conf *c, void *arg, struct tls *tls, const char *name,
    struct err *e);

/* Append here; ask anew each time (it is what makes the link be flushed) and
 * do not keep it past the turn.  Full: the link ends, see above.  After the
 * link's end what is appended goes nowhere. */
struct buf *link_out(struct link *k);

/* Bytes that the peer has not taken yet, and whether these are so many that
 * one should not add to them of one's own accord. */
size_t link_pending(const struct link *k);
bool link_congested(const struct link *k);

/* Write what is there now instead of at the end of the turn. */
void link_flush(struct link *k);

/* No bytes are handed over between these. */
void link_pause(struct link *k);
void link_resume(struct link *k);

/* Send what is in the buffer in clear, then start TLS in tls's role. */
void link_starttls(struct link *k, struct tls *tls, const char *name);

/* Write what there is, say that no more comes, wait for the peer's end for
 * linger_ms.  Nothing more is handed over.  Again is fine. */
void link_close(struct link *k);

/* End it now; why (copied) is what closed gets. */
void link_abort(struct link *k, const struct err *why);

/* Out of its loop, for another's: between these nothing is called back and
 * only link_join or nothing may be called.  In the threads of the two loops.
 * False: it is ending, or STARTTLS is under way, and stays.  Keeps c. */
bool link_leave(struct link *k);
void link_join(struct link *k, struct loop *l, const struct link_conf *c);

bool link_open(const struct link *k);		/* neither closing nor dead */
bool link_secure(const struct link *k);		/* handshake is done */
int link_fd(const struct link *k);		/* to look at, not to use */
const struct peer *link_peer(const struct link *k);

/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" in clear. */
void link_cipher(const struct link *k, char *out, size_t n);

/* As tls_binding; -1 in clear. */
int link_binding(const struct link *k, const char *type, struct buf *out);

/* As tls_client_jids; -1 in clear. */
int link_client_jids(const struct link *k, struct buf *out);

/* The certificate the peer showed; -1: none. */
int link_peer_cert(const struct link *k, struct tls_cert *out);

struct link_count {
	uint64_t bytes_in, bytes_out;	/* the application's, not TLS's */
	uint64_t reads, writes;		/* system calls */
};
const struct link_count *link_counters(const struct link *k);

#endif
