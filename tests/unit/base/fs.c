#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

static char dir[] = "/tmp/msg-unit-XXXXXX";
static struct err e;

static char *
in(const char *name)
{
	return fs_join(dir, name);
}

static char *
content(const char *path)
{
	struct buf b = BUF_INIT(1000);

	assert_int_equal(fs_read(&b, path, &e), 0);
	return buf_take(&b);
}

static size_t
entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
replace_leaves_one_file(void **state)
{
	char *path = in("replaced"), *text;
	struct stat st;

	(void)state;
	assert_int_equal(fs_replace(path, "old", 3, 0600, &e), 0);
	assert_int_equal(fs_replace(path, "new one", 7, 0640, &e), 0);
	text = content(path);
	assert_string_equal(text, "new one");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(entries(), 1);
	unlink(path);
	free(text);
	free(path);
}

static void
create_never_overwrites(void **state)
{
	char *path = in("created"), *text;

	(void)state;
	assert_int_equal(fs_create(path, "first", 5, 0600, &e), 0);
	assert_int_equal(fs_create(path, "second", 6, 0600, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	text = content(path);
	assert_string_equal(text, "first");
	assert_int_equal(entries(), 1);
	unlink(path);
	free(text);
	free(path);
}

static void
errors_name_the_file(void **state)
{
	char *path = in("none/at/all"), *file = in("file");
	struct buf b = BUF_INIT(3);

	(void)state;
	assert_int_equal(fs_replace(path, "x", 1, 0600, &e), -1);
	assert_int_equal(e.code, ERR_SYSTEM);
	assert_non_null(strstr(e.text, path));
	assert_int_equal(fs_read(&b, path, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.text, path));
	assert_int_equal(fs_read(&b, dir, &e), -1);
	assert_non_null(strstr(e.text, dir));
	assert_int_equal(fs_create(file, "1234", 4, 0600, &e), 0);
	assert_int_equal(fs_read(&b, file, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_non_null(strstr(e.text, file));
	unlink(file);
	buf_free(&b);
	free(path);
	free(file);
}

/* A file in the place of /dev/null would be the end of it for everybody. */
static void
replace_keeps_links_and_devices(void **state)
{
	char *link = in("link"), *file = in("file"), *pipe = in("pipe");
	struct stat st;
	char got[4] = "";
	int fd;

	(void)state;
	assert_int_equal(fs_create(file, "old", 3, 0600, &e), 0);
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(fs_replace(link, "new", 3, 0600, &e), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	fd = open(pipe, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(fs_replace(pipe, "abc", 3, 0600, &e), 0);
	assert_int_equal(read(fd, got, 3), 3);
	assert_string_equal(got, "abc");
	assert_int_equal(lstat(pipe, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	close(fd);
	unlink(pipe);
	unlink(link);
	unlink(file);
	free(link);
	free(file);
	free(pipe);
}

static void
directories_on_the_way(void **state)
{
	char *deep = in("a/b/c"), *file = in("file"), *under = in("file/x");

	(void)state;
	assert_int_equal(fs_mkdir(deep, 0700, &e), 0);
	assert_int_equal(fs_mkdir(deep, 0700, &e), 0);
	assert_true(fs_exists(deep));
	assert_int_equal(fs_create(file, "", 0, 0600, &e), 0);
	assert_int_equal(fs_mkdir(file, 0700, &e), -1);
	assert_int_equal(fs_mkdir(under, 0700, &e), -1);
	assert_int_equal(fs_mkdir("", 0700, &e), -1);
	unlink(file);
	for (const char *const *p = (const char *const[]){ "a/b/c", "a/b",
	    "a", NULL }; *p != NULL; p++) {
		char *path = in(*p);

		assert_int_equal(rmdir(path), 0);
		free(path);
	}
	free(deep);
	free(file);
	free(under);
}

static void
same_and_free(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

static void
names(void **state)
{
	char *home = getenv("HOME") == NULL ? NULL : strdup(getenv("HOME"));

	(void)state;
	same_and_free(fs_join("a", "b"), "a/b");
	same_and_free(fs_join("a/", "b"), "a/b");
	same_and_free(fs_join("/", "b"), "/b");
	same_and_free(fs_join("", "b"), "b");
	setenv("HOME", "/home/x", 1);
	setenv("XDG_TEST_HOME", "/cfg", 1);
	same_and_free(fs_xdg("XDG_TEST_HOME", ".config"), "/cfg/msg");
	setenv("XDG_TEST_HOME", "relative", 1);
	same_and_free(fs_xdg("XDG_TEST_HOME", ".config"),
	    "/home/x/.config/msg");
	unsetenv("XDG_TEST_HOME");
	unsetenv("HOME");
	assert_null(fs_xdg("XDG_TEST_HOME", ".config"));
	if (home != NULL)
		setenv("HOME", home, 1);
	free(home);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replace_leaves_one_file),
		cmocka_unit_test(create_never_overwrites),
		cmocka_unit_test(errors_name_the_file),
		cmocka_unit_test(replace_keeps_links_and_devices),
		cmocka_unit_test(directories_on_the_way),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("fs", tests, make_dir, remove_dir);
}
