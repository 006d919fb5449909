/*
 * stream_scan.h - where the things of a stream begin and end.
 *
 * Reads XML only as far as that needs: tags, quotes, CDATA.  Enforces all of
 * struct stream_limits, and refuses what restricted XML leaves out, at the
 * byte where it shows.  What it lets through is a whole header, stanza or end
 * tag for libxml2 to parse; where the two disagree, libxml2 is right and the
 * stream in error.
 */
#ifndef XMPP_STREAM_SCAN_H
#define XMPP_STREAM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xmpp/stream.h"

#define SCAN_NAMES	64	/* levels in which end tags are compared */

enum scan_event {
	SCAN_MORE,		/* all bytes used, nothing complete */
	SCAN_HEADER,	/* XML declaration, if any, and the root's tag */
	SCAN_STANZA,
	SCAN_END,		/* an end tag where a stanza could begin */
	SCAN_BAD
};

struct scan {
	uint8_t state;
	char quote;
	bool slash;		/* the last byte of a tag was one */
	bool naming;		/* in an element's name */
	bool declared;		/* an XML declaration was there */
	uint8_t match;		/* bytes of a fixed word that were there */
	size_t depth;		/* open elements, the root counted */
	size_t bytes;		/* of the present thing; 0: between things */
	size_t blank;		/* bytes of white space before the next one */
	size_t elements, attrs, name;
	uint32_t hash;		/* of the name being read */
	uint32_t names[SCAN_NAMES]; /* the hashes of the open elements */

	/* Of the last call: */
	size_t start;		/* where in it the thing begins, or 0 */
	const char *condition;	/* of SCAN_BAD */
	const char *words;
};

/* depth 0: a header is to come; 1: stanzas. */
void scan_init(struct scan *s, size_t depth);

/* Looks at p[0..n) and says how many bytes it went. */
enum scan_event scan_run(struct scan *s, const struct stream_limits *lim,
    const char *p, size_t n, size_t *used);

#endif
