#include "net/proxy_cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"

#define PEM_MAX		(64u << 10)
#define PATH_LEN	1000

/* OpenSSL reads certificates from files: these are there for a moment. */
static int
through_files(struct tls **out, const struct buf *cert, const struct buf *key,
    struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char dir[PATH_LEN], cert_path[PATH_LEN + 10], key_path[PATH_LEN + 10];
	int rc = -1;

	snprintf(dir, sizeof dir, "%s/msg-stanza-dump.XXXXXX",
	    tmp == NULL || tmp[0] == '\0' ? "/tmp" : tmp);
	if (mkdtemp(dir) == NULL)
		return err_sys(e, ERR_SYSTEM, "cannot create '%s'", dir);
	snprintf(cert_path, sizeof cert_path, "%s/cert", dir);
	snprintf(key_path, sizeof key_path, "%s/key", dir);
	if (fs_create(cert_path, cert->p, cert->n, 0600, e) == 0 &&
	    fs_create(key_path, key->p, key->n, 0600, e) == 0)
		rc = tls_server(out, cert_path, key_path, TLS_ALPN_XMPP, e);
	unlink(cert_path);
	unlink(key_path);
	rmdir(dir);
	return rc;
}

int
proxy_cert(struct tls **out, const char *cert, const char *key,
    const char *host, struct err *e)
{
	const char *const names[] = { "localhost", host };
	struct buf made = BUF_INIT(PEM_MAX), made_key = BUF_INIT(PEM_MAX);
	int rc;

	if (cert != NULL)
		return tls_server(out, cert, key, TLS_ALPN_XMPP, e);
	rc = tls_self_signed(&made, &made_key, names, host[0] == '\0' ? 1 : 2,
	    e);
	if (rc == 0)
		rc = through_files(out, &made, &made_key, e);
	buf_free(&made);
	buf_wipe(&made_key);
	return rc;
}
