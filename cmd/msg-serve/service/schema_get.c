#include "service/schema_get.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "service/item_avro.h"

/* The version of that fingerprint; NULL: it is none that we know. */
static const struct kind_version *
by_fingerprint(const struct kinds *ks, struct str what)
{
	const struct kind_version *version = NULL;
	struct buf raw = BUF_INIT(8);

	if (what.n == 16 && hex_get(&raw, what.p, what.n) == 0)
		(void)kinds_by_fp(ks, get_be64(raw.p), &version);
	buf_free(&raw);
	return version;
}

/* One of the protocol's own. */
static int
protocol(const char *text, struct str callers, char match[SCHEMA_MATCH],
    struct buf *out, struct err *e)
{
	struct schema *s = schema_parse(text, strlen(text), e);

	if (s == NULL)
		return -1;
	(void)snprintf(match, SCHEMA_MATCH, "%016" PRIx64, schema_crc64(s));
	if (!str_eq(callers, str_of(match)))
		schema_print(s, out, 0);
	schema_unref(s);
	return 0;
}

int
schema_get(const struct kinds *ks, struct str what, struct str callers,
    char match[SCHEMA_MATCH], struct buf *out, struct err *e)
{
	const struct kind *k = kinds_by_name(ks, what);
	const struct kind_version *version = k != NULL ? k->current :
	    by_fingerprint(ks, what);

	if (what.n == 0)
		return err_set(e, ERR_ARGUMENT, "the name of a kind is "
		    "missing, such as 'Page'");
	if (version == NULL && item_avro_schema(what) != NULL)
		return protocol(item_avro_schema(what), callers, match, out,
		    e);
	if (version == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no kind '%.*s'",
		    (int)(what.n > 60 ? 60 : what.n), what.p);
	(void)snprintf(match, SCHEMA_MATCH, "%016" PRIx64, version->fp);
	if (!str_eq(callers, str_of(match)))
		schema_print(version->schema, out, 0);
	return 0;
}
