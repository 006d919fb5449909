#include "base/secret.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

int
secret_set(struct secret *s, const char *p, size_t n, struct err *e)
{
	if (n > SECRET_MAX)
		return err_set(e, ERR_VALUE,
		    "a password has at most %d bytes", SECRET_MAX);
	secret_clear(s);
	s->p = mem_strn(p, n);
	s->n = n;
	return 0;
}

void
secret_clear(struct secret *s)
{
	if (s->p != NULL)
		explicit_bzero(s->p, s->n);
	free(s->p);
	*s = (struct secret)SECRET_NONE;
}

int
secret_read_fd(struct secret *s, int fd, const char *name, struct err *e)
{
	char line[SECRET_MAX + 1];
	size_t n = 0;
	int rc = -1;

	while (n < sizeof line && memchr(line, '\n', n) == NULL) {
		ssize_t got = fs_read_some(fd, line + n, 1);

		if (got < 0) {
			err_sys(e, ERR_CONFIG, "cannot read '%s'", name);
			goto out;
		}
		if (got == 0)
			break;
		n++;
	}
	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n == 0) {
		err_set(e, ERR_CONFIG, "'%s' holds no password", name);
		goto out;
	}
	rc = secret_set(s, line, n, e);
	if (rc < 0) {
		e->code = ERR_CONFIG;
		err_prefix(e, "'%s'", name);
	}
out:
	explicit_bzero(line, sizeof line);
	return rc;
}

int
secret_read(struct secret *s, const char *path, struct err *e)
{
	struct stat st;
	int fd, rc = -1;

	if (strcmp(path, "-") == 0)
		return secret_read_fd(s, STDIN_FILENO, "standard input", e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(e, ERR_CONFIG, "cannot read password file '%s'", path);
		goto out;
	}
	if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0) {
		err_set(e, ERR_CONFIG, "others can read the password in '%s'; "
		    "type: chmod 600 '%s'", path, path);
		goto out;
	}
	rc = secret_read_fd(s, fd, path, e);
out:
	if (fd >= 0)
		close(fd);
	return rc;
}

int
secret_random(struct secret *s, size_t characters, struct err *e)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	char text[64];
	int rc;

	if (characters > sizeof text)
		characters = sizeof text;
	if (getrandom(text, characters, 0) != (ssize_t)characters)
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	for (size_t i = 0; i < characters; i++)
		text[i] = alphabet[text[i] & 31];
	rc = secret_set(s, text, characters, e);
	explicit_bzero(text, sizeof text);
	return rc;
}
