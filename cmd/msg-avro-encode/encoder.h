/* encoder.h - JSON to Avro under way: by itself, or in several threads. */
#ifndef ENCODE_ENCODER_H
#define ENCODE_ENCODER_H

#include "convert.h"

struct encoder {
	const struct encode_opts *o;
	struct plan *plan;
	struct plan_run *run;
	struct sink sink;
	struct input in;
	struct progress progress;
	uint64_t seen;
	bool bad;			/* something was left out */
	bool done;			/* --head */
};

/* Where the next value may begin behind the bad one at p: behind it, or at the
 * end of its line when it is no JSON, which *json may turn out to be.  NULL:
 * that is not in p..end, and it is not the last of the input. */
const char *encode_behind(const char *p, const char *end, bool *json,
    bool last);

/* All of the file that c->in is, a value a line, in --jobs threads. */
int encode_jobs(struct encoder *c, struct err *e);

#endif
