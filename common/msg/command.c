#include "msg/command.h"

const struct msg_command msg_commands[] = {
#define X(verb, name, argument, role, summary) \
	{ MSG_##verb, MSG_ROLE_##role, #verb "-" #name, #name, argument, \
	  summary },
#include "msg/commands.def"
#undef X
};

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
