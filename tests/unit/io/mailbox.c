#include "unit.h"

#include <pthread.h>

#include "base/mem.h"
#include "io/mailbox.h"
#include "io/pool.h"

#define SENDERS	4
#define EACH	2000

struct office {
	struct loop *loop;
	struct mailbox *box;
	int next[SENDERS];	/* what each sender's next one must be */
	int got;
};

struct letter {
	struct mail mail;
	struct office *to;
	int sender, number;
};

static int
set_up(void **state)
{
	struct office *o = mem_zero(sizeof *o);

	o->loop = loop_new();
	o->box = mailbox_new(o->loop);
	*state = o;
	return 0;
}

static int
tear_down(void **state)
{
	struct office *o = *state;

	mailbox_free(o->box);
	loop_free(o->loop);
	free(o);
	return 0;
}

static void
read_letter(struct mail *m)
{
	struct letter *t = (struct letter *)m;
	struct office *o = t->to;

	assert_int_equal(t->number, o->next[t->sender]);
	o->next[t->sender]++;
	if (++o->got == SENDERS * EACH)
		loop_stop(o->loop);
	free(t);
}

static void
send_letter(struct office *o, int sender, int number)
{
	struct letter *t = mem_alloc(sizeof *t);

	*t = (struct letter){ { NULL, read_letter }, o, sender, number };
	mailbox_post(o->box, &t->mail);
}

struct sender {
	pthread_t thread;
	struct office *office;
	int number;
};

static void *
sends(void *arg)
{
	struct sender *s = arg;

	for (int i = 0; i < EACH; i++)
		send_letter(s->office, s->number, i);
	return NULL;
}

static void
letters_of_one_sender_come_in_order(void **state)
{
	struct office *o = *state;
	struct sender s[SENDERS];

	for (int i = 0; i < SENDERS; i++) {
		s[i].office = o;
		s[i].number = i;
		assert_int_equal(pthread_create(&s[i].thread, NULL, sends,
		    &s[i]), 0);
	}
	loop_run(o->loop);
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(s[i].thread, NULL);
		assert_int_equal(o->next[i], EACH);
	}
}

static void
what_waits_at_the_end_is_delivered(void **state)
{
	struct office *o = *state;

	send_letter(o, 1, 0);
	send_letter(o, 1, 1);
	mailbox_free(o->box);
	assert_int_equal(o->got, 2);
	o->box = NULL;
}

static void
count_and_stop(void *arg)
{
	struct office *o = arg;

	o->got++;
	loop_stop(o->loop);
}

static void
a_call_comes_through(void **state)
{
	struct office *o = *state;

	mailbox_call(o->box, count_and_stop, o);
	loop_run(o->loop);
	assert_int_equal(o->got, 1);
}

/* --- the pool ------------------------------------------------------------ */

#define JOBS	200

struct work {
	struct office *office;
	pthread_mutex_t *gate;
	int in, out;
	bool ran;
};

static void
doubles(void *arg)
{
	struct work *k = arg;

	k->out = k->in * 2;
}

static void
doubled(void *arg, bool ran)
{
	struct work *k = arg;

	assert_true(ran);
	assert_int_equal(k->out, k->in * 2);
	k->ran = true;
	if (++k->office->got == JOBS)
		loop_stop(k->office->loop);
}

static void
every_job_is_answered_once(void **state)
{
	struct office *o = *state;
	struct err e = ERR_INIT;
	struct pool *p = pool_new(3, JOBS, &e);
	struct work work[JOBS];

	assert_non_null(p);
	for (int i = 0; i < JOBS; i++) {
		work[i] = (struct work){ .office = o, .in = i };
		assert_int_equal(pool_submit(p, doubles, doubled, o->box,
		    &work[i], &e), 0);
	}
	loop_run(o->loop);
	for (int i = 0; i < JOBS; i++)
		assert_true(work[i].ran);
	pool_free(p);
}

static void
waits_at_the_gate(void *arg)
{
	struct work *k = arg;

	pthread_mutex_lock(k->gate);
	k->out = 1;
	pthread_mutex_unlock(k->gate);
}

static void
notes(void *arg, bool ran)
{
	struct work *k = arg;

	k->ran = ran;
	k->office->got++;
}

static void
a_full_queue_refuses(void **state)
{
	struct office *o = *state;
	struct err e = ERR_INIT;
	struct pool *p = pool_new(1, 2, &e);
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	struct work work[8];
	int taken = 0;

	pthread_mutex_lock(&gate);
	for (int i = 0; i < 8; i++) {
		work[i] = (struct work){ .office = o, .gate = &gate };
		if (pool_submit(p, waits_at_the_gate, notes, o->box,
		    &work[i], &e) == 0)
			taken++;
		else
			assert_int_equal(e.code, ERR_LIMIT);
	}
	/* Two that wait, and one more when the thread has begun on it. */
	assert_in_range(taken, 2, 3);
	pthread_mutex_unlock(&gate);
	pool_free(p);
	mailbox_free(o->box);
	o->box = NULL;
	assert_int_equal(o->got, taken);
	for (int i = 0; i < 8; i++)
		assert_int_equal(work[i].ran, work[i].out == 1);
}

#define T(fn)	cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(letters_of_one_sender_come_in_order),
		T(what_waits_at_the_end_is_delivered),
		T(a_call_comes_through),
		T(every_job_is_answered_once),
		T(a_full_queue_refuses),
	};

	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
