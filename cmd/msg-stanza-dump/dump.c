#include "dump.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "capture.h"
#include "lines.h"
#include "net/pcap.h"

#define CHUNK	65536

struct dump {
	struct stage *stage;
	struct capture *capture;	/* one of the two, when it is known */
	struct lines *lines;		/* what the input is */
};

/* XML begins with "<"; everything else is lines. */
static void
feed(struct dump *d, const char *p, size_t n)
{
	while (d->capture == NULL && d->lines == NULL && n > 0) {
		if (*p == '<') {
			d->capture = capture_new(stage_item, d->stage);
		} else if (strchr(" \t\r\n", *p) == NULL || *p == '\0') {
			d->lines = lines_new(stage_item, d->stage);
		} else {
			p++;
			n--;
		}
	}
	if (d->capture != NULL)
		capture_feed(d->capture, p, n);
	else if (d->lines != NULL)
		lines_feed(d->lines, p, n);
}

static void
end(struct dump *d)
{
	if (d->capture != NULL)
		capture_end(d->capture);
	if (d->lines != NULL)
		lines_end(d->lines);
	capture_free(d->capture);
	lines_free(d->lines);
	d->capture = NULL;
	d->lines = NULL;
}

/* got: bytes that were read to see what they are. */
static int
dump_text(struct dump *d, int fd, const char *name, const char *head,
    size_t got, struct err *e)
{
	char chunk[CHUNK];
	ssize_t n;
	int rc;

	feed(d, head, got);
	rc = stage_flush(d->stage, e);
	while (rc == 0 && (n = fs_read_some(fd, chunk, sizeof chunk)) !=
	    0) {
		if (n < 0) {
			rc = err_sys(e, ERR_INPUT, "cannot read '%s'", name);
			break;
		}
		feed(d, chunk, (size_t)n);
		rc = stage_flush(d->stage, e);
	}
	end(d);
	return rc < 0 ? rc : stage_flush(d->stage, e);
}

static int
each_packet(void *arg, struct err *e)
{
	return stage_flush(((struct dump *)arg)->stage, e);
}

static void
to_stage(void *arg, const struct item *it)
{
	stage_item(((struct dump *)arg)->stage, it);
}

/* libpcap reads a stream of its own, into which the first bytes are put
 * back; where the library takes no more than one, a file can be sought in. */
static int
dump_pcap(struct dump *d, int fd, const char *name, const char *head,
    struct err *e)
{
	int copy = dup(fd);
	FILE *f = copy < 0 ? NULL : fdopen(copy, "rb");
	bool back = f != NULL && (lseek(copy, 0, SEEK_CUR) >= 0 ?
	    fseek(f, 0, SEEK_SET) == 0 : true);

	if (back && lseek(copy, 0, SEEK_CUR) < 0)
		for (int i = PCAP_MAGIC - 1; i >= 0 && back; i--)
			back = ungetc((unsigned char)head[i], f) != EOF;
	if (!back) {
		if (f != NULL)
			fclose(f);
		else if (copy >= 0)
			close(copy);
		return err_set(e, ERR_INPUT, "'%s': give the capture as a "
		    "file, it cannot be read from a pipe here", name);
	}
	if (pcap_file_read(f, name, to_stage, d, each_packet, e) < 0) {
		struct err ignored = ERR_INIT;

		stage_flush(d->stage, &ignored);
		return -1;
	}
	return stage_flush(d->stage, e);
}

static int
dump_fd(struct dump *d, int fd, const char *name, struct err *e)
{
	char head[PCAP_MAGIC];
	size_t got = 0;
	ssize_t n = 1;

	while (got < PCAP_MAGIC && n != 0) {
		n = fs_read_some(fd, head + got, PCAP_MAGIC - got);
		if (n < 0)
			return err_sys(e, ERR_INPUT, "cannot read '%s'",
			    name);
		got += (size_t)n;
	}
	if (got == PCAP_MAGIC && pcap_file_magic((unsigned char *)head))
		return dump_pcap(d, fd, name, head, e);
	return dump_text(d, fd, name, head, got, e);
}

static int
dump_file(struct dump *d, const char *path, struct err *e)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return dump_fd(d, STDIN_FILENO, "standard input", e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, ERR_INPUT, "cannot open '%s'", path);
	rc = dump_fd(d, fd, path, e);
	close(fd);
	return rc;
}

int
dump_files(struct stage *s, char *const files[], size_t count, struct err *e)
{
	struct dump d = { .stage = s };
	int rc = 0;

	if (count == 0)
		rc = dump_file(&d, "-", e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = dump_file(&d, files[i], e);
	return rc;
}
