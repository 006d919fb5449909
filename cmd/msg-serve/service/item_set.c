#include "service/item_set.h"

#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "service/item_action.h"
#include "service/item_get.h"
#include "service/render.h"
#include "service/slug.h"
#include "store/key.h"

#define SHOWN_MAX	200		/* bytes of a path in words */

/* --- parsing ------------------------------------------------------------ */

static const struct {
	const char *word;
	int (*apply)(struct applying *x);
} methods[] = {
	[ITEM_CREATE] = { "create", item_create },
	[ITEM_SAVE] = { "save", item_save },
	[ITEM_REMOVE] = { "remove", item_remove },
	[ITEM_MOVE] = { "move", item_move },
	[ITEM_COPY] = { "copy", item_copy },
	[ITEM_ORDER] = { "order", item_order },
	[ITEM_REVERT] = { "revert", item_revert },
};

static int
read_method(struct item_action *x, const struct json *j, struct err *e)
{
	struct str word = json_string(json_get(j, "method"));

	for (size_t i = 0; i < MEM_COUNT(methods); i++) {
		if (word.p != NULL && str_is(word, methods[i].word)) {
			x->method = (enum item_method)i;
			return 0;
		}
	}
	if (word.p != NULL)
		return err_set(e, ERR_ARGUMENT, "there is no method '%.*s': "
		    "create, save, remove, move, copy, order and revert are",
		    (int)(word.n > 40 ? 40 : word.n), word.p);
	return err_set(e, ERR_ARGUMENT, "an action needs a \"method\": "
	    "create, save, remove, move, copy, order or revert");
}

/* 0 is what a variable has that was never set, and must not mean "any". */
static int
read_revision(uint64_t *out, const struct json *j, struct err *e)
{
	if (json_uint64(j, out, e) < 0)
		return -1;
	return *out > 0 ? 0 : err_set(e, ERR_ARGUMENT,
	    "it is 0: the first revision is 1");
}

/* What addresses the item. */
static int
read_place(struct item_action *x, struct arena *a, struct err *e)
{
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	const struct json *rev = json_get(x->data, "_rev");
	struct str key = json_string(json_get(x->data, "_key"));

	if (x->method == ITEM_REVERT) {
		if (json_uint64(json_get(x->data, "rev"), &x->rev, e) == 0)
			return 0;
		return err_path(e, "/rev");
	}
	x->path = json_string(json_get(x->data, "_path"));
	x->kind = json_string(json_get(x->data, "_kind"));
	if (rev != NULL && x->method != ITEM_CREATE &&
	    read_revision(&x->rev, rev, e) < 0)
		return err_path(e, "/_rev");
	if (x->method != ITEM_CREATE && key.n > 0) {
		int rc = key_parse(&raw, key, e);

		x->key = (struct str){ arena_strn(a, raw.p, raw.n), raw.n };
		buf_free(&raw);
		if (rc < 0)
			return err_path(e, "/_key");
	}
	if (x->path.n == 0 && x->key.n == 0)
		return err_set(e, ERR_ARGUMENT, x->method == ITEM_CREATE ?
		    "the data of create needs a \"_path\"" :
		    "the data needs a \"_path\" or a \"_key\"");
	if (x->method == ITEM_CREATE && x->kind.n == 0)
		return err_set(e, ERR_ARGUMENT,
		    "the data of create needs a \"_kind\"");
	return 0;
}

static int
read_action(struct item_action *x, struct arena *a, const struct json *j,
    struct err *e)
{
	if (j->type != JSON_OBJECT)
		return err_set(e, ERR_ARGUMENT, "an action is an object with "
		    "\"method\" and \"data\", not %s",
		    json_type_name(j->type));
	if (read_method(x, j, e) < 0)
		return -1;
	x->data = json_get(j, "data");
	if (x->data == NULL || x->data->type != JSON_OBJECT)
		return err_set(e, ERR_ARGUMENT,
		    "an action needs \"data\", an object");
	return read_place(x, a, e);
}

struct item_set *
item_set_read(struct arena *a, const struct json *list, struct err *e)
{
	struct item_set *s = arena_zero(a, sizeof *s);

	s->arena = a;
	if (list->type != JSON_ARRAY) {
		(void)err_set(e, ERR_ARGUMENT, "actions are a list, such as "
		    "[{\"method\":\"save\",\"data\":{...}}], not %s",
		    json_type_name(list->type));
		return NULL;
	}
	if (list->count > ITEM_ACTIONS_MAX) {
		(void)err_set(e, ERR_POLICY, "%zu actions, the limit is %d",
		    list->count, ITEM_ACTIONS_MAX);
		return NULL;
	}
	s->actions = arena_zero(a, list->count * sizeof *s->actions);
	for (const struct json *j = list->first; j != NULL; j = j->next) {
		if (read_action(&s->actions[s->count], a, j, e) < 0) {
			e->action = (int)s->count;
			return NULL;
		}
		s->count++;
	}
	return s;
}

struct item_set *
item_set_parse(struct arena *a, const char *p, size_t n, struct err *e)
{
	struct json *list;

	if (n == 0) {
		(void)err_set(e, ERR_ARGUMENT, "a list of actions is missing");
		return NULL;
	}
	list = json_parse(a, p, n, NULL, e);
	return list == NULL ? NULL : item_set_read(a, list, e);
}

/* --- what the actions share --------------------------------------------- */

static void
add_affected(struct item_set *s, uint64_t id)
{
	uint64_t *old = s->affected, *seen = idset_at(&s->seen, id);

	if (*seen != 0)
		return;
	*seen = 1;
	if (s->affected_count == s->affected_cap) {
		s->affected_cap = s->affected_cap * 2 + 16;
		s->affected = arena_alloc(s->arena,
		    s->affected_cap * sizeof *s->affected);
		if (old != NULL)
			memcpy(s->affected, old,
			    s->affected_count * sizeof *old);
	}
	s->affected[s->affected_count++] = id;
}

void
affect(struct applying *x, uint64_t id)
{
	add_affected(x->set, id);
}

int
blame(struct applying *x)
{
	if (x->e->path[0] == 0 && x->action->path.n > 0)
		(void)err_path(x->e, "%s%.*s", x->action->path.p[0] == '/' ?
		    "" : "/", (int)x->action->path.n, x->action->path.p);
	return -1;
}

int
find_path(struct applying *x, struct str path, uint64_t *id)
{
	int rc = view_find(x->view, path, id, x->e);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		(void)err_set(x->e, ERR_NOT_FOUND, "there is no item '%s%.*s'",
		    path.n > 0 && path.p[0] == '/' ? "" : "/",
		    (int)(path.n > SHOWN_MAX ? SHOWN_MAX : path.n), path.p);
		return err_path(x->e, "%.*s", (int)path.n, path.p);
	}
	return 0;
}

/* A version made by this very set is the one meant when the one before it
 * is. */
static int
expect(struct applying *x, const struct item *it)
{
	const struct change *c;
	size_t count;

	if (x->action->rev == 0)
		return 0;
	if (it->rev == txn_rev(x->txn)) {
		c = txn_changes(x->txn, &count);
		for (size_t i = 0; i < count; i++)
			if (c[i].item == it->id &&
			    c[i].prev_rev == x->action->rev)
				return 0;
	}
	return txn_expect(x->txn, it->id, x->action->rev, x->e);
}

int
find_item(struct applying *x, struct item *out)
{
	const struct item_action *action = x->action;
	uint64_t id;
	int rc = 1;

	if (action->path.n > 0) {
		if (find_path(x, action->path, &id) < 0)
			return -1;
	} else {
		rc = view_key(x->view, action->key, &id, x->e);
	}
	if (rc == 1)
		rc = view_item(x->view, id, out, x->e);
	if (rc == 0 || (rc == 1 && out->hidden))
		return err_set(x->e, ERR_NOT_FOUND,
		    "there is no such item");
	if (rc < 0)
		return -1;
	if (action->key.n > 0 && !str_eq(action->key, out->key))
		return err_set(x->e, ERR_CONFLICT,
		    "the item there is not the one of this _key any more");
	return expect(x, out);
}

const struct kind *
kind_of(struct applying *x, const struct item *it)
{
	return kinds_by_id(txn_kinds(x->txn), it->kind);
}

int
need_folder(struct applying *x, uint64_t id, const struct item **out,
    const char *what)
{
	struct item *it = arena_alloc(x->arena, sizeof *it);
	const struct kind *k;
	int rc = view_node(x->view, id, it, x->e);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(x->e, ERR_NOT_FOUND,
		    "there is no such item");
	k = kind_of(x, it);
	if (k == NULL || k->f_contents < 0)
		return err_set(x->e, ERR_NOT_ALLOWED, "%s is no folder but of "
		    "kind %.*s", what, k == NULL ? 1 : (int)k->name.n,
		    k == NULL ? "?" : k->name.p);
	/* What a view lends holds until the next change only. */
	it->key.p = arena_strn(x->arena, it->key.p, it->key.n);
	it->name.p = arena_strn(x->arena, it->name.p, it->name.n);
	*out = it;
	return 0;
}

int
make_name(struct applying *x, struct str text, struct str *out)
{
	struct buf b = BUF_INIT(STORE_NAME_MAX * 8);

	slug_put(&b, text);
	out->p = arena_strn(x->arena, b.p, b.n);
	out->n = b.n;
	buf_free(&b);
	if (out->n > STORE_NAME_MAX)
		return err_set(x->e, ERR_VALUE, "the name made of it has %zu "
		    "bytes, the limit is %d", out->n, STORE_NAME_MAX);
	if (out->n == 0)
		return err_set(x->e, ERR_VALUE, "no name can be made of "
		    "'%.*s': it has no letter or digit", (int)(text.n > 60 ?
		    60 : text.n), text.p);
	return 0;
}

int
get_string(struct applying *x, const char *key, struct str *out, bool *given)
{
	const struct json *j = json_get(x->action->data, key);

	*given = j != NULL;
	*out = STR_NONE;
	if (j == NULL)
		return 0;
	if (j->type == JSON_NUMBER || j->type == JSON_BOOL) {
		*out = j->raw;		/* casting loses nothing */
		return 0;
	}
	if (j->type != JSON_STRING) {
		(void)err_set(x->e, ERR_VALUE, "expected string, got %s",
		    json_type_name(j->type));
		return err_path(x->e, "/%s", key);
	}
	*out = j->text;
	return 0;
}

struct str
json_text(struct arena *a, struct str s)
{
	struct buf b = BUF_INIT(s.n * 6 + 2);
	struct str out;

	json_put_str(&b, s);
	out = (struct str){ arena_strn(a, b.p, b.n), b.n };
	buf_free(&b);
	return out;
}

struct str
key_text(struct arena *a, struct str key)
{
	struct buf b = BUF_INIT(STORE_KEY_MAX * 2);
	struct str out;

	base64url_put(&b, key.p, key.n);
	out = (struct str){ arena_strn(a, b.p, b.n), b.n };
	buf_free(&b);
	return out;
}

/* --- applying ----------------------------------------------------------- */

int
item_set_apply(struct item_set *s, struct txn *t, struct err *e)
{
	struct applying x = { .set = s, .txn = t, .view = txn_view(t),
		.arena = s->arena, .e = e };
	int rc = 0;

	s->affected_count = 0;
	s->run = plan_run_new(NULL);
	for (size_t i = 0; i < s->count && rc == 0; i++) {
		x.action = &s->actions[i];
		rc = methods[x.action->method].apply(&x);
		if (rc < 0) {
			(void)blame(&x);
			e->action = (int)i;
		}
	}
	idset_free(&s->seen);
	plan_run_free(s->run);
	s->run = NULL;
	return rc;
}

void
item_set_recall(struct item_set *s, const struct commit *c)
{
	s->affected_count = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct change *ch = &c->changes[i];

		if (ch->op & (CHANGE_CREATE | CHANGE_SAVE | CHANGE_MOVE))
			add_affected(s, ch->item);
		if (ch->op & (CHANGE_CREATE | CHANGE_MOVE | CHANGE_ORDER))
			add_affected(s, ch->new_parent);
		if (ch->op & (CHANGE_REMOVE | CHANGE_MOVE))
			add_affected(s, ch->old_parent);
	}
	idset_free(&s->seen);
}

int
item_set_render(const struct item_set *s, struct view *v,
    struct plan_run *run, struct buf *out, struct err *e)
{
	struct render r;
	bool first = true;
	int rc = 0;

	render_init(&r, v, run);
	buf_putc(out, '[');
	for (size_t i = 0; i < s->affected_count && rc >= 0; i++) {
		if (!first)
			buf_putc(out, ',');
		rc = render_id(&r, s->affected[i], out, e);
		if (rc == 0 && !first)
			buf_trim(out, out->n - 1);
		first = first && rc == 0;
	}
	buf_putc(out, ']');
	render_clear(&r);
	return item_check_size(out, e) < 0 || rc < 0 ? -1 : 0;
}
