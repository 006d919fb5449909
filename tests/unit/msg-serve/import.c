/* --import: a list of actions, and a directory of files. */
#include "unit.h"

#include <sys/stat.h>

#include "demo.h"
#include "service/import_tree.h"

static struct demo demo;

static int
setup(void **state)
{
	(void)state;
	demo_open(&demo);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

static void
put(const char *dir, const char *name, const char *text)
{
	char *path = fs_join(dir, name);

	if (fs_create(path, text, strlen(text), 0600, &demo.e) < 0)
		demo_fail(&demo, name);
	free(path);
}

/* The code of the error, with its text in demo.e. */
static enum err_code
import(const char *name)
{
	char *path = fs_join(demo.dir, name);
	int rc;

	demo.e = (struct err)ERR_INIT;
	rc = import_file(demo.store, path, "localhost", &demo.e);
	free(path);
	demo_look(&demo, 0);
	return rc == 0 ? ERR_OK : demo.e.code;
}

static void
takes_a_list_of_actions(void **state)
{
	(void)state;
	put(demo.dir, "list.json", "[{\"method\":\"create\",\"data\":{"
	    "\"_path\":\"/i\",\"_kind\":\"Page\"}}]");
	assert_int_equal(import("list.json"), ERR_OK);
	assert_string_equal(demo_get(&demo, "/i/@title"), "[\"I\"]");
	assert_string_equal(demo_get(&demo, "/i/@author"),
	    "[\"import@localhost\"]");
	assert_int_equal(import("list.json"), ERR_CONFLICT);
	assert_int_equal(demo.e.action, 0);
	put(demo.dir, "broken.json", "[{");
	assert_int_equal(import("broken.json"), ERR_SYNTAX);
	assert_int_equal(import("nowhere.json"), ERR_INPUT);
}

static void
takes_a_directory(void **state)
{
	char *dir = fs_join(demo.dir, "tree");

	(void)state;
	assert_int_equal(mkdir(dir, 0700), 0);
	put(dir, "docs--guide--First Steps.json",
	    "{\"title\":\"Go\",\"content\":\"x\"}");
	put(dir, "docs.json", "{\"kind\":\"Folder\",\"title\":\"Manuals\"}");
	put(dir, "docs--a.json", "{}");
	put(dir, "--.json", "{\"title\":\"Top\"}");
	put(dir, ".hidden", "no matter");
	assert_int_equal(import("tree"), ERR_OK);
	assert_string_equal(demo_get(&demo, "/docs//*/@path"),
	    "[\"/docs/a\",\"/docs/guide\",\"/docs/guide/first-steps\"]");
	assert_string_equal(demo_get(&demo, "/docs/@kind, /docs/@title, "
	    "/docs/guide/@kind, /docs/guide/first-steps/@title, /@title"),
	    "[[\"Folder\"],[\"Manuals\"],[\"Folder\"],[\"Go\"],[\"Top\"]]");
	put(dir, "x--y.json", "{\"title\":\"Y\",\"titel\":\"Y\"}");
	assert_int_equal(import("tree"), ERR_CONFLICT);
	assert_non_null(strstr(demo.e.text, "tree/docs.json': "));
	assert_int_equal(demo.e.action, -1);
	put(dir, "z.json", "{\"_kind\":\"Page\"}");
	assert_int_equal(import("tree"), ERR_INPUT);
	assert_non_null(strstr(demo.e.text, "tree/z.json': '_kind'"));
	put(dir, "x.txt", "?");
	assert_int_equal(import("tree"), ERR_INPUT);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_list_of_actions),
		cmocka_unit_test(takes_a_directory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
