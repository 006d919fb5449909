#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "xmpp/peer.h"

#define DAY	86400

static char pem[4096];
static char pin[PEER_PIN_LEN + 1];
static struct err e;

/* A certificate for a.example and b.example that ended yesterday. */
static int
make(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("prime256v1");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *alt = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_subject_alt_name, "DNS:a.example,DNS:b.example");
	BIO *b = BIO_new(BIO_s_mem());
	int n;

	(void)state;
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"An Issuer", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_gmtime_adj(X509_getm_notBefore(x), -2 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(x), -DAY);
	X509_set_pubkey(x, key);
	X509_add_ext(x, alt, -1);
	X509_sign(x, key, EVP_sha256());
	PEM_write_bio_X509(b, x);
	n = BIO_read(b, pem, sizeof pem - 1);
	pem[n > 0 ? n : 0] = '\0';
	BIO_free(b);
	X509_EXTENSION_free(alt);
	X509_free(x);
	EVP_PKEY_free(key);
	return peer_pin(pin, pem, &e);
}

static void
a_pin_is_taken_in_every_usual_form(void **state)
{
	char form[200] = "sha256:";
	size_t n = strlen(form);

	(void)state;
	assert_int_equal(peer_check_pin(pem, pin, "--pin", &e), 0);
	for (size_t i = 0; i < PEER_PIN_LEN; i++) {
		if (i > 0 && i % 2 == 0)
			form[n++] = ':';
		form[n++] = pin[i] >= 'a' ? (char)(pin[i] - 32) : pin[i];
	}
	form[n] = '\0';
	assert_int_equal(peer_check_pin(pem, form, "--pin", &e), 0);
}

static void
another_pin_is_refused_and_both_are_shown(void **state)
{
	char other[PEER_PIN_LEN + 1];

	(void)state;
	memcpy(other, pin, sizeof other);
	other[10] = other[10] == '0' ? '1' : '0';
	assert_int_equal(peer_check_pin(pem, other, "--pin", &e), -1);
	assert_int_equal(e.code, ERR_CONNECT);
	assert_non_null(strstr(e.text, other));
	assert_non_null(strstr(e.text, pin));
}

static void
what_is_no_pin_is_a_mistake_of_the_user(void **state)
{
	static const char *const bad[] = { "", "ab", "sha256:", "zz" };
	char longer[PEER_PIN_LEN + 2];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(peer_check_pin(pem, bad[i], "--pin", &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	snprintf(longer, sizeof longer, "%s0", pin);
	assert_int_equal(peer_check_pin(pem, longer, "--pin", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static const char *
refused(long code)
{
	assert_int_equal(peer_refused(X509_verify_cert_error_string(code),
	    pem, "c.example", &e), -1);
	assert_int_equal(e.code, ERR_CONNECT);
	return e.text;
}

static void
a_refusal_says_what_would_help(void **state)
{
	const char *text;

	(void)state;
	text = refused(X509_V_ERR_HOSTNAME_MISMATCH);
	assert_non_null(strstr(text, "'c.example'"));
	assert_non_null(strstr(text, "a.example, b.example"));
	text = refused(X509_V_ERR_CERT_HAS_EXPIRED);
	assert_non_null(strstr(text, "expired on 2"));
	text = refused(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	assert_non_null(strstr(text, "An Issuer"));
	assert_non_null(strstr(text, "--cacert"));
}

static void
a_cacert_file_has_a_certificate(void **state)
{
	char path[] = "/tmp/msg-unit.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(peer_check_cacert(path, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(write(fd, pem, strlen(pem)), (ssize_t)strlen(pem));
	assert_int_equal(peer_check_cacert(path, &e), 0);
	close(fd);
	unlink(path);
	assert_int_equal(peer_check_cacert(path, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void
a_certificate_is_described(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	buf_puts(&b, "it is ");
	peer_describe(&b, pem);
	assert_non_null(strstr(buf_cstr(&b), "it is for a.example, b.example, "
	    "by CN = An Issuer, until 2"));
	buf_reset(&b);
	peer_describe(&b, "nothing");
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pin_is_taken_in_every_usual_form),
		cmocka_unit_test(another_pin_is_refused_and_both_are_shown),
		cmocka_unit_test(what_is_no_pin_is_a_mistake_of_the_user),
		cmocka_unit_test(a_refusal_says_what_would_help),
		cmocka_unit_test(a_cacert_file_has_a_certificate),
		cmocka_unit_test(a_certificate_is_described),
	};

	return cmocka_run_group_tests_name("peer", tests, make, NULL);
}
