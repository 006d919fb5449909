#include "service/import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "service/import_tree.h"
#include "service/item_set.h"

#define PAGE(path, description, content) \
	"{\"method\":\"create\",\"data\":{\"_kind\":\"Page\"," \
	"\"_path\":\"" path "\",\"description\":\"" description "\"," \
	"\"content\":\"<p>" content "</p>\"}}"
#define FOLDER(path) \
	"{\"method\":\"create\",\"data\":{\"_kind\":\"Folder\"," \
	"\"_path\":\"" path "\"}}"

static const char demo[] = "["
	"{\"method\":\"save\",\"data\":{\"_path\":\"/\",\"title\":\"Demo\"}},"
	PAGE("/about", "What this is.",
	    "A small tree of items to query, change and watch.") ","
	FOLDER("/more") ","
	FOLDER("/more/deep") ","
	FOLDER("/more/deep/deeper") ","
	PAGE("/more/deep/deeper/deepest", "Far down.",
	    "Folders hold folders, as deep as you like.") ","
	FOLDER("/news") ","
	PAGE("/news/article-1", "The first article.", "It has begun.") ","
	PAGE("/news/article-2", "The second article.", "It goes on.") ","
	PAGE("/news/article-3", "The third article.", "There is no end.")
	"]";

struct import {
	struct store_job job;
	struct item_set *set;
};

static int
apply(struct store_job *job, struct txn *t, struct err *e)
{
	struct import *im = (struct import *)job;

	return item_set_apply(im->set, t, e);
}

static void
done(struct store_job *job)
{
	(void)job;
}

/* Which item, where the error is of a field of it. */
static int
name_item(const struct item_action *x, struct err *e)
{
	if (x->path.n == 0 || str_is(x->path, e->path))
		return -1;
	return err_prefix(e, "'%.*s'", (int)(x->path.n > 200 ? 200 :
	    x->path.n), x->path.p);
}

static int
import_actions(struct store *s, const char *p, size_t n, const char *domain,
    struct err *e)
{
	struct arena a = ARENA_INIT;
	struct import im = { .job = { .branch = BRANCH_STAGING,
		.message = STR("import"), .run = apply, .done = done } };
	int rc = -1;

	im.job.author = str_of(arena_printf(&a, "import@%s", domain));
	im.set = item_set_parse(&a, p, n, e);
	if (im.set != NULL)
		rc = store_run(s, &im.job, e);
	if (rc < 0 && im.set != NULL && e->action >= 0)
		(void)name_item(&im.set->actions[e->action], e);
	arena_free(&a);
	return rc;
}

int
import_demo(struct store *s, const char *domain, struct err *e)
{
	return import_actions(s, demo, sizeof demo - 1, domain, e);
}

/* Of a directory the file that the action was made of, of a list the action's
 * number.  What it names and is not there makes the input unfit. */
static int
blame(const char *path, const struct buf *names, struct err *e)
{
	const char *name = names->p;

	if (e->action < 0)
		return err_prefix(e, "import of '%s'", path);
	if (e->code == ERR_NOT_FOUND)
		e->code = ERR_INPUT;
	if (names->n == 0 || buf_full(names))
		return err_prefix(e, "import of '%s', action %d", path,
		    e->action + 1);
	for (int i = 0; i < e->action; i++)
		name += strlen(name) + 1;
	e->action = -1;
	e->at[0] = 0;			/* in no file of anybody's */
	return err_prefix(e, "import of '%s/%s'", path, name);
}

int
import_file(struct store *s, const char *path, const char *domain,
    struct err *e)
{
	struct buf text = BUF_INIT(IMPORT_MAX);
	struct buf names = BUF_INIT(IMPORT_MAX);
	struct stat st;
	int rc;

	if (strcmp(path, "-") != 0 && stat(path, &st) < 0)
		return err_sys(e, ERR_INPUT, "cannot read '%s'", path);
	if (strcmp(path, "-") != 0 && S_ISDIR(st.st_mode))
		rc = import_tree(path, &text, &names, e);
	else
		rc = fs_read(&text, path, e);
	if (rc == 0) {
		rc = import_actions(s, text.p, text.n, domain, e);
		if (rc < 0)
			(void)blame(path, &names, e);
	}
	buf_free(&text);
	buf_free(&names);
	return rc;
}
