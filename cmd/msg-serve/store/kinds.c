#include "store/kinds.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "avro/object.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/kinds_inside.h"

struct kinds {
	atomic_uint refs;
	uint64_t rev;
	struct kind **v;		/* by id */
	size_t count, cap;
	struct map by_name, by_fp;	/* to struct kind */
};

/* --- making ---------------------------------------------------------- */

struct kinds *
kinds_new(uint64_t rev)
{
	struct kinds *ks = mem_zero(sizeof *ks);

	atomic_init(&ks->refs, 1);
	ks->rev = rev;
	map_init(&ks->by_name);
	map_init(&ks->by_fp);
	return ks;
}

static void
version_clear(struct kind_version *v)
{
	schema_unref(v->schema);
	plan_unref(v->plan);
	plan_unref(v->resolve);
}

static void
kind_free(struct kind *k)
{
	for (size_t i = 0; i < k->version_count; i++)
		version_clear(&k->versions[i]);
	free(k->versions);
	free(k->fields);
	free((char *)(uintptr_t)k->name.p);
	free(k);
}

struct kind *
kinds_add(struct kinds *ks, uint32_t id, struct str name,
    const struct kind *base)
{
	struct kind *k = mem_zero(sizeof *k);

	k->id = id;
	k->name = (struct str){ mem_strn(name.p, name.n), name.n };
	k->base = base;
	ks->v = mem_grow(ks->v, &ks->cap, ks->count + 1, sizeof *ks->v);
	ks->v[ks->count++] = k;
	map_set(&ks->by_name, name.p, name.n, k);
	return k;
}

int
kinds_add_version(struct kinds *ks, struct kind *k, struct str text,
    struct err *e)
{
	static const struct plan_options json = { .json = PLAN_MESSAGE };
	struct kind_version v = { 0 };

	v.schema = schema_parse(text.p, text.n, e);
	if (v.schema == NULL)
		return -1;
	if (schema_root(v.schema)->type != SCHEMA_RECORD) {
		version_clear(&v);
		return err_set(e, ERR_SCHEMA, "a kind's schema is a record");
	}
	v.fp = schema_crc64(v.schema);
	v.plan = plan_new(v.schema, &json, e);
	if (v.plan == NULL) {
		version_clear(&v);
		return -1;
	}
	k->versions = mem_realloc(k->versions,
	    (k->version_count + 1) * sizeof *k->versions);
	k->versions[k->version_count++] = v;
	map_set(&ks->by_fp, &v.fp, sizeof v.fp, k);
	return 0;
}

/* An attribute of a field that says true. */
static bool
says(const struct schema_field *f, const char *key)
{
	const struct json *j = schema_field_attr(f, key);

	return j != NULL && j->type == JSON_BOOL && j->truth;
}

static void
make_fields(struct kind *k)
{
	const struct schema_node *root = schema_root(k->current->schema);

	k->field_count = root->field_count;
	k->fields = mem_array(k->field_count, sizeof *k->fields);
	for (size_t i = 0; i < k->field_count; i++) {
		const struct schema_field *f = &root->fields[i];

		k->fields[i] = (struct kind_field){
			.name = f->name, .id = kind_field_id(f->name),
			.indexed = says(f, "index"),
			.required = says(f, "required"), .schema = f,
		};
		k->indexed_count += k->fields[i].indexed;
	}
	k->f_name = kind_field(k, STR("name"));
	k->f_folder = kind_field(k, STR("folder"));
	k->f_contents = kind_field(k, STR("contents"));
}

int
kinds_finish(struct kind *k, struct err *e)
{
	k->current = &k->versions[k->version_count - 1];
	for (size_t i = 0; i + 1 < k->version_count; i++) {
		struct kind_version *v = &k->versions[i];

		v->resolve = plan_pair(v->schema, k->current->schema, e);
		if (v->resolve == NULL)
			return -1;
	}
	make_fields(k);
	return 0;
}

/* --- counting -------------------------------------------------------- */

struct kinds *
kinds_ref(const struct kinds *ks)
{
	struct kinds *w = (struct kinds *)(uintptr_t)ks;

	atomic_fetch_add(&w->refs, 1);
	return w;
}

void
kinds_unref(const struct kinds *ks)
{
	struct kinds *w = (struct kinds *)(uintptr_t)ks;

	if (w == NULL || atomic_fetch_sub(&w->refs, 1) != 1)
		return;
	for (size_t i = 0; i < w->count; i++)
		kind_free(w->v[i]);
	free(w->v);
	map_free(&w->by_name);
	map_free(&w->by_fp);
	free(w);
}

/* --- asking ---------------------------------------------------------- */

uint64_t
kinds_rev(const struct kinds *ks)
{
	return ks->rev;
}

const struct kind *
kinds_by_name(const struct kinds *ks, struct str name)
{
	if (name.n > 2 && memcmp(name.p, "M.", 2) == 0)
		name = (struct str){ name.p + 2, name.n - 2 };
	return map_get(&ks->by_name, name.p, name.n);
}

const struct kind *
kinds_by_id(const struct kinds *ks, uint32_t id)
{
	size_t lo = 0, hi = ks->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ks->v[mid]->id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < ks->count && ks->v[lo]->id == id ? ks->v[lo] : NULL;
}

size_t
kinds_count(const struct kinds *ks)
{
	return ks->count;
}

const struct kind *
kinds_at(const struct kinds *ks, size_t i)
{
	return ks->v[i];
}

const struct kind *
kinds_by_fp(const struct kinds *ks, uint64_t fp,
    const struct kind_version **version)
{
	const struct kind *k = map_get(&ks->by_fp, &fp, sizeof fp);

	if (k != NULL && version != NULL)
		*version = kind_version(k, fp);
	return k;
}

bool
kind_is_a(const struct kind *k, const struct kind *base)
{
	while (k != NULL && k != base)
		k = k->base;
	return k != NULL;
}

const struct kind_version *
kind_version(const struct kind *k, uint64_t fp)
{
	for (size_t i = k->version_count; i-- > 0;)
		if (k->versions[i].fp == fp)
			return &k->versions[i];
	return NULL;
}

int
kind_field(const struct kind *k, struct str name)
{
	return plan_field(k->current->plan, name.p, name.n);
}

/* FNV-1a: two names that meet only make the index look twice.  0 is taken by
 * the kind itself. */
uint32_t
kind_field_id(struct str name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (uint8_t)name.p[i]) * 16777619u;
	return h == 0 ? 1 : h;
}

int
kind_body(const struct kind *k, struct str body,
    const struct kind_version **version, struct str *binary, struct err *e)
{
	uint64_t fp;

	if (object_get(body.p, body.n, &fp, binary, e) < 0)
		return -1;
	*version = kind_version(k, fp);
	if (*version == NULL)
		return err_set(e, ERR_INPUT,
		    "kind '%.*s' has no version %016jx", (int)k->name.n,
		    k->name.p, (uintmax_t)fp);
	return 0;
}
