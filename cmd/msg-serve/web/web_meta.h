/*
 * web_meta.h - where else we are to be found: host-meta (RFC 6415,
 * XEP-0156), in XML and JSON.
 *
 * Asked over TLS it names the very host and port that were asked.  Asked in
 * clear it names the HTTPS listener, and itself only where login in clear is
 * allowed.
 */
#ifndef WEB_WEB_META_H
#define WEB_WEB_META_H

#include <stdbool.h>

#include "web/web.h"

void web_meta_answer(struct web *c, struct exchange *x,
    const struct http_request *r, bool json);

#endif
