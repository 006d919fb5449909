#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "io/listen.h"
#include "xmpp/jid.h"
#include "xmpp/xml.h"

#define SCHEME	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"

/* Gives the path of the file to read (free), NULL: none. */
static char *
find_file(const struct serve_options *opt)
{
	char *dir, *path;

	if (opt->config != NULL)
		return strcmp(opt->config, "none") == 0 ? NULL :
		    mem_str(opt->config);
	dir = fs_xdg("XDG_CONFIG_HOME", ".config");
	if (dir == NULL)
		return NULL;
	path = fs_join(dir, "serve.conf");
	free(dir);
	if (!fs_exists(path)) {
		free(path);
		path = NULL;
	}
	return path;
}

/* Clients' spelling of it is prepared, too. */
static int
prepare_domain(struct settings *s, struct err *e)
{
	struct buf b = BUF_INIT(JID_PART_MAX);
	const char *domain = s->opt.domain;

	if (jid_domain(&b, domain, strlen(domain), e) < 0) {
		buf_free(&b);
		e->code = ERR_CONFIG;
		return err_prefix(e, "--domain '%s'", domain);
	}
	buf_cstr(&b);
	s->domain = buf_take(&b);
	s->opt.domain = s->domain;
	return 0;
}

/* Clients are told these as they are: a URI has a scheme. */
static int
check_contacts(const struct settings *s, struct err *e)
{
	const struct opt_list *list = &s->opt.contacts;

	for (size_t i = 0; i < list->n; i++) {
		const char *uri = list->v[i];
		size_t n = strspn(uri, SCHEME);

		if (n == 0 || uri[n] != ':' || uri[n + 1] == '\0' ||
		    !xml_sayable(uri, strlen(uri)))
			return err_set(e, ERR_CONFIG, "--contact '%s' is no "
			    "URI such as mailto:you@example.org", uri);
	}
	return 0;
}

/* A scheme, and a host with or without a port: RFC 6454 6.2; no path. */
static bool
is_origin(const char *text)
{
	const char *host = strstr(text, "://");
	char name[256], port[8];
	struct err ignored = ERR_INIT;

	if (strcmp(text, "*") == 0 || strcmp(text, "null") == 0)
		return true;
	return host != NULL && host > text &&
	    strspn(text, SCHEME) == (size_t)(host - text) &&
	    strpbrk(host + 3, "/?#@\\") == NULL &&
	    xml_sayable(host, strlen(host)) &&
	    strchr(host, ' ') == NULL &&
	    address_split(host + 3, "1", name, port, &ignored) == 0 &&
	    name[0] != '\0';
}

static int
check_origins(const struct settings *s, struct err *e)
{
	const struct opt_list *list = &s->opt.origins;

	for (size_t i = 0; i < list->n; i++)
		if (!is_origin(list->v[i]))
			return err_set(e, ERR_CONFIG, "--origin '%s' is no "
			    "origin such as https://example.org:8443, which "
			    "has no path", list->v[i]);
	return 0;
}

/* Clients are sent there as it is written. */
static int
check_other_host(const struct settings *s, struct err *e)
{
	const char *text = s->opt.see_other_host;
	struct buf b = BUF_INIT(JID_PART_MAX);
	char host[256], port[8];
	bool fits;

	if (text == NULL)
		return 0;
	fits = address_split(text, "5222", host, port, e) == 0 &&
	    host[0] != '\0' && (strchr(host, ':') != NULL ||
	    jid_domain(&b, host, strlen(host), e) == 0);
	buf_free(&b);
	return fits ? 0 : err_set(e, ERR_CONFIG, "--see-other-host '%s' is "
	    "no host such as other.example.org or other.example.org:5222",
	    text);
}

static int
check_none(const char *option, const struct opt_list *list, struct err *e)
{
	for (size_t i = 0; list->n > 1 && i < list->n; i++)
		if (strcmp(list->v[i], "none") == 0)
			return err_set(e, ERR_CONFIG, "--%s: 'none' stands "
			    "alone, without other addresses", option);
	return 0;
}

/* From whom limits by address are kept away. */
static int
read_exempt(struct settings *s, struct err *e)
{
	static const struct opt_list local = { { "127.0.0.0/8", "::1" }, 2 };
	const struct opt_list *list = &s->opt.limit_exempt;
	struct networks *out = &s->opt.exempt;

	if (check_none("limit-exempt", list, e) < 0)
		return -1;
	if (list->n == 0)
		list = &local;
	if (strcmp(list->v[0], "none") == 0)
		return 0;
	for (; out->n < list->n; out->n++)
		if (network_parse(&out->at[out->n], list->v[out->n], e) < 0)
			return err_prefix(e, "--limit-exempt");
	return 0;
}

static int
check_lists(const struct settings *s, struct err *e)
{
	const struct serve_options *o = &s->opt;

	if (check_none("listen", &o->listen, e) < 0 ||
	    check_none("listen-tls", &o->listen_tls, e) < 0 ||
	    check_none("listen-http", &o->listen_http, e) < 0 ||
	    check_none("listen-https", &o->listen_https, e) < 0)
		return -1;
	return check_none("metrics", &o->metrics, e);
}

/* What only --compact looks at says nothing without it. */
static int
check_compact(const struct settings *s, struct err *e)
{
	static const char *const only[] = { "keep-revisions", "keep-time" };

	for (size_t i = 0; !s->opt.compact && i < MEM_COUNT(only); i++)
		if (opt_given(&msg_serve, &s->opt, only[i]))
			return err_set(e, ERR_USAGE, "--%s is for --compact, "
			    "which is not given", only[i]);
	return 0;
}

/* Of the command line: what cannot both be meant. */
static int
check_pairs(const struct serve_options *o, struct err *e)
{
	bool ends = o->export != NULL || o->backup != NULL || o->verify ||
	    o->compact;

	if (o->quiet && o->verbose > 0)
		return err_set(e, ERR_USAGE, "--quiet and --verbose: one of "
		    "them");
	if (o->check_config && ends)
		return err_set(e, ERR_USAGE, "--check-config stands alone, "
		    "without --export, --backup, --check-store or --compact");
	if (o->import != NULL && ends)
		return err_set(e, ERR_USAGE, "--import is for a start, and "
		    "not together with --export, --backup, --check-store or "
		    "--compact");
	return 0;
}

static int
check(struct settings *s, struct err *e)
{
	if (prepare_domain(s, e) < 0 || check_contacts(s, e) < 0 ||
	    check_origins(s, e) < 0 || check_other_host(s, e) < 0 ||
	    check_lists(s, e) < 0 || read_exempt(s, e) < 0)
		return -1;
	return check_compact(s, e);
}

int
settings_read(struct settings **out, int argc, char *argv[],
    enum opt_next *next, struct err *e)
{
	struct settings *s = mem_zero(sizeof *s);
	char **operands;
	size_t count;

	if (opt_parse(&msg_serve, &s->opt, argc, argv, &operands, &count,
	    next, e) < 0)
		goto fail;
	if (*next != OPT_DONE && check_pairs(&s->opt, e) < 0)
		goto fail;
	s->path = *next == OPT_DONE ? NULL : find_file(&s->opt);
	if (s->path != NULL &&
	    (config_read(&s->config, s->path, &msg_serve, NULL, e) < 0 ||
	    config_apply(s->config, NULL, &msg_serve, &s->opt, e) < 0))
		goto fail;
	if (*next != OPT_DONE && check(s, e) < 0)
		goto fail;
	*out = s;
	return 0;
fail:
	settings_free(s);
	return -1;
}

void
settings_free(struct settings *s)
{
	while (s != NULL) {
		struct settings *former = s->former;

		config_free(s->config);
		free(s->domain);
		free(s->path);
		free(s);
		s = former;
	}
}
