/* An overlay over an engine reads as one sorted table would. */
#include "store_fixture.h"

#include "store/overlay.h"

#define KEYS	400

struct both {
	char dir[64];
	struct engine *g;
	struct snap *snap;
	struct overlay o;
	uint32_t seed;
	int value[KEYS];		/* -1: not there */
};

static uint32_t
pick(struct both *b, uint32_t n)
{
	b->seed = b->seed * 1664525 + 1013904223;
	return (b->seed >> 8) % n;
}

static struct str
key(char out[16], int i)
{
	int n = snprintf(out, 16, "%c/%03d", 'a' + i % 3, i);

	return (struct str){ out, (size_t)n };
}

static int
make(void **state)
{
	struct both *b = mem_zero(sizeof *b);
	struct err e = ERR_INIT;
	struct snap *w;
	char k[16];

	b->seed = 7;
	memcpy(b->dir, "/tmp/store-test-XXXXXX", 23);
	assert_non_null(mkdtemp(b->dir));
	assert_int_equal(engine_open(&b->g, &(struct engine_options){
	    .dir = b->dir, .tables = engine_tables, .map_bytes = 16 << 20,
	    .readers = 4, .create = true, .unsafe = true }, &e), 0);
	assert_int_equal(engine_begin(b->g, &w, &e), 0);
	overlay_init(&b->o);
	for (int i = 0; i < KEYS; i++) {
		struct row r = { T_NODE, key(k, i), STR("e") };

		b->value[i] = -1;
		if (pick(b, 2) == 0)
			continue;
		assert_int_equal(engine_put(b->g, &r, 1, &e), 0);
		b->value[i] = 'e';
	}
	assert_int_equal(engine_commit(b->g, &e), 0);
	b->snap = snap_new(b->g);
	assert_int_equal(snap_begin(b->snap, &e), 0);
	*state = b;
	return 0;
}

static int
drop(void **state)
{
	struct both *b = *state;
	char path[100];

	overlay_free(&b->o);
	snap_free(b->snap);
	engine_close(b->g);
	snprintf(path, sizeof path, "%s/data.mdb", b->dir);
	remove(path);
	snprintf(path, sizeof path, "%s/lock.mdb", b->dir);
	remove(path);
	remove(b->dir);
	free(b);
	return 0;
}

static void
change(struct both *b)
{
	static const char values[] = "xyz";
	char k[16];
	int i = (int)pick(b, KEYS), v = (int)pick(b, 4);

	b->value[i] = v == 3 ? -1 : values[v];
	overlay_put(&b->o, T_NODE, key(k, i), v == 3 ? STR_NONE :
	    (struct str){ values + v, 1 });
}

/* The next key at or behind i that is there and begins with c. */
static int
expect(struct both *b, char c, int i)
{
	char k[16], at[16];
	struct str from = key(at, i);
	int best = -1;

	for (int j = 0; j < KEYS; j++) {
		struct str s = key(k, j);
		char other[16];

		if (b->value[j] >= 0 && s.p[0] == c && str_cmp(s, from) >= 0 &&
		    (best < 0 || str_cmp(s, key(other, best)) < 0))
			best = j;
	}
	return best;
}

static void
check_seek(struct both *b)
{
	struct err e = ERR_INIT;
	char at[16], k[16];
	int i = (int)pick(b, KEYS), want;
	struct seek q = { .table = T_NODE, .key = key(at, i), .prefix = 1 };

	want = expect(b, at[0], i);
	assert_int_equal(rows_seek(b->snap, &b->o, &q, &e), 0);
	if (want < 0) {
		assert_null(q.row.value.p);
		return;
	}
	assert_true(str_eq(q.row.key, key(k, want)));
	assert_int_equal(q.row.value.p[0], b->value[want]);
}

static void
check_scan(struct both *b)
{
	struct err e = ERR_INIT;
	struct row rows[7];
	struct str from = STR_NONE;
	int n, seen = 0, there = 0;
	char last[16] = "";
	bool after = false;

	do {
		n = rows_scan(b->snap, &b->o, T_NODE, from, after, STR_NONE,
		    rows, 7, &e);
		assert_true(n >= 0);
		for (int i = 0; i < n; i++) {
			int id = (int)strtol(rows[i].key.p + 2, NULL, 10);

			assert_true(str_cmp(str_of(last), rows[i].key) < 0);
			memcpy(last, rows[i].key.p, rows[i].key.n);
			assert_int_equal(rows[i].value.p[0], b->value[id]);
			from = rows[i].key;
			after = true;
			seen++;
		}
	} while (n == 7);
	for (int i = 0; i < KEYS; i++)
		there += b->value[i] >= 0;
	assert_int_equal(seen, there);
}

static void
reads_as_one_table(void **state)
{
	struct both *b = *state;

	for (int i = 0; i < 500; i++) {
		check_seek(b);
		check_scan(b);
		change(b);
	}
}

static void
the_last_of_a_prefix(void **state)
{
	struct both *b = *state;
	struct err e = ERR_INIT;
	struct row row;

	overlay_put(&b->o, T_NODE, STR("q/1"), STR("1"));
	assert_int_equal(rows_last(b->snap, &b->o, T_NODE, STR("q/"), &row,
	    &e), 1);
	assert_str(row.key, "q/1");
	overlay_put(&b->o, T_NODE, STR("q/3"), STR("1"));
	overlay_put(&b->o, T_NODE, STR("q/2"), STR("1"));
	overlay_put(&b->o, T_NODE, STR("r"), STR("1"));
	overlay_put(&b->o, T_NODE, STR("p"), STR("1"));
	assert_int_equal(rows_last(b->snap, &b->o, T_NODE, STR("q/"), &row,
	    &e), 1);
	assert_str(row.key, "q/3");
	assert_int_equal(rows_last(b->snap, &b->o, T_NODE, STR("qq"), &row,
	    &e), 0);
	overlay_put(&b->o, T_NODE, STR("b/9999"), STR("1"));
	assert_int_equal(rows_last(b->snap, &b->o, T_NODE, STR("b/"), &row,
	    &e), 1);
	assert_str(row.key, "b/9999");
	overlay_put(&b->o, T_NODE, STR("c/"), STR("1"));
	assert_int_equal(rows_last(b->snap, &b->o, T_NODE, STR("c/"), &row,
	    &e), 1);
	assert_true(row.key.n == 5);
	assert_int_equal(rows_last(b->snap, &b->o, T_NODE, STR("\xff\xff"),
	    &row, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_as_one_table, make,
		    drop),
		cmocka_unit_test_setup_teardown(the_last_of_a_prefix, make,
		    drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
