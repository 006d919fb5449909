#include "fault.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit.h"

#define LINE_MAX_BYTES	4352		/* a path and what stands before it */

/* All of this file runs in a signal handler: no allocation, no stdio. */

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *
number(const char *p, uintptr_t *out)
{
	for (*out = 0; hex(*p) >= 0; p++)
		*out = *out << 4 | (uintptr_t)hex(*p);
	return p;
}

/* "FROM-TO rwxp ... /path": the path when the address is between. */
static const char *
path_of(const char *line, uintptr_t at)
{
	uintptr_t from, to;
	const char *p = number(line, &from);

	if (*p != '-')
		return NULL;
	p = number(p + 1, &to);
	return at >= from && at < to ? strchr(p, '/') : NULL;
}

/* The file that is mapped there, in line. */
static const char *
find_file(char line[LINE_MAX_BYTES], uintptr_t at)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	const char *found = NULL;
	size_t n = 0;
	char c;

	while (fd >= 0 && found == NULL && read(fd, &c, 1) == 1) {
		if (c == '\n') {
			line[n] = '\0';
			found = path_of(line, at);
			n = 0;
		} else if (n < LINE_MAX_BYTES - 1) {
			line[n++] = (unsigned char)c < ' ' ? '?' : c;
		}
	}
	if (fd >= 0)
		close(fd);
	return found;
}

static void
say(const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t done = write(STDERR_FILENO, text, n);

		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

static bool
ends(const char *path, const char *name)
{
	size_t n = strlen(path), m = strlen(name);

	return n > m && strcmp(path + n - m, name) == 0;
}

static void
on_fault(int sig, siginfo_t *info, void *context)
{
	char line[LINE_MAX_BYTES];
	const char *path = find_file(line, (uintptr_t)info->si_addr);

	(void)context;
	if (path != NULL && ends(path, "/data.mdb")) {
		say("msg-serve: the store is damaged: '");
		say(path);
		say("' is cut short, or the disk cannot be read; see "
		    "msg-serve --verify\n");
		_exit(EXIT_REFUSED);
	}
	if (path != NULL && ends(path, "/lock.mdb")) {
		say("msg-serve: no room on the disk for '");
		say(path);
		say("'\n");
		_exit(EXIT_SYSTEM);
	}
	signal(sig, SIG_DFL);		/* and again, from where it was */
}

void
fault_guard(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof act);
	act.sa_sigaction = on_fault;
	act.sa_flags = SA_SIGINFO;
	sigemptyset(&act.sa_mask);
	sigaction(SIGBUS, &act, NULL);
	signal(SIGXFSZ, SIG_IGN);
}
