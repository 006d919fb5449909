/*
 * start.h - from an empty place to a store that is served.
 *
 * A first start makes the store, its certificate, an administrator with a
 * random password and a client context that knows both, all aside, and puts
 * them in place together (store/first.h).  Nothing that is there is ever
 * overwritten, but for the context: as long as nobody has changed it, it is
 * renewed when address, domain or certificate are others.
 */
#ifndef START_H
#define START_H

#include <stdbool.h>

#include "options.h"
#include "store/store.h"

/* Where things are; the strings are freed by start_clear. */
struct start {
	char *dir;
	char *cert, *key;	/* the store's own */
	bool fresh;		/* this start made the store */
	struct store *store;
};

/* Gives the store's directory (free); NULL: nothing says where. */
char *start_dir(const struct serve_options *opt, struct err *e);

/* Where clients connect, for the context. */
struct start_address {
	const char *server;
	bool direct_tls;	/* from the first byte */
};

/* What is in st->dir (start_dir).  ERR_CONFIG, ERR_CONFLICT (another server),
 * ERR_SYSTEM. */
int start_open(struct start *st, const struct serve_options *opt,
    const struct start_address *at, const struct log *log, struct err *e);
void start_clear(struct start *st);

/* Once it is served, with start_certificate's options: address, domain and
 * certificate may be others than at the last start. */
void start_renew_context(const struct start *st,
    const struct serve_options *opt, const struct start_address *at,
    const struct log *log);

/* The certificate and key where the options say none: the store's. */
void start_certificate(const struct start *st, struct serve_options *opt);

#endif
