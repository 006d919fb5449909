/* A command's answer as a form to be read (XEP-0004 3.4). */
#include <string.h>

#include "facade/adhoc_int.h"
#include "facade/form.h"
#include "xmpp/ns.h"

#define COLUMNS_MAX	64	/* of a table; what an item has more of is not
				   shown */
#define VALUE_MAX	((size_t)64 << 20)	/* the answer's limit binds */

struct columns {
	struct str v[COLUMNS_MAX];
	size_t count;
};

/* A value in words: strings as they are, lists of strings a line each, all
 * else as JSON. */
static void
put_value(struct buf *out, const struct json *j)
{
	bool strings = j->type == JSON_ARRAY && j->count > 0;

	for (const struct json *i = j->first; strings && i != NULL;
	    i = i->next)
		strings = i->type == JSON_STRING;
	if (j->type == JSON_STRING) {
		form_put_lines(out, j->text);
	} else if (strings) {
		for (const struct json *i = j->first; i != NULL; i = i->next)
			form_put(out, i->text);
	} else if (j->type != JSON_NULL) {
		form_put(out, j->raw);
	}
}

static void
put_field(struct buf *out, const char *type, struct str var,
    const struct json *j)
{
	form_begin(out, type, var, type == NULL ? STR_NONE : var, STR_NONE,
	    false);
	put_value(out, j);
	form_end(out);
}

static const char *
type_for(const struct json *j)
{
	return j->type == JSON_BOOL ? "boolean" : j->type == JSON_ARRAY ||
	    (j->type == JSON_STRING && memchr(j->text.p, '\n', j->text.n) !=
	    NULL) ? "text-multi" : "text-single";
}

static void
put_object(struct buf *out, const struct json *object)
{
	for (const struct json *j = object->first; j != NULL; j = j->next)
		put_field(out, type_for(j), j->key, j);
}

static void
add_column(struct columns *c, struct str key)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->v[i], key))
			return;
	if (c->count < COLUMNS_MAX)
		c->v[c->count++] = key;
}

static void
put_table(struct buf *out, const struct json *list)
{
	struct columns c = { .count = 0 };
	const struct json *row, *j;

	for (row = list->first; row != NULL; row = row->next)
		for (j = row->first; j != NULL; j = j->next)
			add_column(&c, j->key);
	buf_lit(out, "<reported>");
	for (size_t i = 0; i < c.count; i++) {
		form_begin(out, "text-single", c.v[i], c.v[i], STR_NONE,
		    false);
		form_end(out);
	}
	buf_lit(out, "</reported>");
	for (row = list->first; row != NULL; row = row->next) {
		buf_lit(out, "<item>");
		for (size_t i = 0; i < c.count; i++) {
			form_begin(out, NULL, c.v[i], STR_NONE, STR_NONE,
			    false);
			j = json_getn(row, c.v[i].p, c.v[i].n);
			if (j != NULL)
				put_value(out, j);
			form_end(out);
		}
		buf_lit(out, "</item>");
	}
}

static bool
all_objects(const struct json *list)
{
	for (const struct json *j = list->first; j != NULL; j = j->next)
		if (j->type != JSON_OBJECT)
			return false;
	return list->first != NULL;
}

/* A schema is read as a whole. */
static void
put_schema(struct buf *out, const struct json *schema)
{
	struct buf text = BUF_INIT(VALUE_MAX);

	json_put(&text, schema, JSON_PUT_PRETTY);
	form_begin(out, "text-multi", STR("schema"), STR("schema"), STR_NONE,
	    false);
	form_put_lines(out, (struct str){ text.p, text.n });
	form_end(out);
	buf_free(&text);
}

static void
put_values(struct buf *out, const struct json *list)
{
	form_begin(out, "text-multi", STR("value"), STR("value"), STR_NONE,
	    false);
	for (const struct json *j = list->first; j != NULL; j = j->next)
		if (j->type == JSON_STRING)
			form_put(out, j->text);
		else
			form_put(out, j->raw);
	form_end(out);
}

void
adhoc_put_result(struct buf *out, const struct msg_command *command,
    const struct json *answer)
{
	form_open(out, "result", command->word, NULL);
	if (strcmp(command->name, "schema") == 0)
		put_schema(out, answer);
	else if (answer->type == JSON_OBJECT)
		put_object(out, answer);
	else if (answer->type != JSON_ARRAY)
		put_field(out, type_for(answer), STR("value"), answer);
	else if (all_objects(answer) && answer->count == 1)
		put_object(out, answer->first);
	else if (all_objects(answer))
		put_table(out, answer);
	else
		put_values(out, answer);
	form_close(out);
}

/* --- in words ----------------------------------------------------------- */

#define SUMMARY_LINES	20
#define SUMMARY_BYTES	200	/* of a value */

static void
put_short(struct buf *out, struct str s)
{
	size_t n = s.n;

	if (n > SUMMARY_BYTES) {
		n = SUMMARY_BYTES;
		while (n > 0 && (s.p[n] & 0xc0) == 0x80)
			n--;
	}
	buf_put(out, s.p, n);
	if (n < s.n)
		buf_lit(out, "...");
}

static void
put_words(struct buf *out, const struct json *j)
{
	put_short(out, j->type == JSON_STRING ? j->text : j->raw);
}

/* The members that say which one it is, when it is one of many. */
static bool
put_heading(struct buf *out, const struct json *j)
{
	static const char *const names[] = { "_path", "title", "_name",
		"name", "email", "rev", "author", "time", "message" };
	size_t start = out->n;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct json *m = json_get(j, names[i]);

		if (m == NULL || (i == 3 && out->n > start))
			continue;
		if (out->n > start)
			buf_lit(out, "  ");
		put_words(out, m);
	}
	return out->n > start;
}

void
adhoc_put_summary(struct buf *out, const struct json *answer)
{
	const struct json *one = answer->type == JSON_ARRAY &&
	    answer->count == 1 ? answer->first : answer, *j = one->first;
	bool object = one->type == JSON_OBJECT;

	if (!object && one->type != JSON_ARRAY) {
		buf_putc(out, '\n');
		put_words(out, one);
	}
	for (int lines = 0; j != NULL; j = j->next) {
		if (lines++ == SUMMARY_LINES) {
			buf_lit(out, "\n...");
			break;
		}
		buf_putc(out, '\n');
		if (object) {
			put_short(out, j->key);
			buf_lit(out, ": ");
		}
		if (object || !put_heading(out, j))
			put_words(out, j);
	}
}
