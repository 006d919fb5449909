#include "service/schema_get.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

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
	if (version == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no kind '%.*s'",
		    (int)(what.n > 60 ? 60 : what.n), what.p);
	(void)snprintf(match, SCHEMA_MATCH, "%016" PRIx64, version->fp);
	if (callers.n != 16 || memcmp(callers.p, match, 16) != 0)
		schema_print(version->schema, out, 0);
	return 0;
}
