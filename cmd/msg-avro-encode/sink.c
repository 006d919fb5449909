#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "append.h"
#include "avro/object.h"
#include "base/base64.h"
#include "base/text.h"
#include "cli/output.h"
#include "convert.h"

#define OUT_FULL	((size_t)128 << 10)	/* written from here on */
#define LINE_BYTES	57			/* of base64: 76 characters */

enum frame
frame_of(const struct encode_opts *o, enum frame otherwise)
{
	return o->ocf || o->append != NULL || o->codec != NULL ? FRAME_OCF :
	    o->single ? FRAME_SINGLE :
	    o->delimited ? FRAME_DELIMITED :
	    o->confluent != NULL ? FRAME_CONFLUENT :
	    o->raw ? FRAME_RAW : otherwise;
}

int
write_out(int fd, struct buf *b, const char *name, struct err *e)
{
	int rc = 0;

	if (b->n > 0 && buf_write_all(b, fd, e) < 0) {
		if (fd == STDOUT_FILENO && errno == EPIPE)
			output_hangup();
		rc = err_prefix(e, "%s", name);
	}
	buf_reset(b);
	return rc;
}

/* --- containers ----------------------------------------------------------- */

int
sink_put_head(struct sink *k, const struct schema *s, struct err *e)
{
	struct buf text = BUF_INIT(SIZE_MAX / 2);

	if (getrandom(k->sync, sizeof k->sync, 0) != sizeof k->sync)
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	schema_print(s, &text, 0);
	ocf_head_put(&k->out, (struct str){ text.p, text.n }, k->codec, NULL,
	    0, k->sync);
	buf_free(&text);
	return 0;
}

/* --- */

int
sink_open(struct sink *k, const struct encode_opts *o, const struct schema *s,
    struct err *e)
{
	memset(k, 0, sizeof *k);
	k->fd = STDOUT_FILENO;
	k->name = "standard output";
	k->frame = frame_of(o, FRAME_RAW);
	k->base64 = o->base64;
	k->hex = o->hex;
	k->nothing = o->check || o->count_only;
	k->fingerprint = schema_crc64(s);
	k->codec = o->codec == NULL ? OCF_NULL :
	    (enum ocf_codec)ocf_codec_find(o->codec, strlen(o->codec));
	k->level = (int)o->level;
	k->block_size = (size_t)o->block_size;
	buf_init(&k->out, SIZE_MAX / 2);
	buf_init(&k->value, SIZE_MAX / 2);
	buf_init(&k->packed, SIZE_MAX / 2);
	if (o->confluent != NULL && confluent_of(o, &k->confluent, e) < 0)
		return -1;
	if (k->nothing || k->frame != FRAME_OCF)
		return 0;
	return o->append != NULL ? append_open(k, o, s, e) :
	    sink_put_head(k, s, e);
}

void
sink_close(struct sink *k)
{
	if (k->fd > STDERR_FILENO)
		close(k->fd);
	buf_free(&k->out);
	buf_free(&k->value);
	buf_free(&k->packed);
}

struct buf *
sink_begin(struct sink *k)
{
	/* what needs nothing in front goes straight out */
	if (k->frame == FRAME_RAW && !k->base64 && !k->hex && !k->nothing) {
		k->keep = k->out.n;
		return &k->out;
	}
	if (k->frame != FRAME_OCF || k->nothing)
		buf_reset(&k->value);
	k->keep = k->value.n;
	if (k->frame == FRAME_SINGLE)
		object_put_head(&k->value, k->fingerprint);
	else if (k->frame == FRAME_CONFLUENT)
		confluent_put_head(&k->value, k->confluent);
	return &k->value;
}

static void
put_text_line(struct sink *k, const void *p, size_t n)
{
	if (k->hex)
		hex_put(&k->out, p, n);
	else
		base64_put(&k->out, p, n);
	buf_putc(&k->out, '\n');
}

static void
put_value(struct sink *k)
{
	const struct buf *v = &k->value;

	if (k->frame == FRAME_DELIMITED) {
		buf_reset(&k->packed);
		varint_put(&k->packed, (int64_t)v->n);
		if (k->base64 || k->hex)
			buf_put(&k->packed, v->p, v->n);
		else
			buf_put(&k->out, k->packed.p, k->packed.n);
	}
	if (!k->base64 && !k->hex)
		buf_put(&k->out, v->p, v->n);
	else if (k->frame == FRAME_DELIMITED)
		put_text_line(k, k->packed.p, k->packed.n);
	else
		put_text_line(k, v->p, v->n);
}

static int
end_block(struct sink *k, struct err *e)
{
	int rc = 0;

	if (k->block_count == 0)
		return 0;
	buf_reset(&k->packed);
	if (k->codec == OCF_NULL)
		ocf_block_put(&k->out, k->block_count, k->value.p, k->value.n,
		    k->sync);
	else if ((rc = ocf_pack(k->codec, k->level, k->value.p, k->value.n,
	    &k->packed, e)) == 0)
		ocf_block_put(&k->out, k->block_count, k->packed.p,
		    k->packed.n, k->sync);
	k->block_count = 0;
	buf_reset(&k->value);
	return rc;
}

int
sink_end(struct sink *k, bool keep, struct err *e)
{
	bool direct = k->frame == FRAME_RAW && !k->base64 && !k->hex &&
	    !k->nothing;

	if (!keep) {
		buf_trim(direct ? &k->out : &k->value, k->keep);
		return 0;
	}
	k->values++;
	if (k->nothing)
		return 0;
	if (k->frame == FRAME_OCF) {
		k->block_count++;
		if (k->value.n >= k->block_size && end_block(k, e) < 0)
			return -1;
	} else if (!direct) {
		put_value(k);
	}
	return k->out.n < OUT_FULL || k->fd < 0 ? 0 :
	    sink_flush(k, false, e);
}

int
sink_block(struct sink *k, int64_t count, const void *p, size_t n,
    struct err *e)
{
	if (end_block(k, e) < 0)
		return -1;
	ocf_block_put(&k->out, count, p, n, k->sync);
	k->values += (uint64_t)count;
	return k->out.n < OUT_FULL ? 0 : sink_flush(k, false, e);
}

/* A container as text: lines of one length, so only whole ones. */
static int
flush_text(struct sink *k, bool last, struct err *e)
{
	struct buf lines = BUF_INIT(SIZE_MAX / 2), all = k->out;
	size_t at = 0;
	int rc;

	buf_init(&k->out, SIZE_MAX / 2);
	while (all.n - at >= LINE_BYTES || (last && at < all.n)) {
		size_t n = all.n - at < LINE_BYTES ? all.n - at : LINE_BYTES;

		put_text_line(k, all.p + at, n);
		at += n;
	}
	lines = k->out;
	k->out = all;
	buf_eat(&k->out, at);
	rc = write_out(k->fd, &lines, k->name, e);
	buf_free(&lines);
	return rc;
}

int
sink_flush(struct sink *k, bool last, struct err *e)
{
	if (k->frame == FRAME_OCF && !k->nothing) {
		if (end_block(k, e) < 0)
			return -1;
		if (k->base64 || k->hex)
			return flush_text(k, last, e);
	}
	return k->append ? append_write(k, e) :
	    write_out(k->fd, &k->out, k->name, e);
}

/* --- several at once ------------------------------------------------------ */

void
sink_fork(struct sink *child, const struct sink *k)
{
	*child = *k;
	child->fd = -1;
	buf_init(&child->out, SIZE_MAX / 2);
	buf_init(&child->value, SIZE_MAX / 2);
	buf_init(&child->packed, SIZE_MAX / 2);
	child->block_count = 0;
	child->values = 0;
}

int
sink_seal(struct sink *child, struct err *e)
{
	return child->frame == FRAME_OCF && !child->nothing ?
	    end_block(child, e) : 0;
}

int
sink_take(struct sink *k, struct sink *child, struct err *e)
{
	struct buf out = k->out;

	k->values += child->values;
	if (out.n == 0) {		/* nothing to be in front of it */
		k->out = child->out;
		child->out = out;
	} else {
		buf_put(&k->out, child->out.p, child->out.n);
	}
	buf_reset(&child->out);
	return k->out.n < OUT_FULL / 4 ? 0 : sink_flush(k, false, e);
}

void
sink_again(struct sink *child, size_t keep)
{
	buf_reset(&child->out);
	buf_reset(&child->value);
	buf_shrink(&child->out, keep);
	buf_shrink(&child->value, keep);
	child->block_count = 0;
	child->values = 0;
}
