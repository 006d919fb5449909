/*
 * opt.h - the one table of a tool's options.
 *
 * Command line, MSG_* environment, configuration file, --help, completion and
 * the lint of the manual page all read these rows.  Values are stored in the
 * tool's own struct at the row's offset; that struct begins with a struct
 * opt_from, where each row's source is kept.  Later sources win: default,
 * configuration file, environment, command line, whatever order they are
 * read in.
 *
 *	struct send_opts {
 *		struct opt_from from;
 *		int64_t timeout_ms;
 *	};
 *
 * Limits: OPT_ROWS_MAX rows a tool, OPT_LIST_MAX values of a list.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum opt_type {
	OPT_FLAG,	/* bool; --no-NAME where the row says OPT_NO */
	OPT_COUNT,	/* int; each -v adds one */
	OPT_STR,	/* const char *, of argv, environ or a file */
	OPT_INT,	/* int64_t, min..max */
	OPT_SIZE,	/* uint64_t bytes: 500, 16k, 4M, 1G; powers of 1024 */
	OPT_MS,		/* int64_t milliseconds: 500ms, 5s, 2m, 1h; bare: s */
	OPT_CHOICE,	/* const char *, one of the row's choices */
	OPT_LIST	/* struct opt_list, may be given again */
};

enum opt_flags {
	OPT_CONFIG = 1,	/* may stand in the configuration file */
	OPT_ENV = 2,	/* may come as MSG_NAME, dashes as underlines */
	OPT_NO = 4,	/* the flag has a --no- form */
	OPT_FILE = 8,	/* the value is a file's path: completion */
	OPT_DIR = 16,	/* the value is a directory */
	OPT_OPTARG = 32, /* --name[=value]; without: the row's bare */
	OPT_LIVE = 64	/* one that runs takes a new value, see opt_renew */
};

#define OPT_LIST_MAX	64
#define OPT_ROWS_MAX	96

/* Who gave a row its value, weakest first. */
enum opt_source { OPT_DEFAULT, OPT_BY_CONFIG, OPT_BY_ENV, OPT_BY_LINE };

/* First member of every tool's struct. */
struct opt_from {
	uint8_t row[OPT_ROWS_MAX];	/* enum opt_source */
};

struct opt_list {
	const char *v[OPT_LIST_MAX];
	size_t n;
};

struct opt {
	char letter;		/* 0: none */
	const char *name;	/* NULL ends the table */
	enum opt_type type;
	const char *value;	/* what --help calls it; NULL for a flag */
	size_t offset;		/* offsetof in the tool's struct */
	const char *help;	/* lower case, no full stop */
	const char *init;	/* default, as text; NULL: zero; below 0 it
				 * means that there is none, and is not shown */
	int64_t min, max;	/* of a number; both 0: any >= 0 */
	const char *choices;	/* OPT_CHOICE: "json avro" */
	int flags;
	const char *bare;	/* value of --name alone, with OPT_OPTARG */
};

/* What a tool is, for --help, --version, completion and lint. */
struct tool {
	const char *name;	/* "msg-send" */
	int section;		/* of its manual page */
	const char *summary;	/* one line */
	const char *operands;	/* "[COMMAND [ARGUMENT]]" */
	const struct opt *opts;
	const char *statuses;	/* exit statuses it can end with: "0 1 2 3" */
	size_t operands_min, operands_max;	/* max 0: none */

	/* Completion of an operand: print candidates that begin with
	 * words[i], one a line (a tab and a description may follow); a line
	 * ":file" or ":dir" asks the shell for paths.  words[0..n) are the
	 * operands alone; values what the options before them say, as far as
	 * they are right.  NULL: operands are files. */
	void (*complete)(void *values, char *const words[], size_t n,
	    size_t i);

	/* The same for the value of an option that has neither choices nor
	 * files: typed is how it begins; before ("--branch=" or "") goes in
	 * front of each candidate.  NULL: nothing is known. */
	void (*complete_value)(void *values, const struct opt *o,
	    const char *before, const char *typed);
};

/* What opt_parse said is to be done next. */
enum opt_next { OPT_RUN, OPT_DONE };	/* DONE: --help or --version printed */

/*
 * Set defaults, then environment, then the command line.  Options may stand
 * after operands; "--" ends them.  On OPT_RUN *operands (a part of argv) and
 * *count are what remained, in their order.  Every tool has -h, --help and -V,
 * --version, and --complete for the shells, without a row for them.
 * -1 with ERR_USAGE: one line that names the nearest right option.
 */
int opt_parse(const struct tool *t, void *values, int argc, char *argv[],
    char ***operands, size_t *count, enum opt_next *next, struct err *e);

/* One value by its option's name, as a configuration file gives it: kept
 * only where neither environment nor command line gave one.  Borrows text
 * for as long as values are used.  ERR_CONFIG: no such row with OPT_CONFIG,
 * or the value does not fit. */
int opt_set(const struct tool *t, void *values, const char *name,
    const char *text, struct err *e);

/* Defaults only; opt_parse does it by itself. */
void opt_defaults(const struct tool *t, void *values);

/* A row's value is another one now: taken, or kept as it was because the row
 * does not say OPT_LIVE. */
typedef void opt_renew_fn(void *arg, const struct opt *o, bool taken);

/* values, just read, are to take the place of running, which are in use: rows
 * that cannot change while a tool runs get back what running has.  fn hears
 * of each difference. */
void opt_renew(const struct tool *t, const void *running, void *values,
    opt_renew_fn *fn, void *arg);

/* True when the command line or environment gave it. */
bool opt_given(const struct tool *t, const void *values, const char *name);

/* True when the command line gave it. */
bool opt_on_line(const struct tool *t, const void *values, const char *name);

/* The text of --help, for stdout. */
void opt_help(const struct tool *t, struct buf *out);

/* "500ms", "5s", "2m", "1h", "5": milliseconds; -1 when it is none. */
int opt_duration(const char *text, int64_t *ms);

/* "500", "16k", "4M", "1G": bytes; -1 when it is none. */
int opt_size(const char *text, uint64_t *bytes);

#endif
