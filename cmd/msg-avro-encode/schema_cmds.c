#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/exit.h"
#include "convert.h"

/*
 * What can be asked of schemas alone: canonical form, fingerprint, and
 * whether one can read what another wrote.
 */

static void
put_fingerprint(struct buf *out, const struct schema *s, const char *kind)
{
	uint8_t bytes[32];

	if (strcmp(kind, "crc64") == 0) {
		buf_printf(out, "%016llx\n",
		    (unsigned long long)schema_crc64(s));
		return;
	}
	if (strcmp(kind, "md5") == 0)
		schema_md5(s, bytes);
	else
		schema_sha256(s, bytes);
	hex_put(out, bytes, strcmp(kind, "md5") == 0 ? 16 : 32);
	buf_putc(out, '\n');
}

static int
tell(const struct encode_opts *o, const struct schema *s, struct err *e)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	int rc;

	if (o->canonical) {
		schema_canonical(s, &out);
		buf_putc(&out, '\n');
	}
	if (o->fingerprint != NULL)
		put_fingerprint(&out, s, o->fingerprint);
	rc = write_out(STDOUT_FILENO, &out, "standard output", e);
	buf_free(&out);
	return rc;
}

int
schema_run(const struct encode_opts *o, char *files[], size_t count)
{
	bool given = schema_given(o);
	struct err e = ERR_INIT;
	int status = EXIT_DONE;

	for (size_t i = 0; i < (given ? 1 : count == 0 ? 1 : count); i++) {
		struct schema *s = given ? schema_of_options(o, &e) :
		    schema_named(count == 0 ? "-" : files[i], o->name, &e);

		if (s == NULL || tell(o, s, &e) < 0)
			status = encode_report(&e);
		schema_unref(s);
	}
	return status;
}

/* --- --check-compat ------------------------------------------------------- */

static void
print_issue(void *arg, const char *path, const char *text)
{
	printf("%s: %s: %s\n", (const char *)arg, path, text);
}

static bool
fits(const struct schema *reader, const struct schema *writer,
    const char *way)
{
	return schema_compatible(reader, writer, print_issue,
	    (void *)(uintptr_t)way);
}

int
compat_run(const struct encode_opts *o, char *files[], size_t count)
{
	bool backward = strcmp(o->compat, "forward") != 0;
	bool forward = strcmp(o->compat, "backward") != 0, ok = true;
	struct schema *old = NULL, *new = NULL;
	struct err e = ERR_INIT;
	int status;

	if (count != 2) {
		err_set(&e, ERR_USAGE, "--check-compat needs two schemas: OLD "
		    "and NEW");
		return encode_report(&e);
	}
	old = schema_of_file(files[0], &e);
	new = old == NULL ? NULL : schema_of_file(files[1], &e);
	if (new == NULL) {
		status = encode_report(&e);
	} else {
		if (backward)
			ok &= fits(new, old, "backward");
		if (forward)
			ok &= fits(old, new, "forward");
		status = ok ? EXIT_DONE : EXIT_INPUT;
	}
	schema_unref(old);
	schema_unref(new);
	return status;
}
