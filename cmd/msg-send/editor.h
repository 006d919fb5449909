/* editor.h - the editor of who sits at the terminal. */
#ifndef SEND_EDITOR_H
#define SEND_EDITOR_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/interrupt.h"

/* $VISUAL, $EDITOR or vi on a file, to its end; Ctrl-C is the editor's.
 * ERR_INPUT when it ends with another status than 0. */
int editor_run(const char *path, struct interrupt *in, struct err *e);

/* Tells what is wrong, and asks whether to edit once more; false where nobody
 * can be asked. */
bool editor_again(const struct err *e);

#endif
