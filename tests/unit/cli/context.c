#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "cli/context.h"

struct values {
	struct opt_from from;
	struct context context;
};

static const struct opt rows[] = {
	CONTEXT_OPTIONS(struct values, context),
	{ 0 },
};

static const struct tool tool = {
	.name = "msg-test", .section = 1, .summary = "test", .operands = "",
	.opts = rows, .statuses = "0",
};

static char top[] = "/tmp/msg-unit.XXXXXX", path[200];
static struct values v;
static struct err e;

static const char *
under(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", top, name);
	return path;
}

static void
put(const char *name, const char *text)
{
	assert_int_equal(fs_replace(under(name), text, strlen(text), 0600,
	    &e), 0);
}

static int
begin(void **state)
{
	static const char *const variables[] = { "MSG_CONTEXT", "MSG_SERVER",
	    "MSG_JID", "MSG_PASSWORD_FILE", "MSG_PIN" };

	(void)state;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		unsetenv(variables[i]);
	assert_non_null(mkdtemp(top));
	setenv("XDG_CONFIG_HOME", under("config"), 1);
	setenv("XDG_DATA_HOME", under("data"), 1);
	assert_int_equal(fs_mkdir(under("config/msg"), 0700, &e), 0);
	assert_int_equal(fs_mkdir(under("data/msg"), 0700, &e), 0);
	put("data/msg/client.password", "local secret\n");
	put("config/msg/password", "work secret\n");
	err_clear(&e);
	return 0;
}

static int
end(void **state)
{
	char command[100];

	(void)state;
	context_clear(&v.context);
	snprintf(command, sizeof command, "rm -r %s", top);
	assert_int_equal(system(command), 0);
	memcpy(top, "/tmp/msg-unit.XXXXXX", sizeof top);
	return 0;
}

/* Load with these words; they stay as long as v. */
static int
load(char *a, char *b, char *c, char *d)
{
	char *argv[] = { (char[]){ "msg-test" }, a, b, c, d, NULL };
	char **operands;
	enum opt_next next;
	size_t count;
	int argc = 1;

	while (argv[argc] != NULL)
		argc++;
	memset(&v, 0, sizeof v);
	assert_int_equal(opt_parse(&tool, &v, argc, argv, &operands, &count,
	    &next, &e), 0);
	return context_load(&v.context, &tool, &v, &e);
}

static void
write_local(void)
{
	struct context_file f = { .server = "127.0.0.1:5222",
	    .jid = "admin@localhost", .password_file = "client.password",
	    .pin = "00ff" };

	assert_int_equal(context_write(under("data/msg/client.conf"), &f, &e),
	    0);
}

static void
write_config(const char *first)
{
	char text[1000];

	snprintf(text, sizeof text, "%scontext work {\n\tserver = "
	    "\"msg.example.org\"\n\tjid = romeo@example.org\n"
	    "\tpassword-file = password\n\tconnect-timeout = 2m\n"
	    "\twindow = 7\n}\n"
	    "context home {\n\tjid = me@home\n\tpassword-file = password\n"
	    "\tdirect-tls = yes\n}\n", first);
	put("config/msg/config", text);
}

static void
the_local_store_needs_no_option(void **state)
{
	struct stat st;

	(void)state;
	write_local();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.server, "127.0.0.1:5222");
	assert_string_equal(v.context.jid, "admin@localhost");
	assert_string_equal(v.context.pin, "00ff");
	assert_string_equal(v.context.password.p, "local secret");
	assert_int_equal(v.context.connect_timeout_ms, 10000);
}

static void
it_is_written_once(void **state)
{
	struct context_file f = { .jid = "x@y" };

	(void)state;
	write_local();
	assert_int_equal(context_write(path, &f, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
}

static void
it_is_renewed_while_nobody_has_changed_it(void **state)
{
	struct context_file f = { .server = "[::1]:5223", .jid = "x@y",
	    .password_file = "client.password", .pin = "11",
	    .direct_tls = true };

	(void)state;
	assert_int_equal(context_renew(under("data/msg/client.conf"), &f, &e),
	    0);
	assert_false(fs_exists(path));
	write_local();
	assert_int_equal(context_renew(path, &f, &e), 1);
	assert_int_equal(context_renew(path, &f, &e), 0);
	assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.server, "[::1]:5223");
	assert_string_equal(v.context.jid, "x@y");
	assert_true(v.context.direct_tls);
}

static void
is_left(const char *p, size_t n)
{
	struct context_file f = { .server = "[::1]:5223", .jid = "x@y",
	    .pin = "11" };
	struct buf is = BUF_INIT(4096);

	assert_int_equal(fs_replace(path, p, n, 0600, &e), 0);
	assert_int_equal(context_renew(path, &f, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_int_equal(fs_read(&is, path, &e), 0);
	assert_int_equal(is.n, n);
	assert_memory_equal(is.p, p, n);
	buf_free(&is);
}

/* Whatever byte somebody has changed, cut off or put behind. */
static void
what_somebody_has_changed_is_left(void **state)
{
	struct buf was = BUF_INIT(4096);
	size_t n;

	(void)state;
	write_local();
	assert_int_equal(fs_read(&was, path, &e), 0);
	n = was.n;
	for (size_t i = 1; i < n; i++) {
		is_left(was.p, i);
		was.p[i] ^= 1;
		is_left(was.p, n);
		was.p[i] ^= 1;
	}
	buf_putc(&was, '\n');
	is_left(was.p, n + 1);
	buf_free(&was);
}

static void
what_fits_is_fine_whoever_wrote_it(void **state)
{
	struct context_file f = { .server = "h:1", .jid = "x@y",
	    .password_file = "client.password", .pin = "11" };

	(void)state;
	put("data/msg/client.conf", "server = \"h:1\"\n# mine\n"
	    "jid = \"x@y\"\npassword-file = \"/else\"\npin = \"11\"\n");
	assert_int_equal(context_renew(path, &f, &e), 0);
	f.pin = "1";
	assert_int_equal(context_renew(path, &f, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
}

static void
what_is_written_is_read_back(void **state)
{
	struct context_file f = { .jid = "q\"u\\o${HOME}'te@x # no",
	    .password_file = "client.password" };

	(void)state;
	assert_int_equal(context_write(under("data/msg/client.conf"), &f, &e),
	    0);
	assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.jid, f.jid);
}

static void
a_default_goes_before_the_local_store(void **state)
{
	(void)state;
	write_local();
	write_config("");
	assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.jid, "admin@localhost");
	context_clear(&v.context);
	write_config("default = work\n");
	assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.jid, "romeo@example.org");
	assert_string_equal(v.context.password.p, "work secret");
	assert_int_equal(v.context.connect_timeout_ms, 120000);
	assert_null(v.context.pin);
}

static void
a_context_is_taken_by_name(void **state)
{
	char c[] = "-c", home[] = "home", nope[] = "nope";

	(void)state;
	write_config("default = work\n");
	assert_int_equal(load(c, home, NULL, NULL), 0);
	assert_string_equal(v.context.jid, "me@home");
	assert_true(v.context.direct_tls);
	context_clear(&v.context);
	assert_int_equal(load(c, nope, NULL, NULL), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "it has: work, home"));
}

static void
a_context_may_be_a_file(void **state)
{
	char c[] = "-c", file[sizeof path];

	(void)state;
	put("other", "jid = other@example.org\npassword-file = "
	    "config/msg/password\n");
	snprintf(file, sizeof file, "%s", path);
	assert_int_equal(load(c, file, NULL, NULL), 0);
	assert_string_equal(v.context.jid, "other@example.org");
	assert_string_equal(v.context.password.p, "work secret");
}

static void
the_line_goes_before_the_environment_before_the_file(void **state)
{
	char j[] = "--pin=line";

	(void)state;
	write_local();
	setenv("MSG_PIN", "environment", 1);
	assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.pin, "environment");
	context_clear(&v.context);
	assert_int_equal(load(j, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.pin, "line");
}

static void
no_password_goes_where_it_is_not_for(void **state)
{
	char server[] = "--server=elsewhere.example", jid[] = "--jid=x@y";

	(void)state;
	write_local();
	assert_int_equal(load(server, NULL, NULL, NULL), 0);
	assert_string_equal(v.context.server, "elsewhere.example");
	assert_string_equal(v.context.jid, "admin@localhost");
	assert_string_equal(v.context.pin, "00ff");
	context_clear(&v.context);
	assert_int_equal(load(server, jid, NULL, NULL), -1);
	assert_non_null(strstr(e.text, "--password-file"));
	assert_null(v.context.pin);
	context_clear(&v.context);
	assert_int_equal(load(jid, NULL, NULL, NULL), -1);
	assert_non_null(strstr(e.text, "--password-file"));
}

static void
a_password_that_others_can_read_is_refused(void **state)
{
	(void)state;
	write_local();
	assert_int_equal(chmod(under("data/msg/client.password"), 0640), 0);
	assert_int_equal(load(NULL, NULL, NULL, NULL), -1);
	assert_non_null(strstr(e.text, "chmod 600"));
}

static void
plaintext_stays_on_this_machine(void **state)
{
	char jid[] = "--jid=x@y", plain[] = "--plaintext";
	char far[] = "--server=msg.example.org", near[] = "--server=[::1]:1";
	char anywhere[] = "--plaintext=anywhere";
	char looks[] = "--server=127.example.org:1";

	(void)state;
	setenv("MSG_PASSWORD_FILE", under("config/msg/password"), 1);
	assert_int_equal(load(jid, plain, far, NULL), -1);
	assert_non_null(strstr(e.text, "--plaintext=anywhere"));
	context_clear(&v.context);
	assert_int_equal(load(jid, plain, looks, NULL), -1);
	context_clear(&v.context);
	assert_int_equal(load(jid, plain, near, NULL), 0);
	context_clear(&v.context);
	assert_int_equal(load(jid, anywhere, far, NULL), 0);
}

static void
what_is_given_goes_before_a_file_that_shows_another(void **state)
{
	char jid[] = "--jid=x@y", file[sizeof path + 20], tofu[] = "--tofu";
	char cert[] = "--cert=mine.pem";

	(void)state;
	snprintf(file, sizeof file, "--password-file=%s",
	    under("config/msg/password"));
	put("config/msg/config", "default = c\ncontext c {\n\tjid = \"a@b\"\n"
	    "\tcert = \"c.pem\"\n\tkey = \"k.pem\"\n\tinsecure = yes\n}\n");
	assert_int_equal(load(jid, file, tofu, NULL), 0);
	assert_null(v.context.cert);
	assert_null(v.context.key);
	assert_false(v.context.insecure);
	context_clear(&v.context);
	assert_int_equal(load(cert, NULL, NULL, NULL), 0);
	assert_null(v.context.key);
	context_clear(&v.context);
	assert_int_equal(load(jid, cert, NULL, NULL), 0);
}

static void
a_mistake_in_a_file_is_told_with_its_line(void **state)
{
	(void)state;
	put("config/msg/config", "default = x\n\nsurver = \"y\"\n");
	assert_int_equal(load(NULL, NULL, NULL, NULL), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "config/msg/config:3: "));
	assert_non_null(strstr(e.text, "surver"));
	context_clear(&v.context);
	assert_int_equal(fs_replace(under("config/msg/config"),
	    "\n\0default = x\n", 14, 0600, &e), 0);
	assert_int_equal(load(NULL, NULL, NULL, NULL), -1);
	assert_non_null(strstr(e.text, "is no text"));
	context_clear(&v.context);
	put("config/msg/config", "default = x\ncontext x {\n"
	    "connect-timeout = soon\n}\n");
	assert_int_equal(load(NULL, NULL, NULL, NULL), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "'soon'"));
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_local_store_needs_no_option),
		TEST(it_is_written_once),
		TEST(it_is_renewed_while_nobody_has_changed_it),
		TEST(what_somebody_has_changed_is_left),
		TEST(what_fits_is_fine_whoever_wrote_it),
		TEST(what_is_written_is_read_back),
		TEST(a_default_goes_before_the_local_store),
		TEST(a_context_is_taken_by_name),
		TEST(a_context_may_be_a_file),
		TEST(the_line_goes_before_the_environment_before_the_file),
		TEST(no_password_goes_where_it_is_not_for),
		TEST(a_password_that_others_can_read_is_refused),
		TEST(plaintext_stays_on_this_machine),
		TEST(what_is_given_goes_before_a_file_that_shows_another),
		TEST(a_mistake_in_a_file_is_told_with_its_line),
	};

	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
