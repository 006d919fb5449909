/*
 * Binary: checking, decoding and resolving agree on what is right, whatever
 * the dialect; a stream that is cut asks for more.  The first byte chooses
 * the schema, the second the reader's.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "avro.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
decodes(const struct schema *s, struct plan_run *r, const char *body,
    size_t n, bool good, enum plan_json json)
{
	struct plan_options o = { .json = json };
	struct buf out = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	struct plan *plan = plan_new(s, &o, &e);
	int rc = plan_decode(plan, r, body, n, &out, &e);

	if (rc == 0)
		assert(good && out.n > 0);
	else		/* text may be over its budget */
		assert(!good || e.code == ERR_LIMIT);
	buf_free(&out);
	plan_unref(plan);
}

static void
resolves(const struct schema *w, const struct schema *rd, struct plan_run *r,
    const char *body, size_t n)
{
	struct buf out = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	struct plan *pair = plan_pair(w, rd, &e), *check;

	if (pair != NULL && plan_resolve(pair, r, body, n, &out, &e) == 0) {
		check = plan_new(rd, NULL, &e);
		if (plan_check(check, r, out.p, out.n, &e) < 0)
			assert(e.code == ERR_LIMIT);
		plan_unref(check);
	}
	plan_unref(pair);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct plan_run *r = plan_run_new(&fuzz_limits);
	struct err e = ERR_INIT;
	struct schema *s, *other;
	struct plan *plan;
	char *body;
	size_t used;
	bool good;

	if (n < 2)
		goto out;
	s = fuzz_schema(p[0]);
	other = fuzz_schema(p[1]);
	plan = plan_new(s, NULL, &e);
	body = mem_dup(p + 2, n - 2);
	good = plan_check(plan, r, body, n - 2, &e) == 0;
	decodes(s, r, body, n - 2, good, PLAN_PLAIN);
	decodes(s, r, body, n - 2, good, PLAN_AVRO);
	decodes(s, r, body, n - 2, good, PLAN_MESSAGE);
	if (good && n > 2) {
		int rc = plan_skip_next(plan, r, body, n - 3, false, &used,
		    &e);

		assert(rc == 0);
	}
	resolves(s, other, r, body, n - 2);
	resolves(s, s, r, body, n - 2);
	free(body);
	plan_unref(plan);
	schema_unref(other);
	schema_unref(s);
out:
	plan_run_free(r);
	return 0;
}
