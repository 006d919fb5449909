#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "load.h"
#include "xmpp/ns.h"

/*
 * One connection changes things, all others watch.  The time of an event is
 * from the request that caused it.  So many requests are under way as depth
 * says: the next one is made when all have seen the oldest, and it was
 * answered.  Each watcher is told of all of them in turn.
 */
struct change {
	int64_t sent_us;
	uint64_t seen;
	bool answered;
};

struct fan {
	struct load *load;
	struct request request, subscribe;
	struct bot *bots;		/* the first one changes */
	uint64_t *told;			/* events of each */
	struct change *changes;		/* a ring, depth of them */
	uint64_t made, done;
	unsigned ready, watching, gone;
	bool measuring, over;
	struct hist hist;
	struct usage from, to;
	struct timer timer;
};

static struct change *
change_of(struct fan *f, uint64_t number)
{
	return &f->changes[number % (uint64_t)f->load->opt.depth];
}

/* Until as many are under way as there may be. */
static void
change(struct fan *f)
{
	uint64_t depth = (uint64_t)f->load->opt.depth;

	for (; f->made < f->done + depth; f->made++) {
		*change_of(f, f->made) = (struct change){
			.sent_us = clock_mono_us() };
		request_put(&f->request, &f->bots[0],
		    (unsigned)(f->made % depth));
	}
}

static void
next(struct fan *f)
{
	uint64_t watchers = (uint64_t)f->load->opt.connections;
	const struct change *c = change_of(f, f->done);

	while (f->done < f->made && c->answered && c->seen == watchers)
		c = change_of(f, ++f->done);
	change(f);
}

static void
on_event(struct fan *f, const struct bot *b)
{
	struct change *c = change_of(f, f->told[b->number]++);

	c->seen++;
	if (f->measuring)
		hist_add(&f->hist, clock_mono_us() - c->sent_us);
}

static void
watch(struct bot *b)
{
	struct fan *f = b->own;

	request_put(&f->subscribe, b, 0);
}

static void
on_ready(struct bot *b)
{
	struct fan *f = b->own;

	if (++f->ready <= f->load->opt.connections)
		bot_start(&f->bots[f->ready], f->load, b->ops, f->ready);
	if (b->number > 0)
		watch(b);
}

static void
on_item(void *arg, const struct answer *item, const char *p, size_t n)
{
	struct bot *b = arg;
	struct fan *f = b->own;
	uint64_t watchers = (uint64_t)f->load->opt.connections;
	struct err e = ERR_INIT;

	if (f->over)
		return;
	if (item->error || (item->id >= f->load->opt.depth &&
	    item->kind == 'i')) {
		err_set(&e, ERR_REFUSED, "a request was answered with ...%.*s",
		    (int)(n < 400 ? n : 400), p);
		load_fail(b->load, &e);
	} else if (item->kind == 'm' && b->number > 0) {
		on_event(f, b);
	} else if (b->number == 0) {
		f->changes[item->id].answered = true;
	} else if (++f->watching == watchers) {
		timer_set(&f->timer, f->load->opt.warm_ms);
		change(f);
		return;
	}
	if (f->watching == watchers)
		next(f);
}

static void
on_time(void *arg)
{
	struct fan *f = arg;

	if (!f->measuring) {
		f->measuring = true;
		usage_now(&f->from, f->load->opt.pid);
		timer_set(&f->timer, f->load->opt.time_ms);
		return;
	}
	usage_now(&f->to, f->load->opt.pid);
	f->over = true;
	for (unsigned i = 0; i <= f->load->opt.connections; i++)
		bot_end(&f->bots[i]);
}

static void
on_closed(struct bot *b)
{
	struct fan *f = b->own;

	if (++f->gone == f->load->opt.connections + 1)
		loop_stop(b->load->loop);
}

static const struct bot_ops ops = {
	.ready = on_ready, .item = on_item, .closed = on_closed,
};

int
load_watch(struct load *l, struct err *e)
{
	size_t count = (size_t)l->opt.connections + 1;
	struct buf query = BUF_INIT(65536);
	struct fan f = { .load = l };

	if (l->opt.query[0] == '<')
		buf_puts(&query, l->opt.query);
	else
		buf_printf(&query, "set-watch %s", l->opt.query);
	if (request_init(&f.request, l, l->opt.request, e) < 0 ||
	    request_init(&f.subscribe, l, buf_cstr(&query), e) < 0)
		return -1;
	buf_free(&query);
	f.changes = mem_array((size_t)l->opt.depth, sizeof *f.changes);
	f.told = mem_zero(count * sizeof *f.told);
	f.bots = mem_array(count, sizeof *f.bots);
	memset(f.bots, 0, count * sizeof *f.bots);
	timer_init(&f.timer, l->loop, on_time, &f);
	for (size_t i = 0; i < count; i++)
		f.bots[i].own = &f;
	bot_start(&f.bots[0], l, &ops, 0);
	loop_run(l->loop);
	if (!l->failed)
		print_row(l, (double)f.hist.count * 1e6 /
		    (double)(f.to.at_us - f.from.at_us), "events/s", &f.hist,
		    &f.from, &f.to);
	request_clear(&f.request, l);
	request_clear(&f.subscribe, l);
	free(f.bots);
	free(f.told);
	free(f.changes);
	return 0;
}
