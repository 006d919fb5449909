#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "msg/ask.h"
#include "msg/command.h"
#include "service/branch_change.h"
#include "service/item_set.h"
#include "service/user_change.h"

/* Data that every method of the command can be parsed with. */
static const char data[] = "[{\"method\":\"%s\",\"data\":{\"_path\":\"/a\","
    "\"_kind\":\"Page\",\"rev\":1,\"_name\":\"b\",\"name\":\"juliet\","
    "\"password\":\"wherefore\"}}]";

static bool
is_parsed(enum msg_command_id command, const char *text)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	size_t n = strlen(text);
	struct branch_change *branch;
	struct user_change *user;
	bool good;

	if (command == MSG_set_item) {
		good = item_set_parse(&a, text, n, &e) != NULL;
	} else if (command == MSG_set_branch) {
		branch = branch_change_parse(&a, text, n, &e);
		good = branch != NULL;
		if (good)
			branch_change_clear(branch);
	} else {
		user = user_change_parse(&a, text, n, &e);
		good = user != NULL;
		if (good)
			user_change_wipe(user);
	}
	arena_free(&a);
	return good;
}

/* The table's methods are those that the commands know. */
static void
methods_are_known(void **state)
{
	char text[sizeof data + 20];
	size_t count, seen = 0;

	(void)state;
	for (int c = 0; c < MSG_COMMANDS; c++) {
		const struct msg_action *m = msg_actions_of(
		    (enum msg_command_id)c, &count);

		assert_int_equal(m != NULL, count > 0);
		assert_int_equal(m != NULL,
		    strcmp(msg_commands[c].argument, "ACTIONS") == 0);
		for (size_t i = 0; i < count; i++, seen++) {
			snprintf(text, sizeof text, data, m[i].method);
			assert_true(is_parsed((enum msg_command_id)c, text));
			snprintf(text, sizeof text, data, "sing");
			assert_false(is_parsed((enum msg_command_id)c, text));
		}
	}
	assert_int_equal(seen, 14);
}

static void
attributes_are_known(void **state)
{
	(void)state;
	for (int c = 0; c < MSG_COMMANDS; c++)
		for (const char *p = msg_commands[c].attributes; *p != '\0';) {
			size_t n = strcspn(p, " ");

			assert_int_not_equal(msg_attr_find((struct str){ p,
			    n }), MSG_ATTR_COUNT);
			p += n + (p[n] == ' ');
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_are_known),
		cmocka_unit_test(attributes_are_known),
	};

	return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
