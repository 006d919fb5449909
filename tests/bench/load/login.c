#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "load.h"

/* Connect, log in, bind, leave, and again. */
struct logins {
	struct load *load;
	struct bot *bots;
	unsigned gone;
	bool measuring, over;
	struct hist hist;
	struct usage from, to;
	struct timer timer;
};

static void
on_time(void *arg)
{
	struct logins *s = arg;

	if (!s->measuring) {
		s->measuring = true;
		usage_now(&s->from, s->load->opt.pid);
		timer_set(&s->timer, s->load->opt.time_ms);
		return;
	}
	usage_now(&s->to, s->load->opt.pid);
	s->over = true;
}

static void
on_ready(struct bot *b)
{
	struct logins *s = b->own;

	if (s->measuring && !s->over)
		hist_add(&s->hist, clock_mono_us() - b->start_us);
	bot_end(b);
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
	struct logins *s = b->own;

	if (!s->over)
		bot_start(b, b->load, b->ops, b->number);
	else if (++s->gone == b->load->opt.connections)
		loop_stop(b->load->loop);
}

static const struct bot_ops ops = {
	.ready = on_ready, .item = on_item, .closed = on_closed,
};

int
load_logins(struct load *l, struct err *e)
{
	size_t count = (size_t)l->opt.connections;
	struct logins s = { .load = l };

	(void)e;
	s.bots = mem_array(count, sizeof *s.bots);
	memset(s.bots, 0, count * sizeof *s.bots);
	timer_init(&s.timer, l->loop, on_time, &s);
	timer_set(&s.timer, l->opt.warm_ms);
	for (unsigned i = 0; i < count; i++) {
		s.bots[i].own = &s;
		bot_start(&s.bots[i], l, &ops, i);
	}
	loop_run(l->loop);
	if (!l->failed)
		print_row(l, (double)s.hist.count * 1e6 /
		    (double)(s.to.at_us - s.from.at_us), "logins/s", &s.hist,
		    &s.from, &s.to);
	free(s.bots);
	return 0;
}
