#include "input.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/fs.h"
#include "base/jsonscan.h"
#include "base/text.h"

#define PAUSE_MS	10

static const char bom[3] = { '\xef', '\xbb', '\xbf' };

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
	n = fs_read_some(in->fd, p, INPUT_STEP);
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
	in->blank += n == 0;
	if (in->text == INPUT_HEX ? hex_get(&in->buf, p, n) == 0 :
	    base64_get(&in->buf, p, n, e) == 0)
		return 0;
	if (in->text == INPUT_HEX)
		err_set(e, ERR_SYNTAX, "this is no hexadecimal of whole "
		    "bytes");
	return err_at(e, "line %llu", (unsigned long long)in->lines);
}

/* Does a whole line lie there? */
static bool
has_line(const struct input *in)
{
	return in->line_at < in->line.n && memchr(in->line.p + in->line_at,
	    '\n', in->line.n - in->line_at) != NULL;
}

/* Of the lines that are there, or of one by_line. */
static int
undo_lines(struct input *in, struct err *e)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more && in->line_at < in->line.n) {
		const char *p = in->line.p + in->line_at, *nl;
		size_t left = in->line.n - in->line_at, n;

		nl = memchr(p, '\n', left);
		if (nl == NULL && !in->text_end)
			break;
		n = nl == NULL ? left : (size_t)(nl - p);
		rc = undo(in, p, n, e);
		in->line_at += nl == NULL ? n : n + 1;
		more = !in->by_line || input_n(in) == 0;
	}
	in->end = in->text_end && in->line_at == in->line.n;
	if (rc == 0 && buf_full(&in->buf))
		rc = err_set(e, ERR_LIMIT, "a value of more than %zu bytes",
		    in->buf.max - INPUT_STEP);
	return rc;
}

static int
more_text(struct input *in, struct err *e)
{
	if (!has_line(in) && !in->text_end) {
		buf_eat(&in->line, in->line_at);
		in->line_at = 0;
		if (read_some(in, &in->line, e) < 0)
			return -1;
		in->text_end = in->end;
	}
	return undo_lines(in, e);
}

int
input_more(struct input *in, struct err *e)
{
	if (in->end)
		return 0;
	compact(in);
	if (in->text != INPUT_BYTES)
		return more_text(in, e) < 0 ? -1 : 1;
	return read_some(in, &in->buf, e) < 0 ? -1 : 1;
}

static bool
nothing_for(const struct input *in, int timeout_ms)
{
	struct pollfd p = { .fd = in->fd, .events = POLLIN };

	return !in->end && !has_line(in) && poll(&p, 1, timeout_ms) == 0;
}

bool
input_waits(const struct input *in)
{
	return nothing_for(in, 0);
}

bool
input_pauses(const struct input *in)
{
	return nothing_for(in, PAUSE_MS);
}

int
input_skip_bom(struct input *in, struct err *e)
{
	size_t n;
	int rc = 1;

	while (rc > 0 && ((n = input_n(in)) == 0 || (n < sizeof bom &&
	    memcmp(input_p(in), bom, n) == 0)))
		rc = input_more(in, e);
	if (rc < 0)
		return -1;
	if (input_n(in) >= sizeof bom &&
	    memcmp(input_p(in), bom, sizeof bom) == 0) {
		input_eat(in, sizeof bom);
		compact(in);		/* it is no column */
	}
	return 0;
}

int
input_later(struct input *in, struct err *e)
{
	size_t want = 2 * input_n(in);
	int rc;

	do
		rc = input_more(in, e);
	while (rc > 0 && !in->end && (in->by_line ? input_n(in) == 0 :
	    input_n(in) < want && !input_waits(in)));
	return rc;
}

void
input_hand(struct input *in, size_t n, struct buf *to)
{
	struct buf all;
	size_t max = in->buf.max;

	compact(in);
	all = in->buf;
	in->buf = *to;
	in->buf.max = max;
	*to = all;
	to->max = SIZE_MAX / 2;
	buf_put(&in->buf, to->p + n, to->n - n);
	buf_trim(to, n);
	in->lines += json_lines(to->p, n);
	in->bytes += n;
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
	if (in->by_line)
		err_at(e, "line %llu, byte %zu", (unsigned long long)in->lines,
		    in->at + offset);
	else
		err_at(e, "byte %llu", (unsigned long long)(in->bytes +
		    in->at + offset));
}
