#include "backup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

#define BESIDE_MAX	((size_t)1 << 20)	/* bytes of one of them */

/* What stands beside the data; one that was removed is no part of it. */
static const struct {
	const char *name;
	mode_t mode;
} beside[] = {
	{ "tls.crt", 0644 },
	{ "tls.key", 0600 },
	{ "client.conf", 0600 },
	{ "client.password", 0600 },
};

bool
backup_is_dir(const char *path)
{
	size_t n = strlen(path);

	return n > 0 && path[n - 1] == '/';
}

typedef int copy_fn(struct store *s, const char *path, struct err *e);

static int
copy_part(struct store *s, copy_fn *copy, const char *to, const char *part,
    struct err *e)
{
	char *dir = fs_join(to, part), *file = fs_join(dir, "data.mdb");
	int rc = fs_mkdir(dir, 0700, e);

	if (rc == 0)
		rc = copy(s, file, e);
	if (rc == 0)
		rc = fs_sync_dir(dir, e);
	free(file);
	free(dir);
	return rc;
}

static int
copy_file(const char *from, const char *to, mode_t mode, struct err *e)
{
	struct buf b = BUF_INIT(BESIDE_MAX);
	int rc;

	if (!fs_exists(from))
		return 0;
	rc = fs_read(&b, from, e);
	if (rc == 0)
		rc = fs_create(to, b.p, b.n, mode, e);
	buf_wipe(&b);
	return rc;
}

static int
copy_beside(const char *from, const char *to, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < MEM_COUNT(beside); i++) {
		char *old = fs_join(from, beside[i].name);
		char *new = fs_join(to, beside[i].name);

		rc = copy_file(old, new, beside[i].mode, e);
		free(old);
		free(new);
	}
	return rc;
}

static void
take_away(const char *dir, const char *name, int (*remover)(const char *))
{
	char *path = fs_join(dir, name);

	remover(path);
	free(path);
}

static void
undo(const char *to)
{
	for (size_t i = 0; i < MEM_COUNT(beside); i++)
		take_away(to, beside[i].name, unlink);
	take_away(to, "data/data.mdb", unlink);
	take_away(to, "cred/data.mdb", unlink);
	take_away(to, "data", rmdir);
	take_away(to, "cred", rmdir);
	rmdir(to);
}

int
backup_dir(struct store *s, const char *from, const char *to, struct err *e)
{
	int rc;

	if (mkdir(to, 0700) < 0)
		return errno == EEXIST ?
		    err_set(e, ERR_CONFLICT, "'%s' is there already", to) :
		    err_sys(e, ERR_SYSTEM, "cannot create '%s'", to);
	rc = copy_part(s, store_backup, to, "data", e);
	if (rc == 0)
		rc = copy_part(s, store_backup_cred, to, "cred", e);
	if (rc == 0)
		rc = copy_beside(from, to, e);
	if (rc == 0)
		rc = fs_sync_dir(to, e);
	if (rc < 0)
		undo(to);
	return rc;
}
