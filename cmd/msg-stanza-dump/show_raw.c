#include "show_item.h"
#include "xmpp/xml.h"

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
		output_xml(o, xml.p, xml.n);
	buf_free(&xml);
}
