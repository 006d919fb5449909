#include "service/user_change.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "service/body.h"
#include "service/user.h"
#include "store/key.h"
#include "store/kinds.h"
#include "store/rights.h"
#include "xmpp/jid.h"

#define FIELDS_MAX	64

/* --- parsing ------------------------------------------------------------- */

static int
parse_method(const struct json *j, enum user_method *out, struct err *e)
{
	static const char *const words[] = { "create", "save", "remove" };
	const struct json *m = json_get(j, "method");

	for (int i = 0; i < 3; i++)
		if (m != NULL && m->type == JSON_STRING &&
		    str_is(m->text, words[i])) {
			*out = (enum user_method)i;
			return 0;
		}
	return err_set(e, ERR_ARGUMENT, "an action needs \"method\": "
	    "\"create\", \"save\" or \"remove\"");
}

/* A member that is a string; n 0 when it is absent. */
static int
get_string(const struct json *data, const char *key, struct str *out,
    struct err *e)
{
	const struct json *j = json_get(data, key);

	*out = STR_NONE;
	if (j == NULL)
		return 0;
	if (j->type != JSON_STRING) {
		err_set(e, ERR_VALUE, "expected string, got %s",
		    json_type_name(j->type));
		return err_path(e, "/%s", key);
	}
	*out = j->text;
	return 0;
}

static int
parse_name(struct user_action *x, struct arena *a, struct str name,
    struct err *e)
{
	struct buf prepared = BUF_INIT(STORE_NAME_MAX);
	int rc = jid_local(&prepared, name.p, name.n, e);

	if (rc == 0)
		x->name = (struct str){ arena_strn(a, prepared.p,
		    prepared.n), prepared.n };
	else
		err_path(e, "/name");
	buf_free(&prepared);
	return rc;
}

static int
parse_password(struct user_action *x, struct str password, struct err *e)
{
	size_t len, count = 0;

	if (password.n == 0)
		return 0;
	for (size_t i = 0; i < password.n; i += len, count++)
		utf8_get(password.p + i, password.n - i, &len);
	if (count < USER_PASSWORD_MIN || (x->name.n > 0 &&
	    str_eq(x->name, password))) {
		err_set(e, ERR_POLICY, "a password has at least %d characters "
		    "and is not the user's name", USER_PASSWORD_MIN);
		return err_path(e, "/password");
	}
	return secret_set(&x->password, password.p, password.n, e);
}

static int
parse_key(struct user_action *x, struct arena *a, struct str text,
    struct err *e)
{
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	int rc = key_parse(&raw, text, e);

	if (rc == 0)
		x->key = (struct str){ arena_strn(a, raw.p, raw.n), raw.n };
	else
		err_path(e, "/_key");
	buf_free(&raw);
	return rc;
}

/* Told now, and not when he cannot log in. */
static int
check_roles(const struct json *data, struct arena *a, struct err *e)
{
	const struct json *list = json_get(data, "roles"), *j;
	struct str *roles;
	size_t n = 0;

	if (list == NULL || list->type != JSON_ARRAY)
		return 0;		/* the field's type says what fits */
	roles = arena_alloc(a, (list->count + 1) * sizeof *roles);
	for (j = list->first; j != NULL; j = j->next)
		if (j->type == JSON_STRING)
			roles[n++] = j->text;
	return rights_check(roles, n, e) == 0 ? 0 : err_path(e, "/roles");
}

static int
parse_action(struct user_action *x, struct arena *a, const struct json *j,
    struct err *e)
{
	struct str key, name, password;

	x->data = json_get(j, "data");
	if (parse_method(j, &x->method, e) < 0)
		return -1;
	if (x->data == NULL || x->data->type != JSON_OBJECT)
		return err_set(e, ERR_ARGUMENT,
		    "an action needs \"data\", an object");
	if (get_string(x->data, "_key", &key, e) < 0 ||
	    get_string(x->data, "name", &name, e) < 0 ||
	    get_string(x->data, "password", &password, e) < 0 ||
	    (key.n > 0 && parse_key(x, a, key, e) < 0) ||
	    (name.n > 0 && parse_name(x, a, name, e) < 0) ||
	    check_roles(x->data, a, e) < 0 ||
	    parse_password(x, password, e) < 0)
		return -1;
	if (x->method == USER_CREATE && (name.n == 0 || password.n == 0))
		return err_set(e, ERR_VALUE, "a new user needs \"name\" and "
		    "\"password\"");
	if (x->method != USER_CREATE && key.n == 0 && name.n == 0)
		return err_set(e, ERR_ARGUMENT, "say which user: \"_key\" or "
		    "\"name\"");
	return 0;
}

struct user_change *
user_change_parse(struct arena *a, const char *p, size_t n, struct err *e)
{
	struct json *list = json_parse(a, p, n, NULL, e), *j;
	struct user_change *c;

	if (list == NULL)
		return NULL;
	if (list->type != JSON_ARRAY || list->count > USER_ACTIONS_MAX) {
		err_set(e, ERR_ARGUMENT, "expected a list of at most %d "
		    "actions", USER_ACTIONS_MAX);
		return NULL;
	}
	c = arena_zero(a, sizeof *c);
	c->actions = arena_zero(a, list->count * sizeof *c->actions);
	c->affected = arena_zero(a, list->count * sizeof *c->affected);
	for (j = list->first; j != NULL; j = j->next) {
		if (parse_action(&c->actions[c->count], a, j, e) < 0) {
			e->action = (int)c->count++;
			user_change_wipe(c);
			return NULL;
		}
		c->count++;
	}
	return c;
}

/* --- applying ------------------------------------------------------------ */

struct applying {
	struct user_change *change;
	struct txn *txn;
	struct arena *arena;
	struct plan_run *run;
	struct buf text, body;		/* scratch */
	const struct kind *kind;
};

static void
affect(struct user_change *c, uint64_t id)
{
	for (size_t i = 0; i < c->affected_count; i++)
		if (c->affected[i] == id)
			return;
	c->affected[c->affected_count++] = id;
}

/* Keep a JSON string of s and give the field this value. */
static struct body_field
string_field(struct applying *ap, const char *field, struct str s)
{
	struct buf *b = &ap->text;

	buf_reset(b);
	json_put_str(b, s);
	return (struct body_field){ kind_field(ap->kind, str_of(field)),
		{ arena_strn(ap->arena, b->p, b->n), b->n } };
}

/* What the data gives, but for the password and what only addresses. */
static int
collect(struct applying *ap, const struct user_action *x,
    struct body_field *out, size_t *count, struct err *e)
{
	bool self_only = !ap->change->admin;

	for (struct json *j = x->data->first; j != NULL; j = j->next) {
		int field = kind_field(ap->kind, j->key);

		if (j->key.n > 0 && j->key.p[0] == '_')
			continue;
		if (field < 0 || *count == FIELDS_MAX) {
			err_set(e, ERR_VALUE, "a user has no field '%.*s'",
			    (int)j->key.n, j->key.p);
			return err_path(e, "/%.*s", (int)j->key.n, j->key.p);
		}
		if (str_is(j->key, "password") || str_is(j->key, "name"))
			continue;
		if (self_only && !str_is(j->key, "full_name")) {
			err_set(e, ERR_FORBIDDEN, "only an administrator may "
			    "change '%.*s'", (int)j->key.n, j->key.p);
			return err_path(e, "/%.*s", (int)j->key.n, j->key.p);
		}
		out[(*count)++] = (struct body_field){ field, j->raw };
	}
	return 0;
}

static int
create(struct applying *ap, struct user_action *x, struct err *e)
{
	struct body_field fields[FIELDS_MAX + 4];
	struct buf key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new new = { .parent = ITEM_USERS, .kind = ap->kind->id,
		.name = x->name };
	uint64_t id;
	size_t n = 0;
	char *email = arena_printf(ap->arena, "%.*s@%s", (int)x->name.n,
	    x->name.p, ap->change->domain);
	int rc = -1;

	if (!ap->change->admin)
		return err_set(e, ERR_FORBIDDEN,
		    "only an administrator may create users");
	fields[n++] = string_field(ap, "name", x->name);
	fields[n++] = string_field(ap, "email", str_of(email));
	fields[n++] = string_field(ap, "password", STR(""));
	fields[n++] = string_field(ap, "branch", x->name);
	if (collect(ap, x, fields, &n, e) < 0)
		return -1;
	buf_reset(&ap->body);
	key_put_string(&key, STR("User"), x->name);
	new.key = (struct str){ key.p, key.n };
	if (body_write(ap->kind, ap->run, STR_NONE, fields, n, &ap->body,
	    e) == 0) {
		new.body = (struct str){ ap->body.p, ap->body.n };
		rc = txn_create(ap->txn, &new, &id, e);
	}
	buf_free(&key);
	if (rc < 0)
		return -1;
	x->cred_name = x->name;
	affect(ap->change, id);
	return 0;
}

static int
find(struct applying *ap, const struct user_action *x, struct item *out,
    struct err *e)
{
	struct view *v = txn_view(ap->txn);
	uint64_t id;
	int rc = x->key.n > 0 ? view_key(v, x->key, &id, e) :
	    view_child(v, ITEM_USERS, x->name, &id, e);

	if (rc > 0)
		rc = view_item(v, id, out, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || out->parent != ITEM_USERS ||
	    (!ap->change->admin && out->id != ap->change->self))
		return err_set(e, ERR_NOT_FOUND, "no such user");
	return 0;
}

static int
is_admin(struct applying *ap, const struct item *it, bool *out,
    struct err *e)
{
	struct buf scratch = BUF_INIT(STORE_BODY_MAX);
	struct str admin;
	int rc = body_slice(ap->kind, ap->run, it->body,
	    kind_field(ap->kind, STR("admin")), &scratch, &admin, e);

	if (rc == 0)
		*out = admin.p[0] != 0;
	buf_free(&scratch);
	return rc;
}

/* At least one administrator must be left. */
static int
check_admins(struct applying *ap, struct err *e)
{
	struct scan scan = SCAN_INIT;
	struct item it;
	uint64_t ids[64];
	bool admin;
	int n;

	while ((n = view_children(txn_view(ap->txn), ITEM_USERS, &scan, ids,
	    MEM_COUNT(ids), e)) > 0)
		for (int i = 0; i < n; i++) {
			if (view_item(txn_view(ap->txn), ids[i], &it, e) < 1 ||
			    is_admin(ap, &it, &admin, e) < 0)
				return -1;
			if (admin)
				return 0;
		}
	return n < 0 ? -1 : err_set(e, ERR_NOT_ALLOWED,
	    "the last administrator cannot be taken away");
}

static int
save(struct applying *ap, struct user_action *x, struct err *e)
{
	struct body_field fields[FIELDS_MAX + 3];
	struct item it;
	struct str old;
	size_t n = 0;

	if (find(ap, x, &it, e) < 0)
		return -1;
	old = (struct str){ arena_strn(ap->arena, it.name.p, it.name.n),
		it.name.n };
	if (collect(ap, x, fields, &n, e) < 0)
		return -1;
	buf_reset(&ap->body);
	if (body_write(ap->kind, ap->run, it.body, fields, n, &ap->body,
	    e) < 0 || txn_save(ap->txn, it.id, (struct str){ ap->body.p,
	    ap->body.n }, e) < 0 || check_admins(ap, e) < 0)
		return -1;
	x->cred_name = old;
	if (x->key.n > 0 && x->name.n > 0 && !str_eq(x->name, old)) {
		if (!ap->change->admin)
			return err_set(e, ERR_FORBIDDEN, "only an "
			    "administrator may rename users");
		if (txn_move(ap->txn, it.id, ITEM_USERS, x->name, e) < 0)
			return -1;
		x->cred_old = old;
		x->cred_name = x->name;
	}
	affect(ap->change, it.id);
	return 0;
}

static int
remove_user(struct applying *ap, struct user_action *x, struct err *e)
{
	struct item it;

	if (!ap->change->admin)
		return err_set(e, ERR_FORBIDDEN,
		    "only an administrator may remove users");
	if (find(ap, x, &it, e) < 0)
		return -1;
	x->cred_old = (struct str){ arena_strn(ap->arena, it.name.p,
	    it.name.n), it.name.n };
	if (txn_remove(ap->txn, it.id, e) < 0)
		return -1;
	for (size_t i = 0; i < ap->change->affected_count; i++)
		if (ap->change->affected[i] == it.id) {
			memmove(&ap->change->affected[i],
			    &ap->change->affected[i + 1],
			    (--ap->change->affected_count - i) *
			    sizeof *ap->change->affected);
			break;
		}
	return check_admins(ap, e);
}

int
user_change_apply(struct user_change *c, struct store *s, struct txn *t,
    struct arena *a, struct err *e)
{
	static int (*const apply[])(struct applying *, struct user_action *,
	    struct err *) = { create, save, remove_user };
	struct applying ap = { .change = c, .txn = t, .arena = a,
		.text = BUF_INIT(65536), .body = BUF_INIT(STORE_BODY_MAX) };
	int rc = 0;

	ap.kind = kinds_by_name(txn_kinds(t), STR("User"));
	ap.run = plan_run_new(NULL);
	for (size_t i = 0; rc == 0 && i < c->count; i++) {
		rc = apply[c->actions[i].method](&ap, &c->actions[i], e);
		if (rc < 0)
			e->action = (int)i;
	}
	plan_run_free(ap.run);
	buf_free(&ap.text);
	buf_free(&ap.body);
	return rc < 0 ? -1 : user_change_creds(c, s, e);
}
