/*
 * avro_c.c - what the benchmark compares with: JSON lines to Avro and back
 * with avro-c and jansson, as a careful user of these would write it.
 *
 *	avro_c encode|decode SCHEMA < in > out
 *
 * Unions bare: of two branches null and another one.  The buffer for a value
 * is used again and again; nothing is checked twice.
 */
#include <avro.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
die(const char *what)
{
	fprintf(stderr, "avro_c: %s: %s\n", what, avro_strerror());
	exit(1);
}

static void fill(avro_value_t *v, const json_t *j);

static void
fill_record(avro_value_t *v, const json_t *j)
{
	size_t n, i;

	avro_value_get_size(v, &n);
	for (i = 0; i < n; i++) {
		avro_value_t field;
		const char *name;

		avro_value_get_by_index(v, i, &field, &name);
		fill(&field, json_object_get(j, name));
	}
}

static void
fill_array(avro_value_t *v, const json_t *j)
{
	for (size_t i = 0; i < json_array_size(j); i++) {
		avro_value_t item;

		avro_value_append(v, &item, NULL);
		fill(&item, json_array_get(j, i));
	}
}

static void
fill(avro_value_t *v, const json_t *j)
{
	avro_value_t branch;
	int i = 0;

	if (j == NULL)
		die("a field is missing");
	switch (avro_value_get_type(v)) {
	case AVRO_STRING:
		avro_value_set_string_len(v, (char *)(uintptr_t)
		    json_string_value(j), json_string_length(j) + 1);
		break;
	case AVRO_INT32:
		avro_value_set_int(v, (int32_t)json_integer_value(j));
		break;
	case AVRO_INT64:
		avro_value_set_long(v, json_integer_value(j));
		break;
	case AVRO_DOUBLE:
		avro_value_set_double(v, json_number_value(j));
		break;
	case AVRO_BOOLEAN:
		avro_value_set_boolean(v, json_is_true(j));
		break;
	case AVRO_NULL:
		avro_value_set_null(v);
		break;
	case AVRO_ENUM:
		i = avro_schema_enum_get_by_name(avro_value_get_schema(v),
		    json_string_value(j));
		avro_value_set_enum(v, i);
		break;
	case AVRO_UNION:
		avro_value_set_branch(v, !json_is_null(j), &branch);
		fill(&branch, j);
		break;
	case AVRO_RECORD:
		fill_record(v, j);
		break;
	case AVRO_ARRAY:
		fill_array(v, j);
		break;
	default:
		die("a type that is not measured");
	}
}

static void
encode(avro_schema_t schema)
{
	avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
	static char bytes[8 << 20];
	size_t cap = 0;
	char *line = NULL;
	avro_value_t v;
	ssize_t n;

	avro_generic_value_new(iface, &v);
	while ((n = getline(&line, &cap, stdin)) > 0) {
		json_error_t why;
		json_t *j = json_loadb(line, (size_t)n, 0, &why);
		avro_writer_t w = avro_writer_memory(bytes, sizeof bytes);

		if (j == NULL)
			die(why.text);
		avro_value_reset(&v);
		fill(&v, j);
		if (avro_value_write(w, &v) != 0)
			die("write");
		fwrite(bytes, 1, (size_t)avro_writer_tell(w), stdout);
		avro_writer_free(w);
		json_decref(j);
	}
	avro_value_decref(&v);
	avro_value_iface_decref(iface);
	free(line);
}

static void
decode(avro_schema_t schema)
{
	avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
	avro_reader_t r = avro_reader_file_fp(stdin, 0);
	avro_value_t v;

	avro_generic_value_new(iface, &v);
	while (avro_value_read(r, &v) == 0) {
		char *text = NULL;

		if (avro_value_to_json(&v, 1, &text) != 0)
			die("to JSON");
		puts(text);
		free(text);
		avro_value_reset(&v);
	}
	avro_reader_free(r);
	avro_value_decref(&v);
	avro_value_iface_decref(iface);
}

int
main(int argc, char *argv[])
{
	static char text[1 << 20];
	avro_schema_t schema;
	FILE *f;

	if (argc != 3 || (f = fopen(argv[2], "r")) == NULL)
		return 2;
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	if (avro_schema_from_json_length(text, strlen(text), &schema) != 0)
		die("schema");
	setvbuf(stdout, NULL, _IOFBF, 1 << 17);
	setvbuf(stdin, NULL, _IOFBF, 1 << 17);
	if (strcmp(argv[1], "encode") == 0)
		encode(schema);
	else
		decode(schema);
	avro_schema_decref(schema);
	return 0;
}
