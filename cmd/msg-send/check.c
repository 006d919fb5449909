#include "check.h"

#include <string.h>

#include "base/clock.h"
#include "stream.h"

static void
line(struct send *s, const char *what, const char *text)
{
	int64_t now = clock_mono_us();
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096);

	buf_printf(&b, "%-11s %8.1f ms  %s", what,
	    (double)(now - s->moved_us) / 1000, text);
	output_line(&s->out, b.p, b.n);
	if (output_flush(&s->out, &e) < 0 && s->status == 0)
		send_failed(s, &e, 0);
	buf_free(&b);
	s->moved_us = clock_mono_us();
}

void
check_step(void *send, enum client_step step, const char *text)
{
	static const char *const names[] = {
		[CLIENT_RESOLVED] = "name",
		[CLIENT_CONNECTED] = "TCP",
		[CLIENT_SECURED] = "TLS",
		[CLIENT_VERIFIED] = "certificate",
		[CLIENT_LOGGED_IN] = "login",
		[CLIENT_BOUND] = "bind",
	};

	line(send, names[step], text);
}

int
check_run(struct send *s, const struct interrupt *in, struct err *e)
{
	struct msg_ask ask;
	int64_t start;

	if (s->client == NULL)
		return 0;
	send_attrs(&ask, s->o);
	ask.command = msg_command_by_word(STR("get-item"));
	ask.argument = STR("/@name");
	start = clock_mono_us();
	send_ask(s, &ask, 0, NULL);
	s->quiet = true;
	if (stream_wait(s, in, e) < 0)
		return -1;
	s->moved_us = start;
	if (s->status == 0)
		line(s, "request", "get-item /@name");
	return 0;
}
