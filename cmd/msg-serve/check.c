#include "check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "io/listen.h"
#include "io/tls.h"
#include "start.h"
#include "store/first.h"
#include "store/store.h"

#define DAY_US		(24 * 3600 * (int64_t)1000000)
#define SOON_DAYS	30	/* a certificate that ends is warned of */

struct check {
	const struct serve_options *opt;
	unsigned errors, warnings;
};

enum finding { FOUND_OK, FOUND_WARNING, FOUND_ERROR };

static void say(struct check *c, enum finding f, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(struct check *c, enum finding f, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "warning", "error" };
	va_list ap;

	c->warnings += f == FOUND_WARNING;
	c->errors += f == FOUND_ERROR;
	printf("%s: ", words[f]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* What is in use is no error: a server that runs is checked before it is told
 * to read its configuration anew. */
static void
check_address(struct check *c, const char *option, const char *address)
{
	struct err e = ERR_INIT;
	struct listener *n = NULL;

	if (strcmp(address, "none") == 0 || listener_open(&n, address, &e) == 0)
		say(c, FOUND_OK, "--%s %s", option, address);
	else
		say(c, errno == EADDRINUSE ? FOUND_WARNING : FOUND_ERROR,
		    "--%s: %s", option, e.text);
	listener_free(n);
}

static void
check_addresses(struct check *c, const char *option,
    const struct opt_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		check_address(c, option, list->v[i]);
}

static void
check_time(struct check *c, const char *path, const struct tls_cert *cert)
{
	int64_t now = clock_real_us();
	long long days = (long long)((cert->until_us - now) / DAY_US);
	char from[CLOCK_TEXT], until[CLOCK_TEXT];

	clock_text(cert->from_us, from);
	clock_text(cert->until_us, until);
	if (now >= cert->until_us)
		say(c, FOUND_ERROR, "certificate '%s' has expired on %.10s: "
		    "clients refuse it; renew it", path, until);
	else if (now < cert->from_us)
		say(c, FOUND_ERROR, "certificate '%s' is valid only from "
		    "%.10s on", path, from);
	else if (days < SOON_DAYS)
		say(c, FOUND_WARNING, "certificate '%s' expires on %.10s, in "
		    "%lld day%s: renew it", path, until, days,
		    days == 1 ? "" : "s");
	else
		say(c, FOUND_OK, "certificate '%s' until %.10s, pin "
		    "sha256:%s", path, until, cert->pin);
}

/* Certificate and key: do they go together, until when, for whom. */
static void
check_certificate(struct check *c)
{
	const struct serve_options *opt = c->opt;
	const struct tls_cert *cert;
	struct err e = ERR_INIT;
	struct tls *tls;

	if (tls_server(&tls, opt->cert, opt->key, TLS_ALPN_XMPP, &e) < 0) {
		say(c, FOUND_ERROR, "%s", e.text);
		return;
	}
	cert = tls_own(tls);
	check_time(c, opt->cert, cert);
	if (tls_cert_is_for(tls, opt->domain))
		say(c, FOUND_OK, "it is for '%s'", opt->domain);
	else
		say(c, FOUND_ERROR, "certificate '%s' is for %s, and not for "
		    "the domain '%s': clients refuse it", opt->cert,
		    cert->names[0] == '\0' ? "nobody" : cert->names,
		    opt->domain);
	tls_unref(tls);
}

static void
check_store(struct check *c, const char *dir)
{
	struct err e = ERR_INIT;
	int there = first_there(dir, &e);

	if (there < 0)
		say(c, FOUND_ERROR, "%s", e.text);
	else if (there == 0)
		say(c, FOUND_OK, "store '%s' will be made at first start",
		    dir);
	else if (access(dir, R_OK | W_OK | X_OK) < 0)
		say(c, FOUND_ERROR, "store '%s' may not be written by this "
		    "user", dir);
	else if ((there = store_served(dir, &e)) != 0)
		say(c, there > 0 ? FOUND_WARNING : FOUND_ERROR, "%s", e.text);
	else
		say(c, FOUND_OK, "store '%s'", dir);
}

int
check_config(const struct settings *s, struct err *e)
{
	struct serve_options opt = s->opt;
	struct start st = { .dir = start_dir(&opt, e) };
	struct check c = { .opt = &opt };

	if (st.dir == NULL)
		return -1;
	st.cert = fs_join(st.dir, "tls.crt");
	st.key = fs_join(st.dir, "tls.key");
	say(&c, FOUND_OK, s->path == NULL ? "no configuration file%s" :
	    "configuration file '%s'", s->path == NULL ? "" : s->path);
	check_addresses(&c, "listen", &opt.listen);
	check_addresses(&c, "listen-tls", &opt.listen_tls);
	check_addresses(&c, "listen-http", &opt.listen_http);
	check_addresses(&c, "listen-https", &opt.listen_https);
	check_addresses(&c, "metrics", &opt.metrics);
	if (opt.web_root != NULL && access(opt.web_root, X_OK) < 0)
		say(&c, FOUND_ERROR, "--web-root: there is no directory '%s' "
		    "to be read", opt.web_root);
	check_store(&c, st.dir);
	if (opt.cert == NULL && !fs_exists(st.cert)) {
		say(&c, FOUND_OK, "certificate will be made at first start");
	} else {
		start_certificate(&st, &opt);
		check_certificate(&c);
	}
	start_clear(&st);
	return c.errors == 0 ? 0 : err_set(e, ERR_CONFIG,
	    "the configuration has %u error%s", c.errors,
	    c.errors == 1 ? "" : "s");
}
