/* decoder.h - Avro to JSON under way: by itself, or in several threads. */
#ifndef ENCODE_DECODER_H
#define ENCODE_DECODER_H

#include "convert.h"

#define READINGS	16		/* kept beside the one in use */

struct decoder {
	const struct encode_opts *o;
	struct plan_run *run;
	struct sources sources;
	struct schema *given;		/* what the options say; or NULL */
	struct schema *reader;		/* of --reader; or NULL */
	struct reading reading;
	struct reading others[READINGS]; /* that were in use before */
	size_t other;			/* the next to make room */
	uint64_t unknown[READINGS];	/* fingerprints that nobody has */
	size_t unknown_count;		/* ever growing */
	struct input in;
	struct progress progress;
	struct buf out, tmp, block;
	uint64_t seen, printed;
	uint32_t confluent;		/* the only id, unless any_id */
	bool any_id;
	bool have;			/* reading is set */
	bool keeps;			/* out is for somebody else to write */
	bool bad, done;
};

/* More of the input; what is out already is written if that takes a while.
 * 1: there is more, 0: that was all, -1. */
int decode_more(struct decoder *c, struct err *e);

/* At least n bytes, if there are any.  1, 0: fewer, -1. */
int decode_need(struct decoder *c, size_t n, struct err *e);

/* Does nothing follow that could belong to the value at the input's place? */
static inline bool
decode_last(const struct decoder *c)
{
	return c->in.end || c->in.by_line;
}

/* --- decode_schema.c: what was it written with? --- */

/* Read what follows as this one (taken; NULL: -1 and *e is left alone). */
int decode_use(struct decoder *c, struct schema *s, struct err *e);

/* As the one of the options that has this fingerprint. */
int decode_use_fingerprint(struct decoder *c, uint64_t fingerprint,
    struct err *e);

/* As the one of the options, if there are any. */
int decode_use_given(struct decoder *c, struct err *e);
void decode_schemas_clear(struct decoder *c);

/* The value at p: printed, or only passed over.  As plan_decode_next. */
int decode_one(struct decoder *c, const char *p, size_t n, bool last,
    size_t *used, struct err *e);

/* --- decode_stream.c: values one after another --- */

int decode_stream(struct decoder *c, enum frame frame, struct err *e);

/* --- decode_ocf.c: containers --- */

int decode_container(struct decoder *c, struct err *e);

/* What follows is no block, as *e says: with --keep-going that is told and
 * passed over up to the next sync marker (0), else -1. */
int decode_resync(struct decoder *c, const struct ocf_head *h,
    uint64_t number, struct err *e);

/* All values of a block. */
int decode_block(struct decoder *c, const struct ocf_head *h,
    const struct ocf_block *b, struct err *e);

/* "block 3, byte 17" from "byte 17". */
void decode_err_block(struct err *e, uint64_t number);

/* --- decode_jobs.c --- */

/* All blocks of the container that c->in is in, in --jobs threads. */
int decode_jobs(struct decoder *c, const struct ocf_head *h, struct err *e);

#endif
