#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/opt.h"

struct values {
	struct opt_from from;
	bool quiet, pretty;
	int verbose;
	const char *server, *as, *color;
	int64_t fd;
	int64_t port, timeout_ms;
	uint64_t size;
	struct opt_list listen;
};

#define AT(member)	offsetof(struct values, member)

static const struct opt rows[] = {
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet), "say less" },
	{ 0, "pretty", OPT_FLAG, NULL, AT(pretty), "indent", "yes",
	    .flags = OPT_NO | OPT_ENV | OPT_CONFIG },
	{ 'v', "verbose", OPT_COUNT, NULL, AT(verbose), "say more" },
	{ 's', "server", OPT_STR, "HOST", AT(server), "whom to ask",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "as", OPT_CHOICE, "FORM", AT(as), "representation", "json",
	    .choices = "json avro" },
	{ 0, "color", OPT_CHOICE, "WHEN", AT(color), "colours", "auto",
	    .choices = "auto always never", .flags = OPT_OPTARG,
	    .bare = "always" },
	{ 'p', "port", OPT_INT, "NUMBER", AT(port), "port", "5222", 1, 65535 },
	{ 't', "timeout", OPT_MS, "TIME", AT(timeout_ms),
	    "give up after this long", "5s", .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "size-limit", OPT_SIZE, "SIZE", AT(size), "limit", "64k",
	    .flags = OPT_ENV },
	{ 'l', "listen", OPT_LIST, "ADDRESS", AT(listen), "where",
	    .flags = OPT_ENV | OPT_CONFIG | OPT_LIVE },
	{ 0, "file", OPT_STR, "FILE", AT(server), "a file",
	    .flags = OPT_FILE },
	{ 0, "fd", OPT_INT, "N", AT(fd), "a descriptor", "-1", -1, 1000 },
	{ 0 },
};

static void
candidates(void *values, char *const words[], size_t n, size_t i)
{
	const struct values *has = values;

	printf("%zu/%zu:%s%s%s\n", i, n, words[i], has->server == NULL ?
	    "" : " at ", has->server == NULL ? "" : has->server);
}

static const struct tool tool = {
	"msg-test", 1, "test the options", "[WORD [WORD]]", rows, "0 2", 0, 2,
	candidates
};

static struct values v;
static struct err e;
static char **operands;
static size_t count;
static enum opt_next next;

static int
parse(const char *words[])
{
	int argc = 0;

	while (words[argc] != NULL)
		argc++;
	err_clear(&e);
	return opt_parse(&tool, &v, argc, (char **)words,
	    &operands, &count, &next, &e);
}

#define PARSE(...)	parse((const char *[]){ "msg-test", __VA_ARGS__, NULL })

static void
defaults_hold(void **state)
{
	(void)state;
	assert_int_equal(parse((const char *[]){ "msg-test", NULL }), 0);
	assert_int_equal(next, OPT_RUN);
	assert_int_equal(count, 0);
	assert_false(v.quiet);
	assert_true(v.pretty);
	assert_null(v.server);
	assert_string_equal(v.as, "json");
	assert_string_equal(v.color, "auto");
	assert_int_equal(v.port, 5222);
	assert_int_equal(v.fd, -1);
	assert_int_equal(v.timeout_ms, 5000);
	assert_int_equal(v.size, 65536);
	assert_int_equal(v.listen.n, 0);
	assert_false(opt_given(&tool, &v, "port"));
}

static void
long_options(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--quiet", "--no-pretty", "--server=a=b",
	    "--port", "1", "--timeout=2m", "--as=avro", "--color",
	    "--size-limit", "4M", "--listen=x", "--listen", "y", "get"), 0);
	assert_true(v.quiet);
	assert_false(v.pretty);
	assert_string_equal(v.server, "a=b");
	assert_int_equal(v.port, 1);
	assert_int_equal(v.timeout_ms, 120000);
	assert_string_equal(v.as, "avro");
	assert_string_equal(v.color, "always");
	assert_int_equal(v.size, 4 << 20);
	assert_int_equal(v.listen.n, 2);
	assert_string_equal(v.listen.v[1], "y");
	assert_int_equal(count, 1);
	assert_string_equal(operands[0], "get");
	assert_true(opt_given(&tool, &v, "port"));
}

static void
short_options(void **state)
{
	(void)state;
	assert_int_equal(PARSE("-qvvp80", "-t", "500ms", "-vsHOST"), 0);
	assert_true(v.quiet);
	assert_int_equal(v.verbose, 3);
	assert_int_equal(v.port, 80);
	assert_int_equal(v.timeout_ms, 500);
	assert_string_equal(v.server, "HOST");
}

static void
operands_keep_their_order(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a", "-q", "-"), 0);
	assert_true(v.quiet);
	assert_int_equal(count, 2);
	assert_string_equal(operands[0], "a");
	assert_string_equal(operands[1], "-");
	assert_int_equal(PARSE("--", "-q", "--"), 0);
	assert_false(v.quiet);
	assert_int_equal(count, 2);
	assert_string_equal(operands[0], "-q");
	assert_string_equal(operands[1], "--");
	assert_int_equal(PARSE("a", "b", "c"), -1);
	assert_int_equal(err_exit(e.code), 2);
	assert_non_null(strstr(e.text, "'c' is too much"));
}

static void
refuses(const char *says, const char *words[])
{
	assert_int_equal(parse(words), -1);
	assert_int_equal(e.code, ERR_USAGE);
	if (strstr(e.text, says) == NULL)
		fail_msg("'%s' lacks '%s'", e.text, says);
	assert_null(strchr(e.text, '\n'));
}

#define REFUSES(says, ...) \
	refuses(says, (const char *[]){ "msg-test", __VA_ARGS__, NULL })

static void
errors_say_what_and_what_else(void **state)
{
	(void)state;
	REFUSES("'--tiemout'; did you mean '--timeout'", "--tiemout=3");
	REFUSES("did you mean '--timeout'", "--time");
	REFUSES("did you mean '--help'", "--hepl");
	REFUSES("'msg-test --help' lists them", "--something");
	REFUSES("unknown option '-x'", "-qx");
	REFUSES("'--port' needs a value: NUMBER", "-p");
	REFUSES("'--quiet' takes no value", "--quiet=1");
	REFUSES("--port: '0' is less than 1", "-p0");
	REFUSES("--port: '65536' is more than 65535", "--port=65536");
	REFUSES("--port: '1x' is no whole number", "--port=1x");
	REFUSES("--timeout: '5 s' is no time", "--timeout=5 s");
	REFUSES("--as: 'xml' is none of: json avro", "--as=xml");
	REFUSES("'--as' has no '--no-' form", "--no-as");
	REFUSES("did you mean '--no-pretty'", "--no-prety");
}

static void
environment_comes_before_the_line(void **state)
{
	(void)state;
	setenv("MSG_TIMEOUT", "7s", 1);
	setenv("MSG_SERVER", "env", 1);
	setenv("MSG_PRETTY", "no", 1);
	setenv("MSG_SIZE_LIMIT", "1k", 1);
	setenv("MSG_PORT", "99", 1);	/* its row has no OPT_ENV */
	setenv("MSG_LISTEN", "env", 1);
	assert_int_equal(PARSE("--server=line", "-l1", "-l2"), 0);
	assert_int_equal(v.timeout_ms, 7000);
	assert_string_equal(v.server, "line");
	assert_false(v.pretty);
	assert_int_equal(v.size, 1024);
	assert_int_equal(v.port, 5222);
	assert_int_equal(v.listen.n, 2);
	assert_string_equal(v.listen.v[0], "1");
	assert_true(opt_given(&tool, &v, "timeout"));
	setenv("MSG_TIMEOUT", "never", 1);
	REFUSES("environment variable MSG_TIMEOUT: --timeout: 'never'", "-q");
	assert_int_equal(PARSE("--timeout=1s"), 0);
	setenv("MSG_TIMEOUT", "", 1);
	assert_int_equal(PARSE("-q"), 0);
	assert_int_equal(v.timeout_ms, 5000);
	unsetenv("MSG_TIMEOUT");
	unsetenv("MSG_SERVER");
	unsetenv("MSG_PRETTY");
	unsetenv("MSG_SIZE_LIMIT");
	unsetenv("MSG_PORT");
	unsetenv("MSG_LISTEN");
}

static void
configuration_is_weaker_than_the_line(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--timeout=1s"), 0);
	assert_int_equal(opt_set(&tool, &v, "timeout", "9s", &e), 0);
	assert_int_equal(v.timeout_ms, 1000);
	assert_int_equal(opt_set(&tool, &v, "listen", "a", &e), 0);
	assert_int_equal(opt_set(&tool, &v, "listen", "b", &e), 0);
	assert_int_equal(v.listen.n, 2);
	assert_int_equal(opt_set(&tool, &v, "pretty", "off", &e), 0);
	assert_false(v.pretty);
	assert_false(opt_given(&tool, &v, "pretty"));
	assert_int_equal(opt_set(&tool, &v, "port", "1", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(opt_set(&tool, &v, "pretty", "maybe", &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void
numbers_with_units(void **state)
{
	int64_t ms = 0;
	uint64_t n = 0;

	(void)state;
	assert_int_equal(opt_duration("1h", &ms), 0);
	assert_int_equal(ms, 3600000);
	assert_int_equal(opt_duration("2305843009213", &ms), 0);
	assert_int_equal(opt_duration("2305843009214", &ms), -1);
	assert_int_equal(opt_duration("", &ms), -1);
	assert_int_equal(opt_duration("-1s", &ms), -1);
	assert_int_equal(opt_duration("s", &ms), -1);
	assert_int_equal(opt_size("1G", &n), 0);
	assert_int_equal(n, 1 << 30);
	assert_int_equal(opt_size("18446744073709551616", &n), -1);
	assert_int_equal(opt_size("9999999999G", &n), -1);
	assert_int_equal(opt_size("1g", &n), -1);
}

/* What opt_parse prints for these words. */
static char *
printed(const char *words[])
{
	static char text[8192];
	FILE *f = tmpfile();
	int out = dup(STDOUT_FILENO);
	size_t n;

	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	assert_int_equal(parse(words), 0);
	assert_int_equal(next, OPT_DONE);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

#define PRINTED(...) \
	printed((const char *[]){ "msg-test", __VA_ARGS__, NULL })

static void
help_has_every_row(void **state)
{
	const char *text = PRINTED("-p80", "--help", "--nonsense");

	(void)state;
	assert_int_equal(strncmp(text,
	    "Usage: msg-test [OPTION...] [WORD [WORD]]\n"
	    "Test the options.\n\n"
	    "  -q, --quiet                 say less\n"
	    "      --[no-]pretty           indent (default yes)\n", 130), 0);
	for (const struct opt *o = rows; o->name != NULL; o++)
		assert_non_null(strstr(text, o->name));
	assert_non_null(strstr(text, "--color[=WHEN] "));
	assert_non_null(strstr(text, "representation: json, avro (default"));
	assert_non_null(strstr(text, "where; may be repeated"));
	assert_non_null(strstr(text, "a descriptor\n"));
	assert_non_null(strstr(text, "Environment: MSG_PRETTY MSG_SERVER"));
	assert_non_null(strstr(text, "  2  wrong usage"));
	for (const char *p = text, *end; *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		assert_true(end - p < 80);
	}
	assert_string_equal(PRINTED("-V"), "msg-test " MSG_VERSION "\n");
}

static void
shells_are_told_what_fits(void **state)
{
	(void)state;
	assert_string_equal(PRINTED("--complete", "0", "--ti"),
	    "--timeout=\tgive up after this long\n");
	assert_string_equal(PRINTED("--complete", "0", "--no"),
	    "--no-pretty\tindent\n");
	assert_string_equal(PRINTED("--complete", "0", "--as=a"),
	    "--as=avro\n");
	assert_string_equal(PRINTED("--complete", "1", "--as", ""),
	    "json\navro\n");
	assert_string_equal(PRINTED("--complete", "0", "--color=json a"), "");
	assert_string_equal(PRINTED("--complete", "1", "--file", "x"),
	    ":file\n");
	assert_string_equal(PRINTED("--complete", "3", "-qp", "5", "a", "b"),
	    "1/2:b\n");
	assert_string_equal(PRINTED("--complete", "1", "--", "-q"),
	    "0/1:-q\n");
	assert_string_equal(PRINTED("--complete", "3", "-s", "x", "--port=y",
	    "a"), "0/1:a at x\n");
	assert_string_equal(PRINTED("--complete", "2", "--server=x", "--what",
	    "a"), "0/1:a at x\n");
	assert_string_equal(PRINTED("--complete", "1", "a", "b", "-s", "x"),
	    "1/2:b\n");
	assert_string_equal(PRINTED("--complete", "2", "a", "b", ""), "");
	assert_int_equal(PARSE("--complete", "1", "a"), -1);
	assert_int_equal(PARSE("--complete"), -1);
}

static void
note(void *arg, const struct opt *o, bool taken)
{
	struct buf *b = arg;

	buf_printf(b, "%s%s ", taken ? "+" : "-", o->name);
}

static void
new_values_are_taken_where_they_can_be(void **state)
{
	struct buf said = BUF_INIT(1000);
	struct values old;

	(void)state;
	assert_int_equal(PARSE("--port=1", "--listen=a", "--listen=b",
	    "--server=x"), 0);
	old = v;
	assert_int_equal(PARSE("--port=1", "--listen=a", "--listen=b",
	    "--server=x"), 0);
	opt_renew(&tool, &old, &v, note, &said);
	assert_string_equal(buf_cstr(&said), "");
	assert_int_equal(PARSE("--port=2", "--listen=a", "--listen=c",
	    "--server=y", "-v"), 0);
	opt_renew(&tool, &old, &v, note, &said);
	assert_string_equal(buf_cstr(&said),
	    "-verbose -server -port +listen ");
	assert_string_equal(v.listen.v[1], "c");
	assert_string_equal(v.server, "x");
	assert_int_equal(v.port, 1);
	assert_int_equal(v.verbose, 0);
	buf_free(&said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(long_options),
		cmocka_unit_test(short_options),
		cmocka_unit_test(operands_keep_their_order),
		cmocka_unit_test(errors_say_what_and_what_else),
		cmocka_unit_test(environment_comes_before_the_line),
		cmocka_unit_test(configuration_is_weaker_than_the_line),
		cmocka_unit_test(numbers_with_units),
		cmocka_unit_test(help_has_every_row),
		cmocka_unit_test(shells_are_told_what_fits),
		cmocka_unit_test(new_values_are_taken_where_they_can_be),
	};

	return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
