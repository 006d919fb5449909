#include "options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output.h"

#define AT(member)	offsetof(struct watch_opts, member)

static const struct opt rows[] = {
	CONTEXT_OPTIONS(struct watch_opts, context),
	{ 'b', "branch", OPT_STR, "BRANCH", AT(branch),
	    "changes: of this branch (default staging)",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "from", OPT_STR, "REVISION", AT(from),
	    "changes: begin with what came after this revision" },
	{ 0, "cursor", OPT_STR, "FILE", AT(cursor),
	    "changes: keep the revision in a file, and go on from there",
	    .flags = OPT_FILE },
	{ 0, "on-gap", OPT_CHOICE, "WAY", AT(on_gap),
	    "changes: where events were lost", "stop",
	    .choices = "stop go-on", .flags = OPT_CONFIG },
	{ 'x', "exec", OPT_STR, "COMMAND", AT(exec),
	    "changes: run a shell command for each event instead of printing "
	    "it" },
	{ 'd', "diff", OPT_FLAG, NULL, AT(diff),
	    "changes: with the fields before and after" },
	{ 0, "path", OPT_STR, "PATH", AT(path),
	    "trace: requests about items there or below" },
	{ 'u', "user", OPT_STR, "USER", AT(user),
	    "trace: requests of this user" },
	{ 0, "command", OPT_LIST, "COMMAND", AT(commands),
	    "trace: this command" },
	{ 'k', "kind", OPT_STR, "KIND", AT(kind),
	    "trace: requests about items of this kind" },
	{ 'e', "error", OPT_STR, "ERROR", AT(error),
	    "trace: refused requests, or those with this error",
	    .flags = OPT_OPTARG, .bare = "any" },
	{ 0, "slower", OPT_MS, "TIME", AT(slower_ms),
	    "trace: requests that took at least this long" },
	{ 0, "sample", OPT_STR, "1/N", AT(sample),
	    "trace: one of N requests" },
	{ 0, "payload", OPT_FLAG, NULL, AT(payload),
	    "trace: with argument and answer, passwords masked" },
	{ 0, "stanzas", OPT_FLAG, NULL, AT(stanzas),
	    "trace: everything read and written, as lines for "
	    "msg-stanza-dump" },
	{ 'i', "interval", OPT_MS, "TIME", AT(interval_ms),
	    "stats: from one line to the next", "1s", .min = 100,
	    .max = 86400000 },
	{ 'n', "count", OPT_INT, "COUNT", AT(count),
	    "end after so many events", .min = 1, .max = INT64_MAX },
	{ 0, "for", OPT_MS, "TIME", AT(for_ms), "end after this long",
	    .min = 1, .max = INT64_MAX },
	{ 0, "until-idle", OPT_MS, "TIME", AT(idle_ms),
	    "end when nothing has come for this long", .min = 1,
	    .max = INT64_MAX },
	{ 0, "to", OPT_STR, "JID", AT(to),
	    "ask this address, through the server",
	    .flags = OPT_ENV | OPT_CONFIG },
	{ 0, "reconnect", OPT_FLAG, NULL, AT(reconnect),
	    "connect again when the connection is lost", "yes",
	    .flags = OPT_NO | OPT_CONFIG },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet),
	    "do not say that the connection was lost and is there again" },
	ANSWER_OPTIONS(struct watch_opts, format, color),
	{ 0 },
};

/* What there is to watch, by the first operand. */
static const struct {
	const char *word, *summary;
	size_t operands;
} modes[] = {
	[WATCH_CHANGES] = { "changes", "an event for each commit", 1 },
	[WATCH_TRACE] = { "trace", "requests as they are answered", 0 },
	[WATCH_STATS] = { "stats", "rates, latencies, queues", 0 },
};

#define MODES	(sizeof modes / sizeof modes[0])

static void
complete(void *values, char *const words[], size_t n, size_t i)
{
	(void)values, (void)n;
	for (size_t m = 0; i == 0 && m < MODES; m++)
		if (strncmp(modes[m].word, words[0], strlen(words[0])) == 0)
			printf("%s\t%s\n", modes[m].word, modes[m].summary);
}

const struct tool watch_tool = {
	.name = "msg-watch",
	.section = 1,
	.summary = "follow the changes of a store, or the work of its server",
	.operands = "[[changes] [QUERY] | trace | stats]",
	.opts = rows,
	.statuses = "0 1 2 3 4 5 6 7",
	.operands_max = 2,
	.complete = complete,
};

/* An option whose help begins with the word of another mode. */
static int
check_options(const struct watch_opts *o, enum watch_mode mode, struct err *e)
{
	for (const struct opt *r = rows; r->name != NULL; r++) {
		const char *colon = strchr(r->help, ':');
		size_t n = colon == NULL ? 0 : (size_t)(colon - r->help);

		for (size_t m = 0; m < MODES; m++)
			if (m != mode && n == strlen(modes[m].word) &&
			    memcmp(r->help, modes[m].word, n) == 0 &&
			    (r->flags & OPT_ENV) == 0 &&
			    opt_given(&watch_tool, o, r->name))
				return err_set(e, ERR_USAGE, "--%s is of "
				    "'msg-watch %s', not of '%s'", r->name,
				    modes[m].word, modes[mode].word);
	}
	return 0;
}

/* What there is of each form. */
static int
check_format(const struct watch_opts *o, enum watch_mode mode, struct err *e)
{
	bool raw = strcmp(o->format, "raw") == 0;
	bool avro = strcmp(o->format, "avro") == 0;

	if (avro && mode != WATCH_CHANGES)
		return err_set(e, ERR_USAGE, "--format=avro is of 'msg-watch "
		    "changes', not of '%s'", modes[mode].word);
	if (raw && mode == WATCH_STATS)
		return err_set(e, ERR_USAGE, "--format=raw is stanzas as they "
		    "came, and 'stats' are made of them");
	if ((raw || avro) && o->exec != NULL)
		return err_set(e, ERR_USAGE, "--exec gets JSON, not "
		    "--format=%s", o->format);
	if (avro && isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE, "--format=avro is binary and "
		    "not for a terminal");
	return 0;
}

/* A bare word that is nearly a mode was meant as one. */
static int
check_query(const char *query, struct err *e)
{
	for (size_t m = 0; m < MODES; m++)
		if (strpbrk(query, "/@.*:[(") == NULL &&
		    text_distance(modes[m].word, query) < 2)
			return err_set(e, ERR_USAGE, "unknown word '%s'; did "
			    "you mean '%s'?  An item of that name is '/%s'",
			    query, modes[m].word, query);
	return 0;
}

int
watch_mode(const struct watch_opts *o, char *const operands[], size_t count,
    enum watch_mode *mode, const char **query, struct err *e)
{
	size_t at = 0;

	*mode = o->stanzas ? WATCH_TRACE : WATCH_CHANGES;
	for (size_t m = 0; count > 0 && m < MODES; m++)
		if (strcmp(operands[0], modes[m].word) == 0) {
			*mode = (enum watch_mode)m;
			at = 1;
		}
	if (count - at > modes[*mode].operands)
		return err_set(e, ERR_USAGE, "'%s' is one operand too many "
		    "for '%s'", operands[at + modes[*mode].operands],
		    modes[*mode].word);
	*query = at < count ? operands[at] : NULL;
	if (at == 0 && *query != NULL && check_query(*query, e) < 0)
		return -1;
	if (o->branch != NULL && o->branch[0] == '\0')
		return err_set(e, ERR_USAGE, "--branch names no branch");
	return check_options(o, *mode, e) < 0 ? -1 : check_format(o, *mode, e);
}
