#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "payload.h"
#include "show_item.h"

/* ,"key":"value" when there is one. */
static void
member(struct buf *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	buf_putc(out, ',');
	json_put_key(out, key);
	json_put_cstr(out, value);
}

static void
member_str(struct buf *out, const char *key, struct str s)
{
	buf_putc(out, ',');
	json_put_key(out, key);
	json_put_str(out, s);
}

static void
put_payload(struct buf *out, const struct payload *pl)
{
	switch (pl->kind) {
	case PAYLOAD_NONE:
		break;
	case PAYLOAD_JSON:
		buf_lit(out, ",\"json\":");
		json_put(out, pl->json, JSON_PUT_COMPACT);
		break;
	case PAYLOAD_TEXT:
		member_str(out, "text", pl->bytes);
		break;
	case PAYLOAD_AVRO:
		buf_printf(out, ",\"avro\":{\"fingerprint\":\"%016llx\","
		    "\"bytes\":%zu,\"hex\":\"",
		    (unsigned long long)pl->fingerprint, pl->bytes.n);
		hex_put(out, pl->bytes.p, pl->bytes.n);
		buf_lit(out, "\"}");
		break;
	case PAYLOAD_BINARY:
		buf_lit(out, ",\"hex\":\"");
		hex_put(out, pl->bytes.p, pl->bytes.n);
		buf_putc(out, '"');
		break;
	case PAYLOAD_WRONG:
		member_str(out, "malformed", pl->bytes);
		break;
	}
}

/* The first child: what the stanza is about. */
static void
put_child(struct buf *out, const struct stanza *st, struct schemas *schemas)
{
	struct arena a = ARENA_INIT;
	struct buf command = BUF_INIT(OUTPUT_MAX);
	struct payload pl;

	buf_lit(out, ",\"payload\":{\"name\":");
	json_put_cstr(out, st->name);
	member(out, "ns", st->ns);
	if (payload_get(&pl, &a, st, schemas)) {
		payload_command(&command, st);
		member(out, "command", buf_cstr(&command));
		put_payload(out, &pl);
	} else if (stanza_first(st) == NULL && stanza_text(st).n > 0) {
		member_str(out, "text", stanza_text(st));
	}
	buf_putc(out, '}');
	buf_free(&command);
	arena_free(&a);
}

static void
put_stanza(struct buf *out, const struct item *it)
{
	static const char *const attrs[] = { "type", "id", "from", "to",
		"version" };
	struct buf xml = BUF_INIT(OUTPUT_MAX);
	const struct stanza *st = it->st;

	json_put_cstr(out, it->kind == ITEM_HEADER ? "stream" : st->name);
	member(out, "ns", it->kind == ITEM_HEADER ? it->around : st->ns);
	for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++)
		member(out, attrs[i], stanza_attr(st, attrs[i]));
	if (it->kind == ITEM_STANZA) {
		if (stanza_first(st) != NULL)
			put_child(out, stanza_first(st), it->schemas);
		stanza_write(&xml, st, it->around);
		member_str(out, "xml", (struct str){ xml.p, xml.n });
	}
	buf_free(&xml);
}

static void
put_line(struct buf *out, const struct trace_line *t)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct json *j = NULL;

	json_put_cstr(out, t->kind == TRACE_REQUEST ? "request" :
	    t->kind == TRACE_RESULT ? "result" : "error");
	member_str(out, "type", t->type);
	member_str(out, "id", t->id);
	if (t->kind == TRACE_ERROR)
		member_str(out, "condition", t->condition);
	if (t->kind == TRACE_RESULT)
		j = json_parse(&a, t->text.p, t->text.n, NULL, &e);
	if (j != NULL) {
		buf_lit(out, ",\"json\":");
		json_put(out, j, JSON_PUT_COMPACT);
	} else {
		member_str(out, "text", t->text);
	}
	arena_free(&a);
}

static void
put_found(struct buf *out, const struct item *it)
{
	member(out, "note", it->note);
	member(out, "answers", it->asked);
	if (it->asked != NULL && it->took_us >= 0)
		buf_printf(out, ",\"took_us\":%lld", (long long)it->took_us);
}

static void
put_item(struct buf *out, const struct item *it)
{
	char time[CLOCK_TEXT];

	buf_lit(out, "{\"direction\":");
	if (it->direction == NULL || it->kind == ITEM_LINE)
		buf_lit(out, "null");
	else
		json_put_cstr(out, it->direction);
	if (it->conn != 0)
		buf_printf(out, ",\"conn\":%u", it->conn);
	if (it->at_us != 0) {
		clock_text(it->at_us, time);
		member(out, "time", time);
	}
	buf_lit(out, ",\"kind\":");
	switch (it->kind) {
	case ITEM_STANZA: case ITEM_HEADER:
		put_stanza(out, it);
		break;
	case ITEM_END:
		json_put_cstr(out, "end");
		break;
	case ITEM_LINE:
		put_line(out, it->line);
		break;
	case ITEM_BAD:
		json_put_cstr(out, "malformed");
		member(out, "error", it->text);
		member_str(out, "raw", it->raw);
		break;
	case ITEM_NOTE:
		json_put_cstr(out, "line");
		member_str(out, "text", it->raw);
		break;
	case ITEM_EVENT:
		json_put_cstr(out, "event");
		member(out, "text", it->text);
		break;
	}
	put_found(out, it);
	buf_lit(out, "}\n");
}

void
show_json(struct output *o, const struct item *it)
{
	struct buf line = BUF_INIT(OUTPUT_MAX);

	put_item(&line, it);
	output_visible(o, line.p, line.n);
	buf_free(&line);
}
