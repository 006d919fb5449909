#include "care.h"

#include <stdio.h>
#include <stdlib.h>

#include "backup.h"
#include "check.h"
#include "cli/exit.h"
#include "start.h"
#include "store/compact.h"
#include "store/export.h"
#include "store/verify.h"

bool
care_wanted(const struct serve_options *opt)
{
	return opt->check_config || opt->export != NULL ||
	    opt->backup != NULL || opt->verify || opt->compact;
}

static int
open_store(struct store **out, const char *dir,
    const struct serve_options *opt, struct err *e)
{
	return store_open(out, &(struct store_options){ .dir = dir,
	    .map_bytes = opt->map_bytes, .read_only = true }, e);
}

static int
export(const char *dir, const struct serve_options *opt, struct err *e)
{
	struct store *s = NULL;
	struct reader *r;
	int rc;

	if (open_store(&s, dir, opt, e) < 0)
		return -1;
	r = reader_new(s);
	rc = reader_begin(r, e);
	if (rc == 0)
		rc = store_export_file(r, opt->export, e);
	reader_free(r);
	store_close(s);
	return rc;
}

static int
backup(const char *dir, const struct serve_options *opt, struct err *e)
{
	struct store *s;
	int rc;

	if (open_store(&s, dir, opt, e) < 0)
		return -1;
	rc = backup_is_dir(opt->backup) ? backup_dir(s, dir, opt->backup, e) :
	    store_backup(s, opt->backup, e);
	store_close(s);
	return rc;
}

static void
say(void *arg, const char *what)
{
	(void)arg;
	printf("%s\n", what);
}

static int
verify(const char *dir, struct err *e)
{
	uint64_t issues;

	if (store_verify_dir(dir, say, NULL, &issues, e) < 0)
		return -1;
	if (issues > 0)
		return err_set(e, ERR_REFUSED, "'%s' is damaged: %ju finding%s",
		    dir, (uintmax_t)issues, issues == 1 ? "" : "s");
	printf("sound\n");
	return 0;
}

static int
compact(const char *dir, const struct serve_options *opt, struct err *e)
{
	struct compact_policy p = {
		.revisions = (uint64_t)opt->keep_revisions,
		.age_us = opt->keep_ms * 1000,
	};
	struct compact_result r;

	if (store_compact(dir, &p, &r, e) < 0)
		return -1;
	printf("oldest=%ju rows=%ju bytes=%ju before=%ju\n",
	    (uintmax_t)r.oldest, (uintmax_t)r.rows,
	    (uintmax_t)r.bytes_after, (uintmax_t)r.bytes_before);
	return 0;
}

int
care_run(const struct settings *s, struct err *e)
{
	const struct serve_options *opt = &s->opt;
	char *dir = start_dir(opt, e);
	int rc = dir == NULL ? -1 : 0;
	struct err unsaid = ERR_INIT;

	if (rc == 0 && opt->check_config)
		rc = check_config(s, e);
	if (rc == 0 && opt->export != NULL)
		rc = export(dir, opt, e);
	if (rc == 0 && opt->backup != NULL)
		rc = backup(dir, opt, e);
	if (rc == 0 && opt->verify)
		rc = verify(dir, e);
	if (rc == 0 && opt->compact)
		rc = compact(dir, opt, e);
	if (exit_flush(rc < 0 ? &unsaid : e) < 0)
		rc = -1;
	free(dir);
	return rc;
}
