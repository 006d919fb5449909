#include "unit.h"

#include <string.h>

#include "facade/rsm.h"
#include "xmpp/ns.h"

/* <set/> with these children, each "name=text" or "name". */
static int
read_set(struct rsm *r, struct arena *a, const char *const *children,
    struct err *e)
{
	struct stanza *parent = stanza_new(a, "pubsub", "x"), *c;
	struct stanza *set = stanza_add(parent, "set", NS_RSM);

	for (; *children != NULL; children++) {
		size_t n = strcspn(*children, "=");
		const char *text = *children + n + ((*children)[n] == '=');

		c = stanza_add(set, arena_strn(a, *children, n), NULL);
		stanza_add_text(c, text, strlen(text));
	}
	return rsm_read(r, parent, e);
}

#define SET(...)	((const char *const[]){ __VA_ARGS__, NULL })

static void
assert_query(const char *const *children, const struct rsm_list *list,
    const char *want)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct rsm r;
	struct str got;

	assert_int_equal(read_set(&r, &a, children, &e), 0);
	got = rsm_query(&r, &a, list);
	assert_string_equal(got.p, want);
	arena_free(&a);
}

static void
a_page_is_one_query(void **state)
{
	const struct rsm_list all = { .all = "/a/*" };
	const struct rsm_list from = { .all = "/a/*", .item = "/a/x" };
	const struct rsm_list names = { .all = "/a/*", .each = "$x/@name" };

	(void)state;
	assert_query(SET("max=2"), &all, "(/a/*)[position() >= 0 and "
	    "position() < 2], count(/a/*)");
	assert_query(SET("max=2", "index=3"), &all, "(/a/*)[position() >= 3 "
	    "and position() < 5], count(/a/*)");
	assert_query(SET("index=3"), &all, "(/a/*)[position() >= 3], "
	    "count(/a/*)");
	assert_query(SET("max=2", "before"), &all, "(/a/*)[position() > "
	    "last() - 2], count(/a/*)");
	assert_query(SET("max=2", "after=x"), &from,
	    "(/a/x/following-sibling::*)[position() >= 0 and position() < 2], "
	    "count(/a/*), index(/a/x)");
	assert_query(SET("max=2", "before=x"), &from,
	    "(/a/x/preceding-sibling::*)[position() > last() - 2], "
	    "count(/a/*), index(/a/x)");
	assert_query(SET("max=1"), &names, "for $x in (/a/*)[position() >= 0 "
	    "and position() < 1] return ($x/@name), count(/a/*)");
}

static void
nonsense_is_refused(void **state)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct rsm r;

	(void)state;
	assert_int_equal(read_set(&r, &a, SET("max=x"), &e), -1);
	assert_int_equal(read_set(&r, &a, SET("max=-1"), &e), -1);
	assert_int_equal(read_set(&r, &a, SET("max"), &e), -1);
	assert_int_equal(read_set(&r, &a, SET("index=99999999999"), &e), -1);
	assert_int_equal(read_set(&r, &a, SET("after=a", "before=b"), &e),
	    -1);
	assert_int_equal(e.code, ERR_ARGUMENT);
	arena_free(&a);
}

static uint64_t
index_of(const char *const *children, const char *answer)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct rsm_page page;
	struct rsm r;
	int rc;

	assert_int_equal(read_set(&r, &a, children, &e), 0);
	rc = rsm_page(&r, json_parse(&a, answer, strlen(answer), NULL, &e), 1,
	    &page, &e);
	if (rc == 0)
		assert_int_equal(page.count, 9);
	else
		assert_int_equal(e.code, ERR_NOT_FOUND);
	arena_free(&a);
	return rc < 0 ? UINT64_MAX : page.index;
}

static void
the_answer_says_where_the_page_is(void **state)
{
	(void)state;
	assert_int_equal(index_of(SET("max=2"), "[[1,2],[9]]"), 0);
	assert_int_equal(index_of(SET("max=2", "index=4"), "[[1,2],[9]]"), 4);
	assert_int_equal(index_of(SET("max=2", "before"), "[[1,2],[9]]"), 7);
	assert_int_equal(index_of(SET("max=2", "after=x"),
	    "[[1,2],[9],[4]]"), 5);
	assert_int_equal(index_of(SET("max=2", "before=x"),
	    "[[1,2],[9],[4]]"), 2);
	assert_int_equal(index_of(SET("max=2", "before=x"), "[[],[9],[0]]"),
	    0);
	assert_true(index_of(SET("max=2", "after=x"), "[[],[9],[]]") ==
	    UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_one_query),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(the_answer_says_where_the_page_is),
	};

	return cmocka_run_group_tests_name("rsm", tests, NULL, NULL);
}
