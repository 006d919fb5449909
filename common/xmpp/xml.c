#include "xmpp/xml.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define BLOCK	16

/* What must be escaped in text, and in a value. */
static inline int
marks_text(unsigned char c)
{
	return (c == '&') | (c == '<') | (c == '>') | (c == '\r');
}

static inline int
marks_value(unsigned char c)
{
	return (c == '&') | (c == '<') | (c == '>') | (c == '"') | (c < 0x20);
}

/* The length of the run that needs no escape.  A block at a time without a
 * branch inside, which compilers turn into vector instructions. */
static size_t
run_text(const unsigned char *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= BLOCK; i += BLOCK) {
		int hit = 0;

		for (int k = 0; k < BLOCK; k++)
			hit |= marks_text(p[i + k]);
		if (hit)
			break;
	}
	while (i < n && !marks_text(p[i]))
		i++;
	return i;
}

static size_t
run_value(const unsigned char *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= BLOCK; i += BLOCK) {
		int hit = 0;

		for (int k = 0; k < BLOCK; k++)
			hit |= marks_value(p[i + k]);
		if (hit)
			break;
	}
	while (i < n && !marks_value(p[i]))
		i++;
	return i;
}

static void
escape(struct buf *out, unsigned char c)
{
	switch (c) {
	case '&': buf_lit(out, "&amp;"); break;
	case '<': buf_lit(out, "&lt;"); break;
	case '>': buf_lit(out, "&gt;"); break;
	case '"': buf_lit(out, "&quot;"); break;
	default: buf_printf(out, "&#x%X;", c); break;
	}
}

void
xml_text(struct buf *out, const char *p, size_t n)
{
	while (n > 0) {
		size_t run = run_text((const unsigned char *)p, n);

		buf_put(out, p, run);
		if (run == n)
			break;
		escape(out, (unsigned char)p[run]);
		p += run + 1;
		n -= run + 1;
	}
}

void
xml_value(struct buf *out, const char *p, size_t n)
{
	while (n > 0) {
		size_t run = run_value((const unsigned char *)p, n);

		buf_put(out, p, run);
		if (run == n)
			break;
		escape(out, (unsigned char)p[run]);
		p += run + 1;
		n -= run + 1;
	}
}

void
xml_attrn(struct buf *out, const char *name, const char *p, size_t n)
{
	if (p == NULL)
		return;
	buf_putc(out, ' ');
	buf_puts(out, name);
	buf_lit(out, "=\"");
	xml_value(out, p, n);
	buf_putc(out, '"');
}

void
xml_attr(struct buf *out, const char *name, const char *value)
{
	if (value != NULL)
		xml_attrn(out, name, value, strlen(value));
}

/* Char of XML 1.0; UINT32_MAX, which is no UTF-8, is none. */
static bool
is_char(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c < 0xd800 || (c >= 0xe000 && c <= 0xfffd) ||
	    (c >= 0x10000 && c <= 0x10ffff);
}

bool
xml_sayable(const char *p, size_t n)
{
	while (n > 0) {
		size_t len;

		if (!is_char(utf8_get(p, n, &len)))
			return false;
		p += len;
		n -= len;
	}
	return true;
}

typedef void write_fn(struct buf *out, const char *p, size_t n);

static void
clean(struct buf *out, const char *p, size_t n, write_fn *write)
{
	size_t from = 0, i = 0;

	while (i < n) {
		size_t len;

		if (!is_char(utf8_get(p + i, n - i, &len))) {
			write(out, p + from, i - from);
			buf_lit(out, "\xef\xbf\xbd");
			from = i + len;
		}
		i += len;
	}
	write(out, p + from, n - from);
}

void
xml_clean(struct buf *out, const char *p, size_t n)
{
	clean(out, p, n, xml_text);
}

void
xml_attr_clean(struct buf *out, const char *name, const char *p, size_t n)
{
	buf_putc(out, ' ');
	buf_puts(out, name);
	buf_lit(out, "=\"");
	clean(out, p, n, xml_value);
	buf_putc(out, '"');
}
