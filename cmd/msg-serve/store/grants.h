/*
 * grants.h - rights looked up in one view: which items they begin at.
 */
#ifndef STORE_GRANTS_H
#define STORE_GRANTS_H

#include "store/view.h"

enum grant {
	GRANT_NONE,			/* as if it were not there */
	GRANT_PASS,			/* on the way to something readable */
	GRANT_READ
};

/* enum grant, or -1. */
int grants_see(struct view *v, uint64_t id, struct err *e);

#endif
