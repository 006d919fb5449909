#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "load.h"

#define AT_ONCE	32		/* logins under way */

/* Many connections that do nothing: what do they cost the server? */
struct idle {
	struct load *load;
	struct bot *bots;
	unsigned begun, ready, gone;
	struct usage from, to;
	struct timer timer;
};

static void
on_time(void *arg)
{
	struct idle *s = arg;

	usage_now(&s->to, s->load->opt.pid);
	for (unsigned i = 0; i < s->begun; i++)
		bot_end(&s->bots[i]);
}

/* The first one is there before it is measured: what a server sets up once
 * is not what a connection costs. */
static void
on_ready(struct bot *b)
{
	struct idle *s = b->own;
	int64_t all = s->load->opt.connections + 1;

	if (++s->ready == 1)
		usage_now(&s->from, s->load->opt.pid);
	while (s->begun < all && s->begun - s->ready < AT_ONCE) {
		bot_start(&s->bots[s->begun], s->load, b->ops, s->begun);
		s->begun++;
	}
	if (s->ready == all)
		timer_set(&s->timer, s->load->opt.warm_ms);
}

static void
on_item(void *arg, const struct answer *item, const char *p, size_t n)
{
	(void)arg;
	(void)item;
	(void)p;
	(void)n;
}

static void
on_closed(struct bot *b)
{
	struct idle *s = b->own;

	if (++s->gone == s->begun)
		loop_stop(b->load->loop);
}

static const struct bot_ops ops = {
	.ready = on_ready, .item = on_item, .closed = on_closed,
};

int
load_idle(struct load *l, struct err *e)
{
	size_t count = (size_t)l->opt.connections + 1;
	struct idle s = { .load = l, .begun = 1 };

	if (l->opt.pid == 0)
		return err_set(e, ERR_USAGE, "idle needs --pid");
	s.bots = mem_array(count, sizeof *s.bots);
	memset(s.bots, 0, count * sizeof *s.bots);
	for (size_t i = 0; i < count; i++)
		s.bots[i].own = &s;
	timer_init(&s.timer, l->loop, on_time, &s);
	bot_start(&s.bots[0], l, &ops, 0);
	loop_run(l->loop);
	if (!l->failed)
		print_memory(l, &s.from, &s.to);
	free(s.bots);
	return 0;
}
