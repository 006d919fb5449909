#include "options.h"

#define AT(member)	offsetof(struct dump_opts, member)

static const struct opt rows[] = {
	{ '1', "short", OPT_FLAG, NULL, AT(brief),
	    "one line each: direction, kind, type, id, from>to, summary" },
	{ 'j', "json", OPT_FLAG, NULL, AT(json),
	    "one JSON document a line" },
	{ 's', "schema", OPT_LIST, "FILE", AT(schemas),
	    "decode Avro that was written with this schema",
	    .flags = OPT_FILE },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet),
	    "leave out lines that are nothing of Message" },
	{ 0, "secrets", OPT_FLAG, NULL, AT(secrets),
	    "show passwords and login data that the input has" },
	{ 0, "color", OPT_CHOICE, "WHEN", AT(color),
	    "colours in the output", "auto", .choices = "auto always never",
	    .flags = OPT_ENV | OPT_OPTARG, .bare = "always" },
	{ 0 },
};

const struct tool dump_tool = {
	.name = "msg-stanza-dump",
	.section = 1,
	.summary = "show what is in an XMPP stream",
	.operands = "[FILE...]",
	.opts = rows,
	.statuses = "0 2 5 6",
	.operands_max = 1000,
	.complete = NULL,
};
