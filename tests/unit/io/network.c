#include "unit.h"

#include <string.h>
#include <sys/socket.h>
#include <arpa/inet.h>

#include "io/network.h"

static void
put(uint8_t ip[16], const char *text)
{
	memcpy(ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	if (inet_pton(AF_INET, text, ip + 12) != 1)
		assert_int_equal(inet_pton(AF_INET6, text, ip), 1);
}

static void
addresses_lie_in_their_networks(void **state)
{
	static const struct {
		const char *network, *address;
		bool in;
	} cases[] = {
		{ "127.0.0.0/8", "127.9.9.9", true },
		{ "127.0.0.0/8", "128.0.0.1", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.4/31", "192.0.2.5", true },
		{ "192.0.2.4/31", "192.0.2.6", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "203.0.113.9", true },
		{ "::1", "::1", true },
		{ "::1", "::2", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "::ffff:192.0.2.0/120", "192.0.2.7", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct networks l = { .n = 1 };
		struct err e = ERR_INIT;
		uint8_t ip[16];

		assert_int_equal(network_parse(&l.at[0], cases[i].network, &e),
		    0);
		put(ip, cases[i].address);
		assert_int_equal(networks_have(&l, ip), cases[i].in);
	}
}

static void
what_is_no_network_is_said(void **state)
{
	static const char *const bad[] = {
		"", "/", "/8", "localhost", "1.2.3", "1.2.3.4/", "1.2.3.4/33",
		"1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/8 ", " 1.2.3.4", "::1/129",
		"[::1]", "::1%lo", "1.2.3.4/8/8", "1.2.3.4:80",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	struct network n;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(network_parse(&n, bad[i], &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, "is no address or network"));
	}
	assert_int_equal(network_parse(&n, "192.0.2.1/24", &e), -1);
	assert_string_equal(e.text, "'192.0.2.1/24' has more bits than the "
	    "first 24, which say the network");
}

static void
a_host_is_one_address(void **state)
{
	uint8_t a[16], b[16], one[16], other[16];

	(void)state;
	put(a, "2001:db8::1");
	put(b, "2001:db8::ffff:2");
	network_one(one, a);
	network_one(other, b);
	assert_memory_equal(one, other, 16);
	put(a, "192.0.2.1");
	put(b, "192.0.2.2");
	network_one(one, a);
	network_one(other, b);
	assert_memory_not_equal(one, other, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_lie_in_their_networks),
		cmocka_unit_test(what_is_no_network_is_said),
		cmocka_unit_test(a_host_is_one_address),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
