/* Does a schema that follows another find under the same old names what the
 * other found in data of an earlier one? */
#include <stdio.h>
#include <stdlib.h>

#include "avro/schema_int.h"
#include "base/map.h"
#include "base/mem.h"

struct keeps {
	struct buf path;
	struct map seen;		/* triples of records */
	schema_issue_fn *fn;
	void *arg;
	bool ok;
};

/* The newer, the one before it, and what is written. */
struct three {
	const struct schema_node *now, *before, *then;
};

static void look(struct keeps *k, struct three t);

static void
lost(struct keeps *k, struct str name, struct str then)
{
	size_t n = k->path.n;
	char text[ERR_TEXT_MAX];

	buf_putc(&k->path, '/');
	buf_put(&k->path, name.p, name.n);
	(void)snprintf(text, sizeof text, "what is stored as '%.*s' is no "
	    "longer read: keep the alias '%.*s'", SCHEMA_QUOTE(then),
	    SCHEMA_QUOTE(then));
	if (k->fn != NULL)
		k->fn(k->arg, buf_cstr(&k->path), text);
	buf_trim(&k->path, n);
	k->ok = false;
}

static void
look_field(struct keeps *k, struct str name, struct three t)
{
	size_t n = k->path.n;

	buf_putc(&k->path, '/');
	buf_put(&k->path, name.p, name.n);
	look(k, t);
	buf_trim(&k->path, n);
}

static void
look_record(struct keeps *k, struct three t)
{
	int *from = mem_array(t.now->field_count + 1, sizeof *from);
	int *now = mem_array(t.now->field_count + 1, sizeof *now);
	int *before = mem_array(t.before->field_count + 1, sizeof *before);

	schema_field_map(t.now, t.before, from);
	schema_field_map(t.now, t.then, now);
	schema_field_map(t.before, t.then, before);
	for (size_t i = 0; i < t.now->field_count; i++) {
		struct str name = t.now->fields[i].name;
		int was = from[i] < 0 ? -1 : before[from[i]];

		if (was < 0)
			continue;
		if (now[i] != was)
			lost(k, name, t.then->fields[was].name);
		else
			look_field(k, name, (struct three){
			    t.now->fields[i].type,
			    t.before->fields[from[i]].type,
			    t.then->fields[was].type });
	}
	free(before);
	free(now);
	free(from);
}

/* What a union holds beside null, if that is one type. */
static const struct schema_node *
inner(const struct schema_node *n)
{
	const struct schema_node *found = NULL;

	if (n->type != SCHEMA_UNION)
		return n;
	for (size_t i = 0; i < n->branch_count; i++)
		if (n->branches[i]->type != SCHEMA_NULL) {
			if (found != NULL)
				return n;
			found = n->branches[i];
		}
	return found == NULL ? n : found;
}

static void
look(struct keeps *k, struct three t)
{
	t = (struct three){ inner(t.now), inner(t.before), inner(t.then) };
	while (t.now->type == t.before->type && t.now->type == t.then->type &&
	    (t.now->type == SCHEMA_ARRAY || t.now->type == SCHEMA_MAP))
		t = (struct three){ inner(t.now->items),
			inner(t.before->items), inner(t.then->items) };
	if (t.now->type == SCHEMA_RECORD && t.before->type == SCHEMA_RECORD &&
	    t.then->type == SCHEMA_RECORD &&
	    map_set(&k->seen, &t, sizeof t, k) == NULL)
		look_record(k, t);
}

bool
schema_keeps(const struct schema *now, const struct schema *before,
    const struct schema *then, schema_issue_fn *fn, void *arg)
{
	struct keeps k = { .path = BUF_INIT(4096), .fn = fn, .arg = arg,
		.ok = true };

	map_init(&k.seen);
	look(&k, (struct three){ schema_root(now), schema_root(before),
	    schema_root(then) });
	map_free(&k.seen);
	buf_free(&k.path);
	return k.ok;
}
