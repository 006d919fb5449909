#include "start.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/secret.h"
#include "cli/context.h"
#include "io/tls.h"
#include "service/import.h"
#include "service/user.h"
#include "store/export.h"
#include "store/first.h"

#define ADMIN		"admin"
#define PASSWORD_LEN	24	/* characters, 5 bits each */
#define PEM_MAX		65536

/* "DIR/NAME" gives (free) and is created with p[0..n). */
static int
put_file(const char *dir, const char *name, const void *p, size_t n,
    mode_t mode, struct err *e)
{
	char *path = fs_join(dir, name);
	int rc = fs_create(path, p, n, mode, e);

	free(path);
	return rc;
}

static int
make_certificate(const char *dir, const char *domain, struct err *e)
{
	struct buf cert = BUF_INIT(PEM_MAX), key = BUF_INIT(PEM_MAX);
	const char *names[] = { domain, "localhost" };
	size_t count = strcmp(domain, "localhost") == 0 ? 1 : 2;
	int rc;

	rc = tls_self_signed(&cert, &key, names, count, e);
	if (rc == 0)
		rc = put_file(dir, "tls.crt", cert.p, cert.n, 0644, e);
	if (rc == 0)
		rc = put_file(dir, "tls.key", key.p, key.n, 0600, e);
	buf_free(&cert);
	buf_wipe(&key);
	return rc;
}

static int
make_admin(struct store *store, const char *dir,
    const struct serve_options *opt, struct err *e)
{
	struct secret password = SECRET_NONE;
	struct buf line = BUF_INIT(SECRET_MAX + 1);
	int rc = -1;

	if (secret_random(&password, PASSWORD_LEN, e) < 0)
		goto out;
	buf_put(&line, password.p, password.n);
	buf_putc(&line, '\n');
	if (put_file(dir, "client.password", line.p, line.n, 0600, e) < 0)
		goto out;
	rc = user_create_admin(store, ADMIN, opt->domain, &password,
	    (uint32_t)opt->iterations, e);
out:
	buf_wipe(&line);
	secret_clear(&password);
	return rc;
}

/* What msg-send reads when it is given no context: to be written, or as it is
 * there to be renewed (1: it was). */
static int
put_context(const char *dir, const struct start_address *at,
    const char *cert, const struct serve_options *opt, bool renew,
    struct err *e)
{
	struct buf jid = BUF_INIT(4096);
	char *path = fs_join(dir, "client.conf");
	struct tls_cert c;
	int rc = -1;

	buf_printf(&jid, ADMIN "@%s", opt->domain);
	if (tls_cert_read(&c, cert, e) < 0) {
		e->code = ERR_CONFIG;	/* the certificate is an option */
	} else {
		struct context_file f = { .server = at->server,
			.jid = buf_cstr(&jid),
			.password_file = "client.password", .pin = c.pin,
			.direct_tls = at->direct_tls };

		rc = renew ? context_renew(path, &f, e) :
		    context_write(path, &f, e);
	}
	buf_free(&jid);
	free(path);
	return rc;
}

void
start_renew_context(const struct start *st, const struct serve_options *opt,
    const struct start_address *at, const struct log *log)
{
	struct err e = ERR_INIT;
	int rc = st->fresh ? 0 :
	    put_context(st->dir, at, opt->cert, opt, true, &e);

	if (rc > 0)
		log_event(log, LOG_LEVEL_INFO, "client.conf renewed", "server",
		    at->server, "domain", opt->domain, NULL);
	else if (rc < 0)
		log_event(log, LOG_LEVEL_WARN, "client.conf is not as the "
		    "server is now", "store", st->dir, "server", at->server,
		    "domain", opt->domain, "why", e.text, NULL);
}

/* What could not be served with is not made.  The store's own, where none is
 * given. */
static int
check_certificate(const char *dir, const char *cert,
    const struct serve_options *opt, struct err *e)
{
	char *key = opt->key != NULL ? mem_str(opt->key) :
	    fs_join(dir, "tls.key");
	struct tls *tls = NULL;
	int rc = tls_server(&tls, cert, key, TLS_ALPN_XMPP, e);

	tls_unref(tls);
	free(key);
	return rc;
}

static int
fill(struct first *f, const struct serve_options *opt,
    const struct start_address *at, const struct log *log, struct err *e)
{
	const char *dir = first_dir(f);
	struct store_options so = { .dir = dir, .map_bytes = opt->map_bytes,
		.log = log };
	struct store *store = NULL;
	char *cert = opt->cert != NULL ? mem_str(opt->cert) :
	    fs_join(dir, "tls.crt");
	int rc = -1;

	if (store_open(&store, &so, e) < 0 ||
	    make_certificate(dir, opt->domain, e) < 0 ||
	    check_certificate(dir, cert, opt, e) < 0 ||
	    make_admin(store, dir, opt, e) < 0 ||
	    put_context(dir, at, cert, opt, false, e) < 0)
		goto out;
	if (opt->demo && opt->import == NULL &&
	    import_demo(store, opt->domain, e) < 0)
		goto out;
	if (opt->import != NULL &&
	    import_file(store, opt->import, opt->domain, e) < 0)
		goto out;
	rc = 0;
out:
	store_close(store);
	free(cert);
	return rc;
}

/* 1: the file to import is an export of a whole store, fd is open; 0; -1. */
static int
open_export(const struct serve_options *opt, int *fd, struct err *e)
{
	char magic[sizeof EXPORT_MAGIC - 1];
	struct stat st;
	int rc = 0;

	if (opt->import == NULL || (stat(opt->import, &st) == 0 &&
	    S_ISDIR(st.st_mode)))
		return 0;
	*fd = open(opt->import, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return err_sys(e, ERR_INPUT, "cannot open '%s'", opt->import);
	if (pread(*fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic)
		rc = memcmp(magic, EXPORT_MAGIC, sizeof magic) == 0;
	if (rc == 0) {
		close(*fd);
		*fd = -1;
	}
	return rc;
}

static int
make_store(struct start *st, const struct serve_options *opt,
    const struct start_address *at, const struct log *log, struct err *e)
{
	struct serve_options whole = *opt;
	const char *import = opt->import;
	struct first *f;
	int fd = -1, rc = open_export(opt, &fd, e);

	if (rc >= 0 && (opt->cert == NULL) != (opt->key == NULL)) {
		if (rc == 1)
			close(fd);
		return err_set(e, ERR_CONFIG, opt->key == NULL ? "--cert "
		    "without --key: a new store's own key is another; name "
		    "that of '%s'" : "--key without --cert: a new store's own "
		    "certificate is another's; name that of '%s'",
		    opt->key == NULL ? opt->cert : opt->key);
	}
	if (rc == 1) {
		whole.import = NULL;
		whole.demo = false;
		opt = &whole;
		rc = first_import(&f, st->dir, fd, e);
		if (rc < 0 && e->code == ERR_INPUT)
			(void)err_prefix(e, "import of '%s'", import);
		close(fd);
	} else if (rc == 0) {
		rc = first_begin(&f, st->dir, e);
	}
	if (rc < 0)
		return -1;
	if (fill(f, opt, at, log, e) < 0) {
		first_abort(f);
		return -1;
	}
	st->fresh = true;
	return first_finish(f, e);
}

char *
start_dir(const struct serve_options *opt, struct err *e)
{
	char *dir;

	if (opt->dir != NULL && opt->dir[0] == '\0') {
		err_set(e, ERR_USAGE, "--store names no directory");
		return NULL;
	}
	dir = opt->dir != NULL ? mem_str(opt->dir) :
	    fs_xdg("XDG_DATA_HOME", ".local/share");
	if (dir == NULL)
		err_set(e, ERR_CONFIG, "no place for the store: neither "
		    "--store nor $XDG_DATA_HOME nor $HOME is there");
	return dir;
}

int
start_open(struct start *st, const struct serve_options *opt,
    const struct start_address *at, const struct log *log, struct err *e)
{
	struct store_options so = { .map_bytes = opt->map_bytes,
		.log = log };
	int there, rc, fd = -1;

	there = first_there(st->dir, e);
	if (there < 0 || (there == 0 &&
	    make_store(st, opt, at, log, e) < 0))
		return -1;
	st->cert = fs_join(st->dir, "tls.crt");
	st->key = fs_join(st->dir, "tls.key");
	so.dir = st->dir;
	if (store_open(&st->store, &so, e) < 0)
		return -1;
	if (st->fresh || opt->import == NULL)
		return 0;
	rc = open_export(opt, &fd, e);
	if (rc == 1) {
		close(fd);
		return err_set(e, ERR_CONFLICT, "'%s' is an export of a whole "
		    "store, and '%s' is there already", opt->import, st->dir);
	}
	return rc < 0 ? -1 :
	    import_file(st->store, opt->import, opt->domain, e);
}

void
start_clear(struct start *st)
{
	store_close(st->store);
	free(st->dir);
	free(st->cert);
	free(st->key);
}

void
start_certificate(const struct start *st, struct serve_options *opt)
{
	if (opt->cert == NULL)
		opt->cert = st->cert;
	if (opt->key == NULL)
		opt->key = st->key;
}
