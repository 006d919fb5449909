#include "input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK	65536

void
input_init(struct input *in, int fd)
{
	*in = (struct input){ .fd = fd };
	buf_init(&in->buf, INPUT_LINE_MAX + CHUNK);
}

void
input_free(struct input *in)
{
	buf_free(&in->buf);
}

int
input_read(struct input *in, struct err *e)
{
	char *room;
	ssize_t n;

	buf_eat(&in->buf, in->at);
	in->looked -= in->looked < in->at ? in->looked : in->at;
	in->at = 0;
	room = buf_room(&in->buf, CHUNK);
	if (room == NULL)
		return err_set(e, ERR_INPUT, "line %llu is longer than %u "
		    "bytes", (unsigned long long)in->line + 1, INPUT_LINE_MAX);
	n = read(in->fd, room, CHUNK);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_sys(e, ERR_SYSTEM, "cannot read standard input");
	in->end = n == 0;
	in->buf.n += (size_t)n;
	return 0;
}

bool
input_line(struct input *in, struct str *line)
{
	size_t from = in->looked > in->at ? in->looked : in->at;
	const char *start = in->buf.p + in->at, *stop = NULL;

	if (from < in->buf.n)
		stop = memchr(in->buf.p + from, '\n', in->buf.n - from);
	if (stop == NULL) {
		in->looked = in->buf.n;
		if (!in->end || in->at == in->buf.n)
			return false;
		stop = in->buf.p + in->buf.n;
	}
	*line = (struct str){ start, (size_t)(stop - start) };
	in->at += line->n + (in->at + line->n < in->buf.n);
	in->line++;
	return true;
}
