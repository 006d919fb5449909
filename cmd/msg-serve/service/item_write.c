/* create and save: items made of, and changed by, JSON members. */
#include <string.h>

#include "base/mem.h"
#include "service/item_action.h"
#include "service/slug.h"
#include "store/key.h"

/* The fields of a body to be written. */
struct fields {
	struct body_field *v;
	size_t count;
};

static void
put(struct fields *f, int field, struct str json)
{
	f->v[f->count++] = (struct body_field){ field, json };
}

/* The data's members that are fields; what has a '_' in front is none, and
 * those of skip are not taken.  Room for three more is left. */
static int
read_fields(struct applying *x, const struct kind *k,
    const char *const *skip, struct fields *f)
{
	const struct json *data = x->action->data;

	f->count = 0;
	f->v = arena_alloc(x->arena, (data->count + 3) * sizeof *f->v);
	for (const struct json *j = data->first; j != NULL; j = j->next) {
		int field;
		bool skipped = j->key.n > 0 && j->key.p[0] == '_';

		for (size_t i = 0; skip[i] != NULL; i++)
			skipped = skipped || str_is(j->key, skip[i]);
		field = kind_field(k, j->key);
		if (field < 0 && !(j->key.n > 0 && j->key.p[0] == '_')) {
			(void)err_set(x->e, ERR_VALUE, "kind %.*s has no "
			    "field '%.*s'", (int)k->name.n, k->name.p,
			    (int)(j->key.n > 60 ? 60 : j->key.n), j->key.p);
			return err_path(x->e, "/%.*s", (int)(j->key.n > 60 ?
			    60 : j->key.n), j->key.p);
		}
		if (!skipped)
			put(f, field, j->raw);
	}
	return 0;
}

static bool
is_blank(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == 0)
			return false;
	return true;
}

/* Split "/a/b" in what is before the last name, and that. */
static void
split_path(struct str path, struct str *parent, struct str *last)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	*parent = (struct str){ path.p, i };
	*last = (struct str){ path.p + i, path.n - i };
}

/* A name that is given wins over the path's; an empty one asks for the
 * title's. */
static int
choose_name(struct applying *x, struct str last, struct str *out)
{
	struct str name, title;
	bool named, titled;
	int rc;

	if (get_string(x, "name", &name, &named) < 0 ||
	    get_string(x, "title", &title, &titled) < 0)
		return -1;
	if (named && name.n > 0)
		rc = make_name(x, name, out);
	else if ((named || last.n == 0) && !is_blank(title))
		rc = make_name(x, title, out);
	else
		rc = make_name(x, named ? name : last, out);
	return rc == 0 || !named ? rc : err_path(x->e, "/name");
}

static const struct kind *
choose_kind(struct applying *x)
{
	const struct kinds *ks = txn_kinds(x->txn);
	struct str name = x->action->kind;
	const struct kind *k = kinds_by_name(ks, name);

	if (k == NULL) {
		(void)err_set(x->e, ERR_NOT_FOUND, "there is no kind '%.*s'",
		    (int)(name.n > 60 ? 60 : name.n), name.p);
		(void)err_path(x->e, "/_kind");
	} else if (!kind_is_a(k, kinds_by_name(ks, STR("Item")))) {
		(void)err_set(x->e, ERR_NOT_ALLOWED, "what is of kind %.*s is "
		    "no item of the tree", (int)k->name.n, k->name.p);
		(void)err_path(x->e, "/_kind");
		k = NULL;
	}
	return k;
}

/* folder may be given when it says what the path says. */
static int
check_folder(struct applying *x, struct str key)
{
	struct str given;
	bool is;

	if (get_string(x, "folder", &given, &is) < 0)
		return -1;
	if (!is || str_eq(given, key))
		return 0;
	(void)err_set(x->e, ERR_VALUE, "the folder of a new item is the one "
	    "of its path");
	return err_path(x->e, "/folder");
}

/* What is in a folder is created there. */
static int
check_contents(struct applying *x)
{
	const struct json *j = json_get(x->action->data, "contents");

	if (j == NULL || j->count == 0)
		return 0;
	(void)err_set(x->e, ERR_VALUE, "a new folder is empty: create what is "
	    "in it by its path");
	return err_path(x->e, "/contents");
}

/* The title is the one given, or made of the name when that is blank. */
static void
put_title(struct applying *x, const struct kind *k, struct str name,
    struct fields *f)
{
	int field = kind_field(k, STR("title"));
	const struct json *j = json_get(x->action->data, "title");
	struct buf b = BUF_INIT(STORE_NAME_MAX * 4);

	if (field < 0 || (j != NULL && (j->type != JSON_STRING ||
	    !is_blank(j->text))))
		return;
	slug_title(&b, name);
	put(f, field, json_text(x->arena, (struct str){ b.p, b.n }));
	buf_free(&b);
}

static int
write_body(struct applying *x, const struct kind *k, struct str old,
    const struct fields *f, struct buf *body)
{
	return body_write(k, x->set->run, old, f->v, f->count, body, x->e);
}

int
item_create(struct applying *x)
{
	static const char *const skip[] = { "name", "folder", "contents",
	    NULL };
	struct buf body = BUF_INIT(STORE_BODY_MAX);
	struct buf key = BUF_INIT(STORE_KEY_MAX);
	const struct kind *k = choose_kind(x);
	struct str path, last, parent_key;
	struct txn_new n = { .parent = 0 };
	const struct item *parent;
	struct fields f;
	uint64_t id;
	int rc = -1;

	split_path(x->action->path, &path, &last);
	if (k == NULL || find_path(x, path, &n.parent) < 0 ||
	    need_folder(x, n.parent, &parent, "the parent") < 0)
		return -1;
	parent_key = key_text(x->arena, parent->key);
	if (choose_name(x, last, &n.name) < 0 ||
	    check_folder(x, parent_key) < 0 || check_contents(x) < 0 ||
	    read_fields(x, k, skip, &f) < 0)
		return -1;
	put(&f, k->f_name, json_text(x->arena, n.name));
	put(&f, k->f_folder, json_text(x->arena, parent_key));
	put_title(x, k, n.name, &f);
	if (write_body(x, k, STR_NONE, &f, &body) < 0)
		goto out;
	key_put_random(&key, k->name);
	n.kind = k->id;
	n.key = (struct str){ key.p, key.n };
	n.body = (struct str){ body.p, body.n };
	rc = txn_create(x->txn, &n, &id, x->e);
	if (rc == 0) {
		affect(x, id);
		affect(x, n.parent);
	}
out:
	buf_free(&body);
	buf_free(&key);
	return rc;
}

/* --- save --------------------------------------------------------------- */

/* A new folder is given by its key: null only for what has none. */
static int
new_parent(struct applying *x, const struct item *it, uint64_t *parent)
{
	const struct json *j = json_get(x->action->data, "folder");
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	const struct item *folder;
	int rc = 0;

	*parent = it->parent;
	if (j == NULL || (j->type == JSON_NULL && it->parent == 0))
		return 0;
	if (j->type != JSON_STRING)
		rc = err_set(x->e, ERR_VALUE, "a folder is the key of one");
	else
		rc = key_parse(&raw, j->text, x->e);
	if (rc == 0)
		rc = view_key(x->view, (struct str){ raw.p, raw.n }, parent,
		    x->e);
	else
		rc = -1;
	if (rc == 0)
		rc = err_set(x->e, ERR_NOT_FOUND, "there is no item of this "
		    "key");
	if (rc > 0 && *parent != it->parent)
		rc = need_folder(x, *parent, &folder, "it");
	buf_free(&raw);
	return rc < 0 ? err_path(x->e, "/folder") : 0;
}

/* Another name or folder is a move: paths and rows stay right. */
static int
save_place(struct applying *x, const struct item *it)
{
	struct str given, name = it->name;
	uint64_t parent;
	bool named;

	if (get_string(x, "name", &given, &named) < 0 ||
	    new_parent(x, it, &parent) < 0)
		return -1;
	if (named && !str_eq(given, it->name) &&
	    make_name(x, given, &name) < 0)
		return err_path(x->e, "/name");
	if (parent == it->parent && str_eq(name, it->name))
		return 0;
	name.p = arena_strn(x->arena, name.p, name.n);
	if (txn_move(x->txn, it->id, parent, name, x->e) < 0)
		return -1;
	affect(x, it->id);
	affect(x, parent);
	if (parent != it->parent)
		affect(x, it->parent);
	return 1;
}

int
item_save(struct applying *x)
{
	static const char *const skip[] = { "name", "folder", "contents",
	    NULL };
	struct buf body = BUF_INIT(STORE_BODY_MAX);
	const struct json *contents;
	const struct kind *k;
	struct fields f;
	struct item it;
	int rc;

	if (find_item(x, &it) < 0)
		return -1;
	k = kind_of(x, &it);
	if (k == NULL)
		return err_set(x->e, ERR_SYSTEM, "an item is of a kind that "
		    "the store does not know");
	if (read_fields(x, k, skip, &f) < 0)
		return -1;
	if (json_get(x->action->data, "title") != NULL)
		put_title(x, k, it.name, &f);
	rc = write_body(x, k, it.body, &f, &body);
	if (rc == 0)
		rc = txn_save(x->txn, it.id, (struct str){ body.p, body.n },
		    x->e);
	buf_free(&body);
	if (rc < 0)
		return -1;
	affect(x, it.id);
	rc = view_item(x->view, it.id, &it, x->e);
	if (rc > 0)
		rc = save_place(x, &it);
	if (rc < 0)
		return -1;
	contents = json_get(x->action->data, "contents");
	if (contents == NULL)
		return 0;
	return order_children(x, it.id, contents) < 0 ?
	    err_path(x->e, "/contents") : 0;
}
