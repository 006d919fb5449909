#include "unit.h"

#include <string.h>

#include "xmpp/sasl.h"

static struct err e;

static void
plain_messages(void **state)
{
	struct secret password = SECRET_NONE;
	struct buf b = BUF_INIT(100);
	struct sasl_plain p;

	(void)state;
	assert_int_equal(secret_set(&password, "secret", 6, &e), 0);
	sasl_plain_write(&b, NULL, "user", &password);
	assert_int_equal(sasl_plain_parse(&p, b.p, b.n, &e), 0);
	assert_int_equal(p.authzid.n, 0);
	assert_true(str_is(p.authcid, "user"));
	assert_true(str_is(p.password, "secret"));
	assert_int_equal(sasl_plain_parse(&p, "z\0u\0p", 5, &e), 0);
	assert_true(str_is(p.authzid, "z"));
	assert_int_equal(sasl_plain_parse(&p, "z\0u\0p\0", 6, &e), -1);
	assert_int_equal(sasl_plain_parse(&p, "\0\0p", 3, &e), -1);
	assert_int_equal(sasl_plain_parse(&p, "\0u\0", 3, &e), -1);
	assert_int_equal(sasl_plain_parse(&p, "\0u", 2, &e), -1);
	assert_int_equal(sasl_plain_parse(&p, "", 0, &e), -1);
	assert_int_equal(sasl_plain_parse(&p, "\0u\0\xff", 4, &e), -1);
	buf_free(&b);
	secret_clear(&password);
}

/* RFC 4013 3, and what is more than ASCII. */
static void
passwords_are_prepared(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "I\xc2\xadX", "IX" }, { "user", "user" }, { "USER", "USER" },
		{ "\xc2\xaa", "a" }, { "\xe2\x85\xa8", "IX" },
		{ "\x07", NULL }, { "a\xc2\xa0" "b", "a b" },
		{ "\xe2\x80\x8b", NULL }, { "", NULL }, { "\xff", NULL },
		{ "a b!~", "a b!~" },
		{ "\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91" },
		{ "\xc2\x85", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		struct buf b = BUF_INIT(100);

		if (t[i].out == NULL) {
			assert_int_equal(sasl_prep(&b, t[i].in,
			    strlen(t[i].in), &e), -1);
		} else {
			assert_int_equal(sasl_prep(&b, t[i].in,
			    strlen(t[i].in), &e), 0);
			assert_string_equal(buf_cstr(&b), t[i].out);
		}
		buf_free(&b);
	}
}

static void
mechanisms(void **state)
{
	(void)state;
	assert_true(sasl_mech("SCRAM-SHA-256-PLUS")->plus);
	assert_int_equal(sasl_mech("SCRAM-SHA-1")->hash, SCRAM_SHA1);
	assert_int_equal(sasl_mech("PLAIN")->kind, SASL_PLAIN);
	assert_null(sasl_mech("DIGEST-MD5"));
	assert_null(sasl_mech(""));
	assert_null(sasl_mech("plain"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mechanisms),
		cmocka_unit_test(plain_messages),
		cmocka_unit_test(passwords_are_prepared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
