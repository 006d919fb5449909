/*
 * What the store alone can do: reads of all sorts, and durable commits.
 *
 *	store [ITEMS [DIR [reads]]]
 *
 * ITEMS pages in folders of 100, plus one folder of 1000; DIR is where the
 * store is made (a real disk, for commits).  reads: no commits, and what is
 * written to make the store is not waited for.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/export.h"
#include "store/first.h"
#include "store/kinds.h"
#include "store/store.h"
#include "store/txn.h"

#define KIND		9999		/* none of the registry: rows alone */
#define FOLDER		100
#define WIDE		1000
#define BODY		200
#define BATCH		10000		/* items of one loading transaction */

struct bench {
	struct store *s;
	struct reader *r;
	struct err e;
	uint64_t items, folders, wide, rev;
	uint32_t seed;
	char body[BODY];
};

static void
must(struct bench *b, int rc)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "store: %s\n", b->e.text);
	exit(1);
}

static uint32_t
pick(struct bench *b, uint32_t n)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 17;
	b->seed ^= b->seed << 5;
	return b->seed % n;
}

/* --- loading --------------------------------------------------------- */

struct load {
	struct store_job job;		/* first */
	struct bench *b;
	uint64_t parent, from, to;
	const char *prefix;
	uint64_t last;			/* id of the last one */
};

static int
load_run(struct store_job *job, struct txn *t, struct err *e)
{
	struct load *l = (struct load *)job;
	uint64_t parent = l->parent;

	for (uint64_t i = l->from; i < l->to; i++) {
		char name[32], key[32];
		struct txn_new n = { .kind = KIND,
			.body = { l->b->body, BODY } };

		if (l->parent == 0 && i % FOLDER == 0) {
			snprintf(name, sizeof name, "f%ju",
			    (uintmax_t)(i / FOLDER));
			n.key = n.name = str_of(name);
			n.parent = ITEM_ROOT;
			if (txn_create(t, &n, &parent, e) < 0)
				return -1;
		}
		snprintf(name, sizeof name, "%s%ju", l->prefix, (uintmax_t)i);
		snprintf(key, sizeof key, "%s %ju", l->prefix, (uintmax_t)i);
		n.parent = parent;
		n.name = str_of(name);
		n.key = str_of(key);
		if (txn_create(t, &n, &l->last, e) < 0)
			return -1;
	}
	return 0;
}

static uint64_t
load(struct bench *b, uint64_t parent, const char *prefix, uint64_t from,
    uint64_t to)
{
	struct load l = { .job = { .branch = BRANCH_STAGING,
	    .author = STR("bench@localhost"), .run = load_run }, .b = b,
	    .parent = parent, .from = from, .to = to, .prefix = prefix };

	must(b, store_run(b->s, &l.job, &b->e));
	return l.last;
}

struct fork {
	struct store_job job;		/* first */
	char name[16];
	uint32_t from, id;
};

static int
fork_run(struct store_job *job, struct txn *t, struct err *e)
{
	struct fork *f = (struct fork *)job;

	return txn_branch_create(t, str_of(f->name), f->from, &f->id, e);
}

/* --- reads ----------------------------------------------------------- */

/* Of one thread's work its processor time is the steadier figure. */
static int64_t
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
say(const char *what, double value, const char *unit)
{
	printf("%-40s %12.3f %s\n", what, value, unit);
	fflush(stdout);
}

/* /fN/pM: two names, then the item. */
static double
by_path(struct bench *b, uint32_t branch, uint64_t rev)
{
	const int count = 300000;
	struct view v;
	struct item it;
	int64_t start;
	uint64_t id;
	char name[32];

	must(b, view_open(&v, b->r, branch, rev, &b->e));
	start = cpu_us();
	for (int i = 0; i < count; i++) {
		uint64_t n = pick(b, (uint32_t)b->items);
		int len = snprintf(name, sizeof name, "f%ju",
		    (uintmax_t)(n / FOLDER));

		if (view_child(&v, ITEM_ROOT, (struct str){ name,
		    (size_t)len }, &id, &b->e) != 1)
			abort();
		len = snprintf(name, sizeof name, "p%ju", (uintmax_t)n);
		if (view_child(&v, id, (struct str){ name, (size_t)len },
		    &id, &b->e) != 1 ||
		    view_item(&v, id, &it, &b->e) != 1 || it.body.n != BODY)
			abort();
	}
	return (double)(cpu_us() - start) / count;
}

static double
by_field(struct bench *b)
{
	const int count = 300000;
	struct view v;
	int64_t start;

	must(b, view_open(&v, b->r, BRANCH_STAGING, 0, &b->e));
	start = cpu_us();
	for (int i = 0; i < count; i++) {
		struct scan at = SCAN_INIT;
		struct attr a;
		uint64_t id;
		char name[32];
		int len = snprintf(name, sizeof name, "p%ju",
		    (uintmax_t)pick(b, (uint32_t)b->items));

		attr_string(&a, (struct str){ name, (size_t)len });
		if (view_by_field(&v, KIND, kind_field_id(STR("name")), &a,
		    &at, &id, 1, &b->e) != 1)
			abort();
	}
	return (double)(cpu_us() - start) / count;
}

static double
children(struct bench *b)
{
	const int count = 200;
	struct view v;
	int64_t start;

	must(b, view_open(&v, b->r, BRANCH_STAGING, 0, &b->e));
	start = cpu_us();
	for (int i = 0; i < count; i++) {
		struct scan at = SCAN_INIT;
		uint64_t ids[64];
		struct item it;
		int n, sum = 0;

		while ((n = view_children(&v, b->wide, &at, ids, 64,
		    &b->e)) > 0)
			for (int k = 0; k < n; k++)
				sum += view_item(&v, ids[k], &it, &b->e);
		if (sum != WIDE)
			abort();
	}
	return (double)(cpu_us() - start) / count / WIDE;
}

static double
feed(struct bench *b)
{
	int64_t start = cpu_us();
	size_t changes = 0;

	for (uint64_t rev = 1; rev <= reader_head(b->r); rev++) {
		struct commit *c;

		if (reader_commit(b->r, rev, &c, &b->e) != 1)
			abort();
		changes += c->count;
		commit_unref(c);
	}
	return (double)(cpu_us() - start) / (double)changes;
}

static void
reads(struct bench *b)
{
	uint32_t from = BRANCH_STAGING;

	reader_end(b->r);
	must(b, reader_begin(b->r, &b->e));
	say("read /f/p", by_path(b, BRANCH_STAGING, 0), "us");
	say("read /f/p, an old revision",
	    by_path(b, BRANCH_STAGING, b->rev), "us");
	for (int deep = 1; deep <= 6; deep++) {
		struct fork f = { .job = { .run = fork_run,
		    .author = STR("bench@localhost") }, .from = from };
		char what[64];

		snprintf(f.name, sizeof f.name, "deep%d", deep);
		must(b, store_run(b->s, &f.job, &b->e));
		from = f.id;
		if (deep % 2 != 0)
			continue;
		reader_end(b->r);
		must(b, reader_begin(b->r, &b->e));
		snprintf(what, sizeof what, "read /f/p, a branch %d deeper",
		    deep);
		say(what, by_path(b, from, 0), "us");
	}
	say("look-up by field", by_field(b), "us");
	say("a child of 1000, with its body", children(b), "us");
	say("a change of the feed", feed(b), "us");
}

/* --- commits --------------------------------------------------------- */

struct flight {
	struct bench *b;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	uint64_t left, running;
	bool no_more;
};

struct save {
	struct store_job job;		/* first */
	struct flight *f;
	uint64_t id;
	char body[BODY];
};

static int
save_run(struct store_job *job, struct txn *t, struct err *e)
{
	struct save *s = (struct save *)job;

	return txn_save(t, s->id, (struct str){ s->body, BODY }, e);
}

static void
save_next(struct save *s)
{
	s->id = ITEM_FIRST + 2 + pick(s->f->b, (uint32_t)s->f->b->items);
	put_be32(s->body, pick(s->f->b, UINT32_MAX));
}

/* In the writer: the next at once, as clients would. */
static void
save_done(struct store_job *job)
{
	struct save *s = (struct save *)job;
	struct flight *f = s->f;

	must(f->b, job->rc);
	pthread_mutex_lock(&f->lock);
	if (f->left > 0) {
		f->left--;
		save_next(s);
		must(f->b, store_submit(f->b->s, job, &f->b->e));
	} else if (--f->running == 0) {
		pthread_cond_signal(&f->wake);
	}
	pthread_mutex_unlock(&f->lock);
}

static void
commits(struct bench *b, size_t clients, uint64_t count)
{
	struct flight f = { .b = b, .left = count - clients,
		.running = clients };
	struct save *s = mem_array(clients, sizeof *s);
	struct store_stats was, is;
	int64_t start, took;
	char what[64];

	pthread_mutex_init(&f.lock, NULL);
	pthread_cond_init(&f.wake, NULL);
	store_stats(b->s, &was);
	start = clock_mono_us();
	for (size_t i = 0; i < clients; i++) {
		s[i] = (struct save){ .job = { .branch = BRANCH_STAGING,
		    .author = STR("bench@localhost"), .run = save_run,
		    .done = save_done }, .f = &f };
		pthread_mutex_lock(&f.lock);
		save_next(&s[i]);
		must(b, store_submit(b->s, &s[i].job, &b->e));
		pthread_mutex_unlock(&f.lock);
	}
	pthread_mutex_lock(&f.lock);
	while (f.running > 0)
		pthread_cond_wait(&f.wake, &f.lock);
	pthread_mutex_unlock(&f.lock);
	took = clock_mono_us() - start;
	store_stats(b->s, &is);
	snprintf(what, sizeof what, "durable commits, %zu at a time", clients);
	say(what, (double)count * 1e6 / (double)took, "/s");
	say("  commits of a group", (double)(is.commits - was.commits) /
	    (double)(is.groups - was.groups), "");
	say("  growth of a commit", (double)(is.bytes - was.bytes) /
	    (double)count, "bytes");
	pthread_cond_destroy(&f.wake);
	pthread_mutex_destroy(&f.lock);
	free(s);
}

/* --- out and in again ------------------------------------------------ */

static void
export_and_import(struct bench *b, const char *dir)
{
	char file[300], copy[300];
	struct first *f;
	struct store_stats st;
	int64_t start = clock_mono_us();
	FILE *out;

	snprintf(file, sizeof file, "%s.avro", dir);
	snprintf(copy, sizeof copy, "%s.copy", dir);
	out = fopen(file, "w+b");
	if (out == NULL)
		must(b, err_sys(&b->e, ERR_INPUT, "cannot open '%s'", file));
	must(b, reader_begin(b->r, &b->e));
	must(b, store_export(b->r, fileno(out), &b->e));
	reader_end(b->r);
	store_stats(b->s, &st);
	say("export", (double)st.items * 1e6 /
	    (double)(clock_mono_us() - start), "items/s");
	say("  the file", (double)lseek(fileno(out), 0, SEEK_END) / 1e6,
	    "MB");
	say("  the store", (double)st.bytes / 1e6, "MB");
	if (lseek(fileno(out), 0, SEEK_SET) != 0)
		abort();
	start = clock_mono_us();
	must(b, first_import(&f, copy, fileno(out), &b->e));
	say("import", (double)st.items * 1e6 /
	    (double)(clock_mono_us() - start), "items/s");
	first_abort(f);
	fclose(out);
	remove(file);
}

int
main(int argc, char *argv[])
{
	static struct bench b = { .seed = 88172645 };
	char dir[256], command[300];
	struct store_options o = { .dir = dir };
	bool only_reads = argc > 3 && strcmp(argv[3], "reads") == 0;
	struct first *f;
	int64_t start;

	b.items = 50000;
	if (argc > 1 && text_number(argv[1], strlen(argv[1]), 100000000,
	    &b.items) < 0) {
		fprintf(stderr, "usage: store [ITEMS [DIR [reads]]]\n");
		return 2;
	}
	b.e = (struct err)ERR_INIT;
	snprintf(dir, sizeof dir, "%s/bench-store-%ld",
	    argc > 2 ? argv[2] : "/tmp", (long)getpid());
	memset(b.body, 'x', sizeof b.body);
	must(&b, first_begin(&f, dir, &b.e));
	must(&b, first_finish(f, &b.e));
	o.unsafe = only_reads;
	must(&b, store_open(&b.s, &o, &b.e));
	b.r = reader_new(b.s);
	printf("%ju items in '%s'\n", (uintmax_t)b.items, dir);
	start = clock_mono_us();
	for (uint64_t i = 0; i < b.items; i += BATCH)
		load(&b, 0, "p", i, i + BATCH < b.items ? i + BATCH :
		    b.items);
	say("created", (double)b.items * 1e6 /
	    (double)(clock_mono_us() - start), "/s");
	b.wide = load(&b, ITEM_ROOT, "wide", 0, 1);
	load(&b, b.wide, "w", 0, WIDE);
	b.rev = store_head(b.s);
	commits(&b, 64, 20000);
	reads(&b);
	reader_end(b.r);
	export_and_import(&b, dir);
	if (!only_reads) {
		commits(&b, 1, 1000);
		commits(&b, 8, 5000);
		commits(&b, 64, 40000);
	}
	reader_free(b.r);
	store_close(b.s);
	snprintf(command, sizeof command, "rm -r '%s'", dir);
	return system(command) == 0 ? 0 : 1;
}
