#include "facade/node.h"

#include <string.h>

#include "base/buf.h"
#include "facade/facade.h"

#define PATH_MAX_BYTES	((size_t)64 << 10)

/* One name in quotes; those in it are written twice. */
static void
put_name(struct buf *out, struct str name)
{
	buf_lit(out, "/'");
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '\'')
			buf_putc(out, '\'');
		buf_putc(out, name.p[i]);
	}
	buf_putc(out, '\'');
}

const char *
node_query(struct arena *a, struct str path)
{
	struct buf q = BUF_INIT(2 * PATH_MAX_BYTES);
	const char *out = NULL;
	bool good = path.n > 1 && path.n < PATH_MAX_BYTES &&
	    path.p[0] == '/';

	if (str_is(path, "/"))
		return "(/)";
	for (size_t i = 1, end; good && i <= path.n; i = end + 1) {
		for (end = i; end < path.n && path.p[end] != '/';)
			end++;
		good = end > i;
		put_name(&q, (struct str){ path.p + i, end - i });
	}
	if (good)
		out = arena_strn(a, buf_cstr(&q), q.n);
	buf_free(&q);
	return out;
}

static int
no_node(struct str name, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "there is no node '%.*s'",
	    (int)(name.n > 100 ? 100 : name.n), name.p);
}

int
node_open(struct node *n, struct session *s, struct arena *a,
    struct str name, struct err *e)
{
	const struct json *answer, *folder;
	const char *query;

	memset(n, 0, sizeof *n);
	n->name = name;
	n->self = node_query(a, name);
	if (n->self == NULL)
		return no_node(name, e);
	query = arena_printf(a, "(%s/@kind, %s/@title), %s/self::Folder/@kind",
	    n->self, n->self, n->self);
	answer = facade_ask(s, a, MSG_get_item, str_of(query), STR_NONE, e);
	if (answer == NULL)
		return -1;
	if (answer->first->first == NULL)
		return no_node(name, e);
	n->kind = json_string(answer->first->first);
	n->title = json_string(answer->first->first->next);
	folder = answer->first->next;
	n->folder = folder->first != NULL;
	n->items = !n->folder ? n->self :
	    arena_printf(a, "%s/*", str_is(name, "/") ? "" : n->self);
	return 0;
}

struct str
node_item(const struct node *n, struct arena *a, struct str id)
{
	struct str out = STR_NONE;

	if (!n->folder)
		return str_is(id, NODE_CURRENT) ? n->name : out;
	if (id.n == 0)
		return out;
	out.p = arena_printf(a, "%.*s/%.*s", str_is(n->name, "/") ? 0 :
	    (int)n->name.n, n->name.p, (int)id.n, id.p);
	out.n = strlen(out.p);
	return out;
}

bool
node_has(const struct node *n, struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return n->folder && i > 0 && i < path.n && str_eq(n->name,
	    (struct str){ path.p, i == 1 ? 1 : i - 1 });
}

struct str
node_id(struct str node, struct str path)
{
	size_t n = str_is(node, "/") ? 1 : node.n + 1;

	if (str_eq(node, path))
		return STR(NODE_CURRENT);
	if (path.n > n && memcmp(path.p, node.p, node.n) == 0 &&
	    path.p[n - 1] == '/')
		return (struct str){ path.p + n, path.n - n };
	for (n = path.n; n > 0 && path.p[n - 1] != '/';)
		n--;
	return (struct str){ path.p + n, path.n - n };
}
