#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/fs.h"
#include "words.h"

static struct msg_ask ask;
static struct buf text;
static struct err e;

static int
begin(void **state)
{
	(void)state;
	buf_init(&text, 1 << 16);
	err_clear(&e);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	buf_free(&text);
	return 0;
}

/* Split and expand a line. */
static int
expand(const char *line)
{
	char copy[1000], *w[WORDS_MAX];
	const struct word *word;
	size_t used;
	int n;

	memcpy(copy, line, strlen(line) + 1);
	buf_reset(&text);
	n = words_split(copy, w, &e);
	if (n < 0)
		return -1;
	assert_true(n > 0);
	word = word_find(str_of(w[0]), str_of(n > 1 ? w[1] : NULL));
	assert_non_null(word);
	assert_non_null(word->put);
	used = word_length(word);
	return word_expand(&ask, &text, word, w + used, (size_t)n - used, &e);
}

static void
stands_for(const char *line, const char *command, const char *argument)
{
	assert_int_equal(expand(line), 0);
	assert_string_equal(ask.command->word, command);
	assert_int_equal(ask.argument.n, strlen(argument));
	assert_memory_equal(ask.argument.p, argument, ask.argument.n);
}

static void
words_stand_for_commands(void **state)
{
	(void)state;
	stands_for("create Page /x", "set-item", "[{\"method\":\"create\","
	    "\"data\":{\"_path\":\"/x\",\"_kind\":\"Page\"}}]");
	stands_for("save /x title='a \"b\"' n:=[1,2] empty=", "set-item",
	    "[{\"method\":\"save\",\"data\":{\"_path\":\"/x\",\"title\":"
	    "\"a \\\"b\\\"\",\"n\":[1,2],\"empty\":\"\"}}]");
	stands_for("rm /a /b", "set-item", "[{\"method\":\"remove\",\"data\":"
	    "{\"_path\":\"/a\"}},{\"method\":\"remove\",\"data\":{\"_path\":"
	    "\"/b\"}}]");
	stands_for("mv /a /b/", "set-item", "[{\"method\":\"move\",\"data\":"
	    "{\"_path\":\"/a\",\"to\":\"/b/\"}}]");
	stands_for("mv /a /b /c/", "set-item", "[{\"method\":\"move\",\"data\":"
	    "{\"_path\":\"/a\",\"to\":\"/c/\"}},{\"method\":\"move\",\"data\":"
	    "{\"_path\":\"/b\",\"to\":\"/c/\"}}]");
	stands_for("revert 7 8", "set-item", "[{\"method\":\"revert\",\"data\":"
	    "{\"rev\":7}},{\"method\":\"revert\",\"data\":{\"rev\":8}}]");
	stands_for("cp /a /b", "set-item", "[{\"method\":\"copy\",\"data\":"
	    "{\"_path\":\"/a\",\"to\":\"/b\"}}]");
	stands_for("branch create x from=live", "set-branch", "[{\"method\":"
	    "\"create\",\"data\":{\"_name\":\"x\",\"from\":\"live\"}}]");
	stands_for("branch rm x", "set-branch", "[{\"method\":\"remove\","
	    "\"data\":{\"_name\":\"x\"}}]");
	stands_for("publish x", "set-branch", "[{\"method\":\"publish\","
	    "\"data\":{\"_name\":\"x\"}}]");
	stands_for("publish x a=mine b=theirs", "set-branch", "[{\"method\":"
	    "\"publish\",\"data\":{\"_name\":\"x\",\"take\":{\"a\":"
	    "\"mine\",\"b\":\"theirs\"}}}]");
	stands_for("user save x admin:=true", "set-user", "[{\"method\":"
	    "\"save\",\"data\":{\"name\":\"x\",\"admin\":true}}]");
	stands_for("user rm x", "set-user", "[{\"method\":\"remove\",\"data\":"
	    "{\"name\":\"x\"}}]");
}

static void
some_are_names_of_commands(void **state)
{
	const struct word *w = word_find(STR("branch"), STR("staging"));

	(void)state;
	assert_int_equal(w->command, MSG_get_branch);
	assert_null(w->put);
	assert_null(w->run);
	w = word_find(STR("schema"), STR("set"));
	assert_int_equal(w->command, MSG_set_schema);
	assert_int_equal(word_length(w), 2);
	assert_string_equal(word_arguments(w), "RECORD");
	assert_null(word_find(STR("gett"), STR_NONE));
}

static void
a_field_may_come_from_a_file(void **state)
{
	char path[] = "/tmp/msg-unit-words", line[100] = "save /x c=@";

	(void)state;
	assert_int_equal(fs_replace(path, "1\n\"2\"", 5, 0600, &e), 0);
	memcpy(line + strlen(line), path, sizeof path);
	stands_for(line, "set-item", "[{\"method\":\"save\",\"data\":{"
	    "\"_path\":\"/x\",\"c\":\"1\\n\\\"2\\\"\"}}]");
	remove(path);
	assert_int_equal(expand(line), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
unfit_words_are_refused(void **state)
{
	static const char *const bad[] = { "branch create", "create Page",
	    "save /x", "save /x y", "save /x =y", "save /x n:={", "mv /a",
	    "mv /a /b /c", "rm", "rm 'x",
	    "save /x y=\xff", "save \xff y=1", "user save x password=y" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		if (expand(bad[i]) == 0)
			fail_msg("'%s' is taken", bad[i]);
		assert_true(e.code == ERR_INPUT || e.code == ERR_SYNTAX ||
		    e.code == ERR_USAGE);
		err_clear(&e);
	}
}

static void
lines_are_cut_as_a_shell_does(void **state)
{
	char line[] = "  a 'b c'\t\"d \\\" e\" f\\ g h''i '' 'j\\k' ";
	const char *const want[] = { "a", "b c", "d \" e", "f g", "hi", "",
	    "j\\k" };
	char *w[WORDS_MAX];

	(void)state;
	assert_int_equal(words_split(line, w, &e), MEM_COUNT(want));
	for (size_t i = 0; i < MEM_COUNT(want); i++)
		assert_string_equal(w[i], want[i]);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(words_stand_for_commands),
		TEST(some_are_names_of_commands),
		TEST(a_field_may_come_from_a_file),
		TEST(unfit_words_are_refused),
		TEST(lines_are_cut_as_a_shell_does),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
