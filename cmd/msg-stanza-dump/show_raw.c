#include "base/text.h"
#include "show_item.h"
#include "xmpp/xml.h"

/* XML on one line and fit for a terminal: what is not becomes a character
 * reference, which says the same. */
static void
put_xml(struct output *o, const struct buf *xml)
{
	size_t len;

	for (size_t i = 0; i < xml->n; i += len) {
		uint32_t c = utf8_get(xml->p + i, xml->n - i, &len);

		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			buf_printf(&o->buf, "&#%u;", (unsigned)c);
		else
			buf_put(&o->buf, xml->p + i, len);
	}
	buf_putc(&o->buf, '\n');
}

void
show_raw(struct output *o, const struct item *it)
{
	struct buf xml = BUF_INIT(OUTPUT_MAX);

	switch (it->kind) {
	case ITEM_STANZA:
		stanza_write(&xml, it->st, it->around);
		break;
	case ITEM_HEADER:
		stanza_write_open(&xml, it->st, it->st, "");
		if (it->around[0] != '\0')
			xml_attr(&xml, "xmlns", it->around);
		buf_putc(&xml, '>');
		break;
	case ITEM_END:
		buf_lit(&xml, "</stream:stream>");
		break;
	case ITEM_LINE: case ITEM_BAD: case ITEM_NOTE: case ITEM_EVENT:
		break;
	}
	if (xml.n > 0)
		put_xml(o, &xml);
	buf_free(&xml);
}
