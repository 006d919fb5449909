/* A directory of items made a list of actions. */
#include "service/import_tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "service/slug.h"

#define PATH_BYTES	4096

struct file {
	char *name;			/* "a--b.json" */
	char *path;			/* "/a/b"; "" is the root */
};

struct tree {
	const char *dir;
	struct file *files;
	size_t count, cap;
	struct map made;		/* paths of created items */
	struct buf *out, *names;
};

/* "a--b.json" to "/a/b", each part as the name it will have. */
static char *
path_of(const char *name)
{
	struct buf b = BUF_INIT(PATH_BYTES);
	const char *end = name + strlen(name) - 5, *at = name, *next;

	while (at < end) {
		next = strstr(at, "--");
		if (next == NULL || next > end)
			next = end;
		if (next > at) {
			buf_putc(&b, '/');
			slug_put(&b, (struct str){ at,
			    (size_t)(next - at) });
		}
		at = next + 2;
	}
	return buf_take(&b);
}

static int
add_file(struct tree *t, const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (name[0] == '.')
		return 0;
	if (n <= 5 || strcmp(name + n - 5, ".json") != 0)
		return err_set(e, ERR_INPUT, "'%s/%s' is not called "
		    "NAME.json", t->dir, name);
	t->files = mem_grow(t->files, &t->cap, t->count + 1,
	    sizeof *t->files);
	t->files[t->count].name = mem_str(name);
	t->files[t->count++].path = path_of(name);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path,
	    ((const struct file *)b)->path);
}

static int
list_files(struct tree *t, struct err *e)
{
	DIR *d = opendir(t->dir);
	struct dirent *f;
	int rc = 0;

	if (d == NULL)
		return err_sys(e, ERR_INPUT, "cannot open '%s'", t->dir);
	while (rc == 0 && (f = readdir(d)) != NULL)
		rc = add_file(t, f->d_name, e);
	closedir(d);
	if (t->count > 0)
		qsort(t->files, t->count, sizeof *t->files, compare);
	return rc;
}

static void
begin_action(struct tree *t, const struct file *f, const char *path, size_t n,
    struct str kind)
{
	const char *method = kind.p == NULL ? "save" : "create";

	buf_put(t->names, f->name, strlen(f->name) + 1);
	buf_puts(t->out, t->out->n > 1 ? ",\n" : "");
	buf_printf(t->out, "{\"method\":\"%s\",\"data\":{\"_path\":", method);
	json_put_string(t->out, path, n);
	if (kind.p != NULL) {
		buf_lit(t->out, ",\"_kind\":");
		json_put_str(t->out, kind);
	}
}

/* Folders above that no file describes. */
static void
make_folders(struct tree *t, const struct file *f)
{
	const char *path = f->path;

	for (size_t n = 1; path[0] != 0 && path[n] != 0; n++) {
		if (path[n] != '/' || map_get(&t->made, path, n) != NULL)
			continue;
		begin_action(t, f, path, n, STR("Folder"));
		buf_lit(t->out, "}}");
		map_set(&t->made, path, n, t);
	}
}

static int
put_file(struct tree *t, const struct file *f, struct arena *a,
    struct err *e)
{
	struct buf text = BUF_INIT((size_t)64 << 20);
	char *path = fs_join(t->dir, f->name);
	bool root = *f->path == 0;
	struct str kind;
	struct json *j = NULL;
	int rc = fs_read(&text, path, e);

	if (rc == 0 && (j = json_parse(a, text.p, text.n, NULL, e)) == NULL)
		rc = err_prefix(e, "%s", path);
	if (rc == 0 && j->type != JSON_OBJECT)
		rc = err_set(e, ERR_INPUT, "'%s' holds no object", path);
	if (rc < 0)
		goto out;
	kind = json_string(json_get(j, "kind"));
	make_folders(t, f);
	begin_action(t, f, root ? "/" : f->path, root ? 1 : strlen(f->path),
	    root ? STR_NONE : kind.p == NULL ? STR("Page") : kind);
	map_set(&t->made, f->path, strlen(f->path), t);
	for (j = j->first; j != NULL; j = j->next) {
		if (str_is(j->key, "kind"))
			continue;
		if (j->key.n > 0 && j->key.p[0] == '_') {
			rc = err_set(e, ERR_INPUT, "'%s': '%.*s' is no field: "
			    "the file's name is the path, and \"kind\" the "
			    "kind", path, (int)(j->key.n > 60 ? 60 :
			    j->key.n), j->key.p);
			goto out;
		}
		buf_putc(t->out, ',');
		json_put_str(t->out, j->key);
		buf_putc(t->out, ':');
		buf_put(t->out, j->raw.p, j->raw.n);
	}
	buf_lit(t->out, "}}");
out:
	free(path);
	buf_free(&text);
	return rc;
}

int
import_tree(const char *dir, struct buf *out, struct buf *names,
    struct err *e)
{
	struct tree t = { .dir = dir, .out = out, .names = names };
	struct arena a = ARENA_INIT;
	int rc = list_files(&t, e);

	buf_putc(out, '[');
	for (size_t i = 0; i < t.count && rc == 0; i++) {
		rc = put_file(&t, &t.files[i], &a, e);
		arena_reset(&a);
	}
	buf_putc(out, ']');
	if (rc == 0 && buf_full(out))
		rc = err_set(e, ERR_LIMIT, "'%s' holds over %zu bytes", dir,
		    out->max);
	for (size_t i = 0; i < t.count; i++) {
		free(t.files[i].name);
		free(t.files[i].path);
	}
	free(t.files);
	map_free(&t.made);
	arena_free(&a);
	return rc;
}
