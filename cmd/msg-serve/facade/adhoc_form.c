/* The first form of a command: its argument, its attributes, its methods. */
#include <string.h>

#include "base/text.h"
#include "facade/adhoc_int.h"
#include "facade/form.h"
#include "msg/ask.h"
#include "xmpp/ns.h"

/* What methods take (msg/actions.def), and the member it becomes. */
static const struct taken {
	const char *word, *member, *type, *label, *desc;
} taken[] = {
	{ "path", "_path", "text-single", "Path",
	    "of the item, such as /news/article-1" },
	{ "kind", "_kind", "text-single", "Kind",
	    "of a new item, such as Page or Folder" },
	{ "to", "to", "text-single", "To",
	    "new path of what is moved or copied, or a folder's with / "
	    "behind it" },
	{ "after", "after", "text-single", "After",
	    "name of the item to be before it in its folder; empty: it is "
	    "the first" },
	{ "rev", "rev", "text-single", "Revision",
	    "of the commit that is undone" },
	{ "branch", "_name", "text-single", "Branch", "its name" },
	{ "from", "from", "text-single", "From",
	    "branch that a new one begins as" },
	{ "user", "name", "text-single", "User", "the name" },
};

#define TAKEN	(sizeof taken / sizeof taken[0])

bool
adhoc_takes(const struct msg_action *m, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = m->takes; (p = strstr(p, word)) != NULL; p += n)
		if ((p == m->takes || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static bool
is_optional(const struct msg_command *c)
{
	return c->argument[0] == '[';
}

/* "[on|off]": words to choose from. */
static bool
is_choice(const struct msg_command *c)
{
	return is_optional(c) && c->argument[1] >= 'a';
}

static void
put_value(struct buf *out, const struct stanza *form, const char *var)
{
	struct str value = form_value(form, var);

	if (value.n > 0)
		form_put(out, value);
}

static void
put_choices(struct buf *out, const char *words)
{
	while (*words == '[' || *words == '|') {
		size_t n = strcspn(++words, "|]");

		form_option(out, STR_NONE, (struct str){ words, n });
		words += n;
	}
}

static void
put_argument(struct buf *out, const struct adhoc *x, bool methods)
{
	const struct msg_command *c = x->command;
	bool lines = methods || c->verb == MSG_set;
	bool choice = is_choice(c);
	bool query = strstr(c->argument, "QUERY") != NULL;

	if (c->argument[0] == '\0')
		return;
	lines = lines && !choice && !query;
	form_begin(out, choice ? "list-single" : lines ? "text-multi" :
	    "text-single", STR("argument"), str_of(c->argument),
	    methods ? STR("a JSON list of actions, instead of a method and "
	    "what it takes") : query ? STR("a path query, such as /news/*") :
	    STR_NONE, !methods && !is_optional(c));
	if (choice)
		put_choices(out, c->argument);
	else if (lines)
		form_put_lines(out, form_lines(form_field(x->form,
		    STR("argument")), x->form == NULL ? NULL :
		    x->form->arena));
	if (!lines)
		put_value(out, x->form, "argument");
	form_end(out);
}

static void
put_methods(struct buf *out, const struct adhoc *x,
    const struct msg_action *m, size_t count)
{
	struct str chosen = form_value(x->form, "method");

	form_begin(out, "list-single", STR("method"), STR("What to do"),
	    STR_NONE, false);
	for (size_t i = 0; i < count; i++)
		form_option(out, str_of(m[i].summary), str_of(m[i].method));
	form_put(out, chosen.n > 0 ? chosen : str_of(m[0].method));
	form_end(out);
	for (size_t t = 0; t < TAKEN; t++) {
		bool used = false;

		for (size_t i = 0; i < count; i++)
			used = used || adhoc_takes(&m[i], taken[t].word);
		if (!used)
			continue;
		form_begin(out, taken[t].type, str_of(taken[t].word),
		    str_of(taken[t].label), str_of(taken[t].desc), false);
		put_value(out, x->form, taken[t].word);
		form_end(out);
	}
}

/* The attributes of a command one after the other; false: no more. */
static bool
next_attribute(const char **p, enum msg_attr *out)
{
	size_t n;

	*p += strspn(*p, " ");
	n = strcspn(*p, " ");
	*out = msg_attr_find((struct str){ *p, n });
	*p += n;
	return n > 0;
}

void
adhoc_put_form(struct buf *out, const struct adhoc *x)
{
	const struct msg_command *c = x->command;
	const char *words = c->attributes;
	enum msg_attr a;
	size_t count;
	const struct msg_action *m = msg_actions_of(msg_command_id(c),
	    &count);

	form_open(out, "form", c->word, c->summary);
	if (m != NULL)
		put_methods(out, x, m, count);
	put_argument(out, x, m != NULL);
	while (next_attribute(&words, &a)) {
		form_begin(out, "text-single", str_of(msg_attr_name(a)),
		    str_of(msg_attr_name(a)), str_of(msg_attr_summary(a)),
		    false);
		put_value(out, x->form, msg_attr_name(a));
		form_end(out);
	}
	form_close(out);
}

void
adhoc_set_attributes(const struct adhoc *x, struct stanza *command)
{
	const char *words = x->command->attributes;
	enum msg_attr a;

	while (next_attribute(&words, &a)) {
		struct str value = form_value(x->form, msg_attr_name(a));

		if (value.n > 0)
			stanza_set_str(command, msg_attr_name(a), value);
	}
}

struct str
adhoc_argument(const struct adhoc *x, struct arena *a)
{
	return form_lines(form_field(x->form, STR("argument")), a);
}

const struct msg_action *
adhoc_method(const struct adhoc *x, struct err *e)
{
	struct str word = form_value(x->form, "method");
	size_t count;
	const struct msg_action *m = msg_actions_of(msg_command_id(x->command),
	    &count);

	for (size_t i = 0; m != NULL && i < count; i++)
		if (str_is(word, m[i].method))
			return &m[i];
	if (m != NULL && form_value(x->form, "argument").n == 0)
		err_set(e, ERR_ARGUMENT, "say what to do: there is no method "
		    "'%.*s'", (int)(word.n > 40 ? 40 : word.n), word.p);
	return NULL;
}

struct str
adhoc_subject(const struct adhoc *x, const struct msg_action *m)
{
	for (size_t i = 0; i < TAKEN; i++)
		if (adhoc_takes(m, taken[i].word))
			return form_value(x->form, taken[i].word);
	return STR_NONE;
}

/* A revision is a number and the first place is null; what is empty was not
 * given, and the command says what it misses. */
static void
put_member(struct buf *out, const struct taken *t, struct str value)
{
	uint64_t n;
	bool first = strcmp(t->word, "after") == 0 && value.n == 0;

	if (value.n == 0 && !first)
		return;
	if (out->n > 0)
		buf_putc(out, ',');
	json_put_key(out, t->member);
	if (first)
		buf_lit(out, "null");
	else if (strcmp(t->word, "rev") == 0 &&
	    text_number(value.p, value.n, INT64_MAX, &n) == 0)
		buf_putu(out, n);
	else
		json_put_str(out, value);
}

void
adhoc_put_taken(struct buf *out, const struct adhoc *x,
    const struct msg_action *m)
{
	for (size_t i = 0; i < TAKEN; i++)
		if (adhoc_takes(m, taken[i].word))
			put_member(out, &taken[i], form_value(x->form,
			    taken[i].word));
}
