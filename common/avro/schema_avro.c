#include <avro.h>

#include "avro/schema.h"

/*
 * A file of its own: a tool that does not ask for avro-c's model is not linked
 * with avro-c and jansson, and starts a millisecond sooner.
 */

struct avro_obj_t *
schema_avro(const struct schema *s, struct err *e)
{
	struct buf text = BUF_INIT(SIZE_MAX / 2);
	avro_schema_t out = NULL;

	schema_print(s, &text, 0);
	if (avro_schema_from_json_length(text.p, text.n, &out) != 0) {
		err_set(e, ERR_SCHEMA, "avro-c does not take the schema");
		out = NULL;
	}
	buf_free(&text);
	return out;
}
