#include "convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/exit.h"
#include "kind.h"

/* --- schemas -------------------------------------------------------------- */

/* The text of a schema file, or of the schema in a container's head; errors
 * have its name. */
static int
schema_text(struct buf *text, const char *path, struct err *e)
{
	struct ocf_head h;

	if (fs_read(text, path, e) < 0)
		return -1;
	if (text->n >= 3 && memcmp(text->p, "\xef\xbb\xbf", 3) == 0)
		buf_eat(text, 3);	/* a byte order mark */
	if (text->n < 4 || memcmp(text->p, "Obj\1", 4) != 0)
		return 0;
	if (ocf_head_get(&h, text->p, text->n, true, e) <= 0)
		return err_prefix(e, "schema '%s'", path);
	memmove(text->p, h.schema.p, h.schema.n);
	text->n = h.schema.n;
	ocf_head_clear(&h);
	return 0;
}

struct schema *
schema_of_file(const char *path, struct err *e)
{
	struct buf text = BUF_INIT((size_t)1 << 31);
	struct schema *s = NULL;

	if (schema_text(&text, path, e) == 0 &&
	    (s = schema_parse_any(text.p, text.n, e)) == NULL)
		err_prefix(e, "schema '%s'", path);
	buf_free(&text);
	return s;
}

struct schema *
schema_named(const char *path, const char *name, struct err *e)
{
	struct schema_set *set = schema_set_new();
	struct buf text = BUF_INIT((size_t)1 << 31);
	struct schema *s = NULL;

	if (name == NULL)
		s = schema_of_file(path, e);
	else if (schema_text(&text, path, e) == 0) {
		if (schema_set_add(set, text.p, text.n, e) < 0 ||
		    (s = schema_set_get(set, name, e)) == NULL)
			err_prefix(e, "schema '%s'", path);
		if (s == NULL && e->code == ERR_NOT_FOUND)
			e->code = ERR_USAGE;
	}
	buf_free(&text);
	schema_set_free(set);
	return s;
}

bool
schema_given(const struct encode_opts *o)
{
	return o->schemas.n > 0 || o->kind != NULL;
}

void
sources_clear(struct sources *f)
{
	for (size_t i = 0; i < f->count; i++)
		buf_free(&f->texts[i]);
	free(f->texts);
	*f = (struct sources){ .o = f->o };
}

/* The texts of the -s files, once: they may be pipes. */
static int
sources_load(struct sources *f, struct err *e)
{
	const struct opt_list *names = &f->o->schemas;

	if (f->texts == NULL)
		f->texts = mem_array(names->n, sizeof *f->texts);
	for (; f->count < names->n; f->count++) {
		struct buf *text = &f->texts[f->count];

		buf_init(text, (size_t)1 << 31);
		if (schema_text(text, names->v[f->count], e) == 0)
			continue;
		buf_free(text);
		return -1;
	}
	return 0;
}

/* What the -s files define. */
static int
add_files(struct schema_set *set, struct sources *f, struct err *e)
{
	if (sources_load(f, e) < 0)
		return -1;
	for (size_t i = 0; i < f->count; i++)
		if (schema_set_add(set, f->texts[i].p, f->texts[i].n, e) < 0)
			return err_prefix(e, "schema '%s'",
			    f->o->schemas.v[i]);
	return 0;
}

struct schema *
schema_of_options(const struct encode_opts *o, struct err *e)
{
	struct sources f = { .o = o };
	struct schema *s = schema_of_sources(&f, e);

	sources_clear(&f);
	return s;
}

struct schema *
schema_of_sources(struct sources *f, struct err *e)
{
	const struct encode_opts *o = f->o;
	struct schema_set *set = schema_set_new();
	struct schema *s = NULL;
	struct buf text = BUF_INIT((size_t)1 << 31);

	if (!schema_given(o)) {
		err_set(e, ERR_USAGE, "no schema is given: use -s FILE or "
		    "--kind KIND");
		goto out;
	}
	if (add_files(set, f, e) < 0)
		goto out;
	if (o->kind != NULL && (kind_schema(&text, o, e) < 0 ||
	    schema_set_add(set, text.p, text.n, e) < 0))
		goto out;
	s = schema_set_get(set, o->name, e);
	if (s == NULL && e->code == ERR_NOT_FOUND)
		e->code = ERR_USAGE;	/* --name */
out:
	buf_free(&text);
	schema_set_free(set);
	return s;
}

static struct schema *
named_type(struct sources *f, uint64_t fingerprint)
{
	struct schema_set *set = schema_set_new();
	struct err ignored = ERR_INIT;
	struct schema *s = add_files(set, f, &ignored) < 0 ? NULL :
	    schema_set_by_crc64(set, fingerprint);

	schema_set_free(set);
	return s;
}

struct schema *
schema_by_fingerprint(struct sources *f, uint64_t fingerprint)
{
	struct err ignored = ERR_INIT;
	struct schema *s;

	if (sources_load(f, &ignored) < 0)
		return NULL;
	for (size_t i = 0; i < f->count; i++) {
		s = schema_parse_any(f->texts[i].p, f->texts[i].n, &ignored);
		if (s != NULL && schema_crc64(s) == fingerprint)
			return s;
		schema_unref(s);
	}
	return named_type(f, fingerprint);
}

int
confluent_of(const struct encode_opts *o, uint32_t *out, struct err *e)
{
	uint64_t id;

	if (text_number(o->confluent, strlen(o->confluent), UINT32_MAX,
	    &id) < 0)
		return err_set(e, ERR_USAGE, "--confluent: '%s' is no schema "
		    "id, which is a number up to 4294967295%s", o->confluent,
		    o->decode ? ", or 'any'" : "");
	*out = (uint32_t)id;
	return 0;
}

/* --- plans ---------------------------------------------------------------- */

struct plan *
plan_of(const struct encode_opts *o, const struct schema *s, struct err *e)
{
	struct plan_options p = {
		.json = strcmp(o->json, "avro") == 0 || o->strict ?
		    PLAN_AVRO : PLAN_PLAIN,
		.unions = strcmp(o->unions, "tagged") == 0 || o->strict ?
		    UNIONS_TAGGED : strcmp(o->unions, "plain") == 0 ?
		    UNIONS_BARE : UNIONS_AUTO,
		.raw_logical = o->raw_logical || o->strict,
		.strict = o->strict,
		.ignore_unknown = o->ignore_unknown,
	};

	return plan_new(s, &p, e);
}

struct plan_run *
run_of(const struct encode_opts *o)
{
	struct plan_limits limits = { (size_t)o->max_depth,
	    (size_t)o->max_elements, (size_t)o->max_bytes };

	return plan_run_new(&limits);
}

int
reading_init(struct reading *g, const struct encode_opts *o,
    struct schema *writer, const struct schema *reader, struct err *e)
{
	memset(g, 0, sizeof *g);
	g->writer = writer;
	if (reader != NULL && (g->pair = plan_pair(writer, reader, e)) == NULL)
		return err_prefix(e, "the data cannot be read with '%s'",
		    o->reader);
	g->plan = plan_of(o, reader == NULL ? writer : reader, e);
	return g->plan == NULL ? -1 : 0;
}

void
reading_clear(struct reading *g)
{
	schema_unref(g->writer);
	plan_unref(g->plan);
	plan_unref(g->pair);
	memset(g, 0, sizeof *g);
}

int
reading_next(const struct reading *g, struct plan_run *r, struct buf *tmp,
    const char *p, size_t n, bool last, size_t *used, struct buf *out,
    struct err *e)
{
	int rc;

	if (g->pair == NULL)
		return plan_decode_next(g->plan, r, p, n, last, used, out, e);
	buf_reset(tmp);
	rc = plan_resolve_next(g->pair, r, p, n, last, used, tmp, e);
	if (rc > 0 && plan_decode(g->plan, r, tmp->p, tmp->n, out, e) < 0)
		return -1;
	return rc;
}

int
reading_skip(const struct reading *g, struct plan_run *r, struct buf *tmp,
    const char *p, size_t n, bool last, size_t *used, struct err *e)
{
	if (g->pair == NULL)
		return plan_skip_next(g->plan, r, p, n, last, used, e);
	buf_reset(tmp);
	return plan_resolve_next(g->pair, r, p, n, last, used, tmp, e);
}

/* --- talking -------------------------------------------------------------- */

void
complain(const char *file, const struct err *e)
{
	char line[ERR_AT_MAX + ERR_PATH_MAX + ERR_TEXT_MAX + 8];
	struct buf name = BUF_INIT(1 << 16);

	err_line(e, line, sizeof line);
	if (strcmp(file, "-") != 0) {
		text_escape(&name, file, strlen(file), 0);
		buf_lit(&name, ": ");
	}
	fprintf(stderr, "%s: %s%s\n", encode_tool.name, buf_cstr(&name), line);
	buf_free(&name);
}

int
encode_status(const struct err *e)
{
	return e->code == ERR_LIMIT ? EXIT_INPUT : err_exit(e->code);
}

int
encode_report(const struct err *e)
{
	err_report(e, encode_tool.name);
	return encode_status(e);
}

#define PROGRESS_US	500000

void
progress_init(struct progress *p, const struct encode_opts *o)
{
	p->on = !o->quiet && isatty(STDERR_FILENO);
	p->next_us = p->on ? clock_mono_us() + 2 * PROGRESS_US : 0;
}

void
progress_show(struct progress *p, uint64_t values, uint64_t bytes)
{
	int64_t now;

	if (!p->on || (now = clock_mono_us()) < p->next_us)
		return;
	p->next_us = now + PROGRESS_US;
	fprintf(stderr, "\r%llu values, %llu MB\033[K",
	    (unsigned long long)values, (unsigned long long)bytes >> 20);
}

void
progress_end(struct progress *p)
{
	if (p->on)
		fputs("\r\033[K", stderr);
}
