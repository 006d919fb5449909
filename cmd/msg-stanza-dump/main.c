#include <string.h>

#include "cli/exit.h"
#include "dump.h"
#include "net/proxy.h"

static int
run(struct dump_opts *o, char *const files[], size_t count,
    struct err *e)
{
	struct stage *s;
	size_t bad;
	int rc;

	if (dump_opts_check(o, count, e) < 0 || stage_new(&s, o, e) < 0)
		return err_report(e, dump_tool.name);
	rc = o->listen != NULL ? proxy_run(o, s, e) :
	    dump_files(s, files, count, e);
	if (rc == 0)
		rc = stage_end(s, e);
	bad = o->listen != NULL ? 0 : stage_bad(s);
	stage_free(s);
	if (rc == 0 && bad == 1)
		rc = err_set(e, ERR_INPUT, "one part of the input is "
		    "malformed");
	else if (rc == 0 && bad > 1)
		rc = err_set(e, ERR_INPUT, "%zu parts of the input are "
		    "malformed", bad);
	return rc < 0 ? err_report(e, dump_tool.name) : EXIT_DONE;
}

int
main(int argc, char *argv[])
{
	struct dump_opts o;
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	size_t count;

	memset(&o, 0, sizeof o);
	if (opt_parse(&dump_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, dump_tool.name);
	if (next == OPT_DONE)
		return exit_finish(dump_tool.name, EXIT_DONE);
	return run(&o, operands, count, &e);
}
