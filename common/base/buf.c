#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf)BUF_INIT(b->max);
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

void
buf_shrink(struct buf *b, size_t keep)
{
	if (b->n == 0 && b->cap > keep)
		buf_free(b);
}

/* The slow part of buf_room: false when the limit forbids it. */
static bool
grow(struct buf *b, size_t n)
{
	size_t want, cap;

	if (!size_add(b->n, n, &want) || want > b->max) {
		b->full = true;
		return false;
	}
	cap = b->cap >= 64 ? b->cap : b->max < 64 ? b->max : 64;
	while (cap < want)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	b->p = mem_realloc(b->p, cap + 1);	/* + 1: buf_cstr's NUL */
	b->cap = cap;
	return true;
}

char *
buf_room(struct buf *b, size_t n)
{
	if (b->full || (n > b->cap - b->n && !grow(b, n)))
		return NULL;
	if (b->p == NULL && !grow(b, 1))
		return NULL;
	return b->p + b->n;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	char *to;

	if (n == 0 || (to = buf_room(b, n)) == NULL)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	char *to = buf_room(b, 1);

	if (to != NULL) {
		*to = c;
		b->n++;
	}
}

void
buf_putu(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t i = sizeof digits;

	do
		digits[--i] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	buf_put(b, digits + i, sizeof digits - i);
}

void
buf_puti(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_putc(b, '-');
	buf_putu(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	assert(n >= 0);
	to = buf_room(b, (size_t)n);
	if (to == NULL)
		return;
	vsnprintf(to, (size_t)n + 1, fmt, ap);	/* cap + 1 bytes are there */
	b->n += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_eat(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (n == 0)
		return;
	b->n -= n;
	memmove(b->p, b->p + n, b->n);
}

void
buf_trim(struct buf *b, size_t n)
{
	assert(n <= b->n);
	b->n = n;
}

bool
buf_full(const struct buf *b)
{
	return b->full;
}

const char *
buf_cstr(struct buf *b)
{
	if (b->full)
		return "";
	if (b->p == NULL && !grow(b, 0))
		return "";
	b->p[b->n] = '\0';
	return b->p;
}

char *
buf_take(struct buf *b)
{
	char *p;

	if (b->full)
		buf_free(b);
	buf_cstr(b);
	p = b->p == NULL ? mem_str("") : b->p;
	*b = (struct buf)BUF_INIT(b->max);
	return p;
}

static int
over(const struct buf *b, struct err *e)
{
	return err_set(e, ERR_LIMIT, "input is over the limit of %zu bytes",
	    b->max);
}

int
buf_read_all(struct buf *b, int fd, struct err *e)
{
	for (;;) {
		size_t room = b->max - b->n < 65536 ? b->max - b->n : 65536;
		char extra, *to = room > 0 ? buf_room(b, room) : &extra;
		ssize_t got;

		if (b->full)
			return over(b, e);
		got = fs_read_some(fd, to, room > 0 ? room : 1);
		if (got < 0)
			return err_sys(e, ERR_INPUT, "cannot read");
		if (got == 0)
			return 0;
		if (room == 0)
			return over(b, e);
		b->n += (size_t)got;
	}
}

int
buf_write_all(const struct buf *b, int fd, struct err *e)
{
	size_t done = 0;

	while (done < b->n) {
		ssize_t n = write(fd, b->p + done, b->n - done);
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			poll(&pfd, 1, -1);
		else if (errno != EINTR)
			return err_sys(e, ERR_SYSTEM, "cannot write");
	}
	return 0;
}
