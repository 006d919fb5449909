/* A kind as it was sent against what is there. */
#include "service/schema_set.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

/* --- the complete record ------------------------------------------------- */

static const struct json *
find_field(const struct json *fields, struct str name)
{
	const struct json *f;

	for (f = fields == NULL ? NULL : fields->first; f != NULL;
	    f = f->next)
		if (str_eq(json_string(json_get(f, "name")), name))
			return f;
	return NULL;
}

/* Names that mean something else where a field could stand. */
static int
check_fields(const struct json *fields, struct err *e)
{
	static const char *const taken[] = { "key", "kind", "parent" };

	if (fields == NULL || fields->type != JSON_ARRAY)
		return err_set(e, ERR_SCHEMA, "a record has \"fields\", a "
		    "list");
	for (const struct json *f = fields->first; f != NULL; f = f->next) {
		struct str name = json_string(json_get(f, "name"));
		bool bad = name.n > 0 && name.p[0] == '_';

		for (size_t i = 0; i < 3; i++)
			bad = bad || str_is(name, taken[i]);
		if (bad) {
			(void)err_set(e, ERR_SCHEMA, "no field can be called "
			    "'%.*s': @%.*s is another thing", (int)name.n,
			    name.p, (int)name.n, name.p);
			return err_path(e, "/%.*s", (int)name.n, name.p);
		}
	}
	return 0;
}

static void
put_fields(struct buf *out, const struct json *base, const struct json *own)
{
	const struct json *f;
	size_t from = out->n;

	for (f = base == NULL ? NULL : base->first; f != NULL; f = f->next) {
		if (find_field(own, json_string(json_get(f, "name"))) != NULL)
			continue;
		if (out->n > from)
			buf_putc(out, ',');
		buf_put(out, f->raw.p, f->raw.n);
	}
	for (f = own->first; f != NULL; f = f->next) {
		if (out->n > from)
			buf_putc(out, ',');
		buf_put(out, f->raw.p, f->raw.n);
	}
}

/* A kind's current schema as JSON, the arena's; NULL with *e. */
static const struct json *
record_of(const struct kind *k, struct arena *a, struct err *e)
{
	struct buf text = BUF_INIT(SCHEMA_TEXT_MAX);
	const struct json *j;

	schema_print(k->current->schema, &text, 0);
	j = json_parse(a, arena_strn(a, text.p, text.n), text.n, NULL, e);
	buf_free(&text);
	return j;
}

/* A record with the namespace, the base and all fields: theirs, then its
 * own. */
static void
put_record(const struct json *record, const struct json *own,
    const struct kind *base, const struct json *theirs, struct buf *out)
{
	buf_lit(out, "{\"type\":\"record\",\"name\":");
	json_put_str(out, json_string(json_get(record, "name")));
	if (json_get(record, "namespace") == NULL)
		buf_lit(out, ",\"namespace\":\"M\"");
	if (base != NULL) {
		buf_lit(out, ",\"base\":");
		json_put_str(out, base->name);
	}
	for (const struct json *j = record->first; j != NULL; j = j->next) {
		if (str_is(j->key, "type") || str_is(j->key, "name") ||
		    str_is(j->key, "base") || str_is(j->key, "fields"))
			continue;
		buf_putc(out, ',');
		json_put_str(out, j->key);
		buf_putc(out, ':');
		buf_put(out, j->raw.p, j->raw.n);
	}
	buf_lit(out, ",\"fields\":[");
	put_fields(out, theirs, own);
	buf_lit(out, "]}");
}

/* The record as it was sent, made whole. */
static int
complete(const struct schema_set *s, const struct kind *base,
    struct buf *out, struct err *e)
{
	const struct json *own = json_get(s->record, "fields");
	const struct json *theirs = NULL;

	if (check_fields(own, e) < 0)
		return -1;
	if (base != NULL) {
		theirs = record_of(base, s->arena, e);
		if (theirs == NULL)
			return -1;
		theirs = json_get(theirs, "fields");
	}
	put_record(s->record, own, base, theirs, out);
	return 0;
}

/* --- what the server itself relies on ------------------------------------- */

static bool
is_kept(const struct kind *k, bool item, size_t i)
{
	return !item || (int)i == k->f_name || (int)i == k->f_folder ||
	    (int)i == k->f_contents || str_is(k->fields[i].name, "title");
}

static bool
same_type(const struct schema_node *a, const struct schema_node *b)
{
	if (a->type != b->type || a->branch_count != b->branch_count)
		return false;
	if (a->type == SCHEMA_ARRAY || a->type == SCHEMA_MAP)
		return same_type(a->items, b->items);
	for (size_t i = 0; i < a->branch_count; i++)
		if (!same_type(a->branches[i], b->branches[i]))
			return false;
	return str_eq(a->name, b->name);
}

/* Of items: name, title, folder and contents; of users and branches all that
 * was there stays, with its type. */
static int
check_kept(const struct kind *from, bool item, const struct schema *new,
    struct err *e)
{
	const struct schema_node *record = schema_root(new);

	for (size_t i = 0; i < from->field_count; i++) {
		struct str name = from->fields[i].name;
		int f = schema_field(record, name.p, name.n);

		if (!is_kept(from, item, i) || (f >= 0 &&
		    same_type(record->fields[f].type,
		    from->fields[i].schema->type)))
			continue;
		(void)err_set(e, ERR_SCHEMA, "the server relies on the field "
		    "'%.*s' as it is", (int)name.n, name.p);
		return err_path(e, "/%.*s", (int)name.n, name.p);
	}
	return 0;
}

/* --- may it follow the versions before? ----------------------------------- */

struct reasons {
	struct buf text, list;
	char path[ERR_PATH_MAX];
	const struct kind *kind;
	uint64_t fp;			/* of the version before */
};

#define LIST_MAX	((size_t)1 << 20)

static void
reason(void *arg, const char *path, const char *text)
{
	struct reasons *r = arg;

	path = *path == 0 ? "/" : path;
	if (r->list.n == 0)
		(void)snprintf(r->path, sizeof r->path, "%s", path);
	if (r->text.n < ERR_TEXT_MAX)
		buf_printf(&r->text, "%s%s: %s", r->text.n > 0 ? "; " : "",
		    path, text);
	buf_puts(&r->list, r->list.n > 0 ? ",{\"kind\":" : "{\"kind\":");
	json_put_str(&r->list, r->kind->name);
	buf_lit(&r->list, ",\"path\":");
	json_put_cstr(&r->list, path);
	buf_lit(&r->list, ",\"text\":");
	json_put_cstr(&r->list, text);
	buf_printf(&r->list, ",\"version\":\"%016llx\"}",
	    (unsigned long long)r->fp);
}

static int
refuse(const struct schema_set *s, struct reasons *r, const char *what,
    struct err *e)
{
	(void)err_set(e, ERR_SCHEMA, "%s %016llx: %s", what,
	    (unsigned long long)r->fp, buf_cstr(&r->text));
	(void)err_path(e, "%s", r->path);
	if (!buf_full(&r->list))
		*s->reasons = str_of(arena_printf(s->arena, "[%s]",
		    buf_cstr(&r->list)));
	return -1;
}

static int
check_versions(const struct schema_set *s, const struct kind *k,
    const struct schema *new, struct err *e)
{
	struct reasons r = { .text = BUF_INIT(ERR_TEXT_MAX * 4),
		.list = BUF_INIT(LIST_MAX), .kind = k };
	int rc = 0;

	for (size_t i = 0; i < k->version_count && rc == 0; i++) {
		const struct kind_version *v = &k->versions[i];

		r.fp = v->fp;
		if (!schema_compatible(new, v->schema, reason, &r))
			rc = refuse(s, &r, "it cannot read what is written "
			    "in version", e);
		else if (s->forward && (s->transitive || v == k->current) &&
		    !schema_compatible(v->schema, new, reason, &r))
			rc = refuse(s, &r, "it could not be read by "
			    "version", e);
		else if (!s->lossy && !schema_keeps(new, k->current->schema,
		    v->schema, reason, &r))
			rc = refuse(s, &r, "it loses what is written in "
			    "version", e);
	}
	buf_free(&r.text);
	buf_free(&r.list);
	return rc;
}

/* The base of a kind that is there is not changed; a new one needs one. */
static int
choose_base(const struct schema_set *s, const struct kinds *ks,
    const struct kind *old, const struct kind **base, struct err *e)
{
	*base = s->base.n > 0 ? kinds_by_name(ks, s->base) : NULL;
	if (s->base.n > 0 && *base == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no kind '%.*s' to "
		    "be the base", (int)s->base.n, s->base.p);
	if (old != NULL) {
		if (s->base.n > 0 && *base != old->base)
			return err_set(e, ERR_SCHEMA, "the base of a kind "
			    "cannot be changed");
		*base = old->base;
		return 0;
	}
	if (*base == NULL || !kind_is_a(*base, kinds_by_name(ks,
	    STR("Item"))))
		return err_set(e, ERR_SCHEMA, "a new kind needs a \"base\": "
		    "Item, or a kind made from it");
	if (s->name.p[0] < 'A' || s->name.p[0] > 'Z')
		return memchr(s->name.p, '.', s->name.n) != NULL ? 0 :
		    err_set(e, ERR_SCHEMA, "the name of a kind begins with a "
		    "capital");
	return 0;
}

/* Parse a record that was made whole.  An error is told where it is in what
 * was sent, if it is there, and without a place otherwise. */
static struct schema *
parse_record(const struct schema_set *s, const struct buf *record,
    struct err *e)
{
	struct schema *new = schema_parse(record->p, record->n, e), *sent;
	struct err own = ERR_INIT;

	if (new != NULL)
		return new;
	e->at[0] = 0;
	sent = schema_parse(s->text.p, s->text.n, &own);
	if (sent == NULL && strcmp(own.text, e->text) == 0)
		*e = own;
	schema_unref(sent);
	return NULL;
}

/* Checked against what was before, and written.  record: "type", "fields"
 * and all, as text. */
static int
put_version(const struct schema_set *s, struct txn *t, struct str name,
    const struct kind *old, const struct kind *base, struct buf *record,
    struct err *e)
{
	const struct kind *item = kinds_by_name(txn_kinds(t), STR("Item"));
	const struct kind *from = old != NULL ? old : base;
	struct schema *new = parse_record(s, record, e);
	uint32_t id;
	int rc = -1;

	if (new == NULL)
		return -1;
	/* Named types at their first use, whatever the order was. */
	buf_reset(record);
	schema_print(new, record, 0);
	if (check_kept(from, kind_is_a(from, item), new, e) == 0 &&
	    (old == NULL || check_versions(s, old, new, e) == 0))
		rc = txn_kind(t, name, base == NULL ? STR_NONE : base->name,
		    (struct str){ record->p, record->n }, &id, e);
	schema_unref(new);
	return rc;
}

/* --- the kinds made from it --------------------------------------------- */

/* Fields of a record, as a list of its own; the arena's. */
static const struct json *
own_fields(const struct json *record, const struct json *base,
    struct arena *a)
{
	const struct json *theirs = json_get(base, "fields"), *f, *same;
	struct json *list = arena_zero(a, sizeof *list);
	struct json **end = &list->first;

	for (f = json_get(record, "fields")->first; f != NULL; f = f->next) {
		same = find_field(theirs, json_string(json_get(f, "name")));
		if (same != NULL && str_eq(same->raw, f->raw))
			continue;	/* as it was inherited */
		*end = arena_alloc(a, sizeof **end);
		**end = *f;
		(*end)->next = NULL;
		end = &(*end)->next;
		list->count++;
	}
	return list;
}

/* What was: the records of all kinds by their place, as long as nothing was
 * changed. */
static int
derive(const struct schema_set *s, struct txn *t, const struct json **before,
    size_t i, struct err *e)
{
	const struct kinds *ks = txn_kinds(t);
	const struct kind *k = kinds_at(ks, i), *base = k->base;
	const struct json *theirs = record_of(base, s->arena, e);
	struct buf text = BUF_INIT(SCHEMA_TEXT_MAX);
	size_t b = 0;
	int rc = -1;

	while (kinds_at(ks, b) != base)
		b++;
	if (theirs != NULL) {
		put_record(before[i], own_fields(before[i], before[b],
		    s->arena), base, json_get(theirs, "fields"), &text);
		rc = put_version(s, t, k->name, k, base, &text, e);
	}
	if (rc < 0)
		err_prefix(e, "kind '%.*s', made from it",
		    (int)kinds_at(txn_kinds(t), i)->name.n,
		    kinds_at(txn_kinds(t), i)->name.p);
	buf_free(&text);
	return rc;
}

/* A kind comes behind its base, so one pass reaches kinds of kinds. */
static int
derive_all(const struct schema_set *s, struct txn *t,
    const struct json **before, size_t count, struct err *e)
{
	bool *changed = arena_zero(s->arena, count);

	for (size_t i = 0; i < count; i++) {
		const struct kind *k = kinds_at(txn_kinds(t), i);
		size_t b = 0;

		while (b < i && kinds_at(txn_kinds(t), b) != k->base)
			b++;
		changed[i] = str_eq(k->name, s->name);
		if (b == i || !changed[b])
			continue;
		changed[i] = true;
		if (derive(s, t, before, i, e) < 0)
			return -1;
	}
	return 0;
}

static int
records_of_all(const struct schema_set *s, const struct kinds *ks,
    const struct json ***out, struct err *e)
{
	size_t count = kinds_count(ks);

	*out = arena_zero(s->arena, (count + 1) * sizeof **out);
	for (size_t i = 0; i < count; i++) {
		(*out)[i] = record_of(kinds_at(ks, i), s->arena, e);
		if ((*out)[i] == NULL)
			return -1;
	}
	return 0;
}

int
schema_set_apply(const struct schema_set *s, struct txn *t, struct err *e)
{
	const struct kinds *ks = txn_kinds(t);
	const struct kind *old = kinds_by_name(ks, s->name), *base;
	size_t count = old == NULL ? 0 : kinds_count(ks);
	struct buf text = BUF_INIT(SCHEMA_TEXT_MAX);
	const struct json **before = NULL;
	int rc = -1;

	if (choose_base(s, ks, old, &base, e) == 0 &&
	    complete(s, base, &text, e) == 0 &&
	    (count == 0 || records_of_all(s, ks, &before, e) == 0) &&
	    put_version(s, t, s->name, old, base, &text, e) == 0)
		rc = derive_all(s, t, before, count, e);
	buf_free(&text);
	return rc;
}
