/*
 * options.h - what msg-serve can be told, with every limit it keeps.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/log.h"
#include "cli/opt.h"
#include "io/network.h"

struct serve_options {
	struct opt_from from;		/* first: cli/opt.h */
	struct opt_list listen;		/* STARTTLS, RFC 6120 */
	struct opt_list listen_tls;	/* direct TLS, XEP-0368 */
	struct opt_list listen_http, listen_https;
	struct opt_list metrics;	/* Prometheus; empty: nowhere */
	struct opt_list origins;	/* of pages that may use us */
	struct opt_list contacts;	/* URIs of those who run it */
	const char *web_root;		/* NULL: no files */
	const char *config;		/* NULL: the user's own, "none" */
	const char *dir;		/* NULL: the user's own */
	const char *domain;
	const char *import;
	const char *export, *backup;	/* "-" is standard output */
	bool verify, compact, check_config;
	int64_t keep_revisions, keep_ms;
	const char *cert, *key;		/* NULL: those of the store */
	const char *see_other_host;	/* for clients at the end, or NULL */
	bool demo, plaintext, quiet;
	bool registration;		/* anybody may make a user */
	int verbose;
	const char *log_level;
	int64_t workers;		/* 0: one a core */

	int64_t iterations;		/* of SCRAM verifiers we make */
	uint64_t stanza_bytes, login_bytes;
	int64_t depth, attributes, elements;
	int64_t connections, address_connections, user_streams;
	struct opt_list limit_exempt;	/* as given: settings.c */
	struct networks exempt;		/* and what it means */
	int64_t login_ms, idle_ms;
	int64_t pending;		/* requests a connection */
	uint64_t queue_bytes;		/* to a peer that reads slowly */
	uint64_t header_bytes;		/* of an HTTP request */
	int64_t request_ms;		/* for one to arrive */
	int64_t bosh_sessions, bosh_hold;
	int64_t bosh_idle_ms;
	bool anonymous;			/* anyone may read */
	const char *client_ca;		/* of users' certificates; NULL */
	int64_t token_ms;		/* a token for logging in is good */
	int64_t resume_ms;		/* for a session without connection */
	uint64_t unacked_bytes;		/* kept to be sent again */
	int64_t watches;		/* a connection */
	int64_t steps;			/* of one query */
	uint64_t result_bytes;
	uint64_t map_bytes;		/* of the store, virtual */
};

extern const struct tool msg_serve;

/* What --log-level and --quiet say together. */
enum log_level options_log_level(const struct serve_options *o);

#endif
