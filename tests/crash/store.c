/*
 * Kill -9 in the middle of writing, again and again: every commit that was
 * acknowledged is there, whole, and nothing half is.
 *
 * A child commits through store_submit and writes each acknowledged revision
 * to a pipe.  Each transaction gives three items the same text, so a half one
 * would show.
 */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/first.h"
#include "store/store.h"
#include "store/txn.h"
#include "store/verify.h"

#define ROUNDS		40
#define FLIGHT		8		/* jobs on their way at one time */
#define KIND		9999

struct ack {
	uint64_t rev, n;
};

struct work {
	struct store_job job;		/* first */
	struct store *store;
	uint64_t *count;		/* of jobs made: the next text */
	uint64_t n;
	int fd;
};

static const char *const names[] = { "a", "b", "c" };

static int
save(struct txn *t, const char *name, struct str body, struct err *e)
{
	uint64_t id;
	int rc = view_child(txn_view(t), ITEM_ROOT, str_of(name), &id, e);

	if (rc == 0)
		return txn_create(t, &(struct txn_new){ .parent = ITEM_ROOT,
		    .kind = KIND, .name = str_of(name), .key = str_of(name),
		    .body = body }, &id, e);
	return rc < 0 ? -1 : txn_save(t, id, body, e);
}

static int
run(struct store_job *job, struct txn *t, struct err *e)
{
	struct work *w = (struct work *)job;
	char text[32];

	snprintf(text, sizeof text, "%ju", (uintmax_t)w->n);
	for (size_t i = 0; i < MEM_COUNT(names); i++)
		if (save(t, names[i], str_of(text), e) < 0)
			return -1;
	return 0;
}

/* Told, then the next; in the writer's thread. */
static void
done(struct store_job *job)
{
	struct work *w = (struct work *)job;
	struct ack a = { job->rev, w->n };

	if (job->rc < 0 || write(w->fd, &a, sizeof a) != sizeof a)
		_exit(1);
	w->n = (*w->count)++;
	if (store_submit(w->store, job, &job->err) < 0)
		_exit(1);
}

static void
child(const char *dir, int fd, uint64_t first)
{
	struct store_options o = { .dir = dir, .map_bytes = 64 << 20 };
	struct err e = ERR_INIT;
	struct store *s;
	static struct work w[FLIGHT];
	static uint64_t count;

	count = first;
	if (store_open(&s, &o, &e) < 0)
		_exit(1);
	for (size_t i = 0; i < FLIGHT; i++) {
		w[i] = (struct work){ .job = { .branch = BRANCH_STAGING,
		    .author = STR("romeo@localhost"), .run = run,
		    .done = done }, .store = s, .count = &count,
		    .n = first + i, .fd = fd };
	}
	count = first + FLIGHT;
	for (size_t i = 0; i < FLIGHT; i++)
		if (store_submit(s, &w[i].job, &e) < 0)
			_exit(1);
	pause();
	_exit(1);
}

/* What the child said before it was killed after some acknowledgements. */
static size_t
let_it_run(const char *dir, uint64_t first, struct ack **acks)
{
	size_t n = 0, cap = 0, stop = 1 + (size_t)random() % 200;
	int fd[2], status;
	struct ack a;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fd[0]);
		child(dir, fd[1], first);
	}
	close(fd[1]);
	*acks = NULL;
	while (read(fd[0], &a, sizeof a) == sizeof a) {
		*acks = mem_grow(*acks, &cap, n + 1, sizeof a);
		(*acks)[n++] = a;
		if (n == stop) {
			usleep((useconds_t)random() % 3000);
			kill(pid, SIGKILL);
		}
	}
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return n;
}

static void
complain(void *arg, const char *what)
{
	(void)arg;
	print_error("%s\n", what);
}

/* All three items have one text at a revision: n, or (UINT64_MAX) any. */
static uint64_t
check_rev(struct reader *r, uint64_t rev, uint64_t n)
{
	struct err e = ERR_INIT;
	char text[32] = "";
	struct item it;
	struct view v;
	uint64_t id;

	assert_int_equal(view_open(&v, r, BRANCH_STAGING, rev, &e), 0);
	for (size_t i = 0; i < MEM_COUNT(names); i++) {
		assert_int_equal(view_child(&v, ITEM_ROOT, str_of(names[i]),
		    &id, &e), 1);
		assert_int_equal(view_item(&v, id, &it, &e), 1);
		assert_int_equal(it.rev, rev);
		assert_true(it.body.n < sizeof text);
		if (i == 0)
			memcpy(text, it.body.p, it.body.n);
		assert_int_equal(it.body.n, strlen(text));
		assert_memory_equal(it.body.p, text, it.body.n);
	}
	if (n != UINT64_MAX)
		assert_int_equal(strtoull(text, NULL, 10), n);
	return strtoull(text, NULL, 10);
}

static void
check(const char *dir, const struct ack *acks, size_t n, uint64_t *head)
{
	struct store_options o = { .dir = dir, .map_bytes = 64 << 20 };
	struct err e = ERR_INIT;
	struct store *s;
	struct reader *r;
	uint64_t issues = 1, was = *head;

	if (store_open(&s, &o, &e) < 0)
		fail_msg("%s", e.text);
	r = reader_new(s);
	assert_int_equal(reader_begin(r, &e), 0);
	*head = reader_head(r);
	assert_true(n == 0 || acks[n - 1].rev <= *head);
	/* At most what was on its way may be there unacknowledged. */
	assert_true(*head <= was + n + FLIGHT);
	for (size_t i = 0; i < n; i++)
		check_rev(r, acks[i].rev, acks[i].n);
	for (uint64_t rev = was + 1; rev <= *head; rev++)
		check_rev(r, rev, UINT64_MAX);
	assert_int_equal(store_verify(r, complain, NULL, &issues, &e), 0);
	assert_int_equal(issues, 0);
	reader_free(r);
	store_close(s);
}

static void
no_acknowledged_commit_is_lost(void **state)
{
	char top[] = "/tmp/store-crash-XXXXXX", dir[64], rm[96];
	struct err e = ERR_INIT;
	uint64_t head = 2, next = 1;
	size_t acked = 0;
	struct first *f;

	(void)state;
	srandom((unsigned)getpid());
	assert_non_null(mkdtemp(top));
	snprintf(dir, sizeof dir, "%s/store", top);
	if (first_begin(&f, dir, &e) < 0 || first_finish(f, &e) < 0)
		fail_msg("%s", e.text);
	for (int i = 0; i < ROUNDS; i++) {
		struct ack *acks;
		size_t n = let_it_run(dir, next, &acks);

		check(dir, acks, n, &head);
		next += n + 2 * FLIGHT;
		acked += n;
		free(acks);
	}
	print_message("# %zu commits acknowledged in %d lives\n", acked,
	    ROUNDS);
	snprintf(rm, sizeof rm, "rm -r %s", top);
	assert_int_equal(system(rm), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_acknowledged_commit_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
