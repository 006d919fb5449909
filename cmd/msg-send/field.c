#include "field.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

static const struct json *
element(const struct json *list, const char *p, size_t n)
{
	const struct json *j = list->first;
	uint64_t i;

	if (text_number(p, n, list->count, &i) < 0)
		return NULL;
	while (j != NULL && i-- > 0)
		j = j->next;
	return j;
}

static const struct json *
walk(const struct json *j, const char *path)
{
	for (const char *p = path; j != NULL; p++) {
		size_t n = strcspn(p, ".");

		j = j->type == JSON_ARRAY ? element(j, p, n) :
		    json_getn(j, p, n);
		p += n;
		if (*p == '\0')
			break;
	}
	return j;
}

/* Lines and tabs are what a terminal may do with a text. */
static void
put_shown(struct buf *out, const char *p, size_t n)
{
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		uint32_t c = utf8_get(p + i, n - i, &len);

		if (text_is_control(c) && c != '\n' && c != '\t')
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_put(out, p + i, len);
	}
}

static int
put_value(struct buf *out, const struct json *j, const char *path,
    bool shown, struct err *e)
{
	struct buf text = BUF_INIT(out->max);

	if (path != NULL)
		j = walk(j, path);
	if (j == NULL)
		return err_set(e, ERR_INPUT, "the answer has no '%s'", path);
	if (j->type == JSON_STRING)
		buf_put(&text, j->text.p, j->text.n);
	else
		json_put(&text, j, JSON_PUT_COMPACT);
	if (shown)
		put_shown(out, text.p, text.n);
	else
		buf_put(out, text.p, text.n);
	buf_putc(out, '\n');
	buf_free(&text);
	return 0;
}

int
field_put(struct buf *out, const char *p, size_t n, const char *path,
    bool shown, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct json *j = json_parse(&a, p, n, NULL, e);
	int rc = j == NULL ? -1 : 0;

	if (rc < 0) {
		e->code = ERR_NO_ANSWER;
		err_prefix(e, "the answer is no JSON");
	} else if (j->type != JSON_ARRAY) {
		rc = put_value(out, j, path, shown, e);
	} else {
		for (j = j->first; j != NULL && rc == 0; j = j->next)
			rc = put_value(out, j, path, shown, e);
	}
	arena_free(&a);
	return rc;
}
