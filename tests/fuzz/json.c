/* JSON: what is read is written again and read as the same; numbers too. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
numbers(const struct json *j, struct buf *b)
{
	struct err e = ERR_INIT;
	double d, again;
	int64_t v;

	for (const struct json *c = j->first; c != NULL; c = c->next)
		numbers(c, b);
	if (j->type != JSON_NUMBER || json_double(j, &d, &e) < 0)
		return;
	json_int64(j, &v, &e);
	buf_reset(b);
	json_put_double(b, d);
	{
		struct arena a = ARENA_INIT;
		struct json *k = json_parse(&a, b->p, b->n, NULL, &e);

		assert(k != NULL && json_double(k, &again, &e) == 0);
		assert(memcmp(&d, &again, sizeof d) == 0);
		arena_free(&a);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf one = BUF_INIT(1 << 24), two = BUF_INIT(1 << 24);
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const char *text = (const char *)p;
	struct json *j = json_parse(&a, text, n, NULL, &e), *again;

	if (j != NULL) {
		const char *end = json_skip(j->raw.p, text + n, SIZE_MAX);

		assert(end == j->raw.p + j->raw.n);
		json_put(&one, j, JSON_PUT_SORTED);
		again = json_parse(&a, one.p, one.n, NULL, &e);
		assert(again != NULL);
		json_put(&two, again, JSON_PUT_SORTED);
		assert(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
		numbers(j, &one);
	} else {
		assert(e.code != ERR_OK && e.text[0] != '\0');
		json_skip(text, text + n, 64);
	}
	arena_free(&a);
	buf_free(&one);
	buf_free(&two);
	return 0;
}
