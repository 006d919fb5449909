/* What facades make of what clients send and of what commands answer: a form
 * of any sort becomes JSON, any JSON becomes XML, any path one query. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "facade/adhoc_int.h"
#include "facade/form.h"
#include "facade/node.h"
#include "facade/rsm.h"
#include "query/query.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define OUT_MAX	((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char schema[] = "{\"fields\":["
    "{\"name\":\"name\",\"type\":\"string\"},"
    "{\"name\":\"title\",\"type\":\"string\",\"required\":true},"
    "{\"name\":\"path\",\"type\":{\"type\":\"string\","
    "\"logicalType\":\"html\"}},"
    "{\"name\":\"method\",\"type\":{\"type\":\"enum\",\"symbols\":[\"a\"]}},"
    "{\"name\":\"kind\",\"type\":[\"null\",\"long\"]},"
    "{\"name\":\"rev\",\"type\":{\"type\":\"map\",\"values\":\"int\"}},"
    "{\"name\":\"to\",\"type\":\"boolean\"},"
    "{\"name\":\"argument\",\"type\":{\"type\":\"array\","
    "\"items\":\"string\"}}]}";

static const struct stream_limits limits = { .bytes = OUT_MAX, .depth = 64,
	.elements = 1000000, .attrs = 64, .name = 1024 };

static void
is_xml(struct buf *out)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;

	assert(!buf_full(out));
	assert(stanza_parse(&a, out->p, out->n, NS_CLIENT, &limits, &e) !=
	    NULL);
	arena_free(&a);
	buf_reset(out);
}

/* Members with commas between them. */
static void
is_members(struct buf *members)
{
	struct buf text = BUF_INIT(OUT_MAX);
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;

	buf_putc(&text, '{');
	buf_put(&text, members->p, members->n);
	buf_putc(&text, '}');
	assert(json_parse(&a, text.p, text.n, NULL, &e) != NULL);
	buf_free(&text);
	arena_free(&a);
	buf_reset(members);
}

/* A form submitted to each command, and to each of its methods. */
static void
form(struct arena *a, const struct stanza *st, const struct json *item)
{
	struct buf out = BUF_INIT(OUT_MAX);
	struct err e = ERR_INIT;
	size_t count;

	for (int i = 0; i < MSG_COMMANDS; i++) {
		struct adhoc x = { .command = &msg_commands[i], .form = st };
		const struct msg_action *m = msg_actions_of(
		    (enum msg_command_id)i, &count);

		adhoc_put_form(&out, &x);
		is_xml(&out);
		adhoc_set_attributes(&x, stanza_new(a, "item", NS_M));
		(void)adhoc_argument(&x, a);
		(void)adhoc_method(&x, &e);
		x.schema = json_parse(a, schema, sizeof schema - 1, NULL,
		    &e);
		x.item = item;
		x.fields = st;
		for (size_t k = 0; k < count; k++) {
			x.method = &m[k];
			adhoc_put_taken(&out, &x, &m[k]);
			is_members(&out);
			if (adhoc_put_changed(&out, &x, a, &e) >= 0)
				is_members(&out);
			buf_reset(&out);
			adhoc_put_fields(&out, &x);
			is_xml(&out);
		}
	}
	buf_free(&out);
}

static void
page(struct arena *a, const struct stanza *st)
{
	const struct rsm_list list = { .all = "/a/*", .item = "/a/b" };
	struct err e = ERR_INIT;
	struct str text;
	struct rsm r;

	if (rsm_read(&r, st, &e) < 0)
		return;
	text = rsm_query(&r, a, &list);
	assert(query_parse(a, text.p, text.n, &e) != NULL);
}

/* Whatever it is called: one query for one item. */
static void
path(struct arena *a, const char *p, size_t n)
{
	const char *text = node_query(a, (struct str){ p, n });
	struct err e = ERR_INIT;
	struct query *q;

	if (text == NULL || strlen(text) > QUERY_TEXT_MAX ||
	    utf8_check(p, n) != n || memchr(p, '\0', n) != NULL)
		return;
	q = query_parse(a, text, strlen(text), &e);
	assert(q != NULL ? query_count(q) == 1 : e.code == ERR_LIMIT);
}

static void
answer(const struct json *j)
{
	struct buf out = BUF_INIT(OUT_MAX);

	for (int i = 0; i < MSG_COMMANDS; i++) {
		adhoc_put_result(&out, &msg_commands[i], j);
		is_xml(&out);
	}
	adhoc_put_summary(&out, j);
	buf_free(&out);
}

/* JSON up to the first line's end, then a stanza or a path. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const uint8_t *end = memchr(p, '\n', n);
	size_t first = end == NULL ? n : (size_t)(end - p) + 1;
	const struct json *j = json_parse(&a, (const char *)p,
	    end == NULL ? n : first - 1, NULL, &e);
	const struct stanza *st = stanza_parse(&a, (const char *)p + first,
	    n - first, NS_CLIENT, &limits, &e);

	if (j != NULL)
		answer(j);
	if (st != NULL) {
		form(&a, st, j != NULL && j->type == JSON_OBJECT ? j : NULL);
		page(&a, st);
	} else {
		path(&a, (const char *)p + first, n - first);
	}
	arena_free(&a);
	return 0;
}
