/* A flipped byte is found, or nothing read is other than it was. */
#include "store_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "avro/object.h"
#include "store/verify.h"

static void
quiet(void *arg, const char *what)
{
	(void)what;
	++*(unsigned *)arg;
}

static uint64_t
issues_of(const char *dir)
{
	struct err e = ERR_INIT;
	unsigned told = 0;
	uint64_t n;

	if (store_verify_dir(dir, quiet, &told, &n, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(told, n);
	return n;
}

/* Everything a reader of all revisions sees, as one number. */
static uint64_t
digest(const char *dir, bool *opened)
{
	struct store_options o = { .dir = dir, .read_only = true };
	struct err e = ERR_INIT;
	struct buf all = BUF_INIT(100 << 20);
	struct store *s;
	struct reader *r;
	uint64_t h;

	*opened = store_open(&s, &o, &e) == 0;
	if (!*opened)
		return 0;
	r = reader_new(s);
	assert_int_equal(reader_begin(r, &e), 0);
	for (uint64_t rev = 2; rev <= reader_head(r); rev++) {
		struct commit *c;
		struct view v;
		struct item it;

		if (reader_commit(r, rev, &c, &e) == 1) {
			buf_put(&all, c->author.p, c->author.n);
			buf_put(&all, c->changes,
			    c->count * sizeof *c->changes);
			commit_unref(c);
		}
		if (view_open(&v, r, 2, rev, &e) < 0)
			continue;
		for (uint64_t id = 1; id < 64; id++)
			if (view_item(&v, id, &it, &e) == 1) {
				buf_put(&all, it.body.p, it.body.n);
				buf_put(&all, it.name.p, it.name.n);
			}
	}
	h = crc64_avro(all.p, all.n);
	buf_free(&all);
	reader_free(r);
	store_close(s);
	return h;
}

static void
flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, at), 1);
	c = (char)(c ^ 0x20);
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void
a_sound_store_has_no_issues(void **state)
{
	struct fixture *f = *state;
	char *large = mem_zero(200000);
	struct set s;

	s.id = fixture_create(f, 2, ITEM_ROOT, "a", "x");
	s.body = (struct str){ large, 200000 };
	assert_true(fixture_do(f, 2, save_item, &s) > 0);
	fixture_do(f, 2, remove_item, &s.id);
	fixture_close(f);
	assert_int_equal(issues_of(f->dir), 0);
	fixture_open(f);
	free(large);
}

struct flips {
	const char *dir, *path;
	uint64_t was;			/* what is read of the sound store */
	unsigned found, harmless;
};

/* Found, or nothing read is other than it was. */
static void
try_flip(struct flips *x, off_t at)
{
	bool opened;

	flip(x->path, at);
	if (issues_of(x->dir) > 0) {
		x->found++;
	} else {
		if (digest(x->dir, &opened) != x->was || !opened)
			fail_msg("the byte at %ju is not found",
			    (uintmax_t)at);
		x->harmless++;
	}
	flip(x->path, at);
}

#define HEAD		152		/* bytes that count of a head page */
#define NUMBER		144		/* the commit it is of, among them */
#define PAGE		4096

static void
a_flipped_byte_is_found(void **state)
{
	struct fixture *f = *state;
	char path[128], text[600];
	struct flips x = { .dir = f->dir, .path = path };
	uint64_t id = 0;
	uint32_t seed = 20100421;
	struct stat st;
	bool opened;

	for (int i = 0; i < 30; i++) {
		snprintf(text, sizeof text, "name%d", i);
		id = fixture_create(f, 2, ITEM_ROOT, text, "first");
		memset(text, 'a' + i % 26, sizeof text - 1);
		text[sizeof text - 1] = 0;
		fixture_save(f, 2, id, text);
	}
	/* A copy has no page that is not used. */
	snprintf(path, sizeof path, "%s/copy", f->top);
	assert_int_equal(store_backup(f->store, path, &f->e), 0);
	fixture_close(f);
	snprintf(text, sizeof text, "%s/data/data.mdb", f->dir);
	assert_int_equal(rename(path, text), 0);
	x.was = digest(f->dir, &opened);
	assert_true(opened);
	assert_int_equal(issues_of(f->dir), 0);
	snprintf(path, sizeof path, "%s/data/data.mdb", f->dir);
	assert_int_equal(stat(path, &st), 0);
	/* The two head pages, then anywhere. */
	for (off_t at = 0; at < HEAD; at += at < NUMBER ? 3 : 1) {
		try_flip(&x, at);
		try_flip(&x, PAGE + at);
	}
	for (int i = 0; i < 150; i++) {
		seed = seed * 1664525u + 1013904223u;
		try_flip(&x, (off_t)(seed >> 4) % st.st_size);
	}
	assert_int_equal(issues_of(f->dir), 0);
	assert_true(x.found > 60);
	print_message("# %u found, %u in unused places\n", x.found,
	    x.harmless);
	fixture_open(f);
}

static void
a_backup_is_a_store(void **state)
{
	struct fixture *f = *state;
	uint64_t id = fixture_create(f, 2, ITEM_ROOT, "a", "kept");
	char path[128], other[128], command[600];
	struct store_options o = { .dir = other, .read_only = true };
	struct store *s;
	struct reader *r;
	struct view v;
	struct item it;

	snprintf(path, sizeof path, "%s/backup", f->top);
	assert_int_equal(store_backup(f->store, path, &f->e), 0);
	assert_int_equal(store_backup(f->store, path, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	fixture_save(f, 2, id, "later");
	snprintf(other, sizeof other, "%s/other", f->top);
	snprintf(command, sizeof command, "cp -r %.80s %.80s && "
	    "mv %.80s %.80s/data/data.mdb && rm %.80s/data/lock.mdb", f->dir,
	    other, path, other, other);
	assert_int_equal(system(command), 0);
	assert_int_equal(issues_of(other), 0);
	assert_int_equal(store_open(&s, &o, &f->e), 0);
	r = reader_new(s);
	assert_int_equal(reader_begin(r, &f->e), 0);
	assert_int_equal(view_open(&v, r, 2, 0, &f->e), 0);
	assert_int_equal(view_item(&v, id, &it, &f->e), 1);
	assert_str(it.body, "kept");
	reader_free(r);
	store_close(s);
	fixture_remove(other);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sound_store_has_no_issues),
		TEST(a_flipped_byte_is_found),
		TEST(a_backup_is_a_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
