#include "cli/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fs.h"
#include "base/mem.h"

#define KNOWN_MAX	(1u << 20)	/* bytes of the file */

char *
known_path(void)
{
	char *dir = fs_xdg("XDG_STATE_HOME", ".local/state");
	char *path = dir == NULL ? NULL : fs_join(dir, "known");

	free(dir);
	return path;
}

char *
known_name(const char *server, const char *jid)
{
	size_t bare = strcspn(jid, "/"), local = strcspn(jid, "@/");
	const char *domain = jid + (local < bare ? local + 1 : 0);

	return server != NULL ? mem_str(server) :
	    mem_strn(domain, (size_t)(jid + bare - domain));
}

static int
no_home(struct err *e)
{
	return err_set(e, ERR_CONFIG, "--tofu: no home directory to remember "
	    "keys in; set XDG_STATE_HOME");
}

/* 0: no such file. */
static int
load(struct buf *out, const char *path, struct err *e)
{
	if (!fs_exists(path))
		return 0;
	if (fs_read(out, path, e) == 0)
		return 1;
	e->code = ERR_CONFIG;
	return -1;
}

/* "SERVER PIN" of line[0..n): 1 when it is that server's; -1: it is no such
 * line, and might have been. */
static int
match(char pin[PEER_PIN_LEN + 1], const char *line, size_t n,
    const char *server)
{
	size_t name = strcspn(line, " \n");

	if (n == 0 || line[0] == '#')
		return 0;
	if (n != name + 1 + PEER_PIN_LEN || name == 0)
		return -1;
	memcpy(pin, line + name + 1, PEER_PIN_LEN);
	pin[PEER_PIN_LEN] = '\0';
	if (strspn(pin, "0123456789abcdef") != PEER_PIN_LEN)
		return -1;
	return name == strlen(server) && memcmp(line, server, name) == 0;
}

static int
find(char pin[PEER_PIN_LEN + 1], const char *text, const char *path,
    const char *server, struct err *e)
{
	int rc = 0;

	for (int number = 1; rc == 0 && *text != '\0'; number++) {
		size_t n = strcspn(text, "\n");

		rc = match(pin, text, n, server);
		if (rc < 0)
			return err_set(e, ERR_CONFIG, "%s:%d: no 'SERVER KEY' "
			    "as --tofu keeps them; mend or remove the line",
			    path, number);
		text += n + (text[n] == '\n');
	}
	return rc;
}

int
known_find(char pin[PEER_PIN_LEN + 1], const char *server, struct err *e)
{
	struct buf text = BUF_INIT(KNOWN_MAX);
	char *path = known_path();
	int rc = path == NULL ? no_home(e) : load(&text, path, e);

	if (rc > 0)
		rc = find(pin, buf_cstr(&text), path, server, e);
	buf_free(&text);
	free(path);
	return rc;
}

int
known_add(const char *server, const char *pin, struct err *e)
{
	char *dir = fs_xdg("XDG_STATE_HOME", ".local/state");
	struct buf text = BUF_INIT(KNOWN_MAX);
	char *path = known_path();
	int rc = path == NULL ? no_home(e) : fs_mkdir(dir, 0700, e);

	if (rc == 0)
		rc = load(&text, path, e) < 0 ? -1 : 0;
	if (rc == 0) {
		if (text.n > 0 && text.p[text.n - 1] != '\n')
			buf_putc(&text, '\n');
		buf_printf(&text, "%s %s\n", server, pin);
		rc = fs_replace(path, text.p, text.n, 0600, e);
	}
	buf_free(&text);
	free(path);
	free(dir);
	return rc;
}
