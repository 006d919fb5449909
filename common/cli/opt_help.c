#include "cli/opt_row.h"

#include <string.h>

#include "base/text.h"
#include "cli/exit.h"

#define COLUMN	30	/* where the words begin */
#define WIDTH	79

/* Words from column on, where we are, broken before WIDTH. */
static void
wrapped(struct buf *out, const char *text, size_t column)
{
	size_t at = column;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (at > column && at + 1 + n > WIDTH) {
			buf_printf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			buf_putc(out, ' ');
			at++;
		}
		buf_put(out, text, n);
		at += n;
		text += n;
		text += strspn(text, " ");
	}
	buf_putc(out, '\n');
}

static void
one_row(struct buf *out, const struct opt *o)
{
	struct buf words = BUF_INIT(4096);
	size_t start = out->n, used;

	if (o->letter != 0)
		buf_printf(out, "  -%c, --", o->letter);
	else
		buf_lit(out, "      --");
	buf_printf(out, "%s%s", o->flags & OPT_NO ? "[no-]" : "", o->name);
	if (o->value != NULL)
		buf_printf(out, o->flags & OPT_OPTARG ? "[=%s]" : "=%s",
		    o->value);
	used = out->n - start;
	if (used + 2 > COLUMN) {
		buf_putc(out, '\n');
		used = 0;
	}
	buf_printf(out, "%*s", (int)(COLUMN - used), "");
	buf_puts(&words, o->help);
	if (o->type == OPT_CHOICE) {
		buf_lit(&words, ":");
		for (size_t i = 0; opt_choice(o, i).n > 0; i++) {
			buf_puts(&words, i == 0 ? " " : ", ");
			buf_put(&words, opt_choice(o, i).p,
			    opt_choice(o, i).n);
		}
	}
	if (o->type == OPT_LIST)
		buf_lit(&words, "; may be repeated");
	if (o->init != NULL && o->init[0] != '\0' && o->init[0] != '-')
		buf_printf(&words, " (default %s)", o->init);
	wrapped(out, buf_cstr(&words), COLUMN);
	buf_free(&words);
}

static void
environment(const struct tool *t, struct buf *out)
{
	struct buf names = BUF_INIT(8192);

	for (const struct opt *o = t->opts; o->name != NULL; o++) {
		if ((o->flags & OPT_ENV) == 0)
			continue;
		buf_puts(&names, names.n > 0 ? " MSG_" : "MSG_");
		for (const char *c = o->name; *c != '\0'; c++)
			buf_putc(&names, *c == '-' ? '_' : *c >= 'a' &&
			    *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
	}
	if (names.n > 0) {
		buf_lit(out, "\nEnvironment: ");
		wrapped(out, buf_cstr(&names), strlen("Environment: "));
	}
	buf_free(&names);
}

static void
statuses(const struct tool *t, struct buf *out)
{
	buf_lit(out, "\nExit status:\n");
	for (const char *c = t->statuses; *c != '\0'; c++)
		if (*c >= '0' && *c <= '9' && exit_text(*c - '0') != NULL)
			buf_printf(out, "  %c  %s\n", *c, exit_text(*c - '0'));
}

void
opt_help(const struct tool *t, struct buf *out)
{
	buf_printf(out, "Usage: %s [OPTION...]%s%s\n%c%s.\n\n", t->name,
	    t->operands[0] == '\0' ? "" : " ", t->operands,
	    t->summary[0] >= 'a' && t->summary[0] <= 'z' ?
	    t->summary[0] - 'a' + 'A' : t->summary[0], t->summary + 1);
	for (const struct opt *o = t->opts; o->name != NULL; o++)
		one_row(out, o);
	for (const struct opt *o = opt_common; o->name != NULL; o++)
		one_row(out, o);
	environment(t, out);
	statuses(t, out);
	buf_printf(out, "\nThe manual: man %d %s\n", t->section, t->name);
}
