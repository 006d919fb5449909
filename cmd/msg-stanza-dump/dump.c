#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/term.h"
#include "capture.h"
#include "lines.h"
#include "schemas.h"
#include "show.h"

#define CHUNK	65536

struct dump {
	const struct dump_opts *o;
	struct output out;
	struct capture *capture;	/* one of the two, when it is known */
	struct lines *lines;		/* what the input is */
	struct schemas *schemas;
	size_t width, bad;
};

static void
show(struct dump *d, const struct item *it)
{
	if (d->o->json)
		show_json(&d->out, it);
	else if (d->o->brief)
		show_short(&d->out, it, d->width);
	else
		show_long(&d->out, it);
}

static void
on_item(void *arg, const struct item *item)
{
	struct dump *d = arg;
	struct arena a = ARENA_INIT;
	struct item it = *item;

	it.schemas = d->schemas;
	if (it.kind == ITEM_NOTE && d->o->quiet)
		return;
	if (it.kind == ITEM_STANZA && !d->o->secrets)
		it.st = trace_mask(&a, it.st);
	if (it.kind == ITEM_BAD && !d->o->secrets &&
	    trace_suspicious(it.raw.p, it.raw.n))
		it.raw = STR(TRACE_MASK);
	d->bad += it.kind == ITEM_BAD;
	show(d, &it);
	arena_free(&a);
}

/* XML begins with "<"; everything else is lines. */
static void
feed(struct dump *d, const char *p, size_t n)
{
	while (d->capture == NULL && d->lines == NULL && n > 0) {
		if (*p == '<') {
			d->capture = capture_new(on_item, d);
		} else if (strchr(" \t\r\n", *p) == NULL || *p == '\0') {
			d->lines = lines_new(on_item, d);
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

static int
dump_fd(struct dump *d, int fd, const char *name, struct err *e)
{
	char chunk[CHUNK];
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_sys(e, ERR_INPUT, "cannot read '%s'", name);
			break;
		}
		feed(d, chunk, (size_t)n);
		rc = output_flush(&d->out, e);
	}
	if (d->capture != NULL)
		capture_end(d->capture);
	if (d->lines != NULL)
		lines_end(d->lines);
	capture_free(d->capture);
	lines_free(d->lines);
	d->capture = NULL;
	d->lines = NULL;
	return rc < 0 ? rc : output_flush(&d->out, e);
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
dump_run(const struct dump_opts *o, char *const files[], size_t count,
    size_t *bad, struct err *e)
{
	struct dump d = { .o = o };
	int rc = 0;

	d.schemas = schemas_load(&o->schemas, e);
	if (d.schemas == NULL)
		return -1;
	output_init(&d.out, o->json ? "json" : "text", o->color);
	if (isatty(STDOUT_FILENO))
		d.width = term_width(STDOUT_FILENO);
	if (count == 0)
		rc = dump_file(&d, "-", e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = dump_file(&d, files[i], e);
	*bad = d.bad;
	output_free(&d.out);
	schemas_free(d.schemas);
	return rc;
}
