/* An export of a store, read back: whatever the file holds, it is refused or
 * becomes a store whose chain fits. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/export_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
file_of(const char *dir, const uint8_t *data, size_t n)
{
	char path[128];
	FILE *f;
	int fd;

	snprintf(path, sizeof path, "%s/input", dir);
	f = fopen(path, "w+");
	if (f == NULL)
		abort();
	if (n > 0 && fwrite(data, n, 1, f) != 1)
		abort();
	if (fflush(f) != 0 || (fd = dup(fileno(f))) < 0 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	fclose(f);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const parts[] = { "data.mdb", "lock.mdb", "input" };
	char dir[] = "/tmp/fuzz-import-XXXXXX", path[128];
	struct engine *g = NULL;
	struct err e = ERR_INIT;
	struct build b;
	int fd;

	if (mkdtemp(dir) == NULL)
		abort();
	fd = file_of(dir, data, n);
	if (engine_open(&g, &(struct engine_options){ .dir = dir,
	    .tables = engine_tables, .map_bytes = (uint64_t)64 << 20,
	    .readers = 2, .create = true, .unsafe = true }, &e) < 0)
		abort();
	if (build_begin(&b, g, &e) < 0)
		abort();
	if (build_import(&b, fd, &e) < 0 && e.code == ERR_OK)
		abort();		/* refused without a word */
	build_clear(&b);
	engine_close(g);
	close(fd);
	for (size_t i = 0; i < MEM_COUNT(parts); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, parts[i]);
		unlink(path);
	}
	rmdir(dir);
	return 0;
}
