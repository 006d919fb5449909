/*
 * sink.h - where encoded values go: framed, in containers, as text, to
 * standard output or the end of a container file.
 *
 * Nothing of a value is written before it is whole.
 */
#ifndef ENCODE_SINK_H
#define ENCODE_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "avro/ocf.h"
#include "base/buf.h"
#include "options.h"

enum frame { FRAME_RAW, FRAME_SINGLE, FRAME_DELIMITED, FRAME_CONFLUENT,
	FRAME_OCF, FRAME_AUTO };

enum frame frame_of(const struct encode_opts *o, enum frame otherwise);

struct sink {
	int fd;				/* -1: kept, see sink_fork */
	const char *name;
	enum frame frame;
	bool base64, hex, nothing;
	bool append;			/* out goes to the end of a file */
	uint64_t fingerprint;
	uint32_t confluent;

	struct buf out;			/* on its way to fd */
	struct buf value;		/* the value being made */
	struct buf packed;		/* what became of it, or of a block */
	size_t keep;			/* of value, when it is bad */

	/* containers: value is the block */
	enum ocf_codec codec;
	int level;
	size_t block_size;
	int64_t block_count;
	uint8_t sync[OCF_SYNC];
	uint64_t values;
};

/* s: the schema of all values. */
int sink_open(struct sink *k, const struct encode_opts *o,
    const struct schema *s, struct err *e);
void sink_close(struct sink *k);

/* Where the next value is to be appended. */
struct buf *sink_begin(struct sink *k);

/* It is there (keep), or was nothing. */
int sink_end(struct sink *k, bool keep, struct err *e);

/* A block that is packed already, of a container with the same schema. */
int sink_block(struct sink *k, int64_t count, const void *p, size_t n,
    struct err *e);

/* A container's head to out, with a sync marker of its own. */
int sink_put_head(struct sink *k, const struct schema *s, struct err *e);

/* A sink of the same frame that keeps everything until it is taken; sealed
 * when no more comes.  One thread may use each. */
void sink_fork(struct sink *child, const struct sink *k);
int sink_seal(struct sink *child, struct err *e);
int sink_take(struct sink *k, struct sink *child, struct err *e);

/* A child that was taken, for the next values; memory up to keep stays. */
void sink_again(struct sink *child, size_t keep);

/* Write what there is: the input pauses (a container's block ends here), or
 * has ended. */
int sink_flush(struct sink *k, bool last, struct err *e);

/* All of a buffer to stdout, then empty; a closed pipe ends the process. */
int write_out(int fd, struct buf *b, const char *name, struct err *e);

#endif
