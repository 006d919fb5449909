#include <string.h>

#include "changes.h"
#include "cli/exit.h"
#include "stats.h"
#include "trace.h"

static int
run(struct watch_opts *o, enum watch_mode mode, const char *query,
    const struct interrupt *in)
{
	switch (mode) {
	case WATCH_TRACE:
		return trace_run(o, in);
	case WATCH_STATS:
		return stats_run(o, in);
	case WATCH_CHANGES:
		break;
	}
	return changes_run(o, query, in);
}

int
main(int argc, char *argv[])
{
	struct watch_opts o;
	struct interrupt in;
	struct err e = ERR_INIT;
	enum opt_next next;
	enum watch_mode mode;
	const char *query;
	char **operands;
	size_t count;
	int status;

	memset(&o, 0, sizeof o);
	if (opt_parse(&watch_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, watch_tool.name);
	if (next == OPT_DONE)
		return exit_finish(watch_tool.name, EXIT_DONE);
	if (watch_mode(&o, operands, count, &mode, &query, &e) < 0 ||
	    interrupt_init(&in, &e) < 0 ||
	    context_load(&o.context, &watch_tool, &o, &e) < 0)
		status = err_report(&e, watch_tool.name);
	else
		status = run(&o, mode, query, &in);
	context_clear(&o.context);
	return status;
}
