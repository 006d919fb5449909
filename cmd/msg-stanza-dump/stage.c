#include "stage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/output.h"
#include "cli/term.h"
#include "explain.h"
#include "filter.h"
#include "pairs.h"
#include "record.h"
#include "schemas.h"
#include "show_item.h"

#define NOTE_MAX	(1u << 20)

struct stage {
	const struct dump_opts *o;
	struct output out;
	struct schemas *schemas;
	struct filter *filter;
	struct pairs *pairs;
	struct record *record;		/* NULL: none */
	struct buf note, line;
	enum { LONG, SHORT, JSON, RAW } form;
	size_t width, bad;
};

int
stage_new(struct stage **out, const struct dump_opts *o, struct err *e)
{
	struct stage *s = mem_zero(sizeof *s);

	s->o = o;
	s->form = strcmp(o->format, "raw") == 0 ? RAW :
	    strcmp(o->format, "json") == 0 ? JSON :
	    strcmp(o->format, "short") == 0 ? SHORT : LONG;
	output_init(&s->out, s->form == JSON ? "json" : "text", o->color);
	buf_init(&s->note, NOTE_MAX);
	buf_init(&s->line, OUTPUT_MAX);
	s->pairs = pairs_new();
	s->schemas = schemas_load(&o->schemas, e);
	if (s->schemas == NULL || filter_new(&s->filter, &o->filter, e) < 0 ||
	    (o->record != NULL && record_new(&s->record, o->record, e) < 0)) {
		stage_free(s);
		return -1;
	}
	if (isatty(STDOUT_FILENO))
		s->width = term_width(STDOUT_FILENO);
	*out = s;
	return 0;
}

void
stage_free(struct stage *s)
{
	if (s == NULL)
		return;
	record_free(s->record);
	pairs_free(s->pairs);
	filter_free(s->filter);
	schemas_free(s->schemas);
	buf_free(&s->note);
	buf_free(&s->line);
	output_free(&s->out);
	free(s);
}

/* line: room for what it->line becomes. */
static void
mask(struct stage *s, struct item *it, struct trace_line *line,
    struct arena *a)
{
	if (s->o->secrets)
		return;
	if (it->kind == ITEM_STANZA)
		it->st = trace_mask(a, it->st);
	if (it->kind == ITEM_BAD && trace_suspicious(it->raw.p, it->raw.n))
		it->raw = STR(TRACE_MASK);
	if (it->kind == ITEM_LINE) {
		*line = *it->line;
		trace_mask_parsed(line, a);
		it->line = line;
	}
	if (it->kind == ITEM_NOTE) {
		buf_reset(&s->line);
		trace_mask_line(&s->line, it->raw.p, it->raw.n);
		it->raw = (struct str){ s->line.p, s->line.n };
	}
}

static void
show(struct stage *s, const struct item *it)
{
	switch (s->form) {
	case LONG:
		show_long(&s->out, it);
		break;
	case SHORT:
		show_short(&s->out, it, s->width);
		break;
	case JSON:
		show_json(&s->out, it);
		break;
	case RAW:
		show_raw(&s->out, it);
		break;
	}
}

void
stage_item(void *stage, const struct item *item)
{
	struct stage *s = stage;
	struct arena a = ARENA_INIT;
	struct item it = *item;
	struct trace_line line;
	bool wanted, asked = false;

	it.schemas = s->schemas;
	if (it.kind == ITEM_NOTE && s->o->quiet)
		return;
	if (s->record != NULL)
		record_item(s->record, &it);
	s->bad += it.kind == ITEM_BAD;
	mask(s, &it, &line, &a);
	wanted = filter_wants(s->filter, &it);
	if (pairs_answered(s->pairs, &it, &asked))
		wanted = wanted || asked;
	pairs_asked(s->pairs, &it, wanted);
	if (wanted) {
		buf_reset(&s->note);
		if (it.kind == ITEM_STANZA)
			explain(&s->note, it.st);
		it.note = s->note.n > 0 ? buf_cstr(&s->note) : NULL;
		show(s, &it);
	}
	arena_free(&a);
}

int
stage_flush(struct stage *s, struct err *e)
{
	return output_flush(&s->out, e);
}

size_t
stage_bad(const struct stage *s)
{
	return s->bad;
}

int
stage_end(struct stage *s, struct err *e)
{
	if (stage_flush(s, e) < 0)
		return -1;
	return s->record == NULL ? 0 : record_end(s->record, e);
}
