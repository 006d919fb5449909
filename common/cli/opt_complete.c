/*
 * --complete I WORD...: what could stand for word I of a command line (the
 * tool's name not counted), one candidate a line, maybe a tab and a
 * description.  ":file" and ":dir" ask the shell for paths.
 */
#include "cli/opt_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/exit.h"

static bool
begins(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

/* Candidates for a value; before is what goes in front ("--as=" or ""). */
static void
values_of(const struct tool *t, void *values, const struct opt *o,
    const char *before, const char *typed)
{
	struct str c;

	if (o->type == OPT_CHOICE) {
		for (size_t i = 0; (c = opt_choice(o, i)).n > 0; i++)
			if (c.n >= strlen(typed) &&
			    memcmp(c.p, typed, strlen(typed)) == 0)
				printf("%s%.*s\n", before, (int)c.n, c.p);
	} else if (o->flags & OPT_DIR) {
		puts(":dir");
	} else if (o->flags & OPT_FILE) {
		puts(":file");
	} else if (t->complete_value != NULL) {
		t->complete_value(values, o, before, typed);
	}
}

static void
rows(const struct opt *opts, const char *typed)
{
	char name[80];

	for (const struct opt *o = opts; o->name != NULL; o++) {
		snprintf(name, sizeof name, "--%s%s", o->name,
		    opt_wants_value(o) ? "=" : "");
		if (begins(name, typed))
			printf("%s\t%s\n", name, o->help);
		snprintf(name, sizeof name, "--no-%s", o->name);
		if ((o->flags & OPT_NO) && begins(name, typed))
			printf("%s\t%s\n", name, o->help);
	}
}

/* The row whose value the word behind this one is; NULL: none. */
static const struct opt *
waiting(const struct tool *t, const char *word)
{
	const struct opt *o = NULL;

	if (word[0] != '-' || word[1] == '\0')
		return NULL;
	if (word[1] == '-') {
		o = opt_row(t, word + 2, strlen(word + 2));
		return o != NULL && opt_wants_value(o) ? o : NULL;
	}
	while (*++word != '\0') {
		o = opt_by_letter(t, *word);
		if (o == NULL)
			return NULL;
		if (opt_wants_value(o))
			return word[1] == '\0' ? o : NULL;
	}
	return NULL;
}

static void
option_word(const struct tool *t, void *values, const char *word)
{
	const char *text = strchr(word, '=');
	const struct opt *o;
	char before[80];

	if (text == NULL) {
		rows(t->opts, word);
		rows(opt_common, word);
		return;
	}
	o = word[1] == '-' ? opt_row(t, word + 2, (size_t)(text - word) - 2) :
	    NULL;
	if (o == NULL || o->value == NULL)
		return;
	snprintf(before, sizeof before, "--%s=", o->name);
	values_of(t, values, o, before, text + 1);
}

/* What the options among words[0..n) say; what is wrong is passed over. */
static void
read_options(const struct tool *t, void *values, char *const words[],
    size_t n)
{
	struct err ignored = ERR_INIT;

	for (size_t k = 0; k < n && strcmp(words[k], "--") != 0; k++) {
		const struct opt *o = waiting(t, words[k]);
		const char *text = strchr(words[k], '=');

		if (o != NULL && k + 1 < n) {
			text = words[++k];
		} else if (strncmp(words[k], "--", 2) == 0) {
			o = opt_row(t, words[k] + 2, text == NULL ?
			    strlen(words[k] + 2) :
			    (size_t)(text - words[k]) - 2);
			text = text == NULL ? NULL : text + 1;
		} else {
			o = NULL;
		}
		if (o == NULL || o->offset == 0 ||
		    (text == NULL && opt_wants_value(o)))
			continue;
		if (text == NULL && (o->flags & OPT_OPTARG))
			text = o->bare;
		(void)opt_store(t, values, o, text, true, OPT_BY_LINE,
		    &ignored);
	}
	(void)opt_environment(t, values, &ignored);
}

/* The operands among words[0..n), and which of them word i is. */
static void
operand(const struct tool *t, void *values, char *const words[], size_t n,
    size_t i)
{
	char **list = mem_array(n, sizeof *list);
	size_t count = 0, at = 0;
	bool options = true;

	for (size_t k = 0; k < n; k++) {
		if (k == i)
			at = count;
		else if (options && strcmp(words[k], "--") == 0) {
			options = false;
			continue;
		} else if (options && words[k][0] == '-' &&
		    words[k][1] != '\0') {
			k += waiting(t, words[k]) != NULL;
			continue;
		}
		list[count++] = words[k];
	}
	if (at < t->operands_max) {
		if (t->complete == NULL)
			puts(":file");
		else
			t->complete(values, list, count, at);
	}
	free(list);
}

int
opt_complete(const struct tool *t, void *values, char *const args[],
    size_t n, struct err *e)
{
	const struct opt *o = NULL;
	uint64_t i;
	bool options = true;

	if (n < 2 || text_number(args[0], strlen(args[0]), n - 2, &i) < 0)
		return err_set(e, ERR_USAGE,
		    "--complete wants a word's number and the words");
	args++;
	n--;
	for (size_t k = 0; k < i; k++) {
		o = options && o == NULL ? waiting(t, args[k]) : NULL;
		if (o == NULL && strcmp(args[k], "--") == 0)
			options = false;
	}
	read_options(t, values, args, i);
	if (o != NULL)
		values_of(t, values, o, "", args[i]);
	else if (options && args[i][0] == '-' && args[i][1] != '\0')
		option_word(t, values, args[i]);
	else
		operand(t, values, args, n, i);
	return exit_flush(e);
}
