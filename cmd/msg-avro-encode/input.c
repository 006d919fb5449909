#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/jsonscan.h"
#include "base/text.h"

int
input_open(struct input *in, const char *name, enum input_text text,
    size_t max, struct err *e)
{
	memset(in, 0, sizeof *in);
	in->name = name;
	in->text = text;
	buf_init(&in->buf, max + INPUT_STEP < max ? SIZE_MAX / 2 :
	    max + INPUT_STEP);
	buf_init(&in->line, max + INPUT_STEP < max ? SIZE_MAX / 2 :
	    max + INPUT_STEP);
	in->fd = strcmp(name, "-") == 0 ? STDIN_FILENO :
	    open(name, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return err_sys(e, ERR_INPUT, "cannot open '%s'", name);
	return 0;
}

void
input_close(struct input *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	buf_free(&in->buf);
	buf_free(&in->line);
}

bool
input_waits(const struct input *in)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };

	return !in->end && poll(&p, 1, 0) == 0;
}

/* Drop what is used. */
static void
compact(struct input *in)
{
	if (in->at == 0)
		return;
	if (in->text == INPUT_BYTES)
		in->lines += json_lines(in->buf.p, in->at);
	in->bytes += in->at;
	buf_eat(&in->buf, in->at);
	in->at = 0;
}

static ssize_t
read_some(struct input *in, struct buf *to, struct err *e)
{
	char *p = buf_room(to, INPUT_STEP);
	ssize_t n;

	if (p == NULL)
		return err_set(e, ERR_LIMIT, "a value of more than %zu bytes",
		    to->max - INPUT_STEP);
	do
		n = read(in->fd, p, INPUT_STEP);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, ERR_INPUT, "cannot read '%s'", in->name);
	to->n += (size_t)n;
	in->end = n == 0;
	return n;
}

/* One line of text to bytes. */
static int
undo(struct input *in, const char *p, size_t n, struct err *e)
{
	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == ' '))
		n--;
	in->lines++;
	if (in->text == INPUT_HEX ? hex_get(&in->buf, p, n) == 0 :
	    base64_get(&in->buf, p, n, e) == 0)
		return 0;
	if (in->text == INPUT_HEX)
		err_set(e, ERR_SYNTAX, "this is no hexadecimal of whole "
		    "bytes");
	return err_at(e, "line %llu", (unsigned long long)in->lines);
}

static int
undo_lines(struct input *in, struct err *e)
{
	size_t at = 0;
	char *nl;

	while (at < in->line.n) {
		nl = memchr(in->line.p + at, '\n', in->line.n - at);
		if (nl == NULL && !in->end)
			break;
		if (nl == NULL)
			nl = in->line.p + in->line.n;
		if (undo(in, in->line.p + at,
		    (size_t)(nl - in->line.p) - at, e) < 0)
			return -1;
		at = (size_t)(nl - in->line.p) + 1;
	}
	buf_eat(&in->line, at < in->line.n ? at : in->line.n);
	return buf_full(&in->buf) ? err_set(e, ERR_LIMIT, "a value of more "
	    "than %zu bytes", in->buf.max - INPUT_STEP) : 0;
}

int
input_more(struct input *in, struct err *e)
{
	ssize_t n;

	if (in->end)
		return 0;
	compact(in);
	n = read_some(in, in->text == INPUT_BYTES ? &in->buf : &in->line, e);
	if (n < 0)
		return -1;
	if (in->text != INPUT_BYTES && undo_lines(in, e) < 0)
		return -1;
	return 1;
}

int
input_later(struct input *in, struct err *e)
{
	size_t want = 2 * input_n(in);
	int rc;

	do
		rc = input_more(in, e);
	while (rc > 0 && !in->end && input_n(in) < want && !input_waits(in));
	return rc;
}

void
input_err_line(const struct input *in, size_t offset, struct err *e)
{
	size_t line, column;

	json_place(in->buf.p, in->buf.n, in->at + offset, &line, &column);
	err_at(e, "line %llu, column %zu",
	    (unsigned long long)(in->lines + line), column);
}

void
input_err_byte(const struct input *in, size_t offset, struct err *e)
{
	err_at(e, "byte %llu", (unsigned long long)(in->bytes + in->at +
	    offset));
}
