#include "service/branch_change.h"

#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "service/body.h"
#include "store/key.h"
#include "store/kinds.h"

#define CONFLICTS_MAX	((size_t)4 << 20)	/* bytes of their JSON */
#define FIELDS_MAX	8

/* --- parsing ------------------------------------------------------------ */

/* Letters, digits, '.', '_', '-' and all that is not ASCII. */
static int
check_name(struct str name, struct err *e)
{
	bool good = name.n > 0 && name.n <= BRANCH_NAME_MAX;

	for (size_t i = 0; good && i < name.n; i++) {
		char c = name.p[i];

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c & 0x80) != 0 ||
		    strchr("._-", c) != NULL;
	}
	if (good)
		return 0;
	err_set(e, ERR_VALUE, "a branch's name has 1 to %d letters, digits, "
	    "'.', '_', '-'", BRANCH_NAME_MAX);
	return err_path(e, "/_name");
}

static int
read_method(struct branch_action *x, const struct json *j, struct err *e)
{
	static const char *const words[] = { "create", "save", "remove",
		"publish" };
	struct str word = json_string(json_get(j, "method"));

	for (size_t i = 0; i < MEM_COUNT(words); i++)
		if (word.p != NULL && str_is(word, words[i])) {
			x->method = (enum branch_method)i;
			return 0;
		}
	return err_set(e, ERR_ARGUMENT, "an action needs \"method\": "
	    "\"create\", \"save\", \"remove\" or \"publish\"");
}

/* The name a key was made of. */
static int
name_of_key(struct arena *a, struct str text, struct str *out, struct err *e)
{
	struct buf raw = BUF_INIT(STORE_KEY_MAX), head = BUF_INIT(64);
	int rc = key_parse(&raw, text, e);

	key_put_string(&head, STR("branch"), STR(""));
	head.n -= head.n > 0;			/* the empty name's length */
	if (rc == 0 && (raw.n <= head.n + 1 ||
	    memcmp(raw.p, head.p, head.n) != 0))
		rc = err_set(e, ERR_NOT_FOUND, "no such branch");
	if (rc == 0)
		*out = (struct str){ arena_strn(a, raw.p + head.n + 1,
		    raw.n - head.n - 1), raw.n - head.n - 1 };
	buf_free(&raw);
	buf_free(&head);
	return rc;
}

static int
read_action(struct branch_action *x, struct arena *a, const struct json *j,
    struct err *e)
{
	struct str key;

	x->data = json_get(j, "data");
	if (read_method(x, j, e) < 0)
		return -1;
	if (x->data == NULL || x->data->type != JSON_OBJECT)
		return err_set(e, ERR_ARGUMENT,
		    "an action needs \"data\", an object");
	x->name = json_string(json_get(x->data, "_name"));
	key = json_string(json_get(x->data, "_key"));
	if (x->name.n == 0 && key.n > 0 &&
	    name_of_key(a, key, &x->name, e) < 0)
		return err_path(e, "/_key");
	return check_name(x->name, e);
}

struct branch_change *
branch_change_parse(struct arena *a, const char *p, size_t n, struct err *e)
{
	struct json *list = json_parse(a, p, n, NULL, e), *j;
	struct branch_change *c;

	if (list == NULL)
		return NULL;
	if (list->type != JSON_ARRAY || list->count > BRANCH_ACTIONS_MAX) {
		err_set(e, ERR_ARGUMENT, "expected a list of at most %d "
		    "actions", BRANCH_ACTIONS_MAX);
		return NULL;
	}
	c = arena_zero(a, sizeof *c);
	buf_init(&c->conflicts, CONFLICTS_MAX);
	c->actions = arena_zero(a, list->count * sizeof *c->actions);
	c->affected = arena_zero(a, list->count * sizeof *c->affected);
	for (j = list->first; j != NULL; j = j->next) {
		struct branch_action *x = &c->actions[c->count];

		if (read_action(x, a, j, e) == 0 &&
		    x->method == BRANCH_PUBLISH && list->count > 1)
			err_set(e, ERR_ARGUMENT,
			    "\"publish\" stands alone in its list");
		if (e->code != ERR_OK) {
			e->action = (int)c->count;
			return NULL;
		}
		c->count++;
	}
	return c;
}

void
branch_change_clear(struct branch_change *c)
{
	buf_free(&c->conflicts);
}

bool
branch_change_publishes(const struct branch_change *c)
{
	return c->count == 1 && c->actions[0].method == BRANCH_PUBLISH;
}

/* --- describing items ----------------------------------------------------- */

static const struct kind *
branch_kind(const struct kinds *ks)
{
	return kinds_by_name(ks, STR("branch"));
}

/* A string field of a body, in the arena. */
static int
text_field(const struct kind *k, struct plan_run *run, struct str body,
    const char *name, struct arena *a, struct str *out, struct err *e)
{
	struct buf scratch = BUF_INIT(STORE_BODY_MAX), text;
	size_t ends[FIELDS_MAX];
	size_t i = (size_t)kind_field(k, str_of(name));
	size_t from;
	struct str binary;
	struct json *j = NULL;

	buf_init(&text, STORE_BODY_MAX);
	if (body_open(k, run, body, &scratch, &binary, ends, e) == 0) {
		from = i == 0 ? 0 : ends[i - 1];
		if (plan_decode_field(k->current->plan, run, i,
		    binary.p + from, ends[i] - from, &text, e) == 0)
			j = json_parse(a, arena_strn(a, text.p, text.n),
			    text.n, NULL, e);
	}
	buf_free(&scratch);
	buf_free(&text);
	if (j == NULL)
		return -1;
	*out = j->text;
	return 0;
}

int
branch_describe(struct view *v, struct str name, struct arena *a,
    struct str *owner, struct str *publish, struct err *e)
{
	const struct kind *k = branch_kind(reader_kinds(v->reader));
	struct plan_run *run;
	struct item it;
	uint64_t id;
	int rc = view_child(v, ITEM_BRANCHES, name, &id, e);

	if (rc > 0)
		rc = view_item(v, id, &it, e);
	if (rc <= 0)
		return rc;
	run = plan_run_new(NULL);
	if (text_field(k, run, it.body, "owner", a, owner, e) < 0 ||
	    text_field(k, run, it.body, "publish", a, publish, e) < 0)
		rc = -1;
	plan_run_free(run);
	return rc;
}

/* --- create, save, remove ------------------------------------------------- */

struct applying {
	struct branch_change *change;
	const struct branch_action *action;
	struct txn *txn;
	struct arena *arena;
	const struct kind *kind;
	struct plan_run *run;
};

static struct str
quote(struct arena *a, struct str s)
{
	struct buf b = BUF_INIT(STORE_BODY_MAX);
	struct str out;

	json_put_str(&b, s);
	out = (struct str){ arena_strn(a, b.p, b.n), b.n };
	buf_free(&b);
	return out;
}

static int
no_branch(struct str name, const char *where, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, "there is no branch '%.*s'", (int)name.n,
	    name.p);
	return err_path(e, "/%s", where);
}

/* The fields the data gives; publish names a branch or nothing. */
static int
collect(struct applying *ap, struct body_field *out, size_t *n,
    struct err *e)
{
	struct branch found;

	for (struct json *j = ap->action->data->first; j; j = j->next) {
		int field = kind_field(ap->kind, j->key);
		struct str text = json_string(j);

		if ((j->key.n > 0 && j->key.p[0] == '_') ||
		    str_is(j->key, "from"))
			continue;
		if (field < 0) {
			err_set(e, ERR_VALUE, "a branch has no field '%.*s'",
			    (int)j->key.n, j->key.p);
			return err_path(e, "/%.*s", (int)j->key.n, j->key.p);
		}
		if (str_is(j->key, "publish") && text.n > 0) {
			int rc = reader_branch(txn_view(ap->txn)->reader,
			    text, &found, e);

			if (rc <= 0)
				return rc < 0 ? -1 :
				    no_branch(text, "publish", e);
		}
		out[(*n)++] = (struct body_field){ field, j->raw };
	}
	return 0;
}

/* The branch to fork: the one named, or the one it will publish to. */
static int
fork_from(struct applying *ap, uint32_t *out, struct err *e)
{
	const struct json *data = ap->action->data;
	struct str from = json_string(json_get(data, "from"));
	const char *where = from.n > 0 ? "from" : "publish";
	struct branch found;
	int rc;

	if (from.n == 0)
		from = json_string(json_get(data, "publish"));
	if (from.n == 0) {
		*out = BRANCH_STAGING;
		return 0;
	}
	rc = reader_branch(txn_view(ap->txn)->reader, from, &found, e);
	if (rc > 0)
		*out = found.id;
	return rc > 0 ? 0 : rc < 0 ? -1 : no_branch(from, where, e);
}

static int
create(struct applying *ap, struct err *e)
{
	struct str name = ap->action->name;
	struct body_field fields[FIELDS_MAX * 2];
	struct buf key = BUF_INIT(STORE_KEY_MAX);
	struct buf body = BUF_INIT(STORE_BODY_MAX);
	struct txn_new new = { .parent = ITEM_BRANCHES, .name = name,
		.kind = ap->kind->id };
	uint32_t from = BRANCH_STAGING, branch;
	size_t n = 0;
	uint64_t id;
	int rc = -1;

	fields[n++] = (struct body_field){ kind_field(ap->kind,
	    STR("owner")), quote(ap->arena, ap->change->user) };
	fields[n++] = (struct body_field){ kind_field(ap->kind,
	    STR("publish")), STR("\"staging\"") };
	if (!ap->change->writer)
		return err_set(e, ERR_FORBIDDEN, "who may change nothing "
		    "may make no branch");
	if (ap->action->data->count > FIELDS_MAX)
		return err_set(e, ERR_VALUE, "too many members");
	if (collect(ap, fields, &n, e) < 0 || fork_from(ap, &from, e) < 0)
		return -1;
	key_put_string(&key, STR("branch"), name);
	new.key = (struct str){ key.p, key.n };
	if (body_write(ap->kind, ap->run, STR_NONE, fields, n, &body,
	    e) == 0) {
		new.body = (struct str){ body.p, body.n };
		rc = txn_branch_create(ap->txn, name, from, &branch, e);
	}
	if (rc == 0)
		rc = txn_create(ap->txn, &new, &id, e);
	if (rc == 0)
		ap->change->affected[ap->change->affected_count++] = id;
	buf_free(&key);
	buf_free(&body);
	return rc;
}

static int
find(struct applying *ap, struct item *out, struct err *e)
{
	struct view *v = txn_view(ap->txn);
	struct str name = ap->action->name, owner, publish;
	uint64_t id;
	int rc = view_child(v, ITEM_BRANCHES, name, &id, e);

	if (rc > 0)
		rc = view_item(v, id, out, e);
	if (rc <= 0)
		return rc < 0 ? -1 : no_branch(name, "_name", e);
	if (ap->change->admin)
		return 0;
	if (branch_describe(v, name, ap->arena, &owner, &publish, e) < 0)
		return -1;
	if (str_eq(owner, ap->change->user))
		return 0;
	return err_set(e, ERR_FORBIDDEN, "only its owner or an administrator "
	    "may change branch '%.*s'", (int)name.n, name.p);
}

static int
save(struct applying *ap, struct err *e)
{
	struct body_field fields[FIELDS_MAX];
	struct buf body = BUF_INIT(STORE_BODY_MAX);
	struct item it;
	size_t n = 0;
	int rc = -1;

	if (ap->action->data->count > FIELDS_MAX)
		return err_set(e, ERR_VALUE, "too many members");
	if (find(ap, &it, e) == 0 && collect(ap, fields, &n, e) == 0 &&
	    body_write(ap->kind, ap->run, it.body, fields, n, &body, e) == 0)
		rc = txn_save(ap->txn, it.id,
		    (struct str){ body.p, body.n }, e);
	buf_free(&body);
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < ap->change->affected_count; i++)
		if (ap->change->affected[i] == it.id)
			return 0;
	ap->change->affected[ap->change->affected_count++] = it.id;
	return 0;
}

static int
remove_branch(struct applying *ap, struct err *e)
{
	struct branch_change *c = ap->change;
	struct branch b;
	struct item it;
	int rc;

	if (find(ap, &it, e) < 0)
		return -1;
	rc = reader_branch(txn_view(ap->txn)->reader, ap->action->name, &b,
	    e);
	if (rc <= 0)
		return rc < 0 ? -1 : no_branch(ap->action->name, "_name", e);
	if (b.id <= BRANCH_STAGING)
		return err_set(e, ERR_NOT_ALLOWED, "branch '%.*s' is always "
		    "there", (int)ap->action->name.n, ap->action->name.p);
	for (size_t i = 0; i < c->affected_count; i++)
		if (c->affected[i] == it.id)
			memmove(&c->affected[i], &c->affected[i + 1],
			    (--c->affected_count - i) * sizeof *c->affected);
	return txn_branch_remove(ap->txn, b.id, e) < 0 ||
	    txn_remove(ap->txn, it.id, e) < 0 ? -1 : 0;
}

int
branch_change_apply(struct branch_change *c, struct txn *t, struct arena *a,
    struct err *e)
{
	static int (*const apply[])(struct applying *, struct err *) = {
		[BRANCH_CREATE] = create, [BRANCH_SAVE] = save,
		[BRANCH_REMOVE] = remove_branch };
	struct applying ap = { .change = c, .txn = t, .arena = a,
		.kind = branch_kind(txn_kinds(t)) };
	int rc = 0;

	ap.run = plan_run_new(NULL);
	for (size_t i = 0; rc == 0 && i < c->count; i++) {
		ap.action = &c->actions[i];
		rc = apply[ap.action->method](&ap, e);
		if (rc < 0)
			e->action = (int)i;
	}
	plan_run_free(ap.run);
	return rc;
}

/* --- publish -------------------------------------------------------------- */

/* One side of a conflict: the item as it is there, or null. */
static void
put_side(struct branch_change *c, const char *name, const struct item *it)
{
	struct buf *out = &c->conflicts;
	const struct kind *k = it == NULL ? NULL :
	    kinds_by_id(txn_kinds(c->txn), it->kind);
	struct plan_run *run;
	struct err ignored = ERR_INIT;

	buf_printf(out, ",\"%s\":", name);
	if (k == NULL) {
		buf_lit(out, "null");
		return;
	}
	run = plan_run_new(NULL);
	buf_lit(out, "{\"_rev\":");
	buf_putu(out, it->rev);
	body_members(k, run, it->body, out, &ignored);
	buf_putc(out, '}');
	plan_run_free(run);
}

static void
on_conflict(void *arg, const struct merge_conflict *x)
{
	struct branch_change *c = arg;
	struct buf *out = &c->conflicts;
	const struct item *it = x->mine != NULL ? x->mine :
	    x->theirs != NULL ? x->theirs : x->base;

	buf_puts(out, out->n > 0 ? ",{\"_key\":\"" : "{\"_key\":\"");
	if (it != NULL)
		base64url_put(out, it->key.p, it->key.n);
	buf_putc(out, '"');
	put_side(c, "base", x->base);
	if (x->why == MERGE_FIELD) {
		buf_lit(out, ",\"field\":");
		json_put_str(out, x->field);
	}
	put_side(c, "mine", x->mine);
	put_side(c, "theirs", x->theirs);
	buf_lit(out, ",\"why\":");
	json_put_cstr(out, merge_why_text(x->why));
	buf_putc(out, '}');
}

/* Which side the caller takes: "take": {"KEY": "mine"}. */
static enum merge_side
on_choose(void *arg, uint64_t item)
{
	struct branch_change *c = arg;
	struct buf key = BUF_INIT(BASE64_SIZE(STORE_KEY_MAX));
	struct err ignored = ERR_INIT;
	struct str side = STR_NONE;
	struct item it;

	if (c->take == NULL)
		return MERGE_NONE;
	if (view_node(txn_view(c->txn), item, &it, &ignored) > 0) {
		base64url_put(&key, it.key.p, it.key.n);
		side = json_string(json_getn(c->take, key.p, key.n));
	}
	buf_free(&key);
	return side.p == NULL ? MERGE_NONE : str_is(side, "mine") ?
	    MERGE_MINE : str_is(side, "theirs") ? MERGE_THEIRS : MERGE_NONE;
}

int
branch_change_publish(struct branch_change *c, struct txn *t, struct err *e)
{
	c->txn = t;
	c->take = json_get(c->actions[0].data, "take");
	c->merge.arg = c;
	c->merge.conflict = on_conflict;
	c->merge.choose = on_choose;
	return txn_merge(t, c->from, &c->merge, e);
}
