#include "payload.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "capture.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define AVRO_HEAD	10	/* C3 01 and the fingerprint */

/* Elements of urn:M that hold words, not base64. */
static bool
is_words(const struct stanza *st)
{
	return stanza_is(st, "trace", NS_M) || stanza_is(st, "gap", NS_M);
}

/* As JSON when a schema is known. */
static void
avro(struct payload *out, struct arena *a, struct schemas *schemas)
{
	struct buf json = BUF_INIT(CAPTURE_STANZA_MAX);
	struct err e = ERR_INIT;

	out->kind = PAYLOAD_AVRO;
	out->fingerprint = get_le64(out->bytes.p + 2);
	if (schemas_decode(schemas, out->bytes.p, out->bytes.n, &json) &&
	    !buf_full(&json)) {
		const char *text = arena_strn(a, json.p, json.n);

		out->json = json_parse(a, text, json.n, NULL, &e);
		if (out->json != NULL) {
			out->kind = PAYLOAD_JSON;
			out->bytes = (struct str){ text, json.n };
		}
	}
	buf_free(&json);
}

static void
classify(struct payload *out, struct arena *a, const char *as,
    struct schemas *schemas)
{
	const char *p = out->bytes.p;
	size_t n = out->bytes.n;
	struct err e = ERR_INIT;

	if (n >= AVRO_HEAD && memcmp(p, "\xc3\x01", 2) == 0) {
		avro(out, a, schemas);
	} else if (as != NULL && strcmp(as, "avro") == 0) {
		out->kind = PAYLOAD_BINARY;
	} else if ((out->json = json_parse(a, p, n, NULL, &e)) != NULL) {
		out->kind = PAYLOAD_JSON;
	} else {
		out->kind = xml_sayable(p, n) ? PAYLOAD_TEXT : PAYLOAD_BINARY;
	}
}

bool
payload_get(struct payload *out, struct arena *a, const struct stanza *st,
    struct schemas *schemas)
{
	struct buf raw = BUF_INIT(CAPTURE_STANZA_MAX);
	struct str text = stanza_text(st);
	struct err e = ERR_INIT;

	if (!stanza_is(st, NULL, NS_M) || is_words(st) ||
	    stanza_first(st) != NULL)
		return false;
	memset(out, 0, sizeof *out);
	if (text.n == 0)
		return true;
	if (base64_get_ws(&raw, text.p, text.n, &e) < 0 || buf_full(&raw)) {
		out->kind = PAYLOAD_WRONG;
		out->bytes = text;
	} else {
		out->bytes.p = arena_strn(a, raw.p, raw.n);
		out->bytes.n = raw.n;
		classify(out, a, stanza_attr(st, "as"), schemas);
	}
	buf_free(&raw);
	return true;
}

void
payload_command(struct buf *out, const struct stanza *st)
{
	const char *type = stanza_attr(st->parent, "type");

	if (stanza_is(st, NULL, NS_M) && type != NULL &&
	    (strcmp(type, "get") == 0 || strcmp(type, "set") == 0))
		buf_printf(out, "%s-", type);
	buf_puts(out, st->name);
}
