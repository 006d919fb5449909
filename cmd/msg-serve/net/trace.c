#include "net/trace.h"

#include <string.h>
#include <unistd.h>

#include "net/worker.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define LINE_MAX_BYTES	((size_t)1 << 30)

void
tracer_init(struct tracer *t, bool verbose)
{
	memset(t, 0, sizeof *t);
	pthread_mutex_init(&t->lock, NULL);
	t->verbose = verbose;
	atomic_store(&t->on, verbose);
}

void
tracer_clear(struct tracer *t)
{
	pthread_mutex_destroy(&t->lock);
}

/* One line as a headline message for one watcher. */
static void
send_line(struct place to, const char *p, size_t n)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	struct delivery *d;

	buf_lit(&b, "<message type=\"headline\"><trace xmlns=\"" NS_M "\">");
	xml_clean(&b, p, n);
	buf_lit(&b, "</trace></message>");
	d = delivery_new(to, b.p, b.n);
	d->quiet = true;
	delivery_send(d);
	buf_free(&b);
}

void
tracer_say(struct tracer *t, const struct buf *lines)
{
	struct err ignored = ERR_INIT;
	const char *p = lines->p, *end = p + lines->n, *nl;

	if (lines->n == 0)
		return;
	pthread_mutex_lock(&t->lock);
	if (t->verbose)
		buf_write_all(lines, STDERR_FILENO, &ignored);
	for (; t->count > 0 && p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		for (size_t i = 0; i < t->count; i++)
			send_line(t->watchers[i], p, (size_t)(nl - p));
	}
	pthread_mutex_unlock(&t->lock);
}

int
tracer_add(struct tracer *t, struct place p)
{
	int rc = -1;

	pthread_mutex_lock(&t->lock);
	if (t->count < TRACERS_MAX) {
		t->watchers[t->count++] = p;
		atomic_store(&t->on, true);
		rc = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

void
tracer_remove(struct tracer *t, struct place p)
{
	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; i < t->count; i++)
		if (t->watchers[i].worker == p.worker &&
		    t->watchers[i].session == p.session) {
			t->watchers[i] = t->watchers[--t->count];
			break;
		}
	atomic_store(&t->on, t->verbose || t->count > 0);
	pthread_mutex_unlock(&t->lock);
}
