#include "found.h"

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
