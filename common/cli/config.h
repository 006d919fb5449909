/*
 * config.h - a configuration file, its settings being rows of an option
 * table that say OPT_CONFIG.
 *
 *	# settings of the file itself
 *	server = "127.0.0.1:5222"
 *
 *	# for the clients: named settings, and which of them is meant
 *	default = work
 *	context work {
 *		server = "msg.example.org"
 *		jid = "romeo@example.org"
 *	}
 *
 * The form is libconfuse's; a row that is a list takes { "several", "values" }
 * too.  A value of a row with OPT_FILE or OPT_DIR that does not begin with '/'
 * is taken from the file's directory.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/err.h"
#include "cli/opt.h"

#define CONFIG_MAX	(1u << 20)	/* bytes of a file */

struct config;

/* Gives a config (config_free).  also: names that other tools who share the
 * file know, ended by NULL; NULL: the file is t's alone, without contexts.
 * ERR_CONFIG, "FILE:3: what is wrong": besides what libconfuse refuses a
 * setting or a context that is there twice, a brace without end, a variable
 * that is not set; and a file that everybody can write. */
int config_read(struct config **out, const char *path, const struct tool *t,
    const char *const also[], struct err *e);
void config_free(struct config *c);		/* NULL is fine */

/* What "default" says; NULL: nothing. */
const char *config_default(const struct config *c);

/* Of a file of contexts: a setting that is in none of them is refused. */
int config_stray(const struct config *c, struct err *e);

/* Set values from the file itself (context NULL) or from one of its
 * contexts; they borrow from c.  ERR_CONFIG: no such context, or a value that
 * does not fit. */
int config_apply(struct config *c, const char *context, const struct tool *t,
    void *values, struct err *e);

#endif
