#include "options.h"

#include "cli/output.h"

#define AT(member)	offsetof(struct watch_opts, member)

static const struct opt rows[] = {
	CONTEXT_OPTIONS(struct watch_opts, context),
	{ 'b', "branch", OPT_STR, "BRANCH", AT(branch),
	    "watch this branch (default staging)",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "from", OPT_STR, "REVISION", AT(from),
	    "begin with what came after this revision" },
	{ 0, "cursor", OPT_STR, "FILE", AT(cursor),
	    "keep the revision in a file, and go on from there",
	    .flags = OPT_FILE },
	{ 'n', "count", OPT_INT, "COUNT", AT(count),
	    "end after so many events" },
	{ 0, "for", OPT_MS, "TIME", AT(for_ms), "end after this long" },
	{ 0, "until-idle", OPT_MS, "TIME", AT(idle_ms),
	    "end when nothing has come for this long" },
	{ 'x', "exec", OPT_STR, "COMMAND", AT(exec),
	    "run a shell command for each event instead of printing it" },
	{ 0, "stanzas", OPT_FLAG, NULL, AT(stanzas),
	    "trace what the server reads and writes (for administrators)" },
	{ 0, "to", OPT_STR, "JID", AT(to),
	    "ask this address, through the server",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "reconnect", OPT_FLAG, NULL, AT(reconnect),
	    "connect again when the connection is lost", "yes",
	    .flags = OPT_NO | OPT_CONFIG },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet),
	    "do not say that the connection was lost and is there again" },
	OUTPUT_OPTIONS(struct watch_opts, format, color),
	{ 0 },
};

const struct tool watch_tool = {
	.name = "msg-watch",
	.section = 1,
	.summary = "follow the changes of a Message store as they happen",
	.operands = "[QUERY]",
	.opts = rows,
	.statuses = "0 1 2 3 4 5 6 7",
	.operands_max = 1,
	.complete = NULL,
};
