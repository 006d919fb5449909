#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "xmpp/jid.h"
#include "xmpp/xml.h"

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
		size_t n = strspn(uri, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

		if (n == 0 || uri[n] != ':' || uri[n + 1] == '\0' ||
		    !xml_sayable(uri, strlen(uri)))
			return err_set(e, ERR_CONFIG, "--contact '%s' is no "
			    "URI such as mailto:you@example.org", uri);
	}
	return 0;
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
	s->path = *next == OPT_DONE ? NULL : find_file(&s->opt);
	if (s->path != NULL &&
	    (config_read(&s->config, s->path, &msg_serve, NULL, e) < 0 ||
	    config_apply(s->config, NULL, &msg_serve, &s->opt, e) < 0))
		goto fail;
	if (*next != OPT_DONE && (prepare_domain(s, e) < 0 ||
	    check_contacts(s, e) < 0))
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
