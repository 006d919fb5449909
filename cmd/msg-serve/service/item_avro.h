/*
 * item_avro.h - answers of get-item and set-item as Avro binary.
 *
 * The schemas are those get-schema gives for "protocol.GetItem" and
 * "protocol.SetItem".  An item's body is what the store holds: single-object
 * encoding in the schema it was written with.
 */
#ifndef SERVICE_ITEM_AVRO_H
#define SERVICE_ITEM_AVRO_H

#include "base/buf.h"
#include "query/query.h"
#include "service/item_set.h"
#include "store/view.h"

/* Complete schemas by name, without "M."; NULL: there is none. */
const char *item_avro_schema(struct str name);

/* As item_get. */
int item_get_avro(struct view *v, struct str query,
    const struct query_limits *limits, struct arena *a, struct buf *out,
    struct err *e);

/* As item_set_render. */
int item_set_avro(const struct item_set *s, struct view *v, struct buf *out,
    struct err *e);

#endif
