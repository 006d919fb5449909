/*
 * adhoc_int.h - for the files of adhoc alone.
 */
#ifndef FACADE_ADHOC_INT_H
#define FACADE_ADHOC_INT_H

#include "base/json.h"
#include "facade/adhoc.h"

#define ADHOC_ID	16	/* hexadecimal digits */
#define ADHOC_TEXT_MAX	((size_t)64 << 20)	/* bytes of an argument: the
						   stanza's limit binds */

/* A command that somebody has begun. */
struct adhoc {
	struct adhoc *next;
	char id[ADHOC_ID + 1];
	const struct msg_command *command;
	int64_t used_us;

	/* The first form as it was submitted; NULL: not yet. */
	const struct stanza *form;
	struct arena form_arena;

	/* The second form's: method NULL, there is none. */
	const struct msg_action *method;
	const struct json *schema;	/* of the kind */
	const struct json *item;	/* as it was shown; NULL: a new one */
	const struct json *former;	/* as it was shown before another
					   changed it; NULL: nobody did */
	struct str kind;
	struct arena kind_arena;

	/* The second form as it was submitted; NULL: not yet. */
	const struct stanza *fields;
	struct arena fields_arena;
};

/* What it keeps. */
size_t adhoc_bytes(const struct adhoc *x);

/* --- adhoc_form.c: the first form --------------------------------------- */

void adhoc_put_form(struct buf *out, const struct adhoc *x);

/* The method that was chosen; NULL: the argument was given as it is. */
const struct msg_action *adhoc_method(const struct adhoc *x, struct err *e);

/* The argument that was given as it is. */
struct str adhoc_argument(const struct adhoc *x, struct arena *a);

/* Append the members that the method takes, ',' before each but the first. */
void adhoc_put_taken(struct buf *out, const struct adhoc *x,
    const struct msg_action *m);

/* What names the item, user or branch; n 0: nothing was said. */
struct str adhoc_subject(const struct adhoc *x, const struct msg_action *m);

bool adhoc_takes(const struct msg_action *m, const char *word);

/* Set the command's attributes on its element of urn:M. */
void adhoc_set_attributes(const struct adhoc *x, struct stanza *command);

/* --- adhoc_fields.c: the second form ------------------------------------ */

/* Look up the kind's schema and, to be changed, the item. */
int adhoc_open_fields(struct adhoc *x, struct session *s,
    const struct msg_action *m, struct err *e);

void adhoc_put_fields(struct buf *out, const struct adhoc *x);

/* Append members for what was changed.  Returns how many, -1. */
int adhoc_put_changed(struct buf *out, const struct adhoc *x, struct arena *a,
    struct err *e);

/* The item was changed meanwhile: append in words what is different now, and
 * go on from there. */
void adhoc_catch_up(struct adhoc *x, struct session *s, struct buf *out);

/* --- adhoc_result.c ----------------------------------------------------- */

/* Append a line each for what the first things in an answer are: some clients
 * show notes alone. */
void adhoc_put_summary(struct buf *out, const struct json *answer);

/* Append an answer as a form of type "result". */
void adhoc_put_result(struct buf *out, const struct msg_command *command,
    const struct json *answer);

#endif
