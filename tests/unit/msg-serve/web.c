#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/files.h"
#include "web/web_origin.h"
#include "web/web_stanza.h"

/* --- files --------------------------------------------------------------- */

static void
put(const char *dir, const char *name, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int
opened(const char *root, const char *path)
{
	int fd = files_open(root, path);

	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : fd;
}

static void
nothing_outside_is_reached(void **state)
{
	char top[] = "/tmp/msg-unit.XXXXXX", root[64], path[128];

	(void)state;
	assert_non_null(mkdtemp(top));
	snprintf(root, sizeof root, "%s/root", top);
	mkdir(root, 0755);
	snprintf(path, sizeof path, "%s/sub", root);
	mkdir(path, 0755);
	put(top, "secret", "x");
	put(root, "index.html", "<p>");
	put(root, "a.js", "1");
	put(root, "sub/b.txt", "2");
	snprintf(path, sizeof path, "%s/link", root);
	assert_int_equal(symlink("../secret", path), 0);
	snprintf(path, sizeof path, "%s/up", root);
	assert_int_equal(symlink("..", path), 0);
	snprintf(path, sizeof path, "%s/in", root);
	assert_int_equal(symlink("a.js", path), 0);
	snprintf(path, sizeof path, "%s/fifo", root);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(opened(root, "/"), 0);
	assert_int_equal(opened(root, "/a.js"), 0);
	assert_int_equal(opened(root, "/sub/b.txt"), 0);
	assert_int_equal(opened(root, "/sub"), -2);
	assert_int_equal(opened(root, "/sub/"), -1);
	assert_int_equal(opened(root, "/none"), -1);
	assert_int_equal(opened(root, "/a.js/"), -1);
	assert_int_equal(opened(root, "//a.js"), -1);
	assert_int_equal(opened(root, "/link"), -1);
	assert_int_equal(opened(root, "/up/secret"), -1);
	assert_int_equal(opened(root, "/in"), -1);
	assert_int_equal(opened(root, "/fifo"), -1);
	assert_int_equal(opened(top, "/root/a.js"), 0);
	assert_int_equal(opened("/nowhere/at/all", "/"), -1);
	snprintf(path, sizeof path, "rm -r %s", top);
	assert_int_equal(system(path), 0);
}

static void
types_go_by_the_name(void **state)
{
	(void)state;
	assert_string_equal(files_type("/a.b/c.HTML"),
	    "text/html; charset=utf-8");
	assert_string_equal(files_type("/x.js"),
	    "text/javascript; charset=utf-8");
	assert_string_equal(files_type("/x"), "application/octet-stream");
	assert_string_equal(files_type("/x.exe"), "application/octet-stream");
}

/* --- origins ------------------------------------------------------------- */

static enum origin
origin(const char *host, const char *from, bool secure)
{
	static const struct opt_list listed = {
		.v = { "https://listed.example" }, .n = 1 };
	struct http_request r = { .host = str_of(host) };
	struct str out;

	if (from != NULL) {
		r.fields[0].name = STR("Origin");
		r.fields[0].value = str_of(from);
		r.count = 1;
	}
	return origin_check(&r, secure, "chat.example", &listed, &out);
}

static void
origins_are_ours_listed_or_foreign(void **state)
{
	(void)state;
	assert_int_equal(origin("x", NULL, false), ORIGIN_NONE);
	assert_int_equal(origin("localhost:5280", "http://localhost:5280",
	    false), ORIGIN_OWN);
	assert_int_equal(origin("[::1]:5280", "http://[::1]:5280", false),
	    ORIGIN_OWN);
	assert_int_equal(origin("chat.example", "https://Chat.Example", true),
	    ORIGIN_OWN);
	assert_int_equal(origin("chat.example", "http://chat.example", true),
	    ORIGIN_FOREIGN);
	assert_int_equal(origin("localhost:1", "http://localhost:2", false),
	    ORIGIN_FOREIGN);
	assert_int_equal(origin("evil.example", "http://evil.example", false),
	    ORIGIN_FOREIGN);
	assert_int_equal(origin("x", "https://listed.example", false),
	    ORIGIN_LISTED);
	assert_int_equal(origin("x", "http://listed.example", false),
	    ORIGIN_FOREIGN);
	assert_int_equal(origin("x", "null", false), ORIGIN_FOREIGN);
	assert_int_equal(origin("x", "", false), ORIGIN_FOREIGN);
}

/* --- stanzas ------------------------------------------------------------- */

static void
expect(const char *in, const char *want)
{
	struct buf b = BUF_INIT(1000);

	buf_lit(&b, "<before xmlns=\"x\"/>");
	buf_puts(&b, in);
	web_stanza(&b, 19);
	assert_string_equal(buf_cstr(&b) + 19, want);
	buf_free(&b);
}

#define CLIENT	" xmlns=\"jabber:client\""

static void
a_stanza_stands_alone(void **state)
{
	(void)state;
	expect("<iq/>", "<iq" CLIENT "/>");
	expect("<iq id=\"a\"><b xmlns=\"c\"/></iq>",
	    "<iq" CLIENT " id=\"a\"><b xmlns=\"c\"/></iq>");
	expect("<message>x</message>", "<message" CLIENT ">x</message>");
	expect("<a xmlns=\"b\"/>", "<a xmlns=\"b\"/>");
	expect("<iq id=\" xmlns='\"/>", "<iq" CLIENT " id=\" xmlns='\"/>");
	expect("<x:iq xmlns:x=\"y\"/>", "<x:iq" CLIENT " xmlns:x=\"y\"/>");
	expect("<stream:features/>", "<stream:features xmlns:stream=\""
	    "http://etherx.jabber.org/streams\"/>");
	expect("", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_outside_is_reached),
		cmocka_unit_test(types_go_by_the_name),
		cmocka_unit_test(origins_are_ours_listed_or_foreign),
		cmocka_unit_test(a_stanza_stands_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
