#include "append.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int
lock(struct sink *k, struct err *e)
{
	int rc;

	do
		rc = flock(k->fd, LOCK_EX);
	while (rc < 0 && errno == EINTR);
	return rc == 0 ? 0 : err_sys(e, ERR_SYSTEM, "cannot lock '%s'",
	    k->name);
}

/* Where the next block goes; what is there must end as a block does: a writer
 * that was killed may have left half of one. */
static int
find_end(const struct sink *k, off_t *end, struct err *e)
{
	uint8_t tail[OCF_SYNC];

	*end = lseek(k->fd, 0, SEEK_END);
	if (*end < 0)
		return err_sys(e, ERR_SYSTEM, "it is no file");
	if (pread(k->fd, tail, sizeof tail, *end - OCF_SYNC) != OCF_SYNC ||
	    memcmp(tail, k->sync, OCF_SYNC) != 0)
		return err_set(e, ERR_INPUT, "it does not end with its sync "
		    "marker");
	return 0;
}

/* Written wholly or not at all: half a block would be the last of the file. */
static int
write_at(struct sink *k, off_t end, struct err *e)
{
	struct err lost = ERR_INIT;

	if (write_out(k->fd, &k->out, k->name, e) == 0)
		return 0;
	if (ftruncate(k->fd, end) < 0) {
		err_sys(&lost, ERR_SYSTEM, "cannot cut '%s' back to %lld "
		    "bytes", k->name, (long long)end);
		*e = lost;
	}
	return -1;
}

int
append_write(struct sink *k, struct err *e)
{
	off_t end;
	int rc;

	if (k->out.n == 0)
		return 0;
	if (lock(k, e) < 0)
		return -1;
	rc = find_end(k, &end, e);
	if (rc < 0)
		err_prefix(e, "cannot append to '%s'", k->name);
	else
		rc = write_at(k, end, e);
	flock(k->fd, LOCK_UN);
	return rc;
}

static int
take_head(struct sink *k, const struct encode_opts *o, const struct schema *s,
    const struct ocf_head *h, struct err *e)
{
	struct schema *old = schema_parse(h->schema.p, h->schema.n, e);
	bool same;
	off_t end;

	if (old == NULL)
		return -1;
	same = schema_crc64(old) == schema_crc64(s);
	schema_unref(old);
	if (!same)
		return err_set(e, ERR_SCHEMA, "it has another schema");
	if (o->codec != NULL && h->codec != k->codec)
		return err_set(e, ERR_USAGE, "its codec is %s, not %s: leave "
		    "out --codec, or repack it with --concat",
		    ocf_codec_name(h->codec), o->codec);
	memcpy(k->sync, h->sync, OCF_SYNC);
	k->codec = h->codec;
	return find_end(k, &end, e);
}

static int
read_head(struct sink *k, const struct encode_opts *o, const struct schema *s,
    struct err *e)
{
	struct buf head = BUF_INIT(OCF_META_MAX + OCF_SYNC);
	struct ocf_head h;
	ssize_t n;
	int rc;

	n = pread(k->fd, buf_room(&head, OCF_META_MAX), OCF_META_MAX, 0);
	if (n < 0) {
		rc = err_sys(e, ERR_INPUT, "cannot read '%s'", k->name);
		goto out;
	}
	head.n = (size_t)n;
	memset(&h, 0, sizeof h);
	rc = ocf_head_get(&h, head.p, head.n, true, e) > 0 ?
	    take_head(k, o, s, &h, e) : -1;
	if (rc < 0)
		err_prefix(e, "cannot append to '%s'", k->name);
	ocf_head_clear(&h);
out:
	buf_free(&head);
	return rc;
}

int
append_open(struct sink *k, const struct encode_opts *o,
    const struct schema *s, struct err *e)
{
	struct stat st;
	off_t size;
	int rc;

	k->append = true;
	k->name = o->append;
	k->fd = open(o->append, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (k->fd < 0)
		return err_sys(e, ERR_SYSTEM, "cannot open '%s'", o->append);
	if (fstat(k->fd, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_SYSTEM, "cannot append to '%s': it is "
		    "no regular file", k->name);
	if (lock(k, e) < 0)
		return -1;
	size = lseek(k->fd, 0, SEEK_END);
	if (size > 0)
		rc = read_head(k, o, s, e);
	else if ((rc = sink_put_head(k, s, e)) == 0)
		rc = write_at(k, 0, e);
	flock(k->fd, LOCK_UN);
	return rc;
}
