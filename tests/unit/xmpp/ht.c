#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "xmpp/ht.h"

static const char token[] =
    "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6QUJDREVGR0hJSktMTU5P"
    "UFFSU1RVVldYWVowMTIzNDU2Nzg5";

/* By Python: hmac.digest(token, b"Initiator" + b"data", "sha256"). */
static void
a_hash_is_as_good_as_the_token(void **state)
{
	const struct scram_binding cb = { "tls-exporter", "data", 4 };
	uint8_t hash[HT_HASH_LEN], mac[HT_HASH_LEN];
	struct buf hex = BUF_INIT(256);

	(void)state;
	assert_int_equal(strlen(token), HT_TOKEN_LEN);
	ht_token_hash(hash, token);
	ht_mac(mac, hash, HT_INITIATOR, &cb);
	hex_put(&hex, mac, sizeof mac);
	assert_string_equal(buf_cstr(&hex),
	    "e6e1f863c74a3cd84997f14725b620b5"
	    "f6e91b7f2dbd54e4fcafe3b80b3df1d2");
	buf_reset(&hex);
	ht_mac(mac, hash, HT_RESPONDER, NULL);
	hex_put(&hex, mac, sizeof mac);
	assert_string_equal(buf_cstr(&hex),
	    "6eb7ac9f47fba4f18ea6c0791d35d0a7"
	    "0f0f5010d08cbeefdb1d5659d43fe03f");
	buf_free(&hex);
}

static void
tokens_are_long_and_new(void **state)
{
	char a[HT_TOKEN_LEN + 1], b[HT_TOKEN_LEN + 1];
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(ht_token_make(a, &e), 0);
	assert_int_equal(ht_token_make(b, &e), 0);
	assert_int_equal(strlen(a), HT_TOKEN_LEN);
	assert_string_not_equal(a, b);
}

static void
a_message_is_a_name_and_a_hash(void **state)
{
	static const char good[] = "romeo\0" "0123456789abcdef0123456789abcdef";
	size_t n = sizeof good - 1;
	struct ht_message m;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(ht_parse(&m, good, n, &e), 0);
	assert_true(str_is(m.user, "romeo"));
	assert_int_equal(m.mac.n, HT_HASH_LEN);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ht_parse(&m, good, i, &e), -1);
	assert_int_equal(ht_parse(&m, good + 5, n - 5, &e), -1);
	assert_int_equal(ht_parse(&m, "\xff" "\0" "0123456789abcdef0123456789ab"
	    "cdef", 34, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_is_as_good_as_the_token),
		cmocka_unit_test(tokens_are_long_and_new),
		cmocka_unit_test(a_message_is_a_name_and_a_hash),
	};

	return cmocka_run_group_tests_name("ht", tests, NULL, NULL);
}
