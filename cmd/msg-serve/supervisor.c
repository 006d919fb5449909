#include "supervisor.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"

#define FIRST_FD	3	/* SD_LISTEN_FDS_START */

/* A number of the environment, 0 when there is none that fits. */
static uint64_t
number(const char *name)
{
	const char *text = getenv(name);
	uint64_t v;

	if (text == NULL ||
	    text_number(text, strlen(text), INT64_MAX, &v) < 0)
		return 0;
	return v;
}

/* Said to us, not to who started us through a shell? */
static bool
for_us(const char *name)
{
	return number(name) == (uint64_t)getpid();
}

static int
take_sockets(struct server_sockets *s, struct err *e)
{
	const char *names = getenv("LISTEN_FDNAMES");
	uint64_t n = for_us("LISTEN_PID") ? number("LISTEN_FDS") : 0;

	if (n > SERVER_LISTENERS_MAX)
		return err_set(e, ERR_CONFIG, "at most %d sockets can be "
		    "handed in", SERVER_LISTENERS_MAX);
	for (; s->count < n; s->count++) {
		size_t len = names == NULL ? 0 : strcspn(names, ":");

		s->at[s->count].fd = FIRST_FD + (int)s->count;
		if (server_kind((struct str){ names, len },
		    &s->at[s->count].kind) < 0)
			return err_set(e, ERR_CONFIG, "socket '%.*s' was "
			    "handed in: FileDescriptorName= must say what is "
			    "spoken on it: " SERVER_KINDS, (int)len,
			    names == NULL ? "" : names);
		if (names != NULL)
			names += len + (names[len] == ':');
	}
	return 0;
}

/* $NOTIFY_SOCKET: a path, or '@' and an abstract name. */
static void
find_listener(struct supervisor *v)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path == NULL ? 0 : strlen(path);

	v->fd = -1;
	if (n < 2 || n >= sizeof v->to.sun_path ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	v->to.sun_family = AF_UNIX;
	memcpy(v->to.sun_path, path, n);
	if (path[0] == '@')
		v->to.sun_path[0] = '\0';
	v->to_n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	v->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int
supervisor_init(struct supervisor *v, struct err *e)
{
	memset(v, 0, sizeof *v);
	find_listener(v);
	/* Half of the time there is, so that one may come late. */
	if (v->fd >= 0 && (getenv("WATCHDOG_PID") == NULL ||
	    for_us("WATCHDOG_PID")))
		v->watchdog_ms = (int64_t)(number("WATCHDOG_USEC") / 2000);
	return take_sockets(&v->sockets, e);
}

void
supervisor_clear(struct supervisor *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

void
supervisor_say(const struct supervisor *v, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	if (v->fd < 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < sizeof text)
		sendto(v->fd, text, (size_t)n, MSG_NOSIGNAL,
		    (const struct sockaddr *)&v->to, v->to_n);
}
