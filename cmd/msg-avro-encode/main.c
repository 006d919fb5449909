#include <signal.h>
#include <string.h>

#include "cli/exit.h"
#include "convert.h"

static int
run(const struct encode_opts *o, char *files[], size_t count)
{
	if (o->compat != NULL)
		return compat_run(o, files, count);
	if (o->canonical || o->fingerprint != NULL)
		return schema_run(o, files, count);
	if (o->template)
		return template_run(o, files, count);
	if (o->infer)
		return infer_run(o, files, count);
	if (o->meta)
		return meta_run(o, files, count);
	if (o->concat)
		return concat_run(o, files, count);
	if (o->decode)
		return decode_run(o, files, count);
	return encode_run(o, files, count);
}

int
main(int argc, char *argv[])
{
	struct encode_opts o;
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	size_t count;

	memset(&o, 0, sizeof o);
	signal(SIGPIPE, SIG_IGN);
	if (opt_parse(&encode_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return encode_report(&e);
	if (next == OPT_DONE)
		return exit_finish(encode_tool.name, EXIT_DONE);
	o.self = argv[0];
	if (options_check(&o, operands, count, &e) < 0)
		return encode_report(&e);
	return exit_finish(encode_tool.name, run(&o, operands, count));
}
