#include "msg/command.h"

#include <string.h>

const struct msg_command msg_commands[] = {
#define X(verb, name, argument, attributes, more, role, summary) \
	{ MSG_##verb, MSG_ROLE_##role, #verb "-" #name, #name, argument, \
	  attributes, more, summary },
#include "msg/commands.def"
#undef X
};

static const struct msg_action actions[] = {
#define X(verb, name, method, takes, summary) \
	{ MSG_##verb##_##name, #method, takes, summary },
#include "msg/actions.def"
#undef X
};

static bool
has_word(const char *list, struct str word)
{
	for (const char *p = list; *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n == word.n && memcmp(p, word.p, n) == 0)
			return true;
		p += n;
	}
	return false;
}

bool
msg_command_takes(const struct msg_command *c, struct str attribute)
{
	return str_is(attribute, "branch") || str_is(attribute, "message") ||
	    has_word(c->attributes, attribute) ||
	    has_word(c->more, attribute);
}

const struct msg_action *
msg_actions_of(enum msg_command_id command, size_t *count)
{
	size_t n = sizeof actions / sizeof actions[0], i = 0;

	*count = 0;
	while (i < n && actions[i].command != command)
		i++;
	while (i + *count < n && actions[i + *count].command == command)
		++*count;
	return *count == 0 ? NULL : &actions[i];
}

const struct msg_command *
msg_command_by_word(struct str word)
{
	for (int i = 0; i < MSG_COMMANDS; i++)
		if (str_is(word, msg_commands[i].word))
			return &msg_commands[i];
	return NULL;
}

const struct msg_command *
msg_command_find(enum msg_verb verb, struct str name)
{
	for (int i = 0; i < MSG_COMMANDS; i++)
		if (msg_commands[i].verb == verb &&
		    str_is(name, msg_commands[i].name))
			return &msg_commands[i];
	return NULL;
}

bool
msg_command_known(struct str name)
{
	return msg_command_find(MSG_get, name) != NULL ||
	    msg_command_find(MSG_set, name) != NULL;
}

enum msg_command_id
msg_command_id(const struct msg_command *c)
{
	return (enum msg_command_id)(c - msg_commands);
}

const char *
msg_verb_word(enum msg_verb verb)
{
	return verb == MSG_get ? "get" : "set";
}
