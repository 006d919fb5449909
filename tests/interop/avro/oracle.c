/*
 * oracle.c - avro-c reads what msg-avro-encode wrote, and writes the same.
 *
 *	oracle DIRECTORY NUMBER...
 *
 * Of each case N: N.avsc, N.exact.json (values, see cases.py), N.raw, N.avro.
 * Writes N.avro-c.json: {"raw": values, "avro": values} as read, N.avro-c.raw
 * and N.avro-c.avro from N.exact.json.
 */
#include <avro.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
need(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, avro_strerror());
	exit(1);
}

/* --- values to the exact form --- */

static json_t *of_value(avro_value_t *v);

static json_t *
of_latin1(const unsigned char *p, size_t n)
{
	char *text = malloc(2 * n + 1);
	size_t at = 0;
	json_t *j;

	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 0x80)
			text[at++] = (char)(0xc0 | p[i] >> 6);
		text[at++] = (char)(p[i] < 0x80 ? p[i] : 0x80 | (p[i] & 0x3f));
	}
	j = json_stringn(text, at);
	free(text);
	return j;
}

static json_t *
of_number(const void *p, int digits)
{
	char text[20];
	uint64_t bits = 0;
	uint32_t low;

	if (digits == 8) {
		memcpy(&low, p, sizeof low);
		bits = (low & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : low;
	} else {
		memcpy(&bits, p, sizeof bits);
		if ((bits << 1 >> 1) > 0x7ff0000000000000)
			bits = 0x7ff8000000000000;
	}
	snprintf(text, sizeof text, "%0*" PRIx64, digits, bits);
	return json_string(text);
}

static json_t *
of_many(avro_value_t *v, int array)
{
	json_t *j = array ? json_array() : json_object();
	size_t n;

	avro_value_get_size(v, &n);
	for (size_t i = 0; i < n; i++) {
		const char *name = "";
		avro_value_t child;

		need(avro_value_get_by_index(v, i, &child, &name), "index");
		if (array)
			json_array_append_new(j, of_value(&child));
		else
			json_object_set_new(j, name, of_value(&child));
	}
	return j;
}

static json_t *
of_union(avro_value_t *v)
{
	avro_value_t branch;
	int which;

	avro_value_get_discriminant(v, &which);
	need(avro_value_get_current_branch(v, &branch), "branch");
	return json_pack("[i,o]", which, of_value(&branch));
}

static json_t *
of_value(avro_value_t *v)
{
	const char *text;
	const void *bytes;
	double d;
	float f;
	int64_t l;
	int32_t i;
	size_t n;

	switch (avro_value_get_type(v)) {
	case AVRO_NULL:
		return json_null();
	case AVRO_BOOLEAN:
		avro_value_get_boolean(v, &i);
		return json_boolean(i);
	case AVRO_INT32:
		avro_value_get_int(v, &i);
		return json_integer(i);
	case AVRO_INT64:
		avro_value_get_long(v, &l);
		return json_integer(l);
	case AVRO_FLOAT:
		avro_value_get_float(v, &f);
		return of_number(&f, 8);
	case AVRO_DOUBLE:
		avro_value_get_double(v, &d);
		return of_number(&d, 16);
	case AVRO_STRING:
		avro_value_get_string(v, &text, &n);
		return json_stringn(text, n - 1);
	case AVRO_BYTES:
		avro_value_get_bytes(v, &bytes, &n);
		return of_latin1(bytes, n);
	case AVRO_FIXED:
		avro_value_get_fixed(v, &bytes, &n);
		return of_latin1(bytes, n);
	case AVRO_ENUM:
		avro_value_get_enum(v, &i);
		return json_string(avro_schema_enum_get(
		    avro_value_get_schema(v), i));
	case AVRO_ARRAY:
		return of_many(v, 1);
	case AVRO_MAP: case AVRO_RECORD:
		return of_many(v, 0);
	default:
		return of_union(v);
	}
}

/* --- and from it --- */

static void to_value(avro_value_t *v, json_t *j);

static void
to_bytes(avro_value_t *v, json_t *j)
{
	const unsigned char *p = (const void *)json_string_value(j);
	size_t n = json_string_length(j), at = 0;
	unsigned char *out = malloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		out[at] = p[i];
		if (p[i] >= 0x80) {
			out[at] = (unsigned char)((p[i] & 3) << 6 |
			    (p[i + 1] & 0x3f));
			i++;
		}
		at++;
	}
	if (avro_value_get_type(v) == AVRO_FIXED)
		need(avro_value_set_fixed(v, out, at), "fixed");
	else
		need(avro_value_set_bytes(v, out, at), "bytes");
	free(out);
}

static void
to_number(avro_value_t *v, json_t *j)
{
	uint64_t bits = strtoull(json_string_value(j), NULL, 16);
	uint32_t low = (uint32_t)bits;
	double d;
	float f;

	memcpy(&d, &bits, sizeof d);
	memcpy(&f, &low, sizeof f);
	if (avro_value_get_type(v) == AVRO_FLOAT)
		avro_value_set_float(v, f);
	else
		avro_value_set_double(v, d);
}

static void
to_object(avro_value_t *v, json_t *j)
{
	int map = avro_value_get_type(v) == AVRO_MAP;
	const char *key;
	json_t *child;

	json_object_foreach(j, key, child) {
		avro_value_t to;

		need(map ? avro_value_add(v, key, &to, NULL, NULL) :
		    avro_value_get_by_name(v, key, &to, NULL), key);
		to_value(&to, child);
	}
}

static void
to_array(avro_value_t *v, json_t *j)
{
	json_t *child;
	size_t i;

	json_array_foreach(j, i, child) {
		avro_value_t to;

		need(avro_value_append(v, &to, NULL), "append");
		to_value(&to, child);
	}
}

static void
to_value(avro_value_t *v, json_t *j)
{
	avro_value_t branch;

	switch (avro_value_get_type(v)) {
	case AVRO_NULL:
		avro_value_set_null(v);
		break;
	case AVRO_BOOLEAN:
		avro_value_set_boolean(v, json_is_true(j));
		break;
	case AVRO_INT32:
		avro_value_set_int(v, (int32_t)json_integer_value(j));
		break;
	case AVRO_INT64:
		avro_value_set_long(v, json_integer_value(j));
		break;
	case AVRO_FLOAT: case AVRO_DOUBLE:
		to_number(v, j);
		break;
	case AVRO_STRING:
		avro_value_set_string_len(v, json_string_value(j),
		    json_string_length(j) + 1);
		break;
	case AVRO_BYTES: case AVRO_FIXED:
		to_bytes(v, j);
		break;
	case AVRO_ENUM:
		avro_value_set_enum(v, avro_schema_enum_get_by_name(
		    avro_value_get_schema(v), json_string_value(j)));
		break;
	case AVRO_ARRAY:
		to_array(v, j);
		break;
	case AVRO_MAP: case AVRO_RECORD:
		to_object(v, j);
		break;
	default:
		need(avro_value_set_branch(v, (int)json_integer_value(
		    json_array_get(j, 0)), &branch), "branch");
		to_value(&branch, json_array_get(j, 1));
	}
}

/* --- cases --- */

struct oracle {
	const char *dir, *number;
	avro_schema_t schema;
	avro_value_iface_t *iface;
};

static char *
path(const struct oracle *c, const char *end)
{
	static char text[4096];

	snprintf(text, sizeof text, "%s/%s.%s", c->dir, c->number, end);
	return text;
}

/* avro_schema_from_json and the readers of memory want all of it. */
static char *
whole(const char *name, size_t *n)
{
	FILE *f = fopen(name, "rb");
	size_t cap = 1 << 16;
	char *p = malloc(cap);

	need(f == NULL, name);
	for (*n = 0;; cap *= 2, p = realloc(p, cap)) {
		*n += fread(p + *n, 1, cap - *n, f);
		if (*n < cap)
			break;
	}
	fclose(f);
	return p;
}

static json_t *
read_raw(const struct oracle *c)
{
	size_t n;
	char *p = whole(path(c, "raw"), &n);
	avro_reader_t r = avro_reader_memory(p, (int64_t)n);
	json_t *all = json_array();
	avro_value_t v;

	avro_generic_value_new(c->iface, &v);
	while (n > 0 && avro_value_read(r, &v) == 0) {
		json_array_append_new(all, of_value(&v));
		avro_value_reset(&v);
	}
	avro_value_decref(&v);
	avro_reader_free(r);
	free(p);
	return all;
}

static json_t *
read_file(const struct oracle *c)
{
	avro_file_reader_t r;
	json_t *all = json_array();
	avro_value_t v;

	need(avro_file_reader(path(c, "avro"), &r), "container");
	avro_generic_value_new(c->iface, &v);
	while (avro_file_reader_read_value(r, &v) == 0) {
		json_array_append_new(all, of_value(&v));
		avro_value_reset(&v);
	}
	avro_value_decref(&v);
	avro_file_reader_close(r);
	return all;
}

static void
write_both(const struct oracle *c, json_t *values)
{
	const char *codec = strtol(c->number, NULL, 10) % 2 ? "null" :
	    "deflate";
	static char block[1 << 22];
	avro_writer_t w = avro_writer_memory(block, sizeof block);
	avro_file_writer_t out;
	FILE *raw;
	json_t *j;
	size_t i;

	need(avro_file_writer_create_with_codec(path(c, "avro-c.avro"),
	    c->schema, &out, codec, sizeof block), "create");
	json_array_foreach(values, i, j) {
		avro_value_t v;

		avro_generic_value_new(c->iface, &v);
		to_value(&v, j);
		need(avro_value_write(w, &v), "write");
		need(avro_file_writer_append_value(out, &v), "append");
		avro_value_decref(&v);
	}
	need(avro_file_writer_close(out), "close");
	raw = fopen(path(c, "avro-c.raw"), "wb");
	need(raw == NULL, "raw");
	fwrite(block, 1, (size_t)avro_writer_tell(w), raw);
	fclose(raw);
	avro_writer_free(w);
}

static void
run(struct oracle *c)
{
	json_error_t why;
	json_t *values, *got;
	size_t n;
	char *text = whole(path(c, "avsc"), &n);

	need(avro_schema_from_json_length(text, n, &c->schema), "schema");
	c->iface = avro_generic_class_from_schema(c->schema);
	need(c->iface == NULL, "class");
	values = json_load_file(path(c, "exact.json"), JSON_ALLOW_NUL, &why);
	need(values == NULL, why.text);
	got = json_pack("{s:o,s:o}", "raw", read_raw(c), "avro", read_file(c));
	need(json_dump_file(got, path(c, "avro-c.json"), 0), "dump");
	write_both(c, values);
	json_decref(got);
	json_decref(values);
	avro_value_iface_decref(c->iface);
	avro_schema_decref(c->schema);
	free(text);
}

int
main(int argc, char *argv[])
{
	for (int i = 2; i < argc; i++) {
		struct oracle c = { .dir = argv[1], .number = argv[i] };

		run(&c);
	}
	return 0;
}
