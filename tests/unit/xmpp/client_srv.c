#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "xmpp/client_srv.h"

static struct client_srv list[CLIENT_SRV_MAX];
static size_t count;

/* A DNS answer in the making. */
static uint8_t message[2048];
static size_t used;

static void
put_name(const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		message[used++] = (uint8_t)n;
		memcpy(message + used, name, n);
		used += n;
		name += n + (name[n] == '.');
	}
	message[used++] = 0;
}

static void
put16(unsigned v)
{
	put_be16(message + used, (uint16_t)v);
	used += 2;
}

static void
begin(unsigned answers)
{
	used = count = 0;
	memset(list, 0, sizeof list);
	put16(1);		/* id */
	put16(0x8180);		/* an answer, no error */
	put16(1);
	put16(answers);
	put16(0);
	put16(0);
	put_name("_xmpp-client._tcp.example.org");
	put16(33);
	put16(1);
}

static void
put_srv(unsigned priority, unsigned weight, unsigned port, const char *name)
{
	size_t length;

	put16(0xc00c);		/* the name of the question */
	put16(33);
	put16(1);
	put16(0);
	put16(60);
	length = used;
	put16(0);
	put16(priority);
	put16(weight);
	put16(port);
	put_name(name);
	put_be16(message + length, (uint16_t)(used - length - 2));
}

static void
records_are_read(void **state)
{
	(void)state;
	begin(2);
	put_srv(10, 5, 5222, "a.example.org");
	put_srv(20, 0, 443, "b.example.org");
	assert_int_equal(client_srv_parse(list, &count, message, used, false),
	    0);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].name, "a.example.org");
	assert_int_equal(list[0].port, 5222);
	assert_int_equal(list[0].priority, 10);
	assert_int_equal(list[0].weight, 5);
	assert_false(list[0].direct);
	assert_string_equal(list[1].name, "b.example.org");
	assert_int_equal(client_srv_parse(list, &count, message, used, true),
	    0);
	assert_int_equal(count, 4);
	assert_true(list[3].direct);
}

static void
a_service_that_is_not_offered_is_none(void **state)
{
	(void)state;
	begin(1);
	put_srv(0, 0, 0, "");
	assert_int_equal(client_srv_parse(list, &count, message, used, false),
	    0);
	assert_int_equal(count, 0);
}

static void
what_is_cut_off_is_none(void **state)
{
	size_t whole;

	(void)state;
	begin(1);
	put_srv(10, 5, 5222, "a.example.org");
	whole = used;
	for (size_t n = 0; n < whole; n++) {
		count = 0;
		client_srv_parse(list, &count, message, n, false);
		assert_int_equal(count, 0);
	}
}

static void
there_is_a_limit(void **state)
{
	(void)state;
	begin(CLIENT_SRV_MAX + 3);
	for (int i = 0; i < CLIENT_SRV_MAX + 3; i++)
		put_srv(1, 1, 5222, "a.example.org");
	assert_int_equal(client_srv_parse(list, &count, message, used, false),
	    0);
	assert_int_equal(count, CLIENT_SRV_MAX);
}

/* Chance that is told what to say. */
static uint32_t
says(void *arg, uint32_t n)
{
	uint32_t v = *(uint32_t *)arg;

	return v < n ? v : n - 1;
}

static void
add(const char *name, uint16_t priority, uint16_t weight)
{
	struct client_srv *s = &list[count++];

	snprintf(s->name, sizeof s->name, "%s", name);
	s->priority = priority;
	s->weight = weight;
}

static void
ordered(uint32_t chance, const char *want)
{
	char got[100] = "";

	count = 0;
	add("c", 2, 0);
	add("a", 1, 10);
	add("z", 1, 0);
	add("b", 1, 30);
	client_srv_order(list, count, says, &chance);
	for (size_t i = 0; i < count; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s",
		    list[i].name);
	assert_string_equal(got, want);
}

static void
the_order_is_by_priority_then_weight(void **state)
{
	(void)state;
	ordered(0, "zabc");		/* weight 0 when chance says 0 */
	ordered(1, "abzc");
	ordered(10, "abzc");
	ordered(11, "bazc");
	ordered(40, "bazc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_read),
		cmocka_unit_test(a_service_that_is_not_offered_is_none),
		cmocka_unit_test(what_is_cut_off_is_none),
		cmocka_unit_test(there_is_a_limit),
		cmocka_unit_test(the_order_is_by_priority_then_weight),
	};

	return cmocka_run_group_tests_name("client_srv", tests, NULL, NULL);
}
