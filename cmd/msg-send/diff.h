/* diff.h - diff PATH [REV [REV]]: the fields of an item before and after. */
#ifndef SEND_DIFF_H
#define SEND_DIFF_H

#include "words.h"

/* Without a revision: what its last change did.  With one: from then to now.
 * An item is followed through moves by its key. */
word_run_fn diff_run;

#endif
