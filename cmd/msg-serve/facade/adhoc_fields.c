/* The second form: the fields of a kind, made of its schema. */
#include <string.h>

#include "facade/adhoc_int.h"
#include "facade/form.h"
#include "facade/node.h"
#include "xmpp/xml.h"

/* How a field is shown, and how what is typed becomes JSON again. */
enum look { LOOK_TEXT, LOOK_LINES, LOOK_SECRET, LOOK_TRUTH, LOOK_MAYBE,
	LOOK_NUMBER, LOOK_CHOICE, LOOK_LIST, LOOK_JSON };

static const char *const types[] = {
	[LOOK_TEXT] = "text-single", [LOOK_LINES] = "text-multi",
	[LOOK_SECRET] = "text-private", [LOOK_TRUTH] = "boolean",
	[LOOK_MAYBE] = "list-single", [LOOK_NUMBER] = "text-single",
	[LOOK_CHOICE] = "list-single", [LOOK_LIST] = "text-multi",
	[LOOK_JSON] = "text-multi",
};

struct shape {
	enum look look;
	bool nullable;
	const struct json *symbols;	/* of LOOK_CHOICE */
};

static const struct json *
member(const struct json *object, struct str name)
{
	return json_getn(object, name.p, name.n);
}

static enum look
look_of_string(const struct json *type)
{
	struct str logical = json_string(json_get(type, "logicalType"));

	return str_is(logical, "password") ? LOOK_SECRET :
	    str_is(logical, "text") || str_is(logical, "html") ? LOOK_LINES :
	    LOOK_TEXT;
}

static bool
is_number(struct str type)
{
	return str_is(type, "int") || str_is(type, "long") ||
	    str_is(type, "float") || str_is(type, "double");
}

/* type: a name, or an object with attributes. */
static enum look
look_of(const struct json *type, const struct json **symbols)
{
	const struct json *inner = json_get(type, "type");
	struct str name = json_string(inner == NULL ? type : inner);
	const struct json *items = json_get(type, "items");

	*symbols = json_get(type, "symbols");
	if (str_is(name, "string"))
		return look_of_string(type);
	if (str_is(name, "boolean"))
		return LOOK_TRUTH;
	if (str_is(name, "enum"))
		return LOOK_CHOICE;
	if (str_is(name, "bytes") || str_is(name, "fixed") ||
	    (is_number(name) && json_get(type, "logicalType") != NULL))
		return LOOK_TEXT;
	if (is_number(name))
		return LOOK_NUMBER;
	if (str_is(name, "array") && (str_is(json_string(items), "string") ||
	    str_is(json_string(json_get(items, "type")), "string")))
		return LOOK_LIST;
	return LOOK_JSON;
}

/* A union of null and something is that, or empty. */
static struct shape
shape_of(const struct json *field)
{
	const struct json *type = json_get(field, "type");
	struct shape out = { LOOK_JSON, false, NULL };

	if (type->type == JSON_ARRAY) {
		const struct json *a = type->first;
		bool first = a != NULL && str_is(json_string(a), "null");

		if (type->count != 2 || (!first &&
		    !str_is(json_string(a->next), "null")))
			return out;
		out.nullable = true;
		type = first ? a->next : a;
	}
	out.look = look_of(type, &out.symbols);
	/* A client says "no" for a boolean that has no value. */
	if (out.look == LOOK_TRUTH && out.nullable)
		out.look = LOOK_MAYBE;
	return out;
}

/* What other actions are for, or the first form has asked. */
static bool
is_skipped(const struct adhoc *x, struct str name)
{
	return str_is(name, "folder") || str_is(name, "contents") ||
	    (str_is(name, "name") && (x->item == NULL ||
	    adhoc_takes(x->method, "user")));
}

/* --- looked up ------------------------------------------------------------ */

static enum msg_command_id
getter(const struct adhoc *x)
{
	enum msg_command_id set = msg_command_id(x->command);

	return set == MSG_set_item ? MSG_get_item :
	    set == MSG_set_user ? MSG_get_user : MSG_get_branch;
}

/* The item, user or branch as it is now. */
static const struct json *
find(struct adhoc *x, struct session *s, struct err *e)
{
	struct str name = adhoc_subject(x, x->method), query = name;
	const struct json *j;

	if (getter(x) == MSG_get_item)
		query = str_of(node_query(&x->kind_arena, name));
	if (query.n == 0) {
		err_set(e, ERR_ARGUMENT, "say which: '%.*s' is none",
		    (int)(name.n > 100 ? 100 : name.n), name.p);
		return NULL;
	}
	j = facade_ask(s, &x->kind_arena, getter(x), query,
	    form_value(x->form, getter(x) == MSG_get_item ? "branch" : ""),
	    e);
	if (j != NULL && j->type == JSON_ARRAY)
		j = j->first;
	if (j == NULL && e->code == ERR_OK)
		err_set(e, ERR_NOT_FOUND, "there is no item '%.*s'",
		    (int)(name.n > 100 ? 100 : name.n), name.p);
	return j;
}

static struct str
kind_of(const struct adhoc *x)
{
	if (x->item != NULL)
		return json_string(json_get(x->item, "_kind"));
	return getter(x) == MSG_get_item ? form_value(x->form, "kind") :
	    getter(x) == MSG_get_user ? STR("User") : STR("branch");
}

int
adhoc_open_fields(struct adhoc *x, struct session *s,
    const struct msg_action *m, struct err *e)
{
	arena_free(&x->kind_arena);
	arena_free(&x->fields_arena);
	x->method = m;
	x->item = x->former = x->schema = NULL;
	x->fields = NULL;
	if (strcmp(m->method, "create") != 0) {
		x->item = find(x, s, e);
		if (x->item == NULL)
			return -1;
	}
	x->kind = kind_of(x);
	x->schema = facade_ask(s, &x->kind_arena, MSG_get_schema, x->kind,
	    STR_NONE, e);
	if (x->schema != NULL && adhoc_bytes(x) > ADHOC_BYTES) {
		x->schema = NULL;
		err_set(e, ERR_POLICY, "that is too large for a form");
	}
	if (x->schema != NULL)
		return 0;
	x->item = NULL;
	arena_free(&x->kind_arena);
	return -1;
}

/* --- shown ---------------------------------------------------------------- */

/* A default of a date is no date in words, and a secret is shown to nobody. */
static bool
is_shown(const struct shape *sh, const struct json *j)
{
	return j != NULL && j->type != JSON_NULL && sh->look != LOOK_SECRET &&
	    (sh->look != LOOK_TEXT || j->type != JSON_NUMBER);
}

/* Of what is no list. */
static struct str
text_of(const struct shape *sh, const struct json *j)
{
	if (sh->look == LOOK_TRUTH || sh->look == LOOK_MAYBE)
		return j->truth ? STR("1") : STR("0");
	return sh->look == LOOK_JSON || sh->look == LOOK_NUMBER ? j->raw :
	    j->text;
}

static void
put_json(struct buf *out, const struct shape *sh, const struct json *j)
{
	if (!is_shown(sh, j))
		return;
	if (sh->look == LOOK_LIST)
		for (j = j->first; j != NULL; j = j->next)
			form_put(out, j->text);
	else if (sh->look == LOOK_LINES || sh->look == LOOK_JSON)
		form_put_lines(out, text_of(sh, j));
	else
		form_put(out, text_of(sh, j));
}

/* Clients end lines in their own way. */
static void
put_plain(struct buf *out, struct str text)
{
	for (size_t i = 0, end; i < text.n; i = end + 1) {
		for (end = i; end < text.n && text.p[end] != '\r';)
			end++;
		xml_clean(out, text.p + i, end - i);
	}
}

/* Does a form that shows the value come back with that text when nobody has
 * touched it?  What XML cannot say was shown as something else. */
static bool
looks_like(const struct json *j, const struct shape *sh, struct str typed)
{
	struct buf was = BUF_INIT(ADHOC_TEXT_MAX), is = was;
	bool equal;

	if (is_shown(sh, j) && sh->look != LOOK_LIST)
		put_plain(&was, text_of(sh, j));
	else if (is_shown(sh, j))
		for (const struct json *x = j->first; x != NULL; x = x->next) {
			if (x != j->first)
				buf_putc(&was, '\n');
			put_plain(&was, x->text);
		}
	put_plain(&is, typed);
	equal = str_eq((struct str){ was.p, was.n },
	    (struct str){ is.p, is.n });
	buf_free(&was);
	buf_free(&is);
	return equal;
}

/* Did he leave the field as it was before another changed the item?  Then he
 * is shown what it is now. */
static bool
is_untouched(const struct adhoc *x, const struct shape *sh, struct str name,
    const struct stanza *said)
{
	struct arena a = ARENA_INIT;
	bool yes = x->former != NULL && looks_like(member(x->former, name),
	    sh, form_lines(said, &a));

	arena_free(&a);
	return yes;
}

/* What was submitted is there again, else what is stored. */
static void
put_values(struct buf *out, const struct adhoc *x, const struct shape *sh,
    const struct json *value, struct str name)
{
	const struct stanza *said = form_field(x->fields, name);

	if (said == NULL || sh->look == LOOK_SECRET ||
	    is_untouched(x, sh, name, said)) {
		put_json(out, sh, value);
		return;
	}
	for (said = stanza_first(said); said != NULL;
	    said = stanza_next(said))
		if (strcmp(said->name, "value") == 0)
			form_put(out, stanza_text(said));
}

static void
put_options(struct buf *out, const struct shape *sh)
{
	bool choice = sh->look == LOOK_CHOICE;

	if (sh->nullable && (choice || sh->look == LOOK_MAYBE))
		form_option(out, STR("none"), STR(""));
	if (sh->look == LOOK_MAYBE) {
		form_option(out, STR("yes"), STR("1"));
		form_option(out, STR("no"), STR("0"));
	}
	for (const struct json *j = choice ? sh->symbols->first : NULL;
	    j != NULL; j = j->next)
		form_option(out, STR_NONE, j->text);
}

static void
put_field(struct buf *out, const struct adhoc *x, const struct json *field)
{
	struct str name = json_string(json_get(field, "name"));
	struct str title = json_string(json_get(field, "title"));
	const struct json *required = json_get(field, "required");
	const struct json *value = x->item != NULL ?
	    member(x->item, name) : json_get(field, "default");
	struct shape sh = shape_of(field);
	struct str text = json_string(value);

	/* A single line would lose the others. */
	if (sh.look == LOOK_TEXT && text.n > 0 &&
	    memchr(text.p, '\n', text.n) != NULL)
		sh.look = LOOK_LINES;
	form_begin(out, types[sh.look], name, title.n > 0 ? title : name,
	    json_string(json_get(field, "doc")), required != NULL &&
	    required->truth && (x->item == NULL || sh.look != LOOK_SECRET));
	put_options(out, &sh);
	put_values(out, x, &sh, value, name);
	form_end(out);
}

void
adhoc_put_fields(struct buf *out, const struct adhoc *x)
{
	struct str subject = adhoc_subject(x, x->method);
	struct buf title = BUF_INIT(ADHOC_TEXT_MAX);
	const struct json *f = json_get(x->schema, "fields")->first;

	buf_printf(&title, "%s: %.*s %.*s", x->method->summary,
	    (int)x->kind.n, x->kind.p, (int)subject.n, subject.p);
	form_open(out, "form", buf_cstr(&title), NULL);
	for (; f != NULL; f = f->next)
		if (!is_skipped(x, json_string(json_get(f, "name"))))
			put_field(out, x, f);
	form_close(out);
	buf_free(&title);
}

/* --- read ----------------------------------------------------------------- */

static void
put_list(struct buf *out, const struct stanza *field)
{
	const char *comma = "";

	buf_putc(out, '[');
	for (const struct stanza *v = stanza_first(field); v != NULL;
	    v = stanza_next(v)) {
		struct str text = stanza_text(v);

		if (strcmp(v->name, "value") != 0 || text.n == 0)
			continue;
		buf_puts(out, comma);
		json_put_str(out, text);
		comma = ",";
	}
	buf_putc(out, ']');
}

/* Text that is JSON of the type; NULL: it is not. */
static const struct json *
parse(struct arena *a, struct str text, int type)
{
	struct err ignored = ERR_INIT;
	const struct json *j = json_parse(a, text.p, text.n, NULL, &ignored);

	return j != NULL && (type < 0 || (int)j->type == type) ? j : NULL;
}

/* Append what was typed as JSON.  1; 0: nothing was; -1.  A number that is
 * none goes as a string, for the command to refuse. */
static int
put_typed(struct buf *out, const struct adhoc *x, const struct shape *sh,
    struct str name, struct arena *a, struct err *e)
{
	const struct stanza *field = form_field(x->fields, name);
	struct str text = form_lines(field, a);
	const struct json *j;

	if (text.p == NULL || (text.n == 0 && sh->look == LOOK_SECRET))
		return 0;
	if (text.n == 0 && sh->nullable && sh->look != LOOK_LIST) {
		buf_lit(out, "null");
	} else if (sh->look == LOOK_TRUTH || sh->look == LOOK_MAYBE) {
		json_put_bool(out, form_truth(text));
	} else if (sh->look == LOOK_LIST) {
		put_list(out, field);
	} else if (sh->look == LOOK_JSON) {
		j = text.n == 0 ? NULL : parse(a, text, -1);
		if (text.n > 0 && j == NULL) {
			err_set(e, ERR_SYNTAX, "this is no JSON");
			return err_path(e, "/%.*s", (int)name.n, name.p);
		}
		if (j == NULL)
			return 0;
		json_put(out, j, JSON_PUT_SORTED);
	} else if (sh->look == LOOK_NUMBER && parse(a, text, JSON_NUMBER)) {
		buf_put(out, text.p, text.n);
	} else {
		json_put_str(out, text);
	}
	return 1;
}

static bool
same(const struct json *old, struct str typed)
{
	struct buf b = BUF_INIT(ADHOC_TEXT_MAX);
	bool equal;

	if (old == NULL)
		return false;
	json_put(&b, old, JSON_PUT_SORTED);
	equal = str_eq((struct str){ b.p, b.n }, typed);
	buf_free(&b);
	return equal;
}

/* Is what was typed news?  What a new item was not given has its default. */
static bool
is_told(const struct adhoc *x, const struct json *field,
    const struct shape *sh, struct str json, struct arena *a)
{
	struct str name = json_string(json_get(field, "name"));
	const struct json *old = x->item != NULL ? member(x->item, name) :
	    json_get(field, "default");

	if (same(old, json) || (x->item == NULL && str_is(json, "\"\"")))
		return false;
	return sh->look == LOOK_SECRET || !looks_like(old, sh,
	    form_lines(form_field(x->fields, name), a));
}

int
adhoc_put_changed(struct buf *out, const struct adhoc *x, struct arena *a,
    struct err *e)
{
	const struct json *f = json_get(x->schema, "fields")->first;
	struct buf typed = BUF_INIT(ADHOC_TEXT_MAX);
	int n = 0, rc = 0;

	for (; f != NULL && rc >= 0; f = f->next) {
		struct str name = json_string(json_get(f, "name"));
		struct shape sh = shape_of(f);

		if (is_skipped(x, name))
			continue;
		buf_reset(&typed);
		rc = put_typed(&typed, x, &sh, name, a, e);
		if (rc <= 0 || !is_told(x, f, &sh,
		    (struct str){ typed.p, typed.n }, a))
			continue;
		if (out->n > 0)
			buf_putc(out, ',');
		json_put_str(out, name);
		buf_putc(out, ':');
		buf_put(out, typed.p, typed.n);
		n++;
	}
	buf_free(&typed);
	return rc < 0 ? -1 : n;
}

/* --- changed by somebody else --------------------------------------------- */

static void
put_difference(struct buf *out, const struct json *old,
    const struct json *now, struct str name)
{
	struct buf text = BUF_INIT(ADHOC_TEXT_MAX);

	if (member(now, name) != NULL)
		json_put(&text, member(now, name), JSON_PUT_SORTED);
	if (!same(member(old, name), (struct str){ text.p, text.n }))
		buf_printf(out, "; '%.*s' is now %.*s", (int)name.n, name.p,
		    text.n > 200 ? 200 : (int)text.n, text.p);
	buf_free(&text);
}

void
adhoc_catch_up(struct adhoc *x, struct session *s, struct buf *out)
{
	const struct json *old = x->item, *f;
	struct err e = ERR_INIT;

	/* Each time costs the item's bytes, until the command has ended. */
	if (old == NULL || adhoc_bytes(x) > ADHOC_BYTES)
		return;
	x->item = find(x, s, &e);
	if (x->item == NULL || adhoc_bytes(x) > ADHOC_BYTES) {
		x->item = old;
		return;
	}
	x->former = old;
	f = json_get(x->schema, "fields")->first;
	for (; f != NULL; f = f->next)
		if (!is_skipped(x, json_string(json_get(f, "name"))))
			put_difference(out, old, x->item,
			    json_string(json_get(f, "name")));
}
