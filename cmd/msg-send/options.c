#include "options.h"

#include "cli/output.h"
#include "shell.h"
#include "words.h"

#define AT(member)	offsetof(struct send_opts, member)
#define ATTR(name)	offsetof(struct send_opts, attrs[MSG_ATTR_##name])

static const struct opt rows[] = {
	CONTEXT_OPTIONS(struct send_opts, context),
	{ 'm', "message", OPT_STR, "TEXT", ATTR(message),
	    "what the log says about the change" },
	{ 'b', "branch", OPT_STR, "BRANCH", ATTR(branch),
	    "read or change this branch (default staging)",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "rev", OPT_STR, "REVISION", ATTR(rev), "read as of then" },
	{ 0, "as", OPT_CHOICE, "FORM", ATTR(as),
	    "representation of the answer", .choices = "json avro explain" },
	{ 0, "base", OPT_STR, "REVISION", ATTR(base),
	    "change only if nothing has changed since then" },
	{ 0, "txid", OPT_STR, "UUID", ATTR(txid),
	    "name of the change: sent again it is not done again" },
	{ 0, "from", OPT_STR, "REVISION", ATTR(from),
	    "watch from then on" },
	{ 0, "match", OPT_STR, "FINGERPRINT", ATTR(match),
	    "answer only if the schema is another one" },
	{ 0, "author", OPT_STR, "JID", ATTR(author),
	    "of the log: only what he did" },
	{ 0, "since", OPT_STR, "TIME", ATTR(since),
	    "of the log: only what was then or later" },
	{ 0, "until", OPT_STR, "TIME", ATTR(until),
	    "of the log: only what was before then" },
	{ 0, "max", OPT_STR, "N", ATTR(max),
	    "of the log: at most so many commits" },
	{ 0, "before", OPT_STR, "REVISION", ATTR(before),
	    "of the log: only what is older" },
	{ 0, "schema", OPT_STR, "FINGERPRINT", ATTR(schema),
	    "items of that kind in this version of it" },
	{ 0, "compatibility", OPT_CHOICE, "MODE", ATTR(compatibility),
	    "who must be able to read a new version of a kind",
	    .choices = "BACKWARD BACKWARD_TRANSITIVE FORWARD "
	    "FORWARD_TRANSITIVE FULL FULL_TRANSITIVE NONE" },
	{ 0, "to", OPT_STR, "JID", AT(to),
	    "send to this address, through the server",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 'k', "keep-going", OPT_FLAG, NULL, AT(keep_going),
	    "from standard input: go on after an error" },
	{ 0, "stop-on-error", OPT_FLAG, NULL, AT(stop_on_error),
	    "from standard input: send no more after an error (the default); "
	    "what is under way is done" },
	{ 'w', "window", OPT_INT, "COUNT", AT(window),
	    "requests under way at once; 1 where a line needs the last one",
	    "64", 1, 1024,
	    .flags = OPT_CONFIG },
	{ 't', "timeout", OPT_MS, "TIME", AT(timeout_ms),
	    "give up when no answer comes for this long", "30s",
	    .min = 1, .max = INT64_MAX, .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "retry", OPT_INT, "COUNT", AT(retry),
	    "connect again so often, and send again what has no answer; "
	    "changes are named by a txid and done once", "0", 0, 1000,
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 'n', "dry-run", OPT_FLAG, NULL, AT(dry_run),
	    "print the stanzas, connect to nobody" },
	{ 0, "check", OPT_FLAG, NULL, AT(check),
	    "say how far a connection comes, and how long each step takes" },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet),
	    "print no answers, only what went wrong" },
	{ 'r', "raw", OPT_FLAG, NULL, AT(raw),
	    "as --format=raw: elements of the answer a line each, strings "
	    "bare" },
	{ 0, "field", OPT_STR, "PATH", AT(field),
	    "print this field of each element, as --raw does" },
	{ 0, "template", OPT_STR, "KIND", AT(template),
	    "print a set that creates an item of the kind, to be filled in" },
	{ 0, "completion-time", OPT_MS, "TIME", AT(completion_ms),
	    "complete from the server when that takes no longer", "100ms",
	    .flags = OPT_ENV | OPT_CONFIG },
	ANSWER_OPTIONS(struct send_opts, format, color),
	{ 0 },
};

const struct tool send_tool = {
	.name = "msg-send",
	.section = 1,
	.summary = "send commands to a Message server and print the answers",
	.operands = "[COMMAND [ARGUMENT...]]",
	.opts = rows,
	.statuses = "0 1 2 3 4 5 6",
	.operands_max = WORDS_MAX,
	.complete = shell_complete,
	.complete_value = shell_complete_value,
};

void
send_attrs(struct msg_ask *ask, const struct send_opts *o)
{
	*ask = (struct msg_ask){ .to = o->to };
	for (int a = 0; a < MSG_ATTR_COUNT; a++)
		if (o->attrs[a] != NULL)
			ask->attrs[a] = str_of(o->attrs[a]);
}

bool
send_is(const struct send_opts *o, const char *form)
{
	return strcmp(o->format, form) == 0;
}
