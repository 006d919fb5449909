#include "found.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
found_clear(struct found *it)
{
	send_reply_clear(&it->reply);
	arena_free(&it->arena);
	it->json = NULL;
}

/* The list that the query gives. */
static const struct json *
ask_list(struct found *out, struct send *s, const struct interrupt *in,
    struct str query, const char *rev, struct err *e)
{
	const struct json *list;
	struct msg_ask ask;

	send_attrs(&ask, s->o);
	ask.command = &msg_commands[MSG_get_item];
	ask.argument = query;
	ask.attrs[MSG_ATTR_as] = STR_NONE;
	if (rev[0] != '\0')
		ask.attrs[MSG_ATTR_rev] = str_of(rev);
	if (msg_ask_check(&ask, e) < 0 ||
	    stream_talk(s, in, &ask, &out->reply, -1, e) < 0)
		return NULL;
	list = json_parse(&out->arena, out->reply.text.p, out->reply.text.n,
	    NULL, e);
	if (list == NULL || list->type != JSON_ARRAY) {
		err_set(e, ERR_NO_ANSWER, "the answer is no list");
		return NULL;
	}
	return list;
}

int
found_get(struct found *out, struct send *s, const struct interrupt *in,
    const char *query, const char *rev, struct err *e)
{
	const struct json *list = ask_list(out, s, in, str_of(query), rev, e);

	if (list == NULL)
		return -1;
	if (list->count == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no item at '%s'%s"
		    "%s", query, rev[0] == '\0' ? "" : " at revision ", rev);
	if (list->count > 1 || json_get(list->first, "_key") == NULL)
		return err_set(e, ERR_INPUT, "'%s' selects %s, and one item "
		    "is wanted", query, list->count > 1 ? "several things" :
		    "a value");
	out->json = list->first;
	return 0;
}

int
found_by_key(struct found *out, struct send *s, const struct interrupt *in,
    struct str key, const char *rev, struct err *e)
{
	struct buf query = BUF_INIT(4096);
	const struct json *list;

	buf_printf(&query, "get(\"%.*s\")", (int)key.n, key.p);
	list = ask_list(out, s, in, (struct str){ query.p, query.n }, rev, e);
	out->json = list == NULL ? NULL : list->first;
	buf_free(&query);
	return list == NULL ? -1 : 0;
}

struct str
found_key(const struct found *it)
{
	return json_string(json_get(it->json, "_key"));
}

uint64_t
found_rev(const struct found *it)
{
	struct err ignored = ERR_INIT;
	uint64_t rev = 0;

	(void)json_uint64(json_get(it->json, "_rev"), &rev, &ignored);
	return rev;
}

/* --- in the log ------------------------------------------------------- */

static bool
removes(const struct json *commit, const char *path)
{
	const struct json *changes = json_get(commit, "changes");

	for (const struct json *c = changes == NULL ? NULL : changes->first;
	    c != NULL; c = c->next)
		if (str_is(json_string(json_get(c, "_path")), path) &&
		    str_is(json_string(json_get(c, "change")), "remove"))
			return true;
	return false;
}

/* A page of commits older than before (0: the newest).  1: found; 0: not on
 * this page, *before is where the next begins. */
static int
page_removes(uint64_t *before, struct found *page, struct send *s,
    const struct interrupt *in, const char *path, struct err *e)
{
	const struct json *list;
	struct msg_ask ask;
	char text[24];

	send_attrs(&ask, s->o);
	ask.command = &msg_commands[MSG_get_log];
	snprintf(text, sizeof text, "%" PRIu64, *before);
	if (*before != 0)
		ask.attrs[MSG_ATTR_before] = str_of(text);
	if (stream_talk(s, in, &ask, &page->reply, -1, e) < 0)
		return -1;
	list = json_parse(&page->arena, page->reply.text.p,
	    page->reply.text.n, NULL, e);
	if (list == NULL || list->first == NULL)
		return err_set(e, ERR_NOT_FOUND, "no more commits");
	for (const struct json *j = list->first; j != NULL; j = j->next) {
		if (json_uint64(json_get(j, "rev"), before, e) < 0)
			return -1;
		if (removes(j, path))
			return 1;
	}
	return 0;
}

int
found_removal(uint64_t *rev, struct send *s, const struct interrupt *in,
    const char *path, struct err *e)
{
	int rc = 0;

	*rev = 0;
	for (size_t i = 0; i < FOUND_COMMITS / 100 && rc == 0; i++) {
		struct found page = FOUND_INIT;

		rc = page_removes(rev, &page, s, in, path, e);
		found_clear(&page);
	}
	return rc > 0 ? 0 : -1;
}
