/*
 * metrics.h - what a worker has done, counted where it is done.
 *
 * Each worker counts for itself, without locks; whoever wants to know adds
 * the workers up.  The numbers of a sum are not of one moment, but none of
 * them ever goes back, gauges excepted.
 */
#ifndef NET_METRICS_H
#define NET_METRICS_H

#include "base/buf.h"
#include "base/counter.h"
#include "base/histo.h"
#include "io/link.h"
#include "msg/command.h"

struct server;

/* One row a counter of all commands together, named as in get-status. */
#define METRICS_COUNTERS(X) \
	X(detached)		/* gauge: sessions without a connection */ \
	X(errors_total)		/* requests refused */ \
	X(events_total)		/* of watches */ \
	X(logins_total) \
	X(pending_jobs)		/* gauge: sets that are not durable yet */ \
	X(requests_total)	/* commands begun */ \
	X(stanzas_in_total) \
	X(stanzas_out_total) \
	X(waiting_commands)	/* gauge: behind such sets */

/* What is counted of each command. */
#define METRICS_OF_COMMAND(X) \
	X(bytes_in)		/* arguments, decoded */ \
	X(bytes_out)		/* answers, not encoded yet */ \
	X(errors) \
	X(sum_us)		/* from the turn it came in to its answer */

struct metrics_command {
#define X(name)	struct counter name;
	METRICS_OF_COMMAND(X)
#undef X
	struct counter times[HISTO_BUCKETS];
};

/* A worker's, in its struct. */
struct metrics {
#define X(name)	struct counter name;
	METRICS_COUNTERS(X)
#undef X
	struct link_total links;
	struct metrics_command commands[MSG_COMMANDS];
};

/* A request is answered, after us microseconds. */
void metrics_request(struct metrics *m, enum msg_command_id id, bool error,
    int64_t us, size_t bytes_in, size_t bytes_out);

/* All workers' together. */
struct metrics_sum {
#define X(name)	uint64_t name;
	METRICS_COUNTERS(X)
	uint64_t bytes_in_total, bytes_out_total;
	uint64_t watches;
	struct {
		METRICS_OF_COMMAND(X)
		struct histo times;
	} commands[MSG_COMMANDS];
#undef X
};

/* Any thread, while workers run.  *out is some 25 kB. */
void metrics_sum(struct metrics_sum *out, const struct server *s);

/*
 * Append {"get-item":{"bytes_in":..,..,"count":..,"p50_us":..},..}, commands
 * that came and no others.  times: with the buckets of the histogram that are
 * not empty as "times":[[TOP_US,COUNT],..], for who subtracts an earlier one.
 */
void metrics_commands_json(struct buf *out, const struct metrics_sum *sum,
    bool times);

#endif
