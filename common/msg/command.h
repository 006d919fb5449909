/*
 * command.h - the commands of urn:M, as commands.def lists them.
 *
 * Known to both sides: the server dispatches by these rows, the clients
 * complete, hint and check by them.
 */
#ifndef MSG_COMMAND_H
#define MSG_COMMAND_H

#include <stdbool.h>

#include "base/bytes.h"

enum msg_verb { MSG_get, MSG_set };

enum msg_role { MSG_ROLE_ANY, MSG_ROLE_ADMIN };

enum msg_command_id {
#define X(verb, name, argument, attributes, more, role, summary) \
	MSG_##verb##_##name,
#include "msg/commands.def"
#undef X
	MSG_COMMANDS
};

struct msg_command {
	enum msg_verb verb;
	enum msg_role role;
	const char *word;		/* "get-item" */
	const char *name;		/* "item": the element in urn:M */
	const char *argument;		/* "QUERY", "[NAME]", "" */
	const char *attributes;		/* "branch rev", "" */
	const char *more;		/* "as schema": for programs */
	const char *summary;
};

/* MSG_COMMANDS rows, in the order of commands.def. */
extern const struct msg_command msg_commands[];

/* The row for "get-item", or for a verb and an element; NULL: none. */
const struct msg_command *msg_command_by_word(struct str word);
const struct msg_command *msg_command_find(enum msg_verb verb,
    struct str name);

/* Whether an attribute says anything to the command.  A branch and a message
 * may be said for all that is done, and are passed over by what needs none. */
bool msg_command_takes(const struct msg_command *c, struct str attribute);

/* Methods of the commands whose argument is ACTIONS, as actions.def lists
 * them. */
struct msg_action {
	enum msg_command_id command;
	const char *method;		/* "save" */
	const char *takes;		/* "path *" */
	const char *summary;
};

/* The rows of a command begin at the first so returned and follow each other,
 * count of them; NULL: its argument is something else. */
const struct msg_action *msg_actions_of(enum msg_command_id command,
    size_t *count);

/* True when some verb knows the element: "not this way" or "not at all". */
bool msg_command_known(struct str name);

enum msg_command_id msg_command_id(const struct msg_command *c);
const char *msg_verb_word(enum msg_verb verb);

#endif
