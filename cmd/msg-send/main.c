#include <string.h>
#include <unistd.h>

#include "cli/exit.h"
#include "repl.h"
#include "stream.h"

/* ask NULL: commands come from standard input. */
static int
run(struct send *s, const struct msg_ask *ask, bool prompt,
    const struct interrupt *in, struct err *e)
{
	if (prompt)
		return repl_run(s, in, e);
	if (ask == NULL)
		return stream_lines(s, STDIN_FILENO, in, e);
	send_ask(s, ask, 0);
	return stream_wait(s, in, e);
}

int
main(int argc, char *argv[])
{
	struct send_opts o;
	struct send s = { 0 };
	struct interrupt in;
	struct msg_ask ask;
	struct buf text = BUF_INIT(STREAM_ARGUMENT_MAX);
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	bool one, prompt;
	size_t count;

	memset(&o, 0, sizeof o);
	if (opt_parse(&send_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, send_tool.name);
	if (next == OPT_DONE)
		return exit_finish(send_tool.name, EXIT_DONE);
	one = count > 0 && strcmp(operands[0], "-") != 0;
	prompt = count == 0 && isatty(STDIN_FILENO);
	if ((one && stream_command(&ask, &text, &o, operands[0], count > 1 ?
	    operands[1] : NULL, &e) < 0) || interrupt_init(&in, &e) < 0 ||
	    (!o.dry_run && context_load(&o.context, &send_tool, &o, &e) < 0)) {
		s.status = err_report(&e, send_tool.name);
	} else {
		if (send_open(&s, &o, in.fd, &e) < 0)
			send_failed(&s, &e, 0);
		else if (run(&s, one ? &ask : NULL, prompt, &in, &e) < 0)
			send_lost(&s, &e);
		send_close(&s);
	}
	context_clear(&o.context);
	buf_free(&text);
	return s.status;
}
