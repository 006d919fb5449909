/* decoder.h - Avro to JSON under way: by itself, or in several threads. */
#ifndef ENCODE_DECODER_H
#define ENCODE_DECODER_H

#include "convert.h"

struct decoder {
	const struct encode_opts *o;
	struct plan_run *run;
	struct reading reading;
	struct input in;
	struct progress progress;
	struct buf out, tmp, block;
	uint64_t seen, printed;
	bool have;			/* reading is set */
	bool keeps;			/* out is for somebody else to write */
	bool bad, done;
};

/* More of the input; what is out already is written if that takes a while. */
int decode_more(struct decoder *c, struct err *e);

/* All values of a block. */
int decode_block(struct decoder *c, const struct ocf_head *h,
    const struct ocf_block *b, struct err *e);

/* "block 3, byte 17" from "byte 17". */
void decode_err_block(struct err *e, uint64_t number);

/* All blocks of the container that c->in is in, in --jobs threads. */
int decode_jobs(struct decoder *c, const struct ocf_head *h, struct err *e);

#endif
