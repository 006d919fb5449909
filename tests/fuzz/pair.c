/*
 * A writer's and a reader's schema: whether they are compatible, whether a
 * plan can be made of them and what it does to data agree.  Writer, reader
 * and binary stand one behind another, each but the last ended by a 00.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "avro.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Up to the next 00, which *p goes behind; NULL: no schema, or no 00. */
static struct schema *
next_schema(const char **p, const char *end)
{
	const char *from = *p, *nul = memchr(from, 0, (size_t)(end - from));
	struct err e = ERR_INIT;

	if (nul == NULL)
		return NULL;
	*p = nul + 1;
	return schema_parse(from, (size_t)(nul - from), &e);
}

/* What every datum allows may be refused only for its size, or because bytes
 * that become a string are none. */
static void
resolves(const struct plan *pair, const struct schema *reader,
    const char *body, size_t n, bool compatible)
{
	struct plan_run *r = plan_run_new(&fuzz_limits);
	struct buf out = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	struct plan *check;

	if (plan_resolve(pair, r, body, n, &out, &e) < 0) {
		assert(out.n == 0 && e.text[0] != '\0');
		assert(!compatible || e.code == ERR_LIMIT ||
		    strstr(e.text, "UTF-8") != NULL);
	} else if ((check = plan_new(reader, NULL, &e)) != NULL) {
		if (plan_check(check, r, out.p, out.n, &e) < 0)
			assert(e.code == ERR_LIMIT);
		plan_unref(check);
	}
	buf_free(&out);
	plan_run_free(r);
}

static void
pair_up(const struct schema *writer, const struct schema *reader,
    const char *body, size_t n)
{
	bool compatible = schema_compatible(reader, writer, NULL, NULL);
	struct plan_run *r = plan_run_new(&fuzz_limits);
	struct err e = ERR_INIT;
	struct plan *plan = plan_new(writer, NULL, &e);
	struct plan *pair = plan_pair(writer, reader, &e);

	if (pair == NULL)
		assert(!compatible || e.code == ERR_LIMIT);
	else if (plan != NULL && plan_check(plan, r, body, n, &e) == 0)
		resolves(pair, reader, body, n, compatible);
	plan_unref(pair);
	plan_unref(plan);
	plan_run_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *at = (const char *)p, *end = at + n;
	struct schema *writer = next_schema(&at, end);
	struct schema *reader = writer == NULL ? NULL : next_schema(&at, end);

	if (reader != NULL) {
		char *body = mem_dup(at, (size_t)(end - at));

		pair_up(writer, reader, body, (size_t)(end - at));
		free(body);
	}
	schema_unref(reader);
	schema_unref(writer);
	return 0;
}
