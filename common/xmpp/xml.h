/*
 * xml.h - XML written straight into a buffer, without a tree.
 *
 * Refuses nothing: the bytes are taken for UTF-8 without the characters that
 * XML 1.0 cannot say; xml_clean is for what may hold such.
 */
#ifndef XMPP_XML_H
#define XMPP_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"

/* Text: & < > are escaped, and a carriage return, which would not survive. */
void xml_text(struct buf *out, const char *p, size_t n);

/* ' name="value"': a leading space; & < > " and white space other than the
 * space are escaped.  value NULL: nothing is written. */
void xml_attr(struct buf *out, const char *name, const char *value);
void xml_attrn(struct buf *out, const char *name, const char *p, size_t n);

/* The escapes of an attribute's value alone. */
void xml_value(struct buf *out, const char *p, size_t n);

/* True when XML can say it: UTF-8 of characters that XML 1.0 allows. */
bool xml_sayable(const char *p, size_t n);

/* xml_text and xml_attrn of anything: what XML cannot say becomes U+FFFD. */
void xml_clean(struct buf *out, const char *p, size_t n);
void xml_attr_clean(struct buf *out, const char *name, const char *p,
    size_t n);

#endif
