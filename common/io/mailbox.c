#include "io/mailbox.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/loop_int.h"

struct mailbox {
	pthread_mutex_t lock;
	struct mail *first, **end;	/* under lock */
	uv_async_t bell;
};

struct call {
	struct mail mail;
	void (*fn)(void *arg);
	void *arg;
};

static void
deliver(struct mailbox *b)
{
	struct mail *m, *next;

	pthread_mutex_lock(&b->lock);
	m = b->first;
	b->first = NULL;
	b->end = &b->first;
	pthread_mutex_unlock(&b->lock);
	for (; m != NULL; m = next) {
		next = m->next;
		m->fn(m);
	}
}

static void
on_bell(uv_async_t *uv)
{
	deliver(uv->data);
}

struct mailbox *
mailbox_new(struct loop *l)
{
	struct mailbox *b = mem_zero(sizeof *b);
	int rc = uv_async_init(&l->uv, &b->bell, on_bell);

	assert(rc == 0);
	pthread_mutex_init(&b->lock, NULL);
	b->end = &b->first;
	b->bell.data = b;
	return b;
}

static void
gone(uv_handle_t *uv)
{
	struct mailbox *b = uv->data;

	pthread_mutex_destroy(&b->lock);
	free(b);
}

void
mailbox_free(struct mailbox *b)
{
	if (b == NULL)
		return;
	while (b->first != NULL)	/* nobody posts but what we call */
		deliver(b);
	uv_close((uv_handle_t *)&b->bell, gone);
}

void
mailbox_post(struct mailbox *b, struct mail *m)
{
	bool was_empty;

	m->next = NULL;
	pthread_mutex_lock(&b->lock);
	was_empty = b->first == NULL;
	*b->end = m;
	b->end = &m->next;
	/* Inside the lock: else the box might be emptied and freed between. */
	if (was_empty)
		uv_async_send(&b->bell);
	pthread_mutex_unlock(&b->lock);
}

static void
on_call(struct mail *m)
{
	struct call *c = (struct call *)m;

	c->fn(c->arg);
	free(c);
}

void
mailbox_call(struct mailbox *b, void (*fn)(void *arg), void *arg)
{
	struct call *c = mem_alloc(sizeof *c);

	c->mail.fn = on_call;
	c->fn = fn;
	c->arg = arg;
	mailbox_post(b, &c->mail);
}
