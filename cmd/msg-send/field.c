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

static int
put_value(struct buf *out, const struct json *j, const char *path,
    struct err *e)
{
	if (path != NULL)
		j = walk(j, path);
	if (j == NULL)
		return err_set(e, ERR_REFUSED, "the answer has no '%s'", path);
	if (j->type == JSON_STRING)
		buf_put(out, j->text.p, j->text.n);
	else
		json_put(out, j, JSON_PUT_COMPACT);
	buf_putc(out, '\n');
	return 0;
}

int
field_put(struct buf *out, const char *p, size_t n, const char *path,
    struct err *e)
{
	struct arena a = ARENA_INIT;
	struct json *j = json_parse(&a, p, n, NULL, e);
	int rc = j == NULL ? -1 : 0;

	if (rc < 0) {
		e->code = ERR_NO_ANSWER;
		err_prefix(e, "the answer is no JSON");
	} else if (j->type != JSON_ARRAY) {
		rc = put_value(out, j, path, e);
	} else {
		for (j = j->first; j != NULL && rc == 0; j = j->next)
			rc = put_value(out, j, path, e);
	}
	arena_free(&a);
	return rc;
}
