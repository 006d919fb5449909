#include "unit.h"

#include <string.h>

#include "net/disco.h"

static void
assert_hash(const char *const *identities, size_t n,
    const struct disco_form *form, const char *want)
{
	static const char *const features[] = {
		"http://jabber.org/protocol/muc",
		"http://jabber.org/protocol/disco#items",
		"http://jabber.org/protocol/caps",
		"http://jabber.org/protocol/disco#info",
	};
	struct buf out = BUF_INIT(100);

	disco_hash(identities, n, features, 4, form, &out);
	assert_string_equal(buf_cstr(&out), want);
	buf_free(&out);
}

/* The example of XEP-0115 5.2, its features out of order. */
static void
the_hash_is_that_of_the_standard(void **state)
{
	static const char *const identities[] = { "client/pc//Exodus 0.9.1" };
	static const struct disco_form none = { .type = NULL };

	(void)state;
	assert_hash(identities, 1, &none, "QgayPKawpkPSDYmwT/WM94uAlu0=");
}

/* Computed by hand: SHA-1 of "pubsub/service//M<server/im//M<" and so on. */
static void
a_form_and_the_order_of_identities_count(void **state)
{
	static const char *const one[] = { "server/im//M",
		"pubsub/service//M" };
	static const char *const other[] = { "pubsub/service//M",
		"server/im//M" };
	static const char *const values[] = { "xmpp:b@c", "mailto:a@c" };
	static const struct disco_form form = {
		"http://jabber.org/network/serverinfo", "admin-addresses",
		values, 2 };

	(void)state;
	assert_hash(one, 2, &form, "1S7yL1/t7bztThGSeH4yvHH3HAY=");
	assert_hash(other, 2, &form, "1S7yL1/t7bztThGSeH4yvHH3HAY=");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_that_of_the_standard),
		cmocka_unit_test(a_form_and_the_order_of_identities_count),
	};

	return cmocka_run_group_tests_name("disco", tests, NULL, NULL);
}
