#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "offer_int.h"

#define QUERY_MAX	4096

/* One offer_live: whom to ask, and until when. */
struct live {
	struct offers *out;
	struct send *s;
	struct interrupt *in;
	int64_t until_us;
	struct arena arena;
	struct send_reply reply;
};

/* The answer's JSON; NULL: none, or not in time. */
static const struct json *
ask(struct live *l, enum msg_command_id id, struct str argument)
{
	struct msg_ask a = { .to = l->s->o->to };
	struct err ignored = ERR_INIT;
	int ms = clock_ms_until(l->until_us);

	a.command = &msg_commands[id];
	a.argument = argument;
	a.attrs[MSG_ATTR_branch] = str_of(l->s->o->attrs[MSG_ATTR_branch]);
	if (ms == 0 || msg_ask_check(&a, &ignored) < 0 ||
	    stream_talk(l->s, l->in, &a, &l->reply, ms, &ignored) < 0)
		return NULL;
	/* The next question takes the reply's place. */
	return json_parse(&l->arena, arena_dup(&l->arena, l->reply.text.p,
	    l->reply.text.n), l->reply.text.n, NULL, &ignored);
}

static const struct json *
ask_query(struct live *l, struct buf *query)
{
	return buf_full(query) ? NULL : ask(l, MSG_get_item,
	    (struct str){ query->p, query->n });
}

/* --- paths --------------------------------------------------------------- */

/* A name that needs no quotes, neither in a query nor on a line. */
static bool
is_word(struct str name)
{
	size_t len;

	for (size_t i = 0; i < name.n; i += len) {
		uint32_t c = utf8_get(name.p + i, name.n - i, &len);

		if (c < 0x80 && !((c >= 'a' && c <= 'z') || (c >= '0' &&
		    c <= '9') || c == '-' || c == '_' || (c == '.' && i > 0 &&
		    i + 1 < name.n)))
			return false;
	}
	return name.n > 0;
}

static bool
has(const struct json *list, struct str name)
{
	for (const struct json *j = list == NULL ? NULL : list->first;
	    j != NULL; j = j->next)
		if (str_eq(j->text, name))
			return true;
	return false;
}

/* "DIR/ *[starts-with(@name, 'BASE')]MORE/@name" */
static const struct json *
names(struct live *l, struct str dir, const char *base, const char *more)
{
	struct buf query = BUF_INIT(QUERY_MAX);
	const struct json *j;

	buf_put(&query, dir.p, dir.n);
	buf_lit(&query, "*");
	if (base[0] != '\0')
		buf_printf(&query, "[starts-with(@name, '%s')]", base);
	buf_printf(&query, "%s/@name", more);
	j = ask_query(l, &query);
	buf_free(&query);
	return j;
}

static void
add_paths(struct live *l, const char *typed)
{
	const char *slash = strrchr(typed, '/');
	struct str dir = { typed, slash == NULL ? 0 :
	    (size_t)(slash - typed) + 1 };
	const struct json *list, *folders;

	if (typed[0] == '\0')
		offer_add(l->out, typed, STR("/"), "", NULL);
	if (slash == NULL || strchr(slash, '\'') != NULL)
		return;
	list = names(l, dir, slash + 1, "");
	folders = list == NULL ? NULL : names(l, dir, slash + 1, "[*]");
	for (const struct json *j = list == NULL ? NULL : list->first;
	    j != NULL; j = j->next) {
		struct buf path = BUF_INIT(QUERY_MAX);

		buf_put(&path, dir.p, dir.n);
		buf_put(&path, j->text.p, j->text.n);
		if (is_word(j->text))
			offer_add(l->out, typed, (struct str){ path.p,
			    path.n }, has(folders, j->text) ? "/" : "", NULL);
		buf_free(&path);
	}
}

/* --- the others ---------------------------------------------------------- */

/* Strings of a list, or a member of each of its objects. */
static void
add_list(struct live *l, const struct json *list, const char *member,
    const char *before, const char *typed)
{
	for (const struct json *j = list == NULL ? NULL : list->first;
	    j != NULL; j = j->next) {
		struct str s = json_string(member == NULL ? j :
		    json_get(j, member));
		struct buf b = BUF_INIT(QUERY_MAX);

		buf_puts(&b, before);
		buf_put(&b, s.p, s.n);
		if (s.n > 0)
			offer_add(l->out, typed, (struct str){ b.p, b.n }, "",
			    NULL);
		buf_free(&b);
	}
}

/* That the item, or the first of those, at a path has. */
static struct str
kind_at(struct live *l, const char *path, size_t n)
{
	struct buf query = BUF_INIT(QUERY_MAX);
	const struct json *j;

	buf_put(&query, path, n);
	buf_lit(&query, "/@kind");
	j = ask_query(l, &query);
	buf_free(&query);
	return j == NULL ? STR_NONE : json_string(j->first);
}

static const struct json *
first_field(struct live *l, struct str kind)
{
	const struct json *j = kind.n == 0 ? NULL : ask(l, MSG_get_schema,
	    kind);

	j = j == NULL ? NULL : json_get(j, "fields");
	return j == NULL ? NULL : j->first;
}

/* Of the kind that is named, or that the item at a path has. */
static void
add_fields(struct live *l, const struct offer_place *at, char *const w[],
    size_t i)
{
	struct str kind = STR_NONE;

	if (str_is(offer_argument(at->spec, 0), "KIND"))
		kind = str_of(w[at->first]);
	else if (i > at->first)
		kind = kind_at(l, w[at->first], strlen(w[at->first]));
	for (const struct json *j = first_field(l, kind); j != NULL;
	    j = j->next)
		offer_add(l->out, at->typed, json_string(json_get(j,
		    "name")), at->command == NULL ? "" : "=", NULL);
}

/* "/about/@ti": true when it is a value that is typed. */
static bool
add_values(struct live *l, const char *typed)
{
	const char *at = strrchr(typed, '/');

	if (at == NULL || at[1] != '@')
		return false;
	for (const struct json *j = first_field(l, kind_at(l, typed,
	    (size_t)(at - typed))); j != NULL; j = j->next) {
		struct str name = json_string(json_get(j, "name"));
		struct buf path = BUF_INIT(QUERY_MAX);

		buf_put(&path, typed, (size_t)(at - typed) + 2);
		buf_put(&path, name.p, name.n);
		offer_add(l->out, typed, (struct str){ path.p, path.n }, "",
		    NULL);
		buf_free(&path);
	}
	return true;
}

static bool
is_about(const struct offer_place *at, enum msg_command_id get,
    enum msg_command_id set, const char *word)
{
	return (at->word != NULL && strcmp(at->word->name, word) == 0) ||
	    (at->command != NULL && (msg_command_id(at->command) == get ||
	    msg_command_id(at->command) == set));
}

static void
add(struct live *l, const struct offer_place *at, char *const w[], size_t i)
{
	struct str a = at->argument;

	if (strncmp(at->typed, "--branch=", 9) == 0)
		add_list(l, ask(l, MSG_get_branch, STR_NONE), "_name",
		    "--branch=", at->typed);
	else if (str_is(a, "QUERY") && add_values(l, at->typed))
		;
	else if (str_is(a, "PATH") || str_is(a, "TO") || str_is(a, "QUERY"))
		add_paths(l, at->typed);
	else if (str_is(a, "KIND"))
		add_list(l, ask(l, MSG_get_item, STR("unique(//@kind)")),
		    NULL, "", at->typed);
	else if (str_is(a, "FIELD") && (at->command == NULL ?
	    strcmp(at->word->name, "edit") == 0 :
	    msg_command_id(at->command) == MSG_set_item))
		add_fields(l, at, w, i);
	else if (str_is(a, "BRANCH") || (str_is(a, "NAME") && is_about(at,
	    MSG_get_branch, MSG_set_branch, "branch")))
		add_list(l, ask(l, MSG_get_branch, STR_NONE), "_name", "",
		    at->typed);
	else if (str_is(a, "NAME") && is_about(at, MSG_get_user,
	    MSG_set_user, "user"))
		add_list(l, ask(l, MSG_get_user, STR_NONE), "name", "",
		    at->typed);
}

void
offer_live(struct offers *out, struct send *s, struct interrupt *in,
    char *const w[], size_t i, int64_t until_us)
{
	struct live l = { .out = out, .s = s, .in = in, .until_us = until_us,
	    .arena = ARENA_INIT, .reply = SEND_REPLY_INIT };
	struct offer_place at;

	if (s->client != NULL && offer_find(&at, w, i))
		add(&l, &at, w, i);
	send_reply_clear(&l.reply);
	arena_free(&l.arena);
}
