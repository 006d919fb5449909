#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/command.h"
#include "service/log_get.h"

int
command_get_log(struct call *c, struct err *e)
{
	const struct request *q = c->request;
	struct log_args args = { .query = q->argument, .author = q->author,
		.since_us = q->since_us, .until_us = q->until_us,
		.before = q->before,
		.max = q->has_max ? q->max : LOG_PAGE, .limits = {
		.steps = (uint64_t)c->worker->server->opt->steps } };
	struct view v;

	if (call_view(c, &v, e) < 0)
		return -1;
	return log_get(&v, c->account->rights, &args, c->arena, c->payload,
	    &c->first, &c->last, e);
}
