#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/secret.h"

static char path[] = "/tmp/msg-unit-XXXXXX";
static struct err e;

/* What secret_read makes of a file of these bytes. */
static int
from_file(struct secret *s, const char *p, size_t n, mode_t mode)
{
	assert_int_equal(fs_replace(path, p, n, mode, &e), 0);
	return secret_read(s, path, &e);
}

static void
the_first_line_is_the_password(void **state)
{
	struct secret s = SECRET_NONE;

	(void)state;
	assert_int_equal(from_file(&s, "pass word \r\nmore\n", 17, 0600), 0);
	assert_string_equal(s.p, "pass word ");
	assert_int_equal(s.n, 10);
	assert_int_equal(from_file(&s, "x", 1, 0400), 0);
	assert_string_equal(s.p, "x");
	assert_int_equal(from_file(&s, "\nmore", 5, 0600), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(from_file(&s, "", 0, 0600), -1);
	secret_clear(&s);
	assert_null(s.p);
	secret_clear(&s);
}

static void
a_file_others_can_read_is_refused(void **state)
{
	struct secret s = SECRET_NONE;
	char *missing = fs_join(path, "none");

	(void)state;
	assert_int_equal(from_file(&s, "x", 1, 0640), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "chmod 600"));
	assert_int_equal(from_file(&s, "x", 1, 0604), -1);
	assert_int_equal(secret_read(&s, missing, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(s.p);
	free(missing);
}

static void
the_limit_holds(void **state)
{
	static char text[SECRET_MAX + 2];
	struct secret s = SECRET_NONE;

	(void)state;
	memset(text, 'x', sizeof text);
	text[SECRET_MAX] = '\n';
	assert_int_equal(from_file(&s, text, SECRET_MAX + 1, 0600), 0);
	assert_int_equal(s.n, SECRET_MAX);
	text[SECRET_MAX] = 'x';
	assert_int_equal(from_file(&s, text, sizeof text, 0600), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(secret_set(&s, text, SECRET_MAX + 1, &e), -1);
	assert_int_equal(e.code, ERR_VALUE);
	assert_int_equal(s.n, SECRET_MAX);	/* the old one stays */
	secret_clear(&s);
}

static void
random_ones_differ(void **state)
{
	struct secret a = SECRET_NONE, b = SECRET_NONE;

	(void)state;
	assert_int_equal(secret_random(&a, 26, &e), 0);
	assert_int_equal(secret_random(&b, 26, &e), 0);
	assert_int_equal(a.n, 26);
	assert_int_equal(strspn(a.p, "abcdefghijklmnopqrstuvwxyz234567"), 26);
	assert_string_not_equal(a.p, b.p);
	secret_clear(&a);
	secret_clear(&b);
}

static void
a_pipe_that_does_not_wait_is_waited_for(void **state)
{
	struct secret s = SECRET_NONE;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0) {
		poll(NULL, 0, 50);	/* most likely it waits by now */
		_exit(write(ends[1], "late\n", 5) != 5);
	}
	assert_int_equal(secret_read_fd(&s, ends[0], "pipe", &e), 0);
	assert_string_equal(s.p, "late");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	secret_clear(&s);
	close(ends[0]);
	close(ends[1]);
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_is_the_password),
		cmocka_unit_test(a_file_others_can_read_is_refused),
		cmocka_unit_test(the_limit_holds),
		cmocka_unit_test(a_pipe_that_does_not_wait_is_waited_for),
		cmocka_unit_test(random_ones_differ),
	};

	return cmocka_run_group_tests_name("secret", tests, make_file,
	    remove_file);
}
