/* The examples of msg-path(7), asked of the demo tree. */
#include "unit.h"

#include "demo.h"

#define PAGE	"man/msg-path.7"

static struct demo demo;

static int
setup(void **state)
{
	(void)state;
	demo_open(&demo);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

/* "QUERY<tabs>NAMES" */
static void
check_line(char *line)
{
	char query[500], want[500], *tab = strchr(line, '\t');
	size_t n = 0;

	assert_non_null(tab);
	snprintf(query, sizeof query, "(%.*s)/@name", (int)(tab - line),
	    line);
	tab += strspn(tab, "\t");
	want[n++] = '[';
	for (char *word = strtok_r(tab, " ", &line); word != NULL;
	    word = strtok_r(NULL, " ", &line))
		n += (size_t)snprintf(want + n, sizeof want - n, "%s\"%s\"",
		    n > 1 ? "," : "", word);
	snprintf(want + n, sizeof want - n, "]");
	if (strcmp(demo_get(&demo, query), want) != 0)
		fail_msg("%s\n  gives   %s\n  not     %s", query,
		    demo.out.p, want);
}

static void
examples_are_true(void **state)
{
	struct buf page = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	bool examples = false, literal = false;
	int count = 0;
	char *line, *next;

	(void)state;
	if (fs_read(&page, PAGE, &e) < 0)
		fail_msg("%s: %s", PAGE, e.text);
	buf_cstr(&page);
	for (line = page.p; line != NULL && *line != 0; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = 0;
		if (strncmp(line, ".Sh ", 4) == 0)
			examples = strcmp(line + 4, "EXAMPLES") == 0;
		else if (strncmp(line, ".Bd", 3) == 0)
			literal = examples;
		else if (strncmp(line, ".Ed", 3) == 0)
			literal = false;
		else if (literal) {
			check_line(line);
			count++;
		}
	}
	assert_true(count > 10);
	buf_free(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_are_true),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
