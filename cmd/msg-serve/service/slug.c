#include "service/slug.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "base/text.h"

/* Letters, the marks that belong to them, and digits. */
static bool
is_word(uint32_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L |
	    UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

void
slug_put(struct buf *out, struct str text)
{
	size_t n = 0, len, from = out->n;
	bool gap = false;
	uint8_t *low;

	if (text.n == 0)
		return;
	low = u8_tolower((const uint8_t *)text.p, text.n, NULL, UNINORM_NFC,
	    NULL, &n);
	for (size_t i = 0; low != NULL && i < n; i += len) {
		const char *p = (const char *)low + i;
		uint32_t c = utf8_get(p, n - i, &len);

		if (c == UINT32_MAX || !is_word(c)) {
			gap = true;
			continue;
		}
		if (gap && out->n > from)
			buf_putc(out, '-');
		gap = false;
		buf_put(out, p, len);
	}
	free(low);
}

void
slug_title(struct buf *out, struct str name)
{
	bool start = true;
	char text[4];
	size_t len;

	for (size_t i = 0; i < name.n; i += len) {
		uint32_t c = utf8_get(name.p + i, name.n - i, &len);

		if (c == '-') {
			buf_putc(out, ' ');
			start = true;
			continue;
		}
		if (start && c != UINT32_MAX)
			buf_put(out, text, utf8_put(text, uc_totitle(c)));
		else
			buf_put(out, name.p + i, len);
		start = false;
	}
}
