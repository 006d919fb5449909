#include "help.h"

#include <string.h>

#define COLUMN	36	/* where the summaries begin */

void
help_row(struct buf *out, const char *name, const char *sub,
    const char *arguments, const char *summary)
{
	size_t start = out->n;

	buf_printf(out, "%s%s%s %s ", name, sub == NULL ? "" : " ",
	    sub == NULL ? "" : sub, arguments);
	while (out->n - start < COLUMN && !buf_full(out))
		buf_putc(out, ' ');
	buf_printf(out, " %s\n", summary);
}

void
help_put(struct buf *out, const char *name)
{
	for (const struct word *w = words; w->name != NULL; w++)
		if (name[0] == '\0' || strcmp(name, w->name) == 0)
			help_row(out, w->name, w->sub, word_arguments(w),
			    w->summary);
	for (int i = 0; i < MSG_COMMANDS; i++)
		if (name[0] == '\0' || strcmp(name, msg_commands[i].word) == 0)
			help_row(out, msg_commands[i].word, NULL,
			    msg_commands[i].argument,
			    msg_commands[i].summary);
}

int
help_words(struct buf *out, char *const w[], size_t n, struct err *e)
{
	size_t before = out->n;

	if (word_check(word_find(STR("help"), STR_NONE), n, e) < 0)
		return -1;
	help_put(out, n > 0 ? w[0] : "");
	if (out->n > before)
		return 0;
	word_unknown(str_of(w[0]), e);
	e->code = ERR_USAGE;
	return -1;
}

int
help_run(struct send *s, struct interrupt *in, char *const w[], size_t n,
    struct err *e)
{
	(void)in;
	return help_words(&s->out.buf, w, n, e);
}
