#include "net/sm_queue.h"

#include <string.h>

/* Before each stanza: its length, and whether it was answered. */
#define LENGTH	sizeof (uint32_t)
#define MARK	((uint32_t)1 << 31)
#define KEEP	4096		/* bytes of memory an empty queue keeps */

void
sm_queue_init(struct sm_queue *q, size_t max)
{
	memset(q, 0, sizeof *q);
	q->max = max;
	buf_init(&q->bytes, SIZE_MAX);	/* max is kept by letting go */
}

void
sm_queue_clear(struct sm_queue *q)
{
	buf_free(&q->bytes);
	q->head = 0;
	q->count = 0;
}

size_t
sm_queue_bytes(const struct sm_queue *q)
{
	return q->bytes.n - q->head;
}

static uint32_t
length_at(const struct sm_queue *q, size_t at)
{
	uint32_t n;

	memcpy(&n, q->bytes.p + at, sizeof n);
	return n & ~MARK;
}

/* Let go of the oldest ones.  What is moved is less than what went. */
static void
drop(struct sm_queue *q, uint32_t count)
{
	for (; count > 0; count--, q->count--)
		q->head += LENGTH + length_at(q, q->head);
	if (q->head == q->bytes.n) {
		buf_reset(&q->bytes);
		buf_shrink(&q->bytes, KEEP);
		q->head = 0;
	} else if (q->head > q->bytes.n / 2) {
		buf_eat(&q->bytes, q->head);
		q->head = 0;
	}
}

void
sm_queue_drop(struct sm_queue *q)
{
	drop(q, 1);
}

bool
sm_queue_fits(const struct sm_queue *q, size_t n)
{
	return n < MARK && sm_queue_bytes(q) + LENGTH + n <= q->max;
}

void
sm_queue_put(struct sm_queue *q, const char *p, size_t n)
{
	uint32_t length = (uint32_t)n;

	q->last++;
	while (q->count > 0 && !sm_queue_fits(q, n))
		drop(q, 1);
	if (!sm_queue_fits(q, n))
		return;
	buf_put(&q->bytes, &length, sizeof length);
	buf_put(&q->bytes, p, n);
	q->count++;
}

/* How many of those sent come behind h; false: h is not a number that the
 * peer could have seen last. */
static bool
behind(const struct sm_queue *q, uint32_t h, uint32_t *out)
{
	*out = q->last - h;
	return *out <= q->last - q->acked;
}

int
sm_queue_ack(struct sm_queue *q, uint32_t h)
{
	uint32_t left;

	if (!behind(q, h, &left))
		return -1;
	q->acked = h;
	if (left < q->count)
		drop(q, q->count - left);
	return 0;
}

bool
sm_queue_holds(const struct sm_queue *q, uint32_t h)
{
	uint32_t left;

	return behind(q, h, &left) && left <= q->count;
}

bool
sm_queue_next(const struct sm_queue *q, size_t *at, struct str *out)
{
	size_t from = q->head + *at;

	if (from >= q->bytes.n)
		return false;
	out->n = length_at(q, from);
	out->p = q->bytes.p + from + LENGTH;
	*at += LENGTH + out->n;
	return true;
}

void
sm_queue_mark(struct sm_queue *q, struct str stanza)
{
	char *head = q->bytes.p + (stanza.p - q->bytes.p) - LENGTH;
	uint32_t n;

	memcpy(&n, head, sizeof n);
	n |= MARK;
	memcpy(head, &n, sizeof n);
}

bool
sm_queue_marked(struct str stanza)
{
	uint32_t n;

	memcpy(&n, stanza.p - LENGTH, sizeof n);
	return (n & MARK) != 0;
}
