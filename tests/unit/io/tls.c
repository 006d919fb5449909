#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "io/tls.h"

struct dir {
	char dir[64], cert[96], key[96], key2[96], junk[96];
};

static void
make_pair(const char *cert, const char *key)
{
	static const char *const names[] = { "a.example", "10.0.0.1",
		"127.0.0.1" };
	struct buf c = BUF_INIT(65536), k = BUF_INIT(65536);
	struct err e = ERR_INIT;

	assert_int_equal(tls_self_signed(&c, &k, names, 3, &e), 0);
	if (cert != NULL)
		assert_int_equal(fs_create(cert, c.p, c.n, 0644, &e), 0);
	assert_int_equal(fs_create(key, k.p, k.n, 0600, &e), 0);
	buf_free(&c);
	buf_wipe(&k);
}

static int
set_up(void **state)
{
	struct dir *d = mem_zero(sizeof *d);
	struct err e = ERR_INIT;

	snprintf(d->dir, sizeof d->dir, "/tmp/msg-tls-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	snprintf(d->cert, sizeof d->cert, "%s/cert.pem", d->dir);
	snprintf(d->key, sizeof d->key, "%s/key.pem", d->dir);
	snprintf(d->key2, sizeof d->key2, "%s/key2.pem", d->dir);
	snprintf(d->junk, sizeof d->junk, "%s/junk.pem", d->dir);
	make_pair(d->cert, d->key);
	make_pair(NULL, d->key2);
	assert_int_equal(fs_create(d->junk, "junk\n", 5, 0644, &e), 0);
	*state = d;
	return 0;
}

static int
tear_down(void **state)
{
	struct dir *d = *state;

	unlink(d->cert);
	unlink(d->key);
	unlink(d->key2);
	unlink(d->junk);
	rmdir(d->dir);
	free(d);
	return 0;
}

static void
a_certificate_tells_its_names_and_time(void **state)
{
	struct dir *d = *state;
	struct tls_cert c;
	struct err e = ERR_INIT;
	const int64_t day = INT64_C(86400) * 1000000;
	int64_t now = clock_real_us();

	assert_int_equal(tls_cert_read(&c, d->cert, &e), 0);
	assert_string_equal(c.names, "a.example, 10.0.0.1, 127.0.0.1, ::1");
	assert_int_equal(strlen(c.pin), 64);
	assert_int_equal(strlen(c.fingerprint), 64);
	assert_string_not_equal(c.pin, c.fingerprint);
	assert_true(c.from_us < now);
	assert_true(c.until_us > now + 3650 * day);
	assert_true(c.until_us < now + 3654 * day);
	assert_int_equal(tls_cert_read(&c, d->junk, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(tls_cert_read(&c, "/nowhere/x", &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
a_name_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = { "", "a b", "a,DNS:b", "a\nb",
		"caf\xc3\xa9.example" };
	struct buf c = BUF_INIT(65536), k = BUF_INIT(65536);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		assert_int_equal(tls_self_signed(&c, &k, &bad[i], 1, &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
		assert_int_equal(c.n + k.n, 0);
	}
}

static void
a_server_says_what_is_wrong_with_its_files(void **state)
{
	struct dir *d = *state;
	struct tls *t = NULL;
	struct err e = ERR_INIT;
	const struct {
		const char *cert, *key, *words;
	} bad[] = {
		{ "/nowhere/c", d->key, "certificate '/nowhere/c': No such" },
		{ d->junk, d->key, "cannot use certificate" },
		{ d->cert, "/nowhere/k", "key '/nowhere/k': No such" },
		{ d->cert, d->key2, "is not that of the certificate" },
		{ d->cert, d->cert, "holds no private key" },
	};

	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		assert_int_equal(tls_server(&t, bad[i].cert, bad[i].key,
		    TLS_ALPN_XMPP, &e),
		    -1);
		assert_int_equal(e.code, ERR_CONFIG);
		if (strstr(e.text, bad[i].words) == NULL)
			fail_msg("%s", e.text);
	}
	assert_int_equal(tls_server(&t, d->cert, d->key, TLS_ALPN_XMPP,
	    &e), 0);
	assert_string_equal(tls_own(t)->names,
	    "a.example, 10.0.0.1, 127.0.0.1, ::1");
	tls_unref(tls_ref(t));
	tls_unref(t);
}

static void
a_client_says_what_is_wrong_with_its_trust(void **state)
{
	struct dir *d = *state;
	struct tls *t = NULL;
	struct err e = ERR_INIT;
	const struct tls_trust junk = { .ca_file = d->junk };
	const struct tls_trust pin = { .pin = "sha256:12" };
	const struct tls_trust ca = { .ca_file = d->cert };

	assert_int_equal(tls_client(&t, &junk, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, d->junk));
	assert_int_equal(tls_client(&t, &pin, &e), -1);
	assert_non_null(strstr(e.text, "'sha256:12' is no pin"));
	assert_int_equal(tls_client(&t, &ca, &e), 0);
	assert_null(tls_own(t));
	tls_unref(t);
}

static void
a_pin_may_be_written_in_several_ways(void **state)
{
	char out[TLS_PIN];
	static const char good[] = "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff";
	static const char other[] = "sha256:00:11:22:33:44:55:66:77:88:99:AA:"
	    "BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

	(void)state;
	assert_int_equal(tls_pin_parse(good, out), 0);
	assert_string_equal(out, good);
	assert_int_equal(tls_pin_parse(other, out), 0);
	assert_string_equal(out, good);
	assert_int_equal(tls_pin_parse("", out), -1);
	assert_int_equal(tls_pin_parse("sha256:", out), -1);
	assert_int_equal(tls_pin_parse("0011223344556677", out), -1);
	assert_int_equal(tls_pin_parse("x0112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff", out), -1);
	assert_int_equal(tls_pin_parse("0000112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff", out), -1);
}

static void
an_explanation_can_be_acted_on(void **state)
{
	struct dir *d = *state;
	struct tls_cert c;
	struct err e = ERR_INIT;
	FILE *f = fopen(d->cert, "re");
	X509 *x = PEM_read_X509(f, NULL, NULL, NULL);
	char when[CLOCK_TEXT], words[64];

	fclose(f);
	tls_cert_of(&c, x);
	assert_int_equal(tls_explain(&e, x, X509_V_ERR_CERT_HAS_EXPIRED,
	    "b.example"), -1);
	clock_text(c.until_us, when);
	snprintf(words, sizeof words, "has expired on %.10s", when);
	assert_non_null(strstr(e.text, words));
	tls_explain(&e, x, X509_V_ERR_HOSTNAME_MISMATCH, "b.example");
	assert_non_null(strstr(e.text, "issued for a.example, 10.0.0.1, "
	    "127.0.0.1, ::1; not for b.example"));
	tls_explain(&e, x, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, NULL);
	assert_non_null(strstr(e.text, c.pin));
	tls_explain(&e, x, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    NULL);
	assert_non_null(strstr(e.text, "/CN=a.example"));
	assert_int_equal(e.code, ERR_CONNECT);
	X509_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_tells_its_names_and_time),
		cmocka_unit_test(a_name_that_is_none_is_refused),
		cmocka_unit_test(a_server_says_what_is_wrong_with_its_files),
		cmocka_unit_test(a_client_says_what_is_wrong_with_its_trust),
		cmocka_unit_test(a_pin_may_be_written_in_several_ways),
		cmocka_unit_test(an_explanation_can_be_acted_on),
	};

	return cmocka_run_group_tests_name("tls", tests, set_up, tear_down);
}
