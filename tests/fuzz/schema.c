/* A schema: printed and read again it is the same, it reads its own data, and
 * a plan can be made of it or is refused in bounded time. */
#include <assert.h>
#include <stdint.h>

#include "avro/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct err e = ERR_INIT;
	struct schema *s = schema_parse_any((const char *)p, n, &e), *again;
	struct buf text = BUF_INIT(1 << 26);
	struct plan *plan;

	if (s == NULL) {
		assert(e.text[0] != '\0');
		return 0;
	}
	schema_print(s, &text, 0);
	again = schema_parse(text.p, text.n, &e);
	assert(again != NULL);
	assert(schema_crc64(s) == schema_crc64(again));
	assert(schema_compatible(s, again, NULL, NULL) ||
	    schema_root(s)->type == SCHEMA_UNION);
	plan = plan_new(s, NULL, &e);
	plan_unref(plan);
	plan = plan_pair(s, again, &e);
	plan_unref(plan);
	schema_unref(again);
	schema_unref(s);
	buf_free(&text);
	return 0;
}
