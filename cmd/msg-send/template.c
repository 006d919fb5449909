#include "template.h"

#include <string.h>

#define TYPES_MAX	8	/* types in one another */
#define DEPTH_MAX	32	/* of a schema's text */

struct template {
	struct buf *out;
	const struct json *root;
	int depth;
};

static void put_type(struct template *t, const struct json *type);

/* The record, enum or fixed of that name inside j; names are full names. */
static const struct json *
find_named(const struct json *j, struct str name, int depth)
{
	const struct json *found = NULL;

	if (depth == DEPTH_MAX)
		return NULL;
	if (j->type == JSON_OBJECT && str_eq(json_string(json_get(j,
	    "name")), name) && json_get(j, "type") != NULL &&
	    json_get(j, "default") == NULL &&
	    json_string(json_get(j, "type")).n > 0)
		return j;
	if (j->type == JSON_OBJECT || j->type == JSON_ARRAY)
		for (const struct json *m = j->first; m != NULL &&
		    found == NULL; m = m->next)
			found = find_named(m, name, depth + 1);
	return found;
}

static void
put_fields(struct template *t, const struct json *record)
{
	const struct json *fields = json_get(record, "fields");
	bool any = false;

	buf_putc(t->out, '{');
	for (const struct json *f = fields == NULL ? NULL : fields->first;
	    f != NULL; f = f->next) {
		const struct json *init = json_get(f, "default");

		buf_puts(t->out, any ? "," : "");
		any = true;
		json_put_str(t->out, json_string(json_get(f, "name")));
		buf_putc(t->out, ':');
		if (init != NULL)
			json_put(t->out, init, JSON_PUT_COMPACT);
		else
			put_type(t, json_get(f, "type"));
	}
	buf_putc(t->out, '}');
}

static const char *
nothing(struct str type)
{
	static const struct { const char *name, *json; } table[] = {
		{ "string", "\"\"" }, { "bytes", "\"\"" }, { "int", "0" },
		{ "long", "0" }, { "float", "0" }, { "double", "0" },
		{ "boolean", "false" }, { "array", "[]" }, { "map", "{}" },
		{ "fixed", "\"\"" },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (str_is(type, table[i].name))
			return table[i].json;
	return NULL;
}

static void
put_object(struct template *t, const struct json *type)
{
	struct str name = json_string(json_get(type, "type"));
	const struct json *symbols = json_get(type, "symbols");

	if (str_is(name, "record"))
		put_fields(t, type);
	else if (str_is(name, "enum") && symbols != NULL &&
	    symbols->first != NULL)
		json_put(t->out, symbols->first, JSON_PUT_COMPACT);
	else
		put_type(t, json_get(type, "type"));
}

/* Of a union its first branch; what is not known is null. */
static void
put_type(struct template *t, const struct json *type)
{
	const struct json *named = NULL;
	const char *text = NULL;

	if (type != NULL && t->depth < TYPES_MAX) {
		t->depth++;
		if (type->type == JSON_STRING)
			text = nothing(type->text);
		if (type->type == JSON_STRING && text == NULL)
			named = find_named(t->root, type->text, 0);
		if (type->type == JSON_ARRAY)
			named = type->first;
		if (type->type == JSON_OBJECT)
			put_object(t, type);
		else if (named != NULL)
			put_type(t, named);
		else
			buf_puts(t->out, text == NULL ? "null" : text);
		t->depth--;
	} else {
		buf_lit(t->out, "null");
	}
}

/* What the server sets by itself is not for a new item. */
static bool
is_own(struct str name)
{
	static const char *const own[] = { "name", "folder", "contents" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (str_is(name, own[i]))
			return true;
	return false;
}

int
template_put(struct buf *out, const char *p, size_t n, struct err *e)
{
	struct arena a = ARENA_INIT;
	const struct json *j = json_parse(&a, p, n, NULL, e);
	const struct json *fields = j == NULL ? NULL : json_get(j, "fields");
	struct template t = { out, j, 0 };

	if (fields == NULL) {
		arena_free(&a);
		return err_set(e, ERR_NO_ANSWER, "the answer is no schema of "
		    "a kind");
	}
	buf_lit(out, "[{\"method\":\"create\",\"data\":{\"_kind\":");
	json_put_str(out, json_string(json_get(j, "name")));
	buf_lit(out, ",\"_path\":\"/\"");
	for (const struct json *f = fields->first; f != NULL; f = f->next) {
		const struct json *init = json_get(f, "default");
		struct str name = json_string(json_get(f, "name"));

		if (is_own(name))
			continue;
		buf_putc(out, ',');
		json_put_str(out, name);
		buf_putc(out, ':');
		if (init != NULL)
			json_put(out, init, JSON_PUT_COMPACT);
		else
			put_type(&t, json_get(f, "type"));
	}
	buf_lit(out, "}}]");
	arena_free(&a);
	return 0;
}

int
template_print(struct send *s, struct interrupt *in, const char *kind,
    struct err *e)
{
	struct send_reply r = SEND_REPLY_INIT;
	struct buf out = BUF_INIT(SEND_ANSWER_MAX);
	struct msg_ask ask = { .to = s->o->to };
	int rc;

	ask.command = &msg_commands[MSG_get_schema];
	ask.argument = str_of(kind);
	rc = msg_ask_check(&ask, e);
	if (rc == 0)
		rc = stream_talk(s, in, &ask, &r, -1, e);
	if (rc == 0)
		rc = template_put(&out, r.text.p, r.text.n, e);
	if (rc == 0) {
		send_print(s, (struct str){ out.p, out.n }, 0);
		rc = send_turn(s, e);
	}
	send_reply_clear(&r);
	buf_free(&out);
	return rc;
}
