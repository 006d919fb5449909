/*
 * Runs a fuzz target over its kept corpus, tests/fuzz/corpus/NAME/, or over
 * the files named: one line of TAP a file.  make check does it for each.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"

#define FILE_MAX	(16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The bytes in memory of exactly their size, so that ASan sees an overrun. */
static int
replay(const char *path, struct err *e)
{
	struct buf b = BUF_INIT(FILE_MAX);
	uint8_t *exact = NULL;
	int rc = fs_read(&b, path, e);

	if (rc == 0) {
		exact = mem_dup(b.p, b.n);
		LLVMFuzzerTestOneInput(exact, b.n);
	}
	free(exact);
	buf_free(&b);
	return rc;
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
replay_all(const char *dir, struct err *e)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, visible, alphasort), bad = 0;

	if (n <= 0) {
		err_sys(e, ERR_INPUT, "no corpus in '%s'", dir);
		free(list);
		return -1;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		char *path = fs_join(dir, list[i]->d_name);
		int rc = replay(path, e);

		printf("%sok %d - %s\n", rc < 0 ? "not " : "", i + 1,
		    list[i]->d_name);
		fflush(stdout);
		bad += rc < 0;
		free(path);
		free(list[i]);
	}
	free(list);
	return bad == 0 ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	const char *name = strrchr(argv[0], '/');
	struct err e = ERR_INIT;
	char *dir;
	int rc = 0;

	name = name == NULL ? argv[0] : name + 1;
	if (argc > 1) {
		for (int i = 1; rc == 0 && i < argc; i++)
			rc = replay(argv[i], &e);
	} else {
		dir = fs_join("tests/fuzz/corpus", name);
		rc = replay_all(dir, &e);
		free(dir);
	}
	return rc == 0 ? 0 : err_report(&e, name);
}
