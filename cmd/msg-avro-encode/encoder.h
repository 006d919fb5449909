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
	uint64_t lines;			/* in front of the next piece */
	bool bad;			/* something was left out */
	bool done;			/* --head */
};

/* All of the file that c->in is, a value a line, in --jobs threads. */
int encode_jobs(struct encoder *c, struct err *e);

#endif
