#include "service/item_avro.h"

#include <string.h>

#include "avro/object.h"
#include "base/base64.h"
#include "service/item_get.h"
#include "store/kinds.h"

#define KEY	"{\"type\":\"string\",\"logicalType\":\"key\"}"
#define ITEM \
	"{\"type\":\"record\",\"name\":\"M.protocol.Item\",\"fields\":[" \
	"{\"name\":\"key\",\"type\":" KEY "}," \
	"{\"name\":\"kind\",\"type\":\"string\"}," \
	"{\"name\":\"path\",\"type\":\"string\"}," \
	"{\"name\":\"rev\",\"type\":\"long\"}," \
	"{\"name\":\"contents\",\"type\":{\"type\":\"array\",\"items\":" \
	"{\"type\":\"record\",\"name\":\"M.protocol.Entry\",\"fields\":[" \
	"{\"name\":\"name\",\"type\":\"string\"}," \
	"{\"name\":\"key\",\"type\":" KEY "}]}}}," \
	"{\"name\":\"body\",\"type\":\"bytes\"," \
	"\"doc\":\"single-object encoding\"}]}"

static const struct {
	const char *name, *text;
} schemas[] = {
	{ "protocol.Item", ITEM },
	{ "protocol.GetItem", "{\"type\":\"record\",\"name\":"
	    "\"M.protocol.GetItem\",\"fields\":[{\"name\":\"lists\",\"type\":"
	    "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":["
	    "\"null\",\"boolean\",\"long\",\"double\",\"string\","
	    "{\"type\":\"record\",\"name\":\"M.protocol.Json\",\"fields\":["
	    "{\"name\":\"text\",\"type\":\"string\"}]}," ITEM "]}}}]}" },
	{ "protocol.SetItem", "{\"type\":\"record\",\"name\":"
	    "\"M.protocol.SetItem\",\"fields\":[{\"name\":\"items\",\"type\":"
	    "{\"type\":\"array\",\"items\":" ITEM "}}]}" },
};

const char *
item_avro_schema(struct str name)
{
	if (name.n > 2 && memcmp(name.p, "M.", 2) == 0)
		name = (struct str){ name.p + 2, name.n - 2 };
	for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
		if (str_is(name, schemas[i].name))
			return schemas[i].text;
	return NULL;
}

static void
put_str(struct buf *out, struct str s)
{
	varint_put(out, (int64_t)s.n);
	buf_put(out, s.p, s.n);
}

static void
put_key(struct buf *out, struct str key)
{
	varint_put(out, (int64_t)((key.n * 4 + 2) / 3));
	base64url_put(out, key.p, key.n);
}

/* An array's items are each a block of their own: nothing is counted
 * before it is written. */
static void
put_block(struct buf *out)
{
	varint_put(out, 1);
}

static void
put_end(struct buf *out)
{
	varint_put(out, 0);
}

static int
put_contents(struct view *v, uint64_t id, struct buf *out, struct err *e)
{
	struct scan at = SCAN_INIT;
	uint64_t ids[64];
	struct item it;
	int n;

	do {
		n = view_children(v, id, &at, ids, 64, e);
		for (int i = 0; i < n; i++) {
			int rc = view_node(v, ids[i], &it, e);

			if (rc < 0)
				return -1;
			if (rc == 0)
				continue;
			put_block(out);
			put_str(out, it.name);
			put_key(out, it.key);
		}
	} while (n > 0 && !at.done && !buf_full(out));
	put_end(out);
	return n < 0 ? -1 : 0;
}

static int
put_item(struct view *v, const struct item *it, struct buf *out,
    struct err *e)
{
	const struct kind *k = kinds_by_id(reader_kinds(v->reader), it->kind);
	struct buf path = BUF_INIT((size_t)1 << 20);
	int rc = view_path(v, it->id, &path, e);

	if (rc >= 0) {
		put_key(out, it->key);
		put_str(out, k == NULL ? STR("") : k->name);
		put_str(out, (struct str){ path.p, path.n });
		varint_put(out, (int64_t)it->rev);
		if (k != NULL && k->f_contents >= 0)
			rc = put_contents(v, it->id, out, e);
		else
			put_end(out);
		put_str(out, it->body);
	}
	buf_free(&path);
	return rc < 0 ? -1 : 0;
}

enum { BRANCH_NULL, BRANCH_BOOLEAN, BRANCH_LONG, BRANCH_DOUBLE,
	BRANCH_STRING, BRANCH_JSON, BRANCH_ITEM };

static int
put_value(struct view *v, const struct value *x, struct buf *out,
    struct err *e)
{
	static const int branch[] = {
		[VALUE_NULL] = BRANCH_NULL, [VALUE_BOOLEAN] = BRANCH_BOOLEAN,
		[VALUE_INTEGER] = BRANCH_LONG, [VALUE_REAL] = BRANCH_DOUBLE,
		[VALUE_STRING] = BRANCH_STRING, [VALUE_JSON] = BRANCH_JSON,
		[VALUE_ITEM] = BRANCH_ITEM,
	};
	struct item it;
	uint64_t bits;
	uint8_t le[8];
	int rc = 1;

	if (x->type == VALUE_ITEM)
		rc = view_item(v, x->u.item, &it, e);
	if (rc <= 0)
		return rc;
	put_block(out);
	varint_put(out, branch[x->type]);
	switch (x->type) {
	case VALUE_NULL:
		break;
	case VALUE_BOOLEAN:
		buf_putc(out, x->u.truth);
		break;
	case VALUE_INTEGER:
		varint_put(out, x->u.integer);
		break;
	case VALUE_REAL:
		memcpy(&bits, &x->u.real, sizeof bits);
		put_le64(le, bits);
		buf_put(out, le, sizeof le);
		break;
	case VALUE_STRING: case VALUE_JSON:
		put_str(out, x->u.text);
		break;
	case VALUE_ITEM:
		return put_item(v, &it, out, e);
	}
	return 0;
}

int
item_get_avro(struct view *v, struct str query,
    const struct query_limits *limits, struct arena *a, struct buf *out,
    struct err *e)
{
	struct query_result result;
	struct query *q = item_query(a, query, e);

	if (q == NULL || query_run(q, v, limits, a, &result, e) < 0)
		return -1;
	for (size_t i = 0; i < result.count; i++) {
		put_block(out);
		for (size_t k = 0; k < result.lists[i].count; k++)
			if (put_value(v, &result.lists[i].values[k], out,
			    e) < 0 || item_check_size(out, e) < 0)
				return -1;
		put_end(out);
	}
	put_end(out);
	return item_check_size(out, e);
}

int
item_set_avro(const struct item_set *s, struct view *v, struct buf *out,
    struct err *e)
{
	struct item it;

	for (size_t i = 0; i < s->affected_count; i++) {
		int rc = view_item(v, s->affected[i], &it, e);

		if (rc < 0)
			return -1;
		if (rc == 0 || it.hidden)
			continue;
		put_block(out);
		if (put_item(v, &it, out, e) < 0)
			return -1;
	}
	put_end(out);
	return item_check_size(out, e);
}
