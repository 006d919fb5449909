/*
 * settings.h - what msg-serve is told: command line, then environment, then
 * a configuration file, the first being the strongest.
 *
 * The file is that of --config, or $XDG_CONFIG_HOME/msg/serve.conf where
 * there is one; each of its settings has the name of a long option.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "cli/config.h"
#include "options.h"

struct settings {
	struct serve_options opt;
	char *domain;			/* opt's, prepared (RFC 7622) */
	char *path;			/* of the file; NULL: there is none */
	struct config *config;		/* opt borrows of it */
	struct settings *former;	/* those it took the place of */
};

/* Gives settings (settings_free).  Keeps argv.  OPT_DONE as of opt_parse.
 * ERR_USAGE, ERR_CONFIG. */
int settings_read(struct settings **out, int argc, char *argv[],
    enum opt_next *next, struct err *e);

/* And their formers.  NULL is fine. */
void settings_free(struct settings *s);

#endif
