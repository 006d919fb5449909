#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/command.h"
#include "service/item_get.h"

int
command_get_item(struct call *c, struct err *e)
{
	struct query_limits limits = {
		.steps = (uint64_t)c->worker->server->opt->steps };
	struct view v;

	if (call_view(c, &v, e) < 0)
		return -1;
	return item_get(&v, c->worker->run, c->request->argument, &limits,
	    c->arena, c->payload, e);
}
