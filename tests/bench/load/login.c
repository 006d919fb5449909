#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "load.h"

#define TRIES	30		/* tenths of a second */

/*
 * Connect, log in, bind, leave, and again.  To resume TLS one stays before,
 * until the server has given it a ticket or shows that it will not.
 */
struct logins {
	struct load *load;
	struct bot *bots;
	struct request ping;
	unsigned gone, tries;
	bool begun, measuring, over;
	struct hist hist;
	struct usage from, to;
	struct timer timer, stay;
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
on_stay(void *arg)
{
	struct logins *s = arg;

	if (tls_resumable(s->load->tls) || s->tries++ == TRIES) {
		bot_end(&s->bots[0]);
		return;
	}
	request_put(&s->ping, &s->bots[0], 0);
	timer_set(&s->stay, 100);
}

static void
on_ready(struct bot *b)
{
	struct logins *s = b->own;

	if (!s->begun) {
		on_stay(s);
		return;
	}
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

static void begin(struct logins *s);

static void
on_closed(struct bot *b)
{
	struct logins *s = b->own;

	if (!s->begun)
		begin(s);
	else if (!s->over)
		bot_start(b, b->load, b->ops, b->number);
	else if (++s->gone == b->load->opt.connections)
		loop_stop(b->load->loop);
}

static const struct bot_ops ops = {
	.ready = on_ready, .item = on_item, .closed = on_closed,
};

static void
begin(struct logins *s)
{
	struct load *l = s->load;

	s->begun = true;
	timer_set(&s->timer, l->opt.warm_ms);
	for (unsigned i = 0; i < l->opt.connections; i++)
		bot_start(&s->bots[i], l, &ops, i);
}

int
load_logins(struct load *l, struct err *e)
{
	size_t count = (size_t)l->opt.connections;
	struct logins s = { .load = l };

	if (request_init(&s.ping, l, "ping", e) < 0)
		return -1;
	s.bots = mem_array(count, sizeof *s.bots);
	memset(s.bots, 0, count * sizeof *s.bots);
	timer_init(&s.timer, l->loop, on_time, &s);
	timer_init(&s.stay, l->loop, on_stay, &s);
	for (unsigned i = 0; i < count; i++)
		s.bots[i].own = &s;
	if (l->opt.resume)
		bot_start(&s.bots[0], l, &ops, 0);
	else
		begin(&s);
	loop_run(l->loop);
	if (!l->failed)
		print_row(l, (double)s.hist.count * 1e6 /
		    (double)(s.to.at_us - s.from.at_us), "logins/s", &s.hist,
		    &s.from, &s.to);
	request_clear(&s.ping, l);
	free(s.bots);
	return 0;
}
