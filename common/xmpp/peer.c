#include "xmpp/peer.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"

#define CACERT_MAX	(16u << 20)
#define NAMES_MAX	4096		/* bytes of a list of names */

static X509 *
from_pem(const char *pem, size_t n)
{
	BIO *b = BIO_new_mem_buf(pem, (int)n);
	X509 *x = b == NULL ? NULL : PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	return x;
}

int
peer_pin(char out[PEER_PIN_LEN + 1], const char *pem, struct err *e)
{
	struct buf hex = BUF_INIT(PEER_PIN_LEN);
	X509 *x = from_pem(pem, strlen(pem));
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	int len = -1;

	if (x != NULL)
		len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (len > 0 && EVP_Digest(der, (size_t)len, digest, &n, EVP_sha256(),
	    NULL) == 1)
		hex_put(&hex, digest, n);
	OPENSSL_free(der);
	X509_free(x);
	memcpy(out, buf_cstr(&hex), hex.n + 1);
	len = hex.n == PEER_PIN_LEN ? 0 : -1;
	buf_free(&hex);
	return len == 0 ? 0 : err_set(e, ERR_CONNECT,
	    "cannot read the server's certificate");
}

static int
normal_pin(char out[PEER_PIN_LEN + 1], const char *want, struct err *e)
{
	const char *p = want;
	size_t n = 0;

	if (strncmp(p, "sha256:", 7) == 0)
		p += 7;
	for (; *p != '\0'; p++) {
		char c = *p >= 'A' && *p <= 'F' ? (char)(*p - 'A' + 'a') : *p;

		if (c == ':')
			continue;
		if (strchr("0123456789abcdef", c) == NULL || n == PEER_PIN_LEN)
			break;
		out[n++] = c;
	}
	out[n] = '\0';
	if (n == PEER_PIN_LEN && *p == '\0')
		return 0;
	return err_set(e, ERR_CONFIG, "--pin: '%s' is not the SHA-256 of a "
	    "key: %d hexadecimal digits", want, PEER_PIN_LEN);
}

int
peer_check_pin(const char *pem, const char *want, const char *from,
    struct err *e)
{
	char has[PEER_PIN_LEN + 1], wanted[PEER_PIN_LEN + 1];

	if (normal_pin(wanted, want, e) < 0 || peer_pin(has, pem, e) < 0)
		return -1;
	if (strcmp(has, wanted) == 0)
		return 0;
	return err_set(e, ERR_CONNECT, "the server's key is not the one that "
	    "is trusted: it has %s, trusted by %s is %s; somebody may be on "
	    "the way; if the key was renewed, put the new one there", has,
	    from, wanted);
}

static X509 *
read_certificate(const char *path, const char *option, struct err *e)
{
	struct buf b = BUF_INIT(CACERT_MAX);
	X509 *x = NULL;

	if (fs_read(&b, path, e) < 0) {
		e->code = ERR_CONFIG;
		err_prefix(e, "%s", option);
	} else if ((x = from_pem(buf_cstr(&b), b.n)) == NULL) {
		err_set(e, ERR_CONFIG, "%s: '%s' holds no certificate in PEM",
		    option, path);
	}
	buf_free(&b);
	return x;
}

int
peer_check_cacert(const char *path, struct err *e)
{
	X509 *x = read_certificate(path, "--cacert", e);

	X509_free(x);
	return x == NULL ? -1 : 0;
}

/* --- our own key --------------------------------------------------------- */

/* OpenSSL would ask the terminal. */
static int
no_passphrase(char *to, int n, int writing, void *arg)
{
	(void)to, (void)n, (void)writing;
	*(bool *)arg = true;
	return -1;
}

static EVP_PKEY *
parse_key(int fd, const char *path, struct err *e)
{
	BIO *b = BIO_new_fd(fd, BIO_NOCLOSE);
	bool encrypted = false;
	EVP_PKEY *key = b == NULL ? NULL : PEM_read_bio_PrivateKey(b, NULL,
	    no_passphrase, &encrypted);

	BIO_free(b);
	if (key == NULL)
		err_set(e, ERR_CONFIG, "--key: '%s' %s", path, encrypted ?
		    "has a passphrase; 'openssl pkey' takes it off" :
		    "holds no key in PEM");
	return key;
}

static EVP_PKEY *
read_key(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	EVP_PKEY *key = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(e, ERR_CONFIG, "--key: cannot open '%s'", path);
	else
		key = parse_key(fd, path, e);
	if (key != NULL && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0) {
		err_set(e, ERR_CONFIG, "others can read the key in '%s'; "
		    "type: chmod 600 '%s'", path, path);
		EVP_PKEY_free(key);
		key = NULL;
	}
	if (fd >= 0)
		close(fd);
	return key;
}

int
peer_check_key(const char *cert, const char *key, struct err *e)
{
	X509 *x = read_certificate(cert, "--cert", e);
	EVP_PKEY *k = x == NULL ? NULL : read_key(key, e);
	int rc = k == NULL ? -1 : 0;

	if (rc == 0 && X509_check_private_key(x, k) != 1)
		rc = err_set(e, ERR_CONFIG, "--key: '%s' is not the key of "
		    "the certificate in '%s'", key, cert);
	EVP_PKEY_free(k);
	X509_free(x);
	return rc;
}

/* --- what a certificate says --------------------------------------------- */

static void
put_names(struct buf *out, X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);
	size_t before = out->n;

	for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);

		if (g->type != GEN_DNS)
			continue;
		if (out->n > before)
			buf_lit(out, ", ");
		buf_put(out, ASN1_STRING_get0_data(g->d.dNSName),
		    (size_t)ASN1_STRING_length(g->d.dNSName));
	}
	GENERAL_NAMES_free(names);
	if (out->n == before)
		buf_lit(out, "no name");
}

static void
put_name(struct buf *out, const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (b != NULL && X509_NAME_print_ex(b, name, 0,
	    XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		n = BIO_get_mem_data(b, &p);
		buf_put(out, p, n > 0 ? (size_t)n : 0);
	}
	BIO_free(b);
}

static void
put_time(struct buf *out, const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) == 1)
		buf_printf(out, "%04d-%02d-%02d %02d:%02d UTC",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min);
}

void
peer_describe(struct buf *out, const char *pem)
{
	X509 *x = from_pem(pem, strlen(pem));

	if (x == NULL)
		return;
	buf_lit(out, "for ");
	put_names(out, x);
	buf_lit(out, ", by ");
	put_name(out, X509_get_issuer_name(x));
	buf_lit(out, ", until ");
	put_time(out, X509_get0_notAfter(x));
	X509_free(x);
}

static int
is_about(const char *why, long code)
{
	return strcmp(why, X509_verify_cert_error_string(code)) == 0;
}

int
peer_refused(const char *why, const char *pem, const char *host,
    struct err *e)
{
	struct buf b = BUF_INIT(NAMES_MAX);
	X509 *x = pem == NULL ? NULL : from_pem(pem, strlen(pem));

	if (is_about(why, X509_V_ERR_HOSTNAME_MISMATCH)) {
		if (x != NULL)
			put_names(&b, x);
		err_set(e, ERR_CONNECT, "the server's certificate is not for "
		    "'%s' but for %s; --jid says the name, --pin trusts this "
		    "key", host, buf_cstr(&b));
	} else if (is_about(why, X509_V_ERR_CERT_HAS_EXPIRED)) {
		if (x != NULL)
			put_time(&b, X509_get0_notAfter(x));
		err_set(e, ERR_CONNECT, "the server's certificate expired on "
		    "%s; --pin trusts its key all the same", buf_cstr(&b));
	} else if (is_about(why, X509_V_ERR_CERT_NOT_YET_VALID)) {
		if (x != NULL)
			put_time(&b, X509_get0_notBefore(x));
		err_set(e, ERR_CONNECT, "the server's certificate begins on "
		    "%s; is this machine's clock right?", buf_cstr(&b));
	} else {
		if (x != NULL)
			put_name(&b, X509_get_issuer_name(x));
		err_set(e, ERR_CONNECT, "the server's certificate is from an "
		    "unknown issuer '%s' (%s); --cacert FILE trusts an issuer,"
		    " --pin a key", buf_cstr(&b), why);
	}
	X509_free(x);
	buf_free(&b);
	return -1;
}
