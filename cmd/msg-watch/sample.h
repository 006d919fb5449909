/*
 * sample.h - what get-status says at one moment, and what happened between
 * two of them.
 */
#ifndef WATCH_SAMPLE_H
#define WATCH_SAMPLE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/histo.h"
#include "msg/command.h"

/* The counters of get-status, and its gauges. */
#define SAMPLE_COUNTERS(X) \
	X(bytes_in_total) X(bytes_out_total) X(commits) X(connections_total) \
	X(errors_total) X(events_total) X(groups) X(logins_total) \
	X(requests_total) X(stanzas_in_total) X(stanzas_out_total)
#define SAMPLE_GAUGES(X) \
	X(connections) X(connections_limit) X(items) X(pending_jobs) \
	X(queued_jobs) X(rev) X(store_bytes) X(store_bytes_limit) X(streams) \
	X(uptime_us) X(waiting_commands) X(watches) X(workers)

struct sample_command {
	uint64_t errors, sum_us, bytes_in, bytes_out;
	struct histo times;
};

struct sample {
#define X(name)	uint64_t name;
	SAMPLE_COUNTERS(X)
	SAMPLE_GAUGES(X)
#undef X
	struct sample_command commands[MSG_COMMANDS];
};

/* The answer to "get-status times".  ERR_NO_ANSWER when it is none;
 * ERR_FORBIDDEN when counts are left out. */
int sample_read(struct sample *out, const char *p, size_t n, struct err *e);

/* Counters: what was added from one to the other; gauges: as they are now;
 * uptime_us: the time between.  from NULL, or of a server that was started
 * anew since: all there is to now. */
void sample_between(struct sample *out, const struct sample *from,
    const struct sample *now);

/* All commands' times together. */
void sample_times(const struct sample *s, struct histo *out);

/* What sample_between gave as one line of JSON, without newline; time is put
 * in front, and summary:true when it is that. */
void sample_json(struct buf *out, const struct sample *s, const char *time,
    bool summary);

#endif
