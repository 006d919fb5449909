#include "unit.h"

#include <string.h>

#include "base/base64.h"

/* RFC 4648 10, and one with the last two characters of the alphabet. */
static const struct {
	const char *bytes, *standard, *url;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xef\xbe\xff", "++++/w==", "----_w" },
};

static void
vectors_hold(void **state)
{
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		const char *s = vectors[i].bytes;

		buf_reset(&b);
		base64_put(&b, s, strlen(s));
		assert_string_equal(buf_cstr(&b), vectors[i].standard);
		buf_reset(&b);
		base64url_put(&b, s, strlen(s));
		assert_string_equal(buf_cstr(&b), vectors[i].url);
		buf_reset(&b);
		assert_int_equal(base64_get(&b, vectors[i].standard,
		    strlen(vectors[i].standard), &e), 0);
		assert_string_equal(buf_cstr(&b), s);
		buf_reset(&b);
		assert_int_equal(base64url_get(&b, vectors[i].url,
		    strlen(vectors[i].url), &e), 0);
		assert_string_equal(buf_cstr(&b), s);
	}
	buf_free(&b);
}

static void
all_bytes_at_all_lengths(void **state)
{
	char bytes[256];
	struct buf text = BUF_INIT(1000), back = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	for (size_t n = 0; n <= 256; n++) {
		buf_reset(&text);
		buf_reset(&back);
		base64_put(&text, bytes, n);
		assert_int_equal(text.n, BASE64_SIZE(n));
		assert_int_equal(base64_get(&back, text.p, text.n, &e), 0);
		base64url_put(&text, bytes, n);
		assert_int_equal(base64url_get(&back, text.p + BASE64_SIZE(n),
		    text.n - BASE64_SIZE(n), &e), 0);
		assert_int_equal(back.n, 2 * n);
		assert_memory_equal(back.p, bytes, n);
		assert_memory_equal(back.p + n, bytes, n);
	}
	buf_free(&text);
	buf_free(&back);
}

static void
refused(const char *s, bool url, const char *at)
{
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;

	if ((url ? base64url_get : base64_get)(&b, s, strlen(s), &e) == 0)
		fail_msg("'%s' was taken", s);
	assert_int_equal(e.code, ERR_SYNTAX);
	assert_string_equal(e.at, at);
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

static void
strictness(void **state)
{
	(void)state;
	refused("Zg", false, "byte 3");
	refused("Zg=", false, "byte 4");
	refused("Zg===", false, "byte 5");
	refused("Zg==Zg==", false, "byte 5");
	refused("Z", false, "byte 2");
	refused("=", false, "byte 1");
	refused("Z===", false, "byte 2");
	refused("Zm9v====", false, "byte 5");
	refused("Zg=v", false, "byte 4");
	refused("Zh==", false, "byte 5");	/* spare bits */
	refused("Zm9=", false, "byte 5");
	refused("Zm 9v", false, "byte 3");
	refused("Zm-v", false, "byte 3");
	refused("Zm_v", false, "byte 3");
	refused("Zm\xc3\xa9", false, "byte 3");
	refused("Zm+v", true, "byte 3");
	refused("Zm/v", true, "byte 3");
	refused("Zg==", true, "byte 3");
	refused("Zh", true, "byte 3");
	refused("Zm9vZ", true, "byte 6");
}

static void
white_space_only_where_allowed(void **state)
{
	static const char wrapped[] = " Zm9v\r\n\tYm\nE = \n";
	struct buf b = BUF_INIT(5);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(base64_get_ws(&b, wrapped, sizeof wrapped - 1, &e),
	    0);
	assert_string_equal(buf_cstr(&b), "fooba");
	buf_reset(&b);
	assert_int_equal(base64_get_ws(&b, "Zm9v\f", 5, &e), -1);
	buf_free(&b);
}

/* The limit is one of bytes that come out, whatever stands around them. */
static void
a_limit_is_met_exactly(void **state)
{
	struct buf b = BUF_INIT(4), text = BUF_INIT(6);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(base64_get(&b, "Zm9vYg==", 8, &e), 0);
	assert_int_equal(b.n, 4);
	buf_reset(&b);
	assert_int_equal(base64_get(&b, "Zm9vYmE=", 8, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	base64url_put(&text, "foob", 4);
	assert_false(buf_full(&text));
	base64url_put(&text, "f", 1);
	assert_true(buf_full(&text));
	buf_free(&b);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(all_bytes_at_all_lengths),
		cmocka_unit_test(strictness),
		cmocka_unit_test(white_space_only_where_allowed),
		cmocka_unit_test(a_limit_is_met_exactly),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
