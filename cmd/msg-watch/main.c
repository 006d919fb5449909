#include <string.h>

#include "cli/exit.h"
#include "watch.h"

int
main(int argc, char *argv[])
{
	struct watch_opts o;
	struct interrupt in;
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	size_t count;
	int status;

	memset(&o, 0, sizeof o);
	if (opt_parse(&watch_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, watch_tool.name);
	if (next == OPT_DONE)
		return exit_finish(watch_tool.name, EXIT_DONE);
	if (interrupt_init(&in, &e) < 0 ||
	    context_load(&o.context, &watch_tool, &o, &e) < 0)
		status = err_report(&e, watch_tool.name);
	else
		status = watch_run(&o, count > 0 ? operands[0] : NULL, &in);
	context_clear(&o.context);
	return status;
}
