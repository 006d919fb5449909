#include "store/take.h"

#include "avro/object.h"

const char *
take_bytes(struct take *b, size_t n)
{
	const char *p = b->p;

	if (b->bad || n > b->n) {
		b->bad = true;
		return NULL;
	}
	b->p += n;
	b->n -= n;
	return p;
}

int64_t
take_long(struct take *b)
{
	int64_t v = 0;
	int n = b->bad ? 0 : varint_get(b->p, b->n, &v);

	if (n <= 0)
		b->bad = true;
	else
		take_bytes(b, (size_t)n);
	return b->bad ? 0 : v;
}

struct str
take_str(struct take *b)
{
	int64_t n = take_long(b);
	const char *p = take_bytes(b, n < 0 ? SIZE_MAX : (size_t)n);

	return p == NULL ? STR_NONE : (struct str){ p, (size_t)n };
}
