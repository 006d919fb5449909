#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "net/flow.h"

static struct flows *flows;
static struct buf seen;
static uint32_t acked;			/* by the next segments */
static int64_t now_us;

static void
on_item(void *arg, const struct item *it)
{
	(void)arg;
	if (it->kind == ITEM_STANZA)
		buf_printf(&seen, "%s%s ", it->direction[0] == 'R' ? "" : "!",
		    it->st->name);
	else if (it->kind == ITEM_BAD)
		buf_lit(&seen, "bad ");
}

static int
begin(void **state)
{
	(void)state;
	acked = 0;
	now_us = 1;
	flows = flows_new(on_item, NULL);
	buf_init(&seen, 1 << 20);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	flows_free(flows);
	buf_free(&seen);
	return 0;
}

/* From the client of connection port to 5222; or back. */
static void
segment(unsigned port, bool back, unsigned flags, uint32_t seq,
    const char *data)
{
	struct segment s = { .flags = flags, .seq = seq,
		.ack = acked, .data = (const uint8_t *)data,
		.n = strlen(data), .at_us = now_us };

	s.from.port = back ? 5222 : (uint16_t)port;
	s.to.port = back ? (uint16_t)port : 5222;
	flows_segment(flows, &s);
}

static void
saw(const char *want)
{
	assert_string_equal(buf_cstr(&seen), want);
	buf_reset(&seen);
}

static void
in_order(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	segment(1, false, TCP_ACK, 10, "<a/><b");
	saw("a ");
	segment(1, true, TCP_ACK, 77, "<x/>");
	segment(1, false, TCP_ACK, 16, "/>");
	saw("!x b ");
}

static void
out_of_order_and_again(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	segment(1, false, TCP_ACK, 18, "<c/>");
	segment(1, false, TCP_ACK, 14, "<b/>");
	segment(1, false, TCP_ACK, 18, "<c/>");
	saw("");
	segment(1, false, TCP_ACK, 10, "<a/>");
	segment(1, false, TCP_ACK, 10, "<a/>");
	saw("a b c ");
}

static void
what_came_first_is_taken(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	segment(1, false, TCP_ACK, 10, "<a/>");
	segment(1, false, TCP_ACK, 12, "XX<b/>");	/* "/>" was there */
	saw("a b ");
}

static void
numbers_go_round(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, UINT32_MAX - 2, "");
	segment(1, false, TCP_ACK, 2, "<b/>");
	segment(1, false, TCP_ACK, UINT32_MAX - 1, "<a/>");
	saw("a b ");
}

static void
a_gap_is_told_at_the_end(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	segment(1, false, TCP_ACK, 20, "<b/>");
	segment(1, false, TCP_FIN | TCP_ACK, 24, "");
	saw("");
	flows_end(flows);
	saw("bad b ");
}

static void
not_more_than_so_much_waits(void **state)
{
	static char data[60001];

	(void)state;
	memset(data, ' ', sizeof data - 1);
	memcpy(data, "<b/>", 4);
	segment(1, false, TCP_SYN, 9, "");
	for (uint32_t i = 0; i < FLOW_PENDING_MAX / 60000 + 1; i++)
		segment(1, false, TCP_ACK, 100 + 60000 * i, data);
	assert_memory_equal(seen.p, "bad b b ", 8);
}

static void
not_more_connections_than_so_many(void **state)
{
	(void)state;
	for (unsigned port = 1; port <= FLOWS_MAX + 1; port++) {
		segment(port, false, TCP_SYN, 9, "");
		segment(port, false, TCP_ACK, 10, "<a");
	}
	saw("bad ");			/* the first one's, cut off */
	segment(2, false, TCP_ACK, 12, "/>");
	saw("a ");
}

static void
a_reset_is_the_end(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	segment(1, false, TCP_ACK, 10, "<a");
	segment(1, true, TCP_RST, 1, "");
	saw("bad ");
	segment(1, false, TCP_SYN, 500, "");
	segment(1, false, TCP_ACK, 501, "<a/>");
	saw("a ");
}

static void
a_request_comes_before_its_answer(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	acked = 10;
	segment(1, true, TCP_SYN | TCP_ACK, 76, "");
	acked = 14;
	segment(1, true, TCP_ACK, 77, "<x/>");
	segment(1, true, TCP_FIN | TCP_ACK, 81, "");
	saw("");
	acked = 77;
	segment(1, false, TCP_ACK, 10, "<a/>");
	saw("a !x ");
}

static void
an_answer_does_not_wait_for_ever(void **state)
{
	(void)state;
	segment(1, false, TCP_SYN, 9, "");
	acked = 14;
	segment(1, true, TCP_ACK, 77, "<x/>");
	segment(1, true, TCP_ACK, 81, "<y/>");
	saw("");
	now_us += FLOW_TURN_US + 1;
	segment(1, true, TCP_ACK, 85, "");
	saw("!x !y ");
	segment(1, true, TCP_ACK, 85, "<z/>");
	flows_end(flows);
	saw("!z ");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(in_order),
		TEST(out_of_order_and_again),
		TEST(what_came_first_is_taken),
		TEST(numbers_go_round),
		TEST(a_gap_is_told_at_the_end),
		TEST(not_more_than_so_much_waits),
		TEST(not_more_connections_than_so_many),
		TEST(a_reset_is_the_end),
		TEST(a_request_comes_before_its_answer),
		TEST(an_answer_does_not_wait_for_ever),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
