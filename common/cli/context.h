/*
 * context.h - to which server a client goes, as whom, and whom it trusts.
 *
 * With nothing given these are the settings of $XDG_DATA_HOME/msg/client.conf,
 * which msg-serve writes when it makes its store; unless
 * $XDG_CONFIG_HOME/msg/config names a default.  --context NAME takes one of
 * that file's contexts, a NAME with a '/' is a file itself.  Environment and
 * command line go before all of them.  Where these give both server and user,
 * a file is looked at only if --context is given too; a server alone goes with
 * all of the default, its pin too; a user alone does not get its password.
 */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"
#include "cli/config.h"
#include "cli/opt.h"
#include "cli/verbose.h"

struct context {
	/* options */
	const char *name, *server, *jid, *password_file, *password_command;
	const char *pin, *cacert, *cert, *key;
	const char *plaintext;		/* "no", "loopback", "anywhere" */
	bool tofu, insecure, direct_tls;
	int64_t password_fd;		/* -1: none */
	int64_t connect_timeout_ms;

	int verbosity;
	bool silent;			/* ask nobody, start no command */

	/* set by context_load */
	struct verbose verbose;
	struct secret password;		/* p NULL: --cert is enough */
	struct config *config;		/* whose text the options borrow */
};

/* The rows of a tool whose struct "type" has a struct context "c". */
#define CONTEXT_OPTIONS(type, c) \
	{ 'c', "context", OPT_STR, "NAME", offsetof(type, c.name), \
	  "settings to use: a context of the configuration file, or a file " \
	  "if it has a '/'", .flags = OPT_ENV }, \
	{ 's', "server", OPT_STR, "HOST[:PORT]", offsetof(type, c.server), \
	  "server to connect to (default: where the domain of --jid says)", \
	  .flags = OPT_ENV | OPT_CONFIG }, \
	{ 'j', "jid", OPT_STR, "JID", offsetof(type, c.jid), \
	  "user@domain to log in as", .flags = OPT_ENV | OPT_CONFIG }, \
	{ 0, "password-file", OPT_STR, "FILE", \
	  offsetof(type, c.password_file), \
	  "file whose first line is the password; only its owner may read it", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_FILE }, \
	{ 0, "password-fd", OPT_INT, "N", offsetof(type, c.password_fd), \
	  "descriptor whose first line is the password", "-1", -1, 1 << 20 }, \
	{ 0, "password-command", OPT_STR, "COMMAND", \
	  offsetof(type, c.password_command), \
	  "command that prints the password", \
	  .flags = OPT_ENV | OPT_CONFIG }, \
	{ 0, "cert", OPT_STR, "FILE", offsetof(type, c.cert), \
	  "certificate in PEM to log in with, instead of a password", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_FILE }, \
	{ 0, "key", OPT_STR, "FILE", offsetof(type, c.key), \
	  "its key in PEM (default: in the file of --cert)", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_FILE }, \
	{ 0, "pin", OPT_STR, "SHA256", offsetof(type, c.pin), \
	  "trust a server with this key: SHA-256 of its SPKI in hex", \
	  .flags = OPT_ENV | OPT_CONFIG }, \
	{ 0, "cacert", OPT_STR, "FILE", offsetof(type, c.cacert), \
	  "trust only the issuers in this PEM file", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_FILE }, \
	{ 0, "tofu", OPT_FLAG, NULL, offsetof(type, c.tofu), \
	  "trust the key a server has the first time, and no other later", \
	  .flags = OPT_ENV | OPT_CONFIG }, \
	{ 0, "insecure", OPT_FLAG, NULL, offsetof(type, c.insecure), \
	  "take any certificate (warns each time)", \
	  .flags = OPT_ENV | OPT_CONFIG }, \
	{ 0, "direct-tls", OPT_FLAG, NULL, offsetof(type, c.direct_tls), \
	  "TLS from the first byte, on port 5223 if none is given", \
	  .flags = OPT_ENV | OPT_CONFIG }, \
	{ 0, "plaintext", OPT_CHOICE, "WHERE", offsetof(type, c.plaintext), \
	  "no TLS at all, where no other machine listens", "no", \
	  .choices = "no loopback anywhere", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_OPTARG, .bare = "loopback" }, \
	{ 0, "connect-timeout", OPT_MS, "TIME", \
	  offsetof(type, c.connect_timeout_ms), \
	  "give up connecting and logging in after this long", "10s", \
	  .min = 1, .max = INT64_MAX, .flags = OPT_ENV | OPT_CONFIG }, \
	{ 'v', "verbose", OPT_COUNT, NULL, offsetof(type, c.verbosity), \
	  "say on standard error what happens; twice: every stanza too, " \
	  "secrets masked" }

/* After opt_parse: settings of files where nothing stronger gave one, then
 * the password: from --password-fd, -file or -command, those given on the
 * command line before those of files; where there is none and no --cert, the
 * terminal is asked.  context_clear even when it fails.  ERR_CONFIG says what
 * is missing. */
int context_load(struct context *c, const struct tool *t, void *values,
    struct err *e);
void context_clear(struct context *c);

/* What msg-serve leaves for the clients. */
struct context_file {
	const char *server, *jid;
	const char *password_file;	/* beside the context file */
	const char *pin;
	bool direct_tls;
};

/* Write a new context file that only its owner may read.  ERR_CONFLICT when
 * there is one. */
int context_write(const char *path, const struct context_file *f,
    struct err *e);

/* Write it anew where server, user or pin are others now.  1; 0: it says so
 * already, or there is none; ERR_CONFLICT: somebody has changed it, and it
 * says something else: it is left. */
int context_renew(const char *path, const struct context_file *f,
    struct err *e);

#endif
