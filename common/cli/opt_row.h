/*
 * opt_row.h - what the files behind opt.h share; no tool includes it.
 */
#ifndef CLI_OPT_ROW_H
#define CLI_OPT_ROW_H

#include "base/bytes.h"
#include "cli/opt.h"

/* The rows every tool has without writing them: help, version. */
extern const struct opt opt_common[];

/* The row of name[0..n), NULL when there is none. */
const struct opt *opt_row(const struct tool *t, const char *name, size_t n);
const struct opt *opt_by_letter(const struct tool *t, char letter);

/* The row whose name is most like what was typed, of those with all of flags;
 * NULL when none is like it. */
const struct opt *opt_nearest(const struct tool *t, const char *typed,
    int flags);

/* True when the row takes a value that may be the next word. */
bool opt_wants_value(const struct opt *o);

/* Store text as the row's value unless a stronger source did.  text NULL: the
 * flag alone, or --no-NAME with on false. */
int opt_store(const struct tool *t, void *values, const struct opt *o,
    const char *text, bool on, enum opt_source by, struct err *e);

/* Number i of the words of a row's choices; n is 0 behind the last. */
struct str opt_choice(const struct opt *o, size_t i);

/* MSG_* of the environment. */
int opt_environment(const struct tool *t, void *values, struct err *e);

/* Print what --complete I WORD... asks for; values have their defaults. */
int opt_complete(const struct tool *t, void *values, char *const args[],
    size_t n, struct err *e);

#endif
