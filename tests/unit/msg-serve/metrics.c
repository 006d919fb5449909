#include "unit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "net/metrics.h"
#include "net/server.h"
#include "net/worker.h"

static struct worker *workers[2];
static struct server *server;
static struct metrics_sum sum;

static int
begin(void **state)
{
	(void)state;
	server = mem_zero(sizeof *server);
	for (int i = 0; i < 2; i++)
		workers[i] = mem_zero(sizeof *workers[i]);
	server->workers = workers;
	server->worker_count = 2;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		free(workers[i]);
	free(server);
	return 0;
}

static void
writes(bool times, const char *want)
{
	struct buf out = BUF_INIT(1 << 16);

	metrics_sum(&sum, server);
	metrics_commands_json(&out, &sum, times);
	assert_string_equal(buf_cstr(&out), want);
	buf_free(&out);
}

static void
nothing_came(void **state)
{
	(void)state;
	writes(false, "{}");
	writes(true, "{}");
}

static void
workers_are_added_up(void **state)
{
	(void)state;
	metrics_request(&workers[0]->metrics, MSG_get_item, false, 5, 10, 100);
	metrics_request(&workers[1]->metrics, MSG_get_item, true, 1000, 1, 0);
	counter_add(&workers[0]->metrics.requests_total, 1);
	counter_add(&workers[1]->metrics.requests_total, 1);
	counter_add(&workers[1]->metrics.links.bytes_in, 7);
	writes(false, "{\"get-item\":{\"bytes_in\":11,\"bytes_out\":100,"
	    "\"count\":2,\"errors\":1,\"p50_us\":5,\"p90_us\":1023,"
	    "\"p99_us\":1023,\"sum_us\":1005}}");
	assert_int_equal(sum.requests_total, 2);
	assert_int_equal(sum.bytes_in_total, 7);
}

static void
commands_are_sorted_and_times_have_their_buckets(void **state)
{
	struct metrics *m = &workers[0]->metrics;

	(void)state;
	metrics_request(m, MSG_set_item, false, -3, 0, 0);
	metrics_request(m, MSG_get_status, false, 2, 0, 0);
	metrics_request(m, MSG_get_status, false, 2, 0, 0);
	metrics_request(m, MSG_get_status, false, 3, 0, 0);
	writes(true, "{\"get-status\":{\"bytes_in\":0,\"bytes_out\":0,"
	    "\"count\":3,\"errors\":0,\"p50_us\":2,\"p90_us\":3,\"p99_us\":3,"
	    "\"sum_us\":7,\"times\":[[2,2],[3,1]]},\"set-item\":{"
	    "\"bytes_in\":0,\"bytes_out\":0,\"count\":1,\"errors\":0,"
	    "\"p50_us\":0,\"p90_us\":0,\"p99_us\":0,\"sum_us\":0,"
	    "\"times\":[[0,1]]}}");
}

static void
a_gauge_goes_up_and_down(void **state)
{
	struct metrics *m = &workers[1]->metrics;

	(void)state;
	counter_add(&m->pending_jobs, 3);
	counter_sub(&m->pending_jobs, 2);
	metrics_sum(&sum, server);
	assert_int_equal(sum.pending_jobs, 1);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(nothing_came),
		TEST(workers_are_added_up),
		TEST(commands_are_sorted_and_times_have_their_buckets),
		TEST(a_gauge_goes_up_and_down),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
