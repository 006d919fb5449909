#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/term.h"

/* A terminal of our own: the slave side of a pseudo terminal. */
static int
terminal(int *master)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(*master >= 0);
	assert_int_equal(grantpt(*master), 0);
	assert_int_equal(unlockpt(*master), 0);
	return open(ptsname(*master), O_RDWR | O_NOCTTY);
}

static void
colour_is_for_those_who_look(void **state)
{
	int master, fd = terminal(&master), null = open("/dev/null", O_RDWR);

	(void)state;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	assert_true(term_color(fd, "auto"));
	assert_false(term_color(null, "auto"));
	assert_true(term_color(null, "always"));
	assert_false(term_color(fd, "never"));
	setenv("NO_COLOR", "1", 1);
	assert_false(term_color(fd, "auto"));
	assert_true(term_color(fd, "always"));
	setenv("NO_COLOR", "", 1);
	setenv("TERM", "dumb", 1);
	assert_false(term_color(fd, "auto"));
	assert_int_equal(term_width(null), 80);
	assert_string_equal(term_style(false, TERM_RED), "");
	assert_string_equal(term_style(true, TERM_PLAIN), "\033[0m");
	close(fd);
	close(master);
	close(null);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colour_is_for_those_who_look),
	};

	return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
