/*
 * convert.h - what the commands of msg-avro-encode share: schemas from the
 * options, plans for them, and what is said about a bad value.
 */
#ifndef ENCODE_CONVERT_H
#define ENCODE_CONVERT_H

#include "avro/plan.h"
#include "input.h"
#include "options.h"
#include "sink.h"

/* Schemas of a file, which may be a container. */
struct schema *schema_of_file(const char *path, struct err *e);

/* The type of this name in the file; NULL: as schema_of_file. */
struct schema *schema_named(const char *path, const char *name,
    struct err *e);

bool schema_given(const struct encode_opts *o);

/* What -s, --kind and --name say; NULL: *e, ERR_USAGE when none is given. */
struct schema *schema_of_options(const struct encode_opts *o, struct err *e);

/* The -s files, each read once. */
struct sources {
	const struct encode_opts *o;
	struct buf *texts;
	size_t count;
};

struct schema *schema_of_sources(struct sources *f, struct err *e);
void sources_clear(struct sources *f);

/* The file, or the type in one, that has this fingerprint; or NULL. */
struct schema *schema_by_fingerprint(struct sources *f, uint64_t fingerprint);

/* The number of --confluent, which is given. */
int confluent_of(const struct encode_opts *o, uint32_t *out, struct err *e);

struct plan *plan_of(const struct encode_opts *o, const struct schema *s,
    struct err *e);
struct plan_run *run_of(const struct encode_opts *o);

/* From a writer's schema to JSON, by the reader's schema if there is one. */
struct reading {
	struct schema *writer;
	struct plan *plan;		/* binary to JSON */
	struct plan *pair;		/* NULL: the writer's own schema */
};

/* Takes writer, borrows reader, which may be NULL. */
int reading_init(struct reading *g, const struct encode_opts *o,
    struct schema *writer, const struct schema *reader, struct err *e);
void reading_clear(struct reading *g);

/* The first value of p[0..n): as plan_decode_next.  tmp is scratch. */
int reading_next(const struct reading *g, struct plan_run *r, struct buf *tmp,
    const char *p, size_t n, bool last, size_t *used, struct buf *out,
    struct err *e);

/* One value over, checked, nothing written. */
int reading_skip(const struct reading *g, struct plan_run *r,
    struct buf *tmp, const char *p, size_t n, bool last, size_t *used,
    struct err *e);

/* "msg-avro-encode: FILE: line 3, column 14, /a: text". */
void complain(const char *file, const struct err *e);

/* The exit status of an error: a limit is one of the input.  And told, when no
 * file is to blame. */
int encode_status(const struct err *e);
int encode_report(const struct err *e);

/* A line on stderr now and then, when it is a terminal. */
struct progress {
	bool on;
	int64_t next_us;
};

void progress_init(struct progress *p, const struct encode_opts *o);
void progress_show(struct progress *p, uint64_t values, uint64_t bytes);
void progress_end(struct progress *p);

/* The commands.  Each gives the exit status. */
int encode_run(const struct encode_opts *o, char *files[], size_t count);
int decode_run(const struct encode_opts *o, char *files[], size_t count);
int concat_run(const struct encode_opts *o, char *files[], size_t count);
int meta_run(const struct encode_opts *o, char *files[], size_t count);
int schema_run(const struct encode_opts *o, char *files[], size_t count);
int compat_run(const struct encode_opts *o, char *files[], size_t count);
int template_run(const struct encode_opts *o, char *files[], size_t count);
int infer_run(const struct encode_opts *o, char *files[], size_t count);

#endif
