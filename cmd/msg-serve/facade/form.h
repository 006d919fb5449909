/*
 * form.h - data forms (XEP-0004): read, and written straight into a buffer.
 */
#ifndef FACADE_FORM_H
#define FACADE_FORM_H

#include "base/buf.h"
#include "base/bytes.h"
#include "xmpp/stanza.h"

/* The form in st, of that type ("submit"); NULL: there is none. */
const struct stanza *form_find(const struct stanza *st, const char *type);

/* The field of that name; its first value, n 0 and p NULL when there is
 * none.  form may be NULL. */
const struct stanza *form_field(const struct stanza *form, struct str var);
struct str form_value(const struct stanza *form, const char *var);

/* All values of a field, a line each: what a text-multi says, the arena's.
 * p NULL when field is. */
struct str form_lines(const struct stanza *field, struct arena *a);

/* "1", "true": XML's booleans. */
bool form_truth(struct str value);

/* --- writing: open, fields each with its values, close -------------------- */

/* type "form", "result"; title and instructions may be NULL. */
void form_open(struct buf *out, const char *type, const char *title,
    const char *instructions);
void form_type(struct buf *out, const char *form_type);	/* FORM_TYPE */
void form_close(struct buf *out);

/* type "text-single" and so on, NULL in a result's item; label, desc may have
 * n 0. */
void form_begin(struct buf *out, const char *type, struct str var,
    struct str label, struct str desc, bool required);
void form_put(struct buf *out, struct str value);
void form_put_lines(struct buf *out, struct str text);	/* a value a line */
void form_option(struct buf *out, struct str label, struct str value);
void form_end(struct buf *out);

/* A field of one value. */
void form_text(struct buf *out, const char *type, const char *var,
    const char *label, struct str value);

#endif
