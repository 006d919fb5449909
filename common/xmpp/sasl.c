#include "xmpp/sasl.h"

#include <string.h>

#include "base/text.h"
#include "xmpp/jid_precis.h"

const struct sasl_mech sasl_mechs[SASL_MECHS + 1] = {
	{ "SCRAM-SHA-256-PLUS", SASL_SCRAM, SCRAM_SHA256, true, NULL },
	{ "SCRAM-SHA-1-PLUS", SASL_SCRAM, SCRAM_SHA1, true, NULL },
	{ "SCRAM-SHA-256", SASL_SCRAM, SCRAM_SHA256, false, NULL },
	{ "SCRAM-SHA-1", SASL_SCRAM, SCRAM_SHA1, false, NULL },
	{ "PLAIN", SASL_PLAIN, SCRAM_SHA256, false, NULL },
	{ "EXTERNAL", SASL_EXTERNAL, SCRAM_SHA256, false, NULL },
	{ "ANONYMOUS", SASL_ANONYMOUS, SCRAM_SHA256, false, NULL },
	{ "HT-SHA-256-EXPR", SASL_HT, SCRAM_SHA256, true, "tls-exporter" },
	{ "HT-SHA-256-ENDP", SASL_HT, SCRAM_SHA256, true,
	    "tls-server-end-point" },
	{ "HT-SHA-256-NONE", SASL_HT, SCRAM_SHA256, false, NULL },
	{ NULL, SASL_PLAIN, SCRAM_SHA256, false, NULL },
};

const struct sasl_mech *
sasl_mech(const char *name)
{
	const struct sasl_mech *m = sasl_mechs;

	while (m->name != NULL && strcmp(m->name, name) != 0)
		m++;
	return m->name == NULL ? NULL : m;
}

/* Up to the next NUL; -1 when there is none. */
static int
cut(struct str *out, const char **p, size_t *n)
{
	const char *end = *n == 0 ? NULL : memchr(*p, '\0', *n);

	if (end == NULL)
		return -1;
	*out = (struct str){ *p, (size_t)(end - *p) };
	*n -= out->n + 1;
	*p = end + 1;
	return 0;
}

int
sasl_plain_parse(struct sasl_plain *out, const char *p, size_t n,
    struct err *e)
{
	if (utf8_check(p, n) < n)
		return err_set(e, ERR_SYNTAX, "the login is not UTF-8");
	if (cut(&out->authzid, &p, &n) < 0 || cut(&out->authcid, &p, &n) < 0 ||
	    out->authcid.n == 0 || n == 0 || memchr(p, '\0', n) != NULL)
		return err_set(e, ERR_SYNTAX, "the login is malformed");
	out->password = (struct str){ p, n };
	return 0;
}

void
sasl_plain_write(struct buf *out, const char *authzid, const char *authcid,
    const struct secret *password)
{
	if (authzid != NULL)
		buf_puts(out, authzid);
	buf_putc(out, '\0');
	buf_puts(out, authcid);
	buf_putc(out, '\0');
	buf_put(out, password->p, password->n);
}

int
sasl_prep(struct buf *out, const char *p, size_t n, struct err *e)
{
	bool ascii = true;

	if (n == 0)
		return err_set(e, ERR_ARGUMENT, "the password is empty");
	if (n > SECRET_MAX)
		return err_set(e, ERR_LIMIT,
		    "the password has more than %d bytes", SECRET_MAX);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < ' ' || c == 0x7f)
			return err_set(e, ERR_ARGUMENT,
			    "the password has a control character");
		ascii &= c < 0x80;
	}
	if (!ascii) {
		if (precis_password(out, p, n, e) < 0)
			return err_prefix(e, "password");
		return 0;
	}
	buf_put(out, p, n);
	return 0;
}
