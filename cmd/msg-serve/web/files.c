#include "web/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/server.h"
#include "net/worker.h"

#define INDEX		"index.html"
#define NAME_BYTES	256
#define ETAG_MAX	64

static const struct {
	const char *end, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".htm", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".map", "application/json" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".xml", "application/xml" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".md", "text/markdown; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".webp", "image/webp" },
	{ ".avif", "image/avif" },
	{ ".ico", "image/x-icon" },
	{ ".woff", "font/woff" },
	{ ".woff2", "font/woff2" },
	{ ".wasm", "application/wasm" },
	{ ".pdf", "application/pdf" },
	{ NULL, "application/octet-stream" }
};

const char *
files_type(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t i = 0;

	while (types[i].end != NULL && (dot == NULL ||
	    !http_same(str_of(dot), str_of(types[i].end))))
		i++;
	return types[i].type;
}

/* Go on from the directory fd, which is closed, to what is called name. */
static int
step(int fd, const char *name, int flags)
{
	int next = fd < 0 ? -1 : openat(fd, name, O_RDONLY | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags);

	if (fd >= 0)
		close(fd);
	return next;
}

int
files_open(const char *root, const char *path)
{
	int fd = open(root, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	char name[NAME_BYTES];
	struct stat st;

	while (*path == '/' && fd >= 0) {
		size_t n = strcspn(++path, "/");
		bool last = path[n] == '\0';

		if (n >= sizeof name || (n == 0 && !last)) {
			close(fd);
			return -1;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		fd = step(fd, n == 0 ? INDEX : name, last ? 0 : O_DIRECTORY);
		path += n;
	}
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		bool directory = fd >= 0 && S_ISDIR(st.st_mode);

		if (fd >= 0)
			close(fd);
		return directory ? -2 : -1;
	}
	return fd;
}

/* "a" was a directory: its page is at "a/". */
static void
redirect(struct web *c, struct exchange *x, struct str path)
{
	struct buf *b = web_begin(c, x, 301, NULL);

	buf_lit(b, "Location: ");
	buf_put(b, path.p, path.n);
	buf_lit(b, "/\r\n");
	web_end(c, x, NULL, 0);
}

static void
send_file(struct web *c, struct exchange *x, const struct http_request *r,
    int fd, const char *path)
{
	const char *type = path[strlen(path) - 1] == '/' ?
	    files_type(INDEX) : files_type(path);
	char etag[ETAG_MAX];
	struct stat st;
	struct buf *b;
	bool same;

	if (fstat(fd, &st) < 0) {
		close(fd);
		web_say(c, x, 500, strerror(errno));
		return;
	}
	snprintf(etag, sizeof etag, "\"%" PRIx64 "-%" PRIx64 ".%lx\"",
	    (uint64_t)st.st_size, (uint64_t)st.st_mtim.tv_sec,
	    (unsigned long)st.st_mtim.tv_nsec);
	same = http_field_has(r, "if-none-match", etag);
	b = web_begin(c, x, same ? 304 : 200, same ? NULL : type);
	http_put(b, "ETag", etag);
	http_put(b, "Cache-Control", "no-cache");
	http_put(b, "X-Content-Type-Options", "nosniff");
	if (same)
		x->head = true;
	web_end_file(c, x, fd, (uint64_t)st.st_size);
}

void
files_answer(struct web *c, struct exchange *x, const struct http_request *r)
{
	const char *root = c->worker->server->opt->web_root;
	struct buf path = BUF_INIT(4096);
	int fd = root == NULL || http_path(&path, r->path) < 0 ? -1 :
	    files_open(root, buf_cstr(&path));

	if (fd >= 0)
		send_file(c, x, r, fd, buf_cstr(&path));
	else if (fd == -2)
		redirect(c, x, r->path);
	else
		web_say(c, x, 404, "there is no such page");
	buf_free(&path);
}
