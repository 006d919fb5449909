#include <string.h>

#include "cli/exit.h"
#include "dump.h"

int
main(int argc, char *argv[])
{
	struct dump_opts o;
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	size_t count, bad = 0;

	memset(&o, 0, sizeof o);
	if (opt_parse(&dump_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, dump_tool.name);
	if (next == OPT_DONE)
		return exit_finish(dump_tool.name, EXIT_DONE);
	if (dump_run(&o, operands, count, &bad, &e) < 0)
		return err_report(&e, dump_tool.name);
	if (bad == 1)
		err_set(&e, ERR_INPUT, "one part of the input is malformed");
	else if (bad > 1)
		err_set(&e, ERR_INPUT, "%zu parts of the input are malformed",
		    bad);
	return bad > 0 ? err_report(&e, dump_tool.name) : EXIT_DONE;
}
