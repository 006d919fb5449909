/*
 * words.h - "save /about title=Hello" and what it stands for.
 *
 * words.def lists the words.  FIELD=VALUE is a string, FIELD=@FILE the text
 * of a file, FIELD:=JSON any value.
 */
#ifndef SEND_WORDS_H
#define SEND_WORDS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "msg/ask.h"
#include "send.h"

#define WORDS_MAX	1024		/* words of a line */

struct interrupt;

/* w[0..n): the arguments alone.  Whatever comes of it has been printed. */
typedef int word_run_fn(struct send *s, struct interrupt *in,
    char *const w[], size_t n, struct err *e);

/* Append the actions. */
typedef int word_put_fn(struct buf *out, const char *method, char *const w[],
    size_t n, struct err *e);

struct word {
	const char *name, *sub;		/* sub NULL: a word alone */
	enum msg_command_id command;
	const char *method;
	word_put_fn *put;		/* both NULL: the command itself */
	word_run_fn *run;
	const char *arguments, *summary;
	size_t least, most;
	send_show_fn *show;		/* of an alias; or NULL */
};

/* Ends with name NULL. */
extern const struct word words[];

/* The row for what a line begins with; second may be STR_NONE.  NULL: it is
 * no word of ours. */
const struct word *word_find(struct str first, struct str second);

/* ERR_INPUT: typed is no command, with the nearest word or command. */
void word_unknown(struct str typed, struct err *e);

/* How many words name it: 1 or 2. */
size_t word_length(const struct word *word);

/* What stands behind it, for help: "PATH TO". */
const char *word_arguments(const struct word *word);

/* Whether n arguments are what it takes.  ERR_USAGE. */
int word_check(const struct word *word, size_t n, struct err *e);

/* Of a word with put: set command and argument of *out; w[0..n) are the
 * arguments.  The argument is put into text, which must stay.  ERR_USAGE,
 * ERR_INPUT. */
int word_expand(struct msg_ask *out, struct buf *text,
    const struct word *word, char *const w[], size_t n, struct err *e);

/* No name of FIELD=VALUE comes twice or is place, which is what the object is
 * known by; or NULL.  ERR_USAGE. */
int word_check_fields(char *const w[], size_t n, const char *place,
    struct err *e);

/* "name":value of FIELD=VALUE.  ERR_USAGE, ERR_INPUT. */
int word_put_field(struct buf *out, const char *field, struct err *e);

/* Cut a line into words as a shell does: blanks between them, '...' as it
 * stands, "..." with backslash, backslash elsewhere.  Changes the line.
 * Returns how many, or -1 with ERR_INPUT. */
int words_split(char *line, char *w[WORDS_MAX], struct err *e);

#endif
