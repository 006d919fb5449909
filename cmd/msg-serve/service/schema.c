#include "net/worker.h"
#include "service/command.h"
#include "service/schema_get.h"

int
command_get_schema(struct call *c, struct err *e)
{
	struct reader *r = worker_reader(c->worker, e);

	if (r == NULL)
		return -1;
	return schema_get(reader_kinds(r), c->request->argument,
	    c->request->match, c->match, c->payload, e);
}
