#include "offer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "offer_int.h"

void
offers_clear(struct offers *o)
{
	arena_free(&o->arena);
	free(o->list);
	*o = (struct offers)OFFERS_INIT;
}

void
offer_add(struct offers *o, const char *typed, struct str text,
    const char *after, const char *note)
{
	size_t n = strlen(typed), len;

	if (o->n == OFFERS_MAX || text.n < n ||
	    memcmp(text.p, typed, n) != 0)
		return;
	for (size_t i = 0; i < text.n; i += len)
		if (text_is_control(utf8_get(text.p + i, text.n - i, &len)))
			return;		/* nobody types that */
	o->list = mem_grow(o->list, &o->cap, o->n + 1, sizeof *o->list);
	o->list[o->n++] = (struct offer){ arena_printf(&o->arena, "%.*s%s",
	    (int)text.n, text.p, after), note };
}

/* --- where the cursor is ------------------------------------------------- */

/* The k-th word of "KIND PATH [FIELD=VALUE...]", the last one again and
 * again when it says so; without brackets and what is behind a '='. */
struct str
offer_argument(const char *spec, size_t k)
{
	struct str s = STR_NONE;

	for (size_t i = 0; *spec != '\0'; i++) {
		size_t n = strcspn(spec, " ");
		bool again = n > 3 && (strncmp(spec + n - 3, "...", 3) == 0 ||
		    strncmp(spec + n - 4, "...]", 4) == 0);

		if (i == k || (again && i < k)) {
			spec += strspn(spec, "[");
			return (struct str){ spec, strcspn(spec, "]=. ") };
		}
		spec += n;
		spec += strspn(spec, " ");
	}
	return s;
}

/* Attributes stand between a command and its arguments. */
static bool
is_attribute(const char *word)
{
	return strncmp(word, "--", 2) == 0;
}

bool
offer_find(struct offer_place *out, char *const w[], size_t i)
{
	const char *second = i > 1 && !is_attribute(w[1]) ? w[1] : NULL;

	*out = (struct offer_place){ .typed = w[i] };
	if (i == 0)
		return false;
	out->word = word_find(str_of(w[0]), str_of(second));
	out->command = out->word != NULL ? NULL :
	    msg_command_by_word(str_of(w[0]));
	if (out->word == NULL && out->command == NULL)
		return false;
	if (out->word != NULL && out->word->command < MSG_COMMANDS)
		out->command = &msg_commands[out->word->command];
	out->first = out->word == NULL ? 1 : word_length(out->word);
	while (out->first < i && is_attribute(w[out->first]))
		out->first++;
	out->spec = out->word != NULL ? word_arguments(out->word) :
	    out->command->argument;
	out->argument = offer_argument(out->spec, i - out->first);
	return true;
}

/* --- what the tables say ------------------------------------------------- */

static void
add_first(struct offers *out, const char *typed)
{
	for (const struct word *w = words; w->name != NULL; w++)
		if (w->sub == NULL || word_find(str_of(w->name),
		    STR_NONE) == NULL)
			offer_add(out, typed, str_of(w->name), "",
			    w->summary);
	for (int c = 0; c < MSG_COMMANDS; c++)
		offer_add(out, typed, str_of(msg_commands[c].word), "",
		    msg_commands[c].summary);
}

static void
add_second(struct offers *out, const char *first, const char *typed)
{
	for (const struct word *w = words; w->name != NULL; w++)
		if (w->sub != NULL && strcmp(w->name, first) == 0)
			offer_add(out, typed, str_of(w->sub), "", w->summary);
}

static void
add_attributes(struct offers *out, const char *typed)
{
	char name[40] = "--";

	for (enum msg_attr a = 0; a < MSG_ATTR_COUNT; a++) {
		size_t n = strlen(msg_attr_name(a));

		memcpy(name + 2, msg_attr_name(a), n);
		offer_add(out, typed, (struct str){ name, n + 2 }, "=",
		    msg_attr_summary(a));
	}
}

static void
add_fields(struct offers *out, const struct offer_place *at)
{
	static const char *const branch[] = { "from", "owner", "publish",
	    "config", NULL };
	static const char *const user[] = { "email", "full_name", "roles",
	    "admin", "password", NULL };
	const char *const *list = str_is(str_of(at->word->name), "branch") ?
	    branch : str_is(str_of(at->word->name), "user") ? user : NULL;

	for (; list != NULL && *list != NULL; list++)
		offer_add(out, at->typed, str_of(*list), "=", NULL);
}

void
offer_known(struct offers *out, char *const w[], size_t i)
{
	struct offer_place at;

	if (i == 0) {
		add_first(out, w[0]);
		return;
	}
	if (i == 1)
		add_second(out, w[0], w[1]);
	if (!offer_find(&at, w, i))
		return;
	if (w[i][0] == '@' || strstr(w[i], "=@") != NULL)
		out->files = true;
	if (is_attribute(w[i]) && i == at.first)
		add_attributes(out, w[i]);
	else if (str_is(at.argument, "FIELD"))
		add_fields(out, &at);
	else if (str_is(at.argument, "WORD"))
		add_first(out, at.typed);
}

void
offer_hint(struct buf *out, char *const w[], size_t i)
{
	struct offer_place at;
	const char *p;

	if (!offer_find(&at, w, i))
		return;
	for (size_t k = 0; k < at.first && (k == 0 || !is_attribute(w[k]));
	    k++)
		buf_printf(out, "%s ", w[k]);
	for (p = at.spec; *p != '\0';) {
		size_t n = strcspn(p, " ");
		bool here = at.argument.p >= p && at.argument.p < p + n;

		buf_printf(out, here ? "<%.*s> " : "%.*s ", (int)n, p);
		p += n;
		p += strspn(p, " ");
	}
	buf_printf(out, " %s", at.word != NULL ? at.word->summary :
	    at.command->summary);
}
