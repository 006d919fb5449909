#include "facade/form.h"

#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define LINES_MAX	((size_t)64 << 20)	/* the stanza's limit binds */

const struct stanza *
form_find(const struct stanza *st, const char *type)
{
	const struct stanza *x = stanza_child(st, "x", NS_DATA);
	const char *is = stanza_attr(x, "type");

	return is != NULL && strcmp(is, type) == 0 ? x : NULL;
}

const struct stanza *
form_field(const struct stanza *form, struct str var)
{
	const struct stanza *st = stanza_child(form, "field", NS_DATA);

	for (; st != NULL; st = stanza_next(st)) {
		if (stanza_is(st, "field", NS_DATA) &&
		    str_eq(stanza_attr_str(st, "var"), var))
			return st;
	}
	return NULL;
}

struct str
form_value(const struct stanza *form, const char *var)
{
	const struct stanza *st = form_field(form, str_of(var));
	const struct stanza *value = stanza_child(st, "value", NS_DATA);

	return value == NULL ? STR_NONE : stanza_text(value);
}

struct str
form_lines(const struct stanza *field, struct arena *a)
{
	const struct stanza *st;
	struct buf b = BUF_INIT(LINES_MAX);
	struct str out = STR_NONE;
	bool first = true;

	if (field == NULL)
		return out;
	for (st = stanza_first(field); st != NULL; st = stanza_next(st)) {
		struct str text = stanza_text(st);

		if (!stanza_is(st, "value", NS_DATA))
			continue;
		if (!first)
			buf_putc(&b, '\n');
		first = false;
		buf_put(&b, text.p, text.n);
	}
	out.n = b.n;
	out.p = arena_strn(a, buf_cstr(&b), b.n);
	buf_free(&b);
	return out;
}

bool
form_truth(struct str value)
{
	return str_is(value, "1") || str_is(value, "true");
}

/* --- writing ------------------------------------------------------------ */

static void
put_element(struct buf *out, const char *name, struct str text)
{
	buf_printf(out, "<%s>", name);
	xml_clean(out, text.p, text.n);
	buf_printf(out, "</%s>", name);
}

void
form_open(struct buf *out, const char *type, const char *title,
    const char *instructions)
{
	buf_printf(out, "<x xmlns=\"" NS_DATA "\" type=\"%s\">", type);
	if (title != NULL)
		put_element(out, "title", str_of(title));
	if (instructions != NULL)
		put_element(out, "instructions", str_of(instructions));
}

void
form_type(struct buf *out, const char *type)
{
	form_text(out, "hidden", "FORM_TYPE", NULL, str_of(type));
}

void
form_close(struct buf *out)
{
	buf_lit(out, "</x>");
}

void
form_begin(struct buf *out, const char *type, struct str var,
    struct str label, struct str desc, bool required)
{
	buf_lit(out, "<field");
	xml_attr_clean(out, "var", var.p, var.n);
	if (type != NULL)
		xml_attr(out, "type", type);
	if (label.n > 0)
		xml_attr_clean(out, "label", label.p, label.n);
	buf_putc(out, '>');
	if (desc.n > 0)
		put_element(out, "desc", desc);
	if (required)
		buf_lit(out, "<required/>");
}

void
form_put(struct buf *out, struct str value)
{
	put_element(out, "value", value);
}

void
form_put_lines(struct buf *out, struct str text)
{
	for (size_t i = 0, end; i <= text.n && text.n > 0; i = end + 1) {
		for (end = i; end < text.n && text.p[end] != '\n';)
			end++;
		form_put(out, (struct str){ text.p + i, end - i });
	}
}

void
form_option(struct buf *out, struct str label, struct str value)
{
	buf_lit(out, "<option");
	if (label.n > 0)
		xml_attr_clean(out, "label", label.p, label.n);
	buf_putc(out, '>');
	form_put(out, value);
	buf_lit(out, "</option>");
}

void
form_end(struct buf *out)
{
	buf_lit(out, "</field>");
}

void
form_text(struct buf *out, const char *type, const char *var,
    const char *label, struct str value)
{
	form_begin(out, type, str_of(var), str_of(label), STR_NONE, false);
	form_put(out, value);
	form_end(out);
}
