/* The argument of set-schema, and what of it needs no store to be seen. */
#include "service/schema_set.h"

#include <string.h>

#include "base/json.h"

static const struct {
	const char *word;
	bool forward, transitive, lossy;
} modes[] = {
	{ "BACKWARD", false, false, false },
	{ "BACKWARD_TRANSITIVE", false, true, false },
	{ "FORWARD", true, false, false },
	{ "FORWARD_TRANSITIVE", true, true, false },
	{ "FULL", true, false, false },
	{ "FULL_TRANSITIVE", true, true, false },
	{ "NONE", false, false, true },
};

static int
read_mode(struct schema_set *s, struct str mode, struct err *e)
{
	if (mode.n == 0)
		return 0;
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (str_is(mode, modes[i].word)) {
			s->forward = modes[i].forward;
			s->transitive = modes[i].transitive;
			s->lossy = modes[i].lossy;
			return 0;
		}
	}
	return err_set(e, ERR_ARGUMENT, "there is no compatibility '%.*s': "
	    "BACKWARD, FORWARD and FULL are, each with _TRANSITIVE, and NONE",
	    (int)(mode.n > 40 ? 40 : mode.n), mode.p);
}

static struct str
without_m(struct str name)
{
	if (name.n > 2 && memcmp(name.p, "M.", 2) == 0)
		return (struct str){ name.p + 2, name.n - 2 };
	return name;
}

/* The full name, without "M."; the namespace is M when none is given. */
static struct str
full_name(struct arena *a, const struct json *record)
{
	struct str name = json_string(json_get(record, "name"));
	struct str space = json_string(json_get(record, "namespace"));

	if (space.n == 0 || str_is(space, "M") ||
	    (name.n > 0 && memchr(name.p, '.', name.n) != NULL))
		return without_m(name);
	return str_of(arena_printf(a, "%.*s.%.*s", (int)space.n, space.p,
	    (int)name.n, name.p));
}

struct schema_set *
schema_set_parse(struct arena *a, const char *p, size_t n, struct str mode,
    struct err *e)
{
	struct schema_set *s = arena_zero(a, sizeof *s);

	s->arena = a;
	s->reasons = arena_zero(a, sizeof *s->reasons);
	if (n == 0) {
		(void)err_set(e, ERR_ARGUMENT, "an Avro record is missing");
		return NULL;
	}
	if (n > SCHEMA_TEXT_MAX) {
		(void)err_set(e, ERR_POLICY, "a schema has at most %d bytes",
		    SCHEMA_TEXT_MAX);
		return NULL;
	}
	s->text = (struct str){ p, n };
	s->record = json_parse(a, p, n, NULL, e);
	if (s->record == NULL || read_mode(s, mode, e) < 0)
		return NULL;
	if (!str_is(json_string(json_get(s->record, "type")), "record")) {
		(void)err_set(e, ERR_SCHEMA, "a kind is an Avro record");
		return NULL;
	}
	s->name = full_name(a, s->record);
	s->base = without_m(json_string(json_get(s->record, "base")));
	if (s->name.n == 0 || s->name.n > KIND_NAME_MAX) {
		(void)err_set(e, ERR_SCHEMA, "a kind has a name of 1 to %d "
		    "bytes", KIND_NAME_MAX);
		return NULL;
	}
	return s;
}
