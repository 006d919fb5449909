/*
 * engine_inside.h - what the files of the engine share among themselves.
 */
#ifndef STORE_ENGINE_INSIDE_H
#define STORE_ENGINE_INSIDE_H

#include "store/engine.h"

/*
 * Before LMDB opens its files: what it would not notice.  Data that is empty
 * is damage, and not to be begun anew (ERR_REFUSED).  Readers are noted in a
 * file that is mapped; LMDB makes it as one large hole, and a disk without
 * room for it ends the process: so there is room first (ERR_SYSTEM).
 */
int engine_ready(const struct engine_options *o, struct err *e);

#endif
