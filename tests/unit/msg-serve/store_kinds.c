/* Kinds, what is indexed of them, and bodies that the store itself writes. */
#include "store_fixture.h"

#include "avro/object.h"
#include "store/key.h"
#include "store/merge.h"

static const struct kind *
kind(struct fixture *f, const char *name)
{
	fixture_renew(f);
	return kinds_by_name(reader_kinds(f->reader), str_of(name));
}

static void
the_builtin_kinds_are_there(void **state)
{
	struct fixture *f = *state;
	const struct kind *item = kind(f, "Item"), *page, *site;
	const struct kind_version *v;

	page = kind(f, "M.Page");
	site = kind(f, "Site");
	assert_non_null(page);
	assert_true(kind_is_a(page, item));
	assert_true(kind_is_a(site, kind(f, "Folder")));
	assert_false(kind_is_a(page, site));
	assert_null(kind(f, "Nope"));
	assert_ptr_equal(kinds_by_id(reader_kinds(f->reader), page->id),
	    page);
	assert_ptr_equal(kinds_by_fp(reader_kinds(f->reader),
	    page->current->fp, &v), page);
	assert_ptr_equal(v, page->current);
	assert_int_equal(page->field_count, 5);
	assert_str(page->fields[0].name, "name");
	assert_true(page->fields[kind_field(page, STR("title"))].indexed);
	assert_true(page->f_folder >= 0);
	assert_int_equal(page->f_contents, -1);
	assert_true(site->f_contents >= 0);
	assert_int_equal(kinds_count(reader_kinds(f->reader)), 7);
}

/* --- items of a real kind -------------------------------------------- */

struct page {
	const char *kind, *name;
	uint64_t parent;
	const char *json;
	uint64_t id;			/* 0: create */
};

static int
put_page(struct txn *t, void *arg, struct err *e)
{
	struct page *p = arg;
	const struct kind *k = kinds_by_name(txn_kinds(t), str_of(p->kind));
	struct plan_run *run = plan_run_new(NULL);
	struct buf body = BUF_INIT(10000), key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new n = { .parent = p->parent, .kind = k->id,
		.name = str_of(p->name) };
	int rc;

	object_put_head(&body, k->current->fp);
	rc = plan_encode(k->current->plan, run, p->json, strlen(p->json),
	    &body, e);
	key_put_random(&key, k->name);
	n.key = (struct str){ key.p, key.n };
	n.body = (struct str){ body.p, body.n };
	if (rc == 0)
		rc = p->id == 0 ? txn_create(t, &n, &p->id, e) :
		    txn_save(t, p->id, n.body, e);
	buf_free(&body);
	buf_free(&key);
	plan_run_free(run);
	return rc;
}

static uint64_t
page(struct fixture *f, uint32_t branch, struct page p)
{
	if (fixture_do(f, branch, put_page, &p) == 0)
		fail_msg("%s: %s", f->e.path, f->e.text);
	return p.id;
}

/* The item as JSON in its kind's current version. */
static void
is_json(struct fixture *f, uint32_t branch, uint64_t id, const char *json)
{
	struct view v = fixture_view(f, branch, 0);
	struct plan_run *run = plan_run_new(NULL);
	struct buf out = BUF_INIT(10000), now = BUF_INIT(10000);
	const struct kind_version *ver;
	const struct kind *k;
	struct item it;
	struct str bin;

	assert_int_equal(view_item(&v, id, &it, &f->e), 1);
	k = kinds_by_id(reader_kinds(f->reader), it.kind);
	assert_int_equal(kind_body(k, it.body, &ver, &bin, &f->e), 0);
	if (ver->resolve != NULL) {
		assert_int_equal(plan_resolve(ver->resolve, run, bin.p, bin.n,
		    &now, &f->e), 0);
		bin = (struct str){ now.p, now.n };
	}
	assert_int_equal(plan_decode(k->current->plan, run, bin.p, bin.n,
	    &out, &f->e), 0);
	assert_string_equal(buf_cstr(&out), json);
	buf_free(&out);
	buf_free(&now);
	plan_run_free(run);
}

static int
by_field_on(struct fixture *f, uint32_t branch, const char *kind_name,
    const char *field, struct attr a, uint64_t *id)
{
	const struct kind *k = kind(f, kind_name);
	struct view v = fixture_view(f, branch, 0);
	struct scan at = SCAN_INIT;

	k = kinds_by_name(reader_kinds(f->reader), str_of(kind_name));
	return view_by_field(&v, k->id, kind_field_id(str_of(field)), &a, &at,
	    id, 1, &f->e);
}

static int
by_field(struct fixture *f, const char *kind_name, const char *field,
    struct attr a, uint64_t *id)
{
	return by_field_on(f, 2, kind_name, field, a, id);
}

struct fork {
	const char *name;
	uint32_t from, id;
};

static int
fork_branch(struct txn *t, void *arg, struct err *e)
{
	struct fork *k = arg;

	return txn_branch_create(t, str_of(k->name), k->from, &k->id, e);
}

static struct attr
text(const char *s)
{
	struct attr a;

	attr_string(&a, str_of(s));
	return a;
}

static struct attr
number(double d)
{
	struct attr a;

	attr_number(&a, d);
	return a;
}

static void
indexed_fields_are_found(void **state)
{
	struct fixture *f = *state;
	uint64_t a = page(f, 2, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"One\"}", 0 }), got;

	assert_int_equal(by_field(f, "Page", "title", text("One"), &got), 1);
	assert_int_equal(got, a);
	assert_int_equal(by_field(f, "Folder", "title", text("One"), &got),
	    0);
	page(f, 2, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"Two\"}", a });
	assert_int_equal(by_field(f, "Page", "title", text("One"), &got), 0);
	assert_int_equal(by_field(f, "Page", "title", text("Two"), &got), 1);
	assert_int_equal(by_field(f, "Page", "name", text("a"), &got), 1);
}

/* --- bodies kept in step --------------------------------------------- */

struct move {
	uint64_t id, parent;
	const char *name;
	uint64_t copy;
};

static int
move_item(struct txn *t, void *arg, struct err *e)
{
	struct move *m = arg;

	return txn_move(t, m->id, m->parent, str_of(m->name), e);
}

static int
copy_item(struct txn *t, void *arg, struct err *e)
{
	struct move *m = arg;

	return txn_copy(t, m->id, m->parent, str_of(m->name), &m->copy, e);
}

static void
move_and_copy_write_name_and_folder(void **state)
{
	struct fixture *f = *state;
	uint64_t a = page(f, 2, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"A\",\"content\":\"<p>x</p>\"}", 0 });
	struct move m = { a, ITEM_ROOT, "b", 0 };

	assert_true(fixture_do(f, 2, move_item, &m) > 0);
	is_json(f, 2, a, "{\"content\":\"<p>x</p>\",\"description\":\"\","
	    "\"folder\":\"DE0uU2l0ZQIIcm9vdA\",\"name\":\"b\","
	    "\"title\":\"A\"}");
	m.name = "c";
	assert_true(fixture_do(f, 2, copy_item, &m) > 0);
	is_json(f, 2, m.copy, "{\"content\":\"<p>x</p>\","
	    "\"description\":\"\",\"folder\":\"DE0uU2l0ZQIIcm9vdA\","
	    "\"name\":\"c\",\"title\":\"A\"}");
}

static int
publish(struct txn *t, void *arg, struct err *e)
{
	return txn_merge(t, 2, arg, e);
}

static void
fields_merge_one_by_one(void **state)
{
	struct fixture *f = *state;
	uint64_t a = page(f, 2, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"A\"}", 0 });
	struct merge m = { 0 };

	assert_true(fixture_do(f, 1, publish, &m) > 0);
	page(f, 2, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"Staging\"}", a });
	page(f, 1, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"A\",\"content\":\"live\"}", a });
	assert_true(fixture_do(f, 1, publish, &m) > 0);
	is_json(f, 1, a, "{\"content\":\"live\",\"description\":\"\","
	    "\"folder\":\"DE0uU2l0ZQIIcm9vdA\",\"name\":\"a\","
	    "\"title\":\"Staging\"}");
	page(f, 2, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"S\"}", a });
	page(f, 1, (struct page){ "Page", "a", ITEM_ROOT,
	    "{\"name\":\"a\",\"title\":\"L\"}", a });
	assert_int_equal(fixture_do(f, 1, publish, &m), 0);
	assert_int_equal(m.conflicts, 1);
}

/* --- kinds that change ----------------------------------------------- */

struct new_kind {
	const char *name, *base, *text;
	uint32_t id;
};

static int
put_kind(struct txn *t, void *arg, struct err *e)
{
	struct new_kind *c = arg;

	return txn_kind(t, str_of(c->name), str_of(c->base), str_of(c->text),
	    &c->id, e);
}

#define HEAD(name)	"{\"type\":\"record\",\"name\":\"" name "\"," \
	"\"namespace\":\"M\",\"fields\":[" \
	"{\"name\":\"name\",\"type\":\"string\"}," \
	"{\"name\":\"title\",\"type\":\"string\"},"

static void
data_is_read_through_newer_kinds(void **state)
{
	struct fixture *f = *state;
	struct new_kind one = { "Event", "Item", HEAD("Event")
		"{\"name\":\"when\",\"type\":\"int\"}]}", 0 };
	struct new_kind two = { "Event", "Item", HEAD("Event")
		"{\"name\":\"at\",\"aliases\":[\"when\"],\"type\":\"long\","
		"\"index\":true},{\"name\":\"tags\",\"type\":{\"type\":"
		"\"array\",\"items\":\"string\"},\"default\":[\"none\"],"
		"\"index\":true}]}", 0 };
	struct new_kind bad = { "Event", "Item", HEAD("Event")
		"{\"name\":\"new\",\"type\":\"int\"}]}", 0 };
	uint64_t old, new, got;
	const struct kind *k;

	assert_true(fixture_do(f, 0, put_kind, &one) > 0);
	old = page(f, 2, (struct page){ "Event", "old", ITEM_ROOT,
	    "{\"name\":\"old\",\"title\":\"T\",\"when\":7}", 0 });
	assert_int_equal(fixture_do(f, 0, put_kind, &bad), 0);
	assert_int_equal(f->e.code, ERR_SCHEMA);
	assert_true(fixture_do(f, 0, put_kind, &two) > 0);
	assert_int_equal(one.id, two.id);
	k = kind(f, "Event");
	assert_int_equal(k->version_count, 2);
	assert_true(kind_is_a(k, kinds_by_name(reader_kinds(f->reader),
	    STR("Item"))));
	is_json(f, 2, old, "{\"at\":7,\"name\":\"old\","
	    "\"tags\":[\"none\"],\"title\":\"T\"}");
	new = page(f, 2, (struct page){ "Event", "new", ITEM_ROOT,
	    "{\"name\":\"new\",\"title\":\"T\",\"at\":8,"
	    "\"tags\":[\"x\",\"y\"]}", 0 });
	assert_int_equal(by_field(f, "Event", "tags", text("y"), &got), 1);
	assert_int_equal(got, new);
	assert_int_equal(by_field(f, "Event", "at", number(8), &got), 1);
	/* What was written before is in the new index too. */
	assert_int_equal(by_field(f, "Event", "at", number(7), &got), 1);
	assert_int_equal(got, old);
	assert_int_equal(by_field(f, "Event", "tags", text("none"), &got), 1);
	/* After a restart it is all the same. */
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(kind(f, "Event")->version_count, 2);
	is_json(f, 2, old, "{\"at\":7,\"name\":\"old\","
	    "\"tags\":[\"none\"],\"title\":\"T\"}");
	/* Back to the first one, as far as that can be read. */
	assert_int_equal(fixture_do(f, 0, put_kind, &one), 0);
	assert_int_equal(f->e.code, ERR_SCHEMA);
}

/* A field of the index with another default, and in items that change. */
#define COUNTED(start)	{ "Counted", "Item", HEAD("Counted") \
	"{\"name\":\"n\",\"type\":\"int\",\"default\":" start "," \
	"\"index\":true}]}", 0 }

static void
the_index_is_what_older_bodies_read_as(void **state)
{
	struct fixture *f = *state;
	struct new_kind zero = { "Counted", "Item", HEAD("Counted")
		"{\"name\":\"m\",\"type\":\"int\",\"default\":1}]}", 0 };
	struct new_kind five = COUNTED("5"), seven = COUNTED("7");
	struct new_kind plain = { "Counted", "Item", HEAD("Counted")
		"{\"name\":\"n\",\"type\":\"int\",\"default\":7}]}", 0 };
	struct store_stats before, after;
	struct fork k = { "forked", 2, 0 };
	uint64_t old, many, got;
	char json[64];

	assert_true(fixture_do(f, 0, put_kind, &zero) > 0);
	old = page(f, 2, (struct page){ "Counted", "old", ITEM_ROOT,
	    "{\"name\":\"old\",\"title\":\"T\"}", 0 });
	assert_true(fixture_do(f, 0, put_kind, &five) > 0);
	assert_int_equal(by_field(f, "Counted", "n", number(5), &got), 1);
	assert_true(fixture_do(f, 0, put_kind, &seven) > 0);
	assert_int_equal(by_field(f, "Counted", "n", number(7), &got), 1);
	assert_int_equal(got, old);
	/* Out of the index and in again, with many versions and a branch. */
	assert_true(fixture_do(f, 0, put_kind, &plain) > 0);
	many = page(f, 2, (struct page){ "Counted", "many", ITEM_ROOT,
	    "{\"name\":\"many\",\"title\":\"T\",\"n\":1000}", 0 });
	for (int i = 0; i < 300; i++) {
		snprintf(json, sizeof json, "{\"name\":\"many\","
		    "\"title\":\"T\",\"n\":%d}", 1000 + i);
		page(f, i < 250 ? 2 : k.id, (struct page){ "Counted", "many",
		    ITEM_ROOT, json, many });
		if (i == 249)
			fixture_do(f, 0, fork_branch, &k);
	}
	store_stats(f->store, &before);
	assert_true(fixture_do(f, 0, put_kind, &seven) > 0);
	store_stats(f->store, &after);
	assert_in_range(after.bytes, 0, before.bytes + (1 << 20));
	for (int i = 0; i < 300; i++)
		assert_int_equal(by_field(f, "Counted", "n", number(1000 + i),
		    &got), i == 249);
	for (int i = 0; i < 300; i++)
		assert_int_equal(by_field_on(f, k.id, "Counted", "n",
		    number(1000 + i), &got), i == 299);
}

/* As a backup or an export does while a server writes. */
static void
who_only_looks_sees_new_kinds_too(void **state)
{
	struct fixture *f = *state;
	struct store_options o = { .dir = f->dir, .read_only = true,
		.map_bytes = (uint64_t)256 << 20 };
	struct new_kind one = { "Event", "", HEAD("Event")
		"{\"name\":\"when\",\"type\":\"int\"}]}", 0 };
	struct store *s;
	struct reader *r;

	if (store_open(&s, &o, &f->e) < 0)
		fail_msg("%s", f->e.text);
	r = reader_new(s);
	assert_int_equal(reader_begin(r, &f->e), 0);
	assert_null(kinds_by_name(reader_kinds(r), STR("Event")));
	assert_true(fixture_do(f, 0, put_kind, &one) > 0);
	assert_null(kinds_by_name(reader_kinds(r), STR("Event")));
	reader_end(r);
	assert_int_equal(reader_begin(r, &f->e), 0);
	assert_non_null(kinds_by_name(reader_kinds(r), STR("Event")));
	reader_free(r);
	store_close(s);
}

static void
keys_are_those_of_2010(void **state)
{
	struct buf key = BUF_INIT(100), raw = BUF_INIT(100);
	struct err e = ERR_INIT;

	(void)state;
	key_put_string(&key, STR("Site"), STR("root"));
	assert_int_equal(key_parse(&raw, STR("DE0uU2l0ZQIIcm9vdA"), &e), 0);
	assert_int_equal(raw.n, key.n);
	assert_memory_equal(raw.p, key.p, key.n);
	assert_int_equal(key_parse(&raw, STR("not a key"), &e), -1);
	assert_int_equal(raw.n, key.n);
	assert_int_equal(key_parse(&raw, STR(""), &e), -1);
	buf_reset(&key);
	key_put_random(&key, STR("Page"));
	assert_int_equal(key.n, 1 + 6 + 1 + 16);
	buf_free(&key);
	buf_free(&raw);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_builtin_kinds_are_there),
		TEST(indexed_fields_are_found),
		TEST(move_and_copy_write_name_and_folder),
		TEST(fields_merge_one_by_one),
		TEST(data_is_read_through_newer_kinds),
		TEST(the_index_is_what_older_bodies_read_as),
		TEST(who_only_looks_sees_new_kinds_too),
		cmocka_unit_test(keys_are_those_of_2010),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
