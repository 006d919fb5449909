#include "unit.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"

/* RFC 1321 A.5, FIPS 180-4's examples. */
static void
vectors_hold(void **state)
{
	struct buf hex = BUF_INIT(1000);
	uint8_t out[32];

	(void)state;
	digest_md5("abc", 3, out);
	hex_put(&hex, out, 16);
	assert_string_equal(buf_cstr(&hex),
	    "900150983cd24fb0d6963f7d28e17f72");
	buf_reset(&hex);
	digest_sha256("abc", 3, out);
	hex_put(&hex, out, 32);
	assert_string_equal(buf_cstr(&hex), "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	buf_free(&hex);
}

static void
every_length_is_as_with_openssl(void **state)
{
	uint8_t text[300], out[32], want[32];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 167 + 13);
	for (size_t n = 0; n <= sizeof text; n++) {
		EVP_Digest(text, n, want, NULL, EVP_md5(), NULL);
		digest_md5(text, n, out);
		assert_memory_equal(out, want, 16);
		EVP_Digest(text, n, want, NULL, EVP_sha256(), NULL);
		digest_sha256(text, n, out);
		assert_memory_equal(out, want, 32);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(every_length_is_as_with_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
