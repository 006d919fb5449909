#include "service/branch_change.h"

#include <string.h>

#include "base/mem.h"
#include "service/account.h"
#include "service/body.h"
#include "service/branch_owner.h"
#include "store/key.h"
#include "store/kinds.h"
#include "xmpp/jid.h"

#define CONFLICTS_MAX	((size_t)4 << 20)	/* bytes of their JSON */
#define FIELDS_MAX	8
#define CIRCLE_MAX	1000		/* branches that are followed */

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
	(void)branch_missing(name, e);
	return err_path(e, "/%s", where);
}

/* Whose it is to be: nobody's, or a user's, by the name he is known by.
 * Who is no administrator cannot know who else there is. */
static int
read_owner(struct applying *ap, struct str text, struct str *raw,
    struct err *e)
{
	const struct account *who = ap->change->account;
	struct str action = ap->action->name;
	struct buf name = BUF_INIT(STORE_NAME_MAX);
	struct err ignored = ERR_INIT;
	uint64_t id;
	int rc = jid_local(&name, text.p, text.n, &ignored) == 0;

	*raw = quote(ap->arena, (struct str){ name.p, name.n });
	if (rc > 0 && !str_eq((struct str){ name.p, name.n },
	    str_of(who->name)))
		rc = !who->admin ? err_set(e, ERR_FORBIDDEN, "only an "
		    "administrator gives a branch to another") :
		    view_child(txn_view(ap->txn), ITEM_USERS,
		    (struct str){ name.p, name.n }, &id, e);
	if (rc > 0 && (str_is(action, "live") || str_is(action, "staging")))
		rc = err_set(e, ERR_NOT_ALLOWED, "branch '%.*s' is "
		    "everybody's", (int)action.n, action.p);
	if (rc == 0)
		err_set(e, ERR_NOT_FOUND, "there is no user '%.*s'",
		    (int)(text.n > 60 ? 60 : text.n), text.p);
	buf_free(&name);
	return rc > 0 ? 0 : err_path(e, "/owner");
}

/* What it publishes to may not lead back to it. */
static int
check_circle(struct applying *ap, struct str to, struct err *e)
{
	struct str own = ap->action->name, at = to, owner;
	int rc = 1;

	for (int i = 0; rc > 0 && i < CIRCLE_MAX && at.n > 0 &&
	    !str_eq(at, own); i++)
		rc = branch_describe(txn_view(ap->txn), at, ap->arena,
		    &owner, &at, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || !str_eq(at, own))
		return 0;
	(void)err_set(e, ERR_NOT_ALLOWED, str_eq(to, own) ? "branch '%.*s' "
	    "cannot publish to itself" : "branch '%.*s' cannot publish to "
	    "what publishes to it", (int)own.n, own.p);
	return err_path(e, "/publish");
}

/* What publish names must be there for the caller. */
static int
check_publish(struct applying *ap, struct str name, struct err *e)
{
	struct branch found;
	int rc = branch_find(ap->change->account,
	    txn_view(ap->txn)->reader, name, &found, e);

	return rc > 0 ? check_circle(ap, name, e) : rc < 0 ? -1 :
	    no_branch(name, "publish", e);
}

/* The fields the data gives. */
static int
collect(struct applying *ap, struct body_field *out, size_t *n,
    struct err *e)
{
	for (struct json *j = ap->action->data->first; j; j = j->next) {
		int field = kind_field(ap->kind, j->key);
		struct str text = json_string(j), raw = j->raw;

		if ((j->key.n > 0 && j->key.p[0] == '_') ||
		    str_is(j->key, "from"))
			continue;
		if (field < 0) {
			err_set(e, ERR_VALUE, "a branch has no field '%.*s'",
			    (int)j->key.n, j->key.p);
			return err_path(e, "/%.*s", (int)j->key.n, j->key.p);
		}
		if (text.n > 0 && str_is(j->key, "publish") &&
		    check_publish(ap, text, e) < 0)
			return -1;
		if (text.n > 0 && str_is(j->key, "owner") &&
		    read_owner(ap, text, &raw, e) < 0)
			return -1;
		out[(*n)++] = (struct body_field){ field, raw };
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
	rc = branch_find(ap->change->account, txn_view(ap->txn)->reader,
	    from, &found, e);
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
	    STR("owner")), quote(ap->arena,
	    str_of(ap->change->account->name)) };
	fields[n++] = (struct body_field){ kind_field(ap->kind,
	    STR("publish")), STR("\"staging\"") };
	if (!account_writes(ap->change->account))
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
	if (ap->change->account->admin)
		return 0;
	if (branch_describe(v, name, ap->arena, &owner, &publish, e) < 0)
		return -1;
	if (str_eq(owner, str_of(ap->change->account->name)))
		return 0;
	if (!branch_sees_owner(ap->change->account, owner))
		return no_branch(name, "_name", e);
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
		.kind = kinds_by_name(txn_kinds(t), STR("branch")) };
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
