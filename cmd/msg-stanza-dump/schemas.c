#include "schemas.h"

#include <stdlib.h>

#include "avro/object.h"
#include "avro/plan.h"
#include "avro/schema.h"
#include "base/mem.h"

struct known {
	uint64_t fingerprint;
	struct plan *plan;
};

struct schemas {
	struct plan_run *run;
	struct known known[OPT_LIST_MAX];
	size_t count;
};

static int
add(struct schemas *s, const char *path, struct err *e)
{
	static const struct plan_options as = { .json = PLAN_MESSAGE };
	struct schema *schema = schema_load(path, e);
	struct known *k = &s->known[s->count];

	if (schema == NULL)
		return -1;
	k->fingerprint = schema_crc64(schema);
	k->plan = plan_new(schema, &as, e);
	schema_unref(schema);
	if (k->plan == NULL)
		return err_prefix(e, "%s", path);
	s->count++;
	return 0;
}

struct schemas *
schemas_load(const struct opt_list *files, struct err *e)
{
	struct schemas *s = mem_zero(sizeof *s);

	s->run = plan_run_new(NULL);
	for (size_t i = 0; i < files->n; i++) {
		if (add(s, files->v[i], e) < 0) {
			schemas_free(s);
			return NULL;
		}
	}
	return s;
}

void
schemas_free(struct schemas *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		plan_unref(s->known[i].plan);
	plan_run_free(s->run);
	free(s);
}

bool
schemas_decode(struct schemas *s, const char *p, size_t n, struct buf *out)
{
	struct err e = ERR_INIT;
	uint64_t fingerprint;
	struct str body;

	if (s == NULL || object_get(p, n, &fingerprint, &body, &e) < 0)
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->known[i].fingerprint == fingerprint)
			return plan_decode(s->known[i].plan, s->run, body.p,
			    body.n, out, &e) == 0;
	return false;
}
