/*
 * files.h - the files of --web-root over HTTP: GET and HEAD.
 *
 * A path is taken apart and opened name by name below the directory, without
 * following symbolic links, so nothing outside it can be reached; names that
 * begin with a dot are not there.  Regular files only, index.html for a
 * directory.
 */
#ifndef WEB_FILES_H
#define WEB_FILES_H

#include "web/web.h"

void files_answer(struct web *c, struct exchange *x,
    const struct http_request *r);

/* "text/html; charset=utf-8" by what the name ends with. */
const char *files_type(const char *name);

/* Opens path (decoded, begins with "/") below root; ending in "/" it means
 * index.html.  -1: there is none.  -2: it is a directory. */
int files_open(const char *root, const char *path);

#endif
