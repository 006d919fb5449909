#include "service/body.h"

#include <stdlib.h>

#include "avro/object.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store.h"

int
body_open(const struct kind *k, struct plan_run *run, struct str body,
    struct buf *scratch, struct str *binary, size_t *ends, struct err *e)
{
	const struct kind_version *v;

	if (kind_body(k, body, &v, binary, e) < 0)
		return -1;
	if (v->resolve != NULL) {
		buf_reset(scratch);
		if (plan_resolve(v->resolve, run, binary->p, binary->n,
		    scratch, e) < 0)
			return -1;
		*binary = (struct str){ scratch->p, scratch->n };
	}
	return plan_fields(k->current->plan, run, binary->p, binary->n, ends,
	    e);
}

int
body_slice(const struct kind *k, struct plan_run *run, struct str body,
    int field, struct buf *scratch, struct str *out, struct err *e)
{
	size_t *ends = mem_array(k->field_count, sizeof *ends);
	size_t i = (size_t)field, from;
	struct str binary;
	int rc = body_open(k, run, body, scratch, &binary, ends, e);

	if (rc == 0) {
		from = i == 0 ? 0 : ends[i - 1];
		*out = (struct str){ binary.p + from, ends[i] - from };
	}
	free(ends);
	return rc;
}

static const struct body_field *
find(const struct body_field *given, size_t count, size_t field)
{
	while (count-- > 0)		/* the last one given counts */
		if ((size_t)given[count].field == field)
			return &given[count];
	return NULL;
}

/* One field: given, old or default. */
static int
put_field(const struct kind *k, struct plan_run *run, size_t i,
    const struct body_field *given, struct str old, struct buf *out,
    struct err *e)
{
	const struct plan *plan = k->current->plan;
	struct str init;

	if (given != NULL) {
		if (plan_encode_field(plan, run, i, given->json.p,
		    given->json.n, out, e) == 0)
			return 0;
		e->at[0] = '\0';	/* in the value, not the argument */
		return -1;
	}
	if (old.p != NULL) {
		buf_put(out, old.p, old.n);
		return 0;
	}
	if (!plan_field_default(plan, i, &init)) {
		err_set(e, ERR_VALUE, "field '%.*s' of kind '%.*s' is missing",
		    (int)k->fields[i].name.n, k->fields[i].name.p,
		    (int)k->name.n, k->name.p);
		return err_path(e, "/%.*s", (int)k->fields[i].name.n,
		    k->fields[i].name.p);
	}
	buf_put(out, init.p, init.n);
	return 0;
}

int
body_write(const struct kind *k, struct plan_run *run, struct str old,
    const struct body_field *given, size_t count, struct buf *out,
    struct err *e)
{
	size_t *ends = mem_array(k->field_count, sizeof *ends);
	struct buf scratch = BUF_INIT(STORE_BODY_MAX);
	struct str binary = STR_NONE;
	int rc = -1;

	if (old.n > 0 && body_open(k, run, old, &scratch, &binary, ends,
	    e) < 0)
		goto out;
	object_put_head(out, k->current->fp);
	for (size_t i = 0; i < k->field_count; i++) {
		size_t from = i == 0 ? 0 : ends[i - 1];
		struct str slice = { binary.p, 0 };

		if (binary.p != NULL)
			slice = (struct str){ binary.p + from,
				ends[i] - from };
		if (put_field(k, run, i, find(given, count, i), slice, out,
		    e) < 0)
			goto out;
	}
	rc = 0;
	if (buf_full(out))
		rc = err_set(e, ERR_POLICY, "the item is over the limit of "
		    "%zu bytes", out->max);
out:
	buf_free(&scratch);
	free(ends);
	return rc;
}

int
body_members(const struct kind *k, struct plan_run *run, struct str body,
    struct buf *out, struct err *e)
{
	const struct plan *plan = k->current->plan;
	size_t *ends = mem_array(k->field_count, sizeof *ends);
	struct buf scratch = BUF_INIT(STORE_BODY_MAX);
	struct str binary;
	int rc = body_open(k, run, body, &scratch, &binary, ends, e);

	for (size_t s = 0; rc == 0 && s < k->field_count; s++) {
		size_t i = plan_field_sorted(plan, s);
		size_t from = i == 0 ? 0 : ends[i - 1];

		buf_putc(out, ',');
		json_put_str(out, k->fields[i].name);
		buf_putc(out, ':');
		rc = plan_decode_field(plan, run, i, binary.p + from,
		    ends[i] - from, out, e);
	}
	buf_free(&scratch);
	free(ends);
	return rc;
}
