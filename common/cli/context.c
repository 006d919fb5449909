#include "cli/context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "cli/password.h"
#include "xmpp/client_host.h"

/* What one of the clients knows and the other must not stumble over. */
static const char *const of_clients[] = { "branch", "to", "timeout", "window",
    "retry", "completion-time", "reconnect", "format", "color", NULL };

static char *
xdg_file(const char *variable, const char *under_home, const char *name)
{
	char *dir = fs_xdg(variable, under_home);
	char *path = dir == NULL ? NULL : fs_join(dir, name);

	free(dir);
	return path;
}

static int
apply_file(struct context *c, const char *path, const char *name,
    const struct tool *t, void *values, struct err *e)
{
	if (config_read(&c->config, path, t, of_clients, e) < 0)
		return -1;
	if (name != NULL && config_stray(c->config, e) < 0)
		return -1;
	return config_apply(c->config, name, t, values, e);
}

/* The configuration file's default.  1 applied, 0 there is none. */
static int
apply_default(struct context *c, const char *path, const struct tool *t,
    void *values, struct err *e)
{
	const char *name;

	if (path == NULL || !fs_exists(path))
		return 0;
	if (config_read(&c->config, path, t, of_clients, e) < 0)
		return -1;
	if (config_stray(c->config, e) < 0)
		return -1;
	name = config_default(c->config);
	if (name != NULL)
		return config_apply(c->config, name, t, values, e) < 0 ? -1 :
		    1;
	config_free(c->config);
	c->config = NULL;
	return 0;
}

/* What shows who somebody is, in a file, is not for another user. */
static void
only_given(struct context *c, const struct tool *t, const void *values)
{
	if (!opt_given(t, values, "password-file"))
		c->password_file = NULL;
	if (!opt_given(t, values, "password-command"))
		c->password_command = NULL;
	if (!opt_given(t, values, "cert"))
		c->cert = NULL;
	if (!opt_given(t, values, "key"))
		c->key = NULL;
}

static int
apply(struct context *c, const struct tool *t, void *values, struct err *e)
{
	char *config = xdg_file("XDG_CONFIG_HOME", ".config", "config");
	char *local = xdg_file("XDG_DATA_HOME", ".local/share",
	    "client.conf");
	int rc = 0;

	if (c->name != NULL && strchr(c->name, '/') != NULL) {
		rc = apply_file(c, c->name, NULL, t, values, e);
	} else if (c->name != NULL) {
		rc = config == NULL ? err_set(e, ERR_CONFIG, "no home "
		    "directory to look for context '%s' in", c->name) :
		    !fs_exists(config) ? err_set(e, ERR_CONFIG, "context '%s' "
		    "is not known: there is no '%s'", c->name, config) :
		    apply_file(c, config, c->name, t, values, e);
	} else if (c->server == NULL || c->jid == NULL) {
		rc = apply_default(c, config, t, values, e);
		if (rc == 0 && local != NULL && fs_exists(local))
			rc = apply_file(c, local, NULL, t, values, e);
	}
	free(config);
	free(local);
	if (rc >= 0 && c->name == NULL && opt_given(t, values, "jid"))
		only_given(c, t, values);
	if (opt_given(t, values, "cert") && !opt_given(t, values, "key"))
		c->key = NULL;		/* of another certificate */
	return rc < 0 ? -1 : 0;
}

static bool
is_loopback(const char *server)
{
	size_t address;

	if (server == NULL)
		return false;
	address = strspn(server, "0123456789.");
	return (strncmp(server, "127.", 4) == 0 && (server[address] == ':' ||
	    server[address] == '\0')) ||
	    strncmp(server, "[::1]", 5) == 0 || strcmp(server, "::1") == 0 ||
	    strcmp(server, "localhost") == 0 ||
	    strncmp(server, "localhost:", 10) == 0;
}

/* Of two ways to trust a server only one can be meant: what was given goes
 * before what a file says. */
static int
check_trust(struct context *c, const struct tool *t, const void *values,
    struct err *e)
{
	bool plain = strcmp(c->plaintext, "no") != 0;

	if (!opt_given(t, values, "tofu") || !c->tofu)
		return 0;
	if (c->insecure && opt_given(t, values, "insecure"))
		return err_set(e, ERR_CONFIG, "--insecure contradicts --tofu");
	c->insecure = false;
	return plain ? err_set(e, ERR_CONFIG, "--plaintext contradicts "
	    "--tofu") : 0;
}

static int
check(const struct context *c, struct err *e)
{
	bool plain = strcmp(c->plaintext, "no") != 0;

	if (c->jid == NULL && c->server == NULL)
		return err_set(e, ERR_CONFIG, "no server is known: start "
		    "msg-serve, or give --server and --jid, or --context");
	if (c->jid == NULL)
		return err_set(e, ERR_CONFIG, "--jid is missing: as whom to "
		    "log in at '%s'", c->server);
	if (strchr(c->jid, '@') == NULL)
		return err_set(e, ERR_CONFIG, "--jid: '%s' is no address of "
		    "the form user@domain", c->jid);
	if (c->server != NULL && client_host_init(&(struct client_host){ 0 },
	    c->server, STR_NONE, c->direct_tls, e) < 0)
		return -1;
	if (plain && strcmp(c->plaintext, "anywhere") != 0 &&
	    !is_loopback(c->server))
		return err_set(e, ERR_CONFIG, "--plaintext shows everything "
		    "to the network; for other than loopback say "
		    "--plaintext=anywhere");
	if (plain && (c->direct_tls || c->pin != NULL || c->cacert != NULL ||
	    c->cert != NULL))
		return err_set(e, ERR_CONFIG, "--plaintext contradicts %s",
		    c->direct_tls ? "--direct-tls" : c->pin != NULL ?
		    "--pin" : c->cacert != NULL ? "--cacert" : "--cert");
	if (c->key != NULL && c->cert == NULL)
		return err_set(e, ERR_CONFIG, "--key without --cert: the "
		    "certificate is missing");
	return 0;
}

/* Where nothing says the password. */
static int
ask(struct context *c, struct err *e)
{
	char prompt[200];

	snprintf(prompt, sizeof prompt, "Password of %.150s: ", c->jid);
	if (password_ask(&c->password, prompt, e) == 0)
		return 0;
	if (e->code == ERR_NOT_FOUND)
		err_set(e, ERR_CONFIG, "--password-file is missing: the "
		    "password of '%s'", c->jid);
	return -1;
}

/* What the command line said goes before what a file said. */
static int
read_password(struct context *c, const struct tool *t, const void *values,
    struct err *e)
{
	bool file = c->password_file != NULL &&
	    !(c->silent && strcmp(c->password_file, "-") == 0);
	bool command = c->password_command != NULL;

	if (file && command && opt_given(t, values, "password-command") &&
	    !opt_given(t, values, "password-file"))
		file = false;
	if (c->password_fd >= 0 && !c->silent)
		return secret_read_fd(&c->password, (int)c->password_fd,
		    "--password-fd", e);
	if (file)
		return secret_read(&c->password, c->password_file, e);
	if (c->silent)
		return c->cert != NULL ? 0 : err_set(e, ERR_CONFIG,
		    "no password without asking");
	if (command)
		return password_command(&c->password, c->password_command, e);
	return c->cert != NULL ? 0 : ask(c, e);
}

int
context_load(struct context *c, const struct tool *t, void *values,
    struct err *e)
{
	if (apply(c, t, values, e) < 0 || check(c, e) < 0 ||
	    check_trust(c, t, values, e) < 0)
		return -1;
	verbose_init(&c->verbose, t->name, c->verbosity);
	return read_password(c, t, values, e);
}

void
context_clear(struct context *c)
{
	secret_clear(&c->password);
	config_free(c->config);
	c->config = NULL;
}
