#include "web/web_stanza.h"

#include <stdbool.h>
#include <string.h>

#include "xmpp/ns.h"

/* Is there a default namespace in the tag p[0..n)?  No value can hold the
 * quote that follows it. */
static bool
has_xmlns(const char *p, size_t n)
{
	static const char word[] = " xmlns=\"";
	const char *end = p + n;

	while ((p = memchr(p, ' ', (size_t)(end - p))) != NULL) {
		if ((size_t)(end - p) >= sizeof word &&
		    memcmp(p, word, sizeof word - 1) == 0)
			return true;
		p++;
	}
	return false;
}

void
web_stanza(struct buf *out, size_t at)
{
	static const char client[] = " xmlns=\"" NS_CLIENT "\"";
	static const char stream[] = " xmlns:stream=\"" NS_STREAM "\"";
	const char *add = client;
	size_t n, name, add_n = sizeof client - 1;
	char *p, *end;

	if (buf_full(out) || out->n == at)
		return;
	p = out->p + at;
	n = out->n - at;
	end = memchr(p, '>', n);
	if (end == NULL || has_xmlns(p, (size_t)(end - p)))
		return;
	name = strcspn(p, " />");
	if (n > 8 && memcmp(p, "<stream:", 8) == 0) {
		add = stream;
		add_n = sizeof stream - 1;
	}
	if (buf_room(out, add_n) == NULL)
		return;
	p = out->p + at;
	memmove(p + name + add_n, p + name, n - name);
	memcpy(p + name, add, add_n);
	out->n += add_n;
}
