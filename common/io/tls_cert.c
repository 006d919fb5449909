#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/text.h"
#include "io/tls.h"

#define SELF_YEARS	10
#define DAY		(24 * 60 * 60L)

/* --- what a certificate says --------------------------------------------- */

static void
hex(char out[TLS_PIN], const unsigned char hash[32])
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

int
tls_pin_parse(const char *text, char out[TLS_PIN])
{
	size_t n = 0;

	if (strncmp(text, "sha256:", 7) == 0)
		text += 7;
	for (; *text != '\0'; text++) {
		char c = *text >= 'A' && *text <= 'F' ? *text - 'A' + 'a' :
		    *text;

		if (c == ':')
			continue;
		if (strchr("0123456789abcdef", c) == NULL ||
		    n == TLS_PIN - 1)
			return -1;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == TLS_PIN - 1 ? 0 : -1;
}

static int64_t
time_us(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000000;
}

/* One name of a certificate, "" for kinds we do not show. */
static void
name_text(const GENERAL_NAME *name, char *out, size_t n)
{
	int type;
	const ASN1_STRING *s = GENERAL_NAME_get0_value(name, &type);

	out[0] = '\0';
	if (type == GEN_DNS)
		snprintf(out, n, "%.*s", ASN1_STRING_length(s),
		    (const char *)ASN1_STRING_get0_data(s));
	else if (type == GEN_IPADD && ASN1_STRING_length(s) == 4)
		inet_ntop(AF_INET, ASN1_STRING_get0_data(s), out,
		    (socklen_t)n);
	else if (type == GEN_IPADD && ASN1_STRING_length(s) == 16)
		inet_ntop(AF_INET6, ASN1_STRING_get0_data(s), out,
		    (socklen_t)n);
}

static void
names_of(X509 *cert, char *out, size_t n)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name,
	    NULL, NULL);
	char one[256];

	out[0] = '\0';
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		size_t used = strlen(out);

		name_text(sk_GENERAL_NAME_value(all, i), one, sizeof one);
		if (one[0] != '\0')
			snprintf(out + used, n - used, "%s%s",
			    used > 0 ? ", " : "", one);
	}
	if (out[0] == '\0' && X509_NAME_get_text_by_NID(
	    X509_get_subject_name(cert), NID_commonName, one, sizeof one) > 0)
		snprintf(out, n, "%s", one);
	text_clean(out);
	GENERAL_NAMES_free(all);
}

void
tls_cert_of(struct tls_cert *out, X509 *cert)
{
	unsigned char hash[EVP_MAX_MD_SIZE], *spki = NULL;
	int n;

	*out = (struct tls_cert){ .from_us = 0 };
	if (X509_digest(cert, EVP_sha256(), hash, NULL) == 1)
		hex(out->fingerprint, hash);
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
	if (n > 0 && EVP_Digest(spki, (size_t)n, hash, NULL, EVP_sha256(),
	    NULL) == 1)
		hex(out->pin, hash);
	OPENSSL_free(spki);
	names_of(cert, out->names, sizeof out->names);
	out->from_us = time_us(X509_get0_notBefore(cert));
	out->until_us = time_us(X509_get0_notAfter(cert));
}

int
tls_cert_read(struct tls_cert *out, const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");
	X509 *cert;

	if (f == NULL)
		return err_sys(e, ERR_INPUT, "cannot open '%s'", path);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	ERR_clear_error();
	if (cert == NULL)
		return err_set(e, ERR_INPUT,
		    "there is no certificate in '%s'", path);
	tls_cert_of(out, cert);
	X509_free(cert);
	return 0;
}

/* --- what is wrong with it ----------------------------------------------- */

int
tls_explain(struct err *e, X509 *cert, long verify, const char *name)
{
	struct tls_cert c;
	char when[CLOCK_TEXT], by[256];

	tls_cert_of(&c, cert);
	switch (verify) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		clock_text(c.until_us, when);
		return err_set(e, ERR_CONNECT, "the server's certificate has "
		    "expired on %.10s", when);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		clock_text(c.from_us, when);
		return err_set(e, ERR_CONNECT, "the server's certificate is "
		    "valid only from %.10s on", when);
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return err_set(e, ERR_CONNECT, "the server's certificate is "
		    "issued for %s; not for %s", c.names,
		    name != NULL ? name : "this server");
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return err_set(e, ERR_CONNECT, "the server's certificate is "
		    "signed by itself and not trusted here; if its pin is "
		    "sha256:%s, trust that", c.pin);
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		X509_NAME_oneline(X509_get_issuer_name(cert), by, sizeof by);
		return err_set(e, ERR_CONNECT, "the server's certificate was "
		    "issued by '%s', which is not trusted here", by);
	default:
		return err_set(e, ERR_CONNECT, "the server's certificate is "
		    "refused: %s", X509_verify_cert_error_string(verify));
	}
}

/* --- making one ---------------------------------------------------------- */

static bool
is_host_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 253 && strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*") == n;
}

static bool
add_name(GENERAL_NAMES *all, const char *name)
{
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(name);
	GENERAL_NAME *one;
	ASN1_IA5STRING *dns;

	ERR_clear_error();
	if (ip == NULL && !is_host_name(name))
		return false;
	one = GENERAL_NAME_new();
	if (ip != NULL) {
		GENERAL_NAME_set0_value(one, GEN_IPADD, ip);
	} else {
		dns = ASN1_IA5STRING_new();
		ASN1_STRING_set(dns, name, -1);
		GENERAL_NAME_set0_value(one, GEN_DNS, dns);
	}
	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++)
		if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(all, i),
		    one) == 0) {
			GENERAL_NAME_free(one);
			return true;
		}
	sk_GENERAL_NAME_push(all, one);
	return true;
}

static int
add_names(X509 *cert, const char *const names[], size_t count,
    struct err *e)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		if (!add_name(all, names[i]))
			rc = err_set(e, ERR_USAGE,
			    "'%s' is no host name for a certificate",
			    names[i]);
	add_name(all, "127.0.0.1");
	add_name(all, "::1");
	if (rc == 0)
		X509_add1_ext_i2d(cert, NID_subject_alt_name, all, 0, 0);
	GENERAL_NAMES_free(all);
	return rc;
}

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *x;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(cert, x, -1);
	X509_EXTENSION_free(x);
}

/* All but names and signature. */
static void
fill(X509 *cert, EVP_PKEY *pkey, const char *cn)
{
	BIGNUM *serial = BN_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, X509_VERSION_3);
	BN_rand(serial, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert));
	BN_free(serial);
	/* A day back: clocks differ. */
	X509_gmtime_adj(X509_getm_notBefore(cert), -DAY);
	X509_time_adj_ex(X509_getm_notAfter(cert), SELF_YEARS * 365 +
	    SELF_YEARS / 4, 0, NULL);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(cert, subject);
	X509_set_pubkey(cert, pkey);
	add_extension(cert, NID_basic_constraints, "critical,CA:FALSE");
	add_extension(cert, NID_key_usage, "critical,digitalSignature");
	add_extension(cert, NID_ext_key_usage, "serverAuth,clientAuth");
	add_extension(cert, NID_subject_key_identifier, "hash");
}

static void
put_pem(struct buf *out, BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);

	buf_put(out, p, (size_t)n);
	OPENSSL_cleanse(p, (size_t)n);
}

int
tls_self_signed(struct buf *cert_pem, struct buf *key_pem,
    const char *const names[], size_t count, struct err *e)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_mem());
	int rc = -1;

	fill(cert, pkey, count > 0 && strlen(names[0]) <= 64 ? names[0] :
	    "localhost");
	if (add_names(cert, names, count, e) < 0)
		goto out;
	if (X509_sign(cert, pkey, EVP_sha256()) == 0 ||
	    PEM_write_bio_X509(c, cert) != 1 ||
	    PEM_write_bio_PKCS8PrivateKey(k, pkey, NULL, NULL, 0, NULL,
	    NULL) != 1) {
		err_set(e, ERR_SYSTEM, "cannot make a certificate: %s",
		    ERR_reason_error_string(ERR_peek_error()));
		goto out;
	}
	put_pem(cert_pem, c);
	put_pem(key_pem, k);
	rc = 0;
out:
	ERR_clear_error();
	BIO_free(c);
	BIO_free(k);
	X509_free(cert);
	EVP_PKEY_free(pkey);
	return rc;
}
