/*
 * JSON to binary: what is taken is right binary and comes back as JSON that
 * gives the same binary; cut anywhere it asks for more and never takes it for
 * whole.  The first byte chooses schema and dialect.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "avro.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
cuts(const struct plan *plan, struct plan_run *r, const char *text, size_t n,
    const struct buf *want)
{
	size_t step = n / 16 + 1;

	for (size_t i = 0; i <= n; i += step) {
		struct buf out = BUF_INIT(1 << 22);
		struct err e = ERR_INIT;
		char *copy = mem_dup(text, i);	/* so that ASan sees the end */
		size_t used;
		int rc = plan_encode_next(plan, r, copy, i, false, &used,
		    &out, &e);

		assert(rc >= 0);
		if (rc == 1)
			assert(out.n == want->n &&
			    memcmp(out.p, want->p, out.n) == 0);
		free(copy);
		buf_free(&out);
	}
}

static void
back(const struct plan *plan, struct plan_run *r, const struct buf *bin)
{
	struct buf json = BUF_INIT(1 << 24), again = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	int rc = plan_check(plan, r, bin->p, bin->n, &e);

	assert(rc == 0);
	rc = plan_decode(plan, r, bin->p, bin->n, &json, &e);
	if (rc == 0 && plan_encode(plan, r, json.p, json.n, &again, &e) == 0) {
		struct buf twice = BUF_INIT(1 << 24);

		rc = plan_decode(plan, r, again.p, again.n, &twice, &e);
		assert(rc == 0 && twice.n == json.n &&
		    memcmp(twice.p, json.p, json.n) == 0);
		buf_free(&twice);
	}
	buf_free(&json);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct plan_options o = { .json = PLAN_PLAIN };
	struct plan_run *r = plan_run_new(&fuzz_limits);
	struct buf bin = BUF_INIT(1 << 22);
	struct err e = ERR_INIT;
	struct schema *s;
	struct plan *plan;
	char *text;

	if (n == 0)
		goto out;
	s = fuzz_schema(p[0] % 16);
	o.json = (enum plan_json)(p[0] / 16 % 3);
	o.ignore_unknown = p[0] & 128;
	plan = plan_new(s, &o, &e);
	text = mem_dup(p + 1, n - 1);
	if (plan_encode(plan, r, text, n - 1, &bin, &e) == 0) {
		if (n > 1 && !strchr("0123456789", text[n - 2]))
			cuts(plan, r, text, n - 1, &bin);
		back(plan, r, &bin);
	} else {
		assert(e.text[0] != '\0' && bin.n == 0);
	}
	free(text);
	plan_unref(plan);
	schema_unref(s);
out:
	plan_run_free(r);
	buf_free(&bin);
	return 0;
}
