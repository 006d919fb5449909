#include "answer.h"

#include <string.h>

#define TAG_MAX	65536

void
answers_init(struct answers *s, unsigned base)
{
	*s = (struct answers){ .base = base, .half = BUF_INIT(TAG_MAX) };
}

void
answers_free(struct answers *s)
{
	buf_free(&s->half);
}

/* The value of " name='" in a tag; NULL: none. */
static const char *
value(const char *tag, const char *end, const char *name, size_t n)
{
	for (const char *p = tag; (p = memchr(p, ' ', (size_t)(end - p))) !=
	    NULL; p++)
		if ((size_t)(end - p) > n + 3 && memcmp(p + 1, name, n) == 0 &&
		    p[n + 1] == '=')
			return p + n + 3;
	return NULL;
}

static void
begin(struct answers *s, const char *tag, const char *end)
{
	const char *id = value(tag, end, "id", 2);
	const char *type = value(tag, end, "type", 4);

	s->item.kind = tag[1];
	s->item.error = type != NULL && type[0] == 'e';
	s->item.id = ANSWER_NO_ID;
	if (id == NULL || *id < '0' || *id > '9')
		return;
	s->item.id = 0;
	for (; *id >= '0' && *id <= '9'; id++)
		s->item.id = s->item.id * 10 + (unsigned)(*id - '0');
}

/* tag begins with '<', end is behind '>'. */
static void
on_tag(struct answers *s, const char *tag, const char *end, const char *all_end,
    answer_fn *fn, void *arg)
{
	unsigned was = s->depth;

	if (tag[1] == '/') {
		if (s->depth == 0)
			s->item = (struct answer){ .kind = '/' };
		else
			s->depth--;
	} else {
		if (s->depth == s->base)
			begin(s, tag, end);
		if (end[-2] != '/')
			s->depth++;
	}
	if (s->depth == s->base && was >= s->base)
		fn(arg, &s->item, tag, (size_t)(all_end - tag));
}

void
answers_feed(struct answers *s, const char *p, size_t n, answer_fn *fn,
    void *arg)
{
	const char *end = p + n, *tag, *close;

	if (s->half.n > 0) {
		close = memchr(p, '>', n);
		if (close == NULL) {
			buf_put(&s->half, p, n);
			return;
		}
		buf_put(&s->half, p, (size_t)(close + 1 - p));
		on_tag(s, s->half.p, s->half.p + s->half.n,
		    s->half.p + s->half.n, fn, arg);
		buf_reset(&s->half);
		p = close + 1;
	}
	while ((tag = memchr(p, '<', (size_t)(end - p))) != NULL) {
		close = memchr(tag, '>', (size_t)(end - tag));
		if (close == NULL) {
			buf_put(&s->half, tag, (size_t)(end - tag));
			return;
		}
		on_tag(s, tag, close + 1, end, fn, arg);
		p = close + 1;
	}
}
