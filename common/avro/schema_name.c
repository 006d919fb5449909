#include <string.h>

#include "avro/schema_int.h"
#include "base/mem.h"

static const char *const types[] = { "null", "boolean", "int", "long",
    "float", "double", "bytes", "string", "record", "enum", "fixed", "array",
    "map", "union" };

static const struct {
	const char *name;
	enum schema_type type;
} logicals[] = {
	[LOGICAL_DECIMAL] = { "decimal", SCHEMA_BYTES },
	[LOGICAL_UUID] = { "uuid", SCHEMA_STRING },
	[LOGICAL_DATE] = { "date", SCHEMA_INT },
	[LOGICAL_TIME_MILLIS] = { "time-millis", SCHEMA_INT },
	[LOGICAL_TIME_MICROS] = { "time-micros", SCHEMA_LONG },
	[LOGICAL_TIMESTAMP_MILLIS] = { "timestamp-millis", SCHEMA_LONG },
	[LOGICAL_TIMESTAMP_MICROS] = { "timestamp-micros", SCHEMA_LONG },
	[LOGICAL_TIMESTAMP_NANOS] = { "timestamp-nanos", SCHEMA_LONG },
	[LOGICAL_LOCAL_MILLIS] = { "local-timestamp-millis", SCHEMA_LONG },
	[LOGICAL_LOCAL_MICROS] = { "local-timestamp-micros", SCHEMA_LONG },
	[LOGICAL_LOCAL_NANOS] = { "local-timestamp-nanos", SCHEMA_LONG },
	[LOGICAL_DURATION] = { "duration", SCHEMA_FIXED },
};

const char *
schema_type_name(enum schema_type type)
{
	return types[type];
}

const char *
schema_logical_name(enum schema_logical l)
{
	return logicals[l].name;
}

int
schema_primitive(struct str s)
{
	for (int i = SCHEMA_NULL; i <= SCHEMA_STRING; i++)
		if (str_is(s, types[i]))
			return i;
	return -1;
}

bool
schema_name_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_' &&
		    !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return s.n > 0;
}

bool
schema_fullname_ok(struct str s)
{
	size_t from = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i <= s.n; i++)
		if (i == s.n || s.p[i] == '.') {
			if (!schema_name_ok((struct str){ s.p + from,
			    i - from }))
				return false;
			from = i + 1;
		}
	return true;
}

struct str
schema_name_short(struct str full)
{
	size_t i = full.n;

	while (i > 0 && full.p[i - 1] != '.')
		i--;
	return (struct str){ full.p + i, full.n - i };
}

struct str
schema_name_space(struct str full)
{
	struct str s = schema_name_short(full);

	return (struct str){ full.p, s.n == full.n ? 0 : full.n - s.n - 1 };
}

struct str
schema_name_in(struct arena *a, struct str name, struct str space)
{
	size_t n = space.n + 1 + name.n;
	char *p;

	if (space.n == 0 || memchr(name.p, '.', name.n) != NULL)
		return name;
	p = arena_alloc(a, n);
	memcpy(p, space.p, space.n);
	p[space.n] = '.';
	memcpy(p + space.n + 1, name.p, name.n);
	return (struct str){ p, n };
}

struct str
schema_branch_name(const struct schema_node *n)
{
	return n->name.n > 0 ? n->name : str_of(types[n->type]);
}

int
schema_field(const struct schema_node *record, const char *name, size_t n)
{
	for (size_t i = 0; i < record->field_count; i++)
		if (str_eq(record->fields[i].name, (struct str){ name, n }))
			return (int)i;
	return -1;
}

const struct json *
schema_attr(const struct schema_node *n, const char *key)
{
	return json_get(n->json, key);
}

const struct json *
schema_field_attr(const struct schema_field *f, const char *key)
{
	return json_get(f->json, key);
}

/* --- logical types -------------------------------------------------------- */

/* Digits that size bytes of two's complement hold for sure:
 * floor(log10(2^(8 size - 1) - 1)). */
static uint64_t
fixed_digits(size_t size)
{
	return size == 0 ? 0 : ((uint64_t)size * 8 - 1) * 30103 / 100000;
}

static enum schema_logical
decimal(struct schema_node *n)
{
	const struct json *scale = schema_attr(n, "scale");
	uint64_t p, s = 0;
	struct err e;

	if (n->type != SCHEMA_BYTES && n->type != SCHEMA_FIXED)
		return LOGICAL_NONE;
	if (json_uint64(schema_attr(n, "precision"), &p, &e) < 0 || p == 0 ||
	    p > UINT32_MAX ||
	    (scale != NULL && json_uint64(scale, &s, &e) < 0) || s > p ||
	    (n->type == SCHEMA_FIXED && p > fixed_digits(n->size)))
		return LOGICAL_NONE;
	n->precision = (uint32_t)p;
	n->scale = (uint32_t)s;
	return LOGICAL_DECIMAL;
}

void
schema_logical_set(struct schema_node *n)
{
	struct str s = json_string(schema_attr(n, "logicalType"));

	if (s.n == 0)
		return;
	for (size_t i = 1; i < MEM_COUNT(logicals); i++)
		if (str_is(s, logicals[i].name) &&
		    n->type == logicals[i].type)
			n->logical = (enum schema_logical)i;
	if (str_is(s, "decimal"))
		n->logical = decimal(n);
	if (n->logical == LOGICAL_DURATION && n->size != 12)
		n->logical = LOGICAL_NONE;
	if (str_is(s, "uuid") && n->type == SCHEMA_FIXED && n->size == 16)
		n->logical = LOGICAL_UUID;	/* Avro 1.12 */
}
