#include "cli/opt.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/exit.h"
#include "cli/opt_row.h"

const struct opt opt_common[] = {
	{ 'h', "help", OPT_FLAG, NULL, 0, "print this help" },
	{ 'V', "version", OPT_FLAG, NULL, 0, "print the version" },
	{ 0 },
};

/* What one opt_parse knows. */
struct parse {
	const struct tool *t;
	void *values;
	char **argv;
	int argc, at;			/* at: the word to look at next */
	enum opt_next next;
	struct err *e;
};

static const struct opt *
row_in(const struct opt *rows, const char *name, size_t n)
{
	for (const struct opt *o = rows; o->name != NULL; o++)
		if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

const struct opt *
opt_row(const struct tool *t, const char *name, size_t n)
{
	const struct opt *o = row_in(t->opts, name, n);

	return o != NULL ? o : row_in(opt_common, name, n);
}

const struct opt *
opt_by_letter(const struct tool *t, char letter)
{
	for (const struct opt *o = t->opts; o->name != NULL; o++)
		if (o->letter == letter)
			return o;
	for (const struct opt *o = opt_common; o->name != NULL; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

bool
opt_wants_value(const struct opt *o)
{
	return o->type != OPT_FLAG && o->type != OPT_COUNT &&
	    (o->flags & OPT_OPTARG) == 0;
}

/* How unlike a row's name is to what was typed; a beginning is near. */
static size_t
unlike(const char *name, const char *typed)
{
	size_t n = strlen(typed);

	return n >= 2 && strncmp(name, typed, n) == 0 ? 0 :
	    text_distance(name, typed);
}

/* Near means: at most half of the letters, and at most 3, are wrong. */
static const struct opt *
nearest(const struct opt *rows, const char *typed, int flags, size_t *best)
{
	const struct opt *near = NULL;
	size_t d;

	for (const struct opt *o = rows; o->name != NULL; o++)
		if ((o->flags & flags) == flags &&
		    (d = unlike(o->name, typed)) < *best) {
			*best = d;
			near = o;
		}
	return near;
}

static size_t
near_enough(const char *typed)
{
	size_t half = strlen(typed) / 2 + 1;

	return half < 4 ? half : 4;
}

const struct opt *
opt_nearest(const struct tool *t, const char *typed, int flags)
{
	size_t best = near_enough(typed);

	return nearest(t->opts, typed, flags, &best);
}

static int
unknown(struct parse *p, const char *name, size_t n)
{
	bool no = n > 3 && memcmp(name, "no-", 3) == 0;
	const struct opt *near, *common;
	char typed[64];
	size_t best;

	snprintf(typed, sizeof typed, "%.*s", n > 60 ? 60 : (int)n, name);
	best = near_enough(typed);
	near = nearest(p->t->opts, typed + (no ? 3 : 0), 0, &best);
	common = nearest(opt_common, typed, 0, &best);
	if (common != NULL)
		near = common;
	if (near == NULL)
		return err_set(p->e, ERR_USAGE,
		    "unknown option '--%s'; '%s --help' lists them", typed,
		    p->t->name);
	return err_set(p->e, ERR_USAGE,
	    "unknown option '--%s'; did you mean '--%s%s'?", typed,
	    no && (near->flags & OPT_NO) ? "no-" : "", near->name);
}

static int
finish(struct parse *p, const char *text)
{
	p->next = OPT_DONE;
	fputs(text, stdout);
	return exit_flush(p->e);
}

static int
common_row(struct parse *p, const struct opt *o)
{
	struct buf b = BUF_INIT(1 << 16);
	int rc;

	if (o == &opt_common[0])
		opt_help(p->t, &b);
	else
		buf_printf(&b, "%s %s\n", p->t->name, MSG_VERSION);
	rc = finish(p, buf_cstr(&b));
	buf_free(&b);
	return rc;
}

/* Store a row; text NULL when none stood with the option. */
static int
take(struct parse *p, const struct opt *o, const char *text, bool on)
{
	if (o == &opt_common[0] || o == &opt_common[1])
		return common_row(p, o);
	if (text == NULL && opt_wants_value(o)) {
		if (p->at == p->argc)
			return err_set(p->e, ERR_USAGE,
			    "option '--%s' needs a value: %s", o->name,
			    o->value);
		text = p->argv[p->at++];
	}
	if (text == NULL && (o->flags & OPT_OPTARG))
		text = o->bare;
	return opt_store(p->t, p->values, o, text, on, OPT_BY_LINE, p->e);
}

static int
long_option(struct parse *p, const char *word)
{
	const char *text = strchr(word, '=');
	size_t n = text == NULL ? strlen(word) : (size_t)(text - word);
	const struct opt *o = opt_row(p->t, word, n);
	bool on = true;

	if (o == NULL && n > 3 && memcmp(word, "no-", 3) == 0) {
		o = opt_row(p->t, word + 3, n - 3);
		if (o != NULL && (o->flags & OPT_NO) == 0)
			return err_set(p->e, ERR_USAGE,
			    "option '--%s' has no '--no-' form", o->name);
		on = false;
	}
	if (o == NULL)
		return unknown(p, word, n);
	if (text != NULL && (o->type == OPT_FLAG || o->type == OPT_COUNT))
		return err_set(p->e, ERR_USAGE,
		    "option '--%.*s' takes no value", (int)n, word);
	return take(p, o, text == NULL ? NULL : text + 1, on);
}

/* -abc, -tVALUE, -t VALUE. */
static int
short_options(struct parse *p, const char *word)
{
	for (; *word != '\0' && p->next == OPT_RUN; word++) {
		const struct opt *o = opt_by_letter(p->t, *word);
		const char *text = NULL;

		if (o == NULL)
			return err_set(p->e, ERR_USAGE,
			    "unknown option '-%c'; '%s --help' lists them",
			    *word, p->t->name);
		if (opt_wants_value(o) && word[1] != '\0')
			text = word + 1;
		if (take(p, o, text, true) < 0)
			return -1;
		if (text != NULL)
			break;
	}
	return 0;
}

int
opt_environment(const struct tool *t, void *values, struct err *e)
{
	for (const struct opt *o = t->opts; o->name != NULL; o++) {
		char name[64];
		const char *text;
		int n;

		if ((o->flags & OPT_ENV) == 0)
			continue;
		n = snprintf(name, sizeof name, "MSG_%s", o->name);
		assert(n > 0 && (size_t)n < sizeof name);
		for (char *c = name; *c != '\0'; c++)
			if (*c == '-')
				*c = '_';
			else if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		text = getenv(name);
		if (text == NULL || text[0] == '\0')
			continue;
		if (opt_store(t, values, o, text, true, OPT_BY_ENV, e) < 0)
			return err_prefix(e, "environment variable %s", name);
	}
	return 0;
}

static int
count_operands(struct parse *p, size_t n)
{
	const struct tool *t = p->t;

	if (n < t->operands_min)
		return err_set(p->e, ERR_USAGE,
		    "an operand is missing; usage: %s [OPTION...] %s",
		    t->name, t->operands);
	if (n <= t->operands_max)
		return 0;
	return err_set(p->e, ERR_USAGE, "'%s' is too much; usage: %s "
	    "[OPTION...]%s%s", p->argv[1 + t->operands_max], t->name,
	    t->operands[0] == '\0' ? "" : " ", t->operands);
}

static int
words(struct parse *p, size_t *count)
{
	bool options = true;

	while (p->at < p->argc && p->next == OPT_RUN) {
		char *word = p->argv[p->at++];

		if (!options || word[0] != '-' || word[1] == '\0')
			p->argv[1 + (*count)++] = word;
		else if (strcmp(word, "--") == 0)
			options = false;
		else if ((word[1] == '-' ? long_option(p, word + 2) :
		    short_options(p, word + 1)) < 0)
			return -1;
	}
	return 0;
}

/* A standard descriptor that is closed must not become a socket's number:
 * what reads or writes it is to fail as it would have. */
static void
hold_standard(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null",
		    fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			return;
}

int
opt_parse(const struct tool *t, void *values, int argc, char *argv[],
    char ***operands, size_t *count, enum opt_next *next, struct err *e)
{
	struct parse p = { t, values, argv, argc, 1, OPT_RUN, e };

	*count = 0;
	*operands = argv + (argc > 0);
	*next = OPT_DONE;
	hold_standard();
	opt_defaults(t, values);
	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return opt_complete(t, values, argv + 2, (size_t)argc - 2, e);
	if (words(&p, count) < 0)
		return -1;
	if (p.next == OPT_RUN && (opt_environment(t, values, e) < 0 ||
	    count_operands(&p, *count) < 0))
		return -1;
	*next = p.next;
	return 0;
}

int
opt_set(const struct tool *t, void *values, const char *name,
    const char *text, struct err *e)
{
	const struct opt *o = row_in(t->opts, name, strlen(name));

	if (o == NULL || (o->flags & OPT_CONFIG) == 0)
		return err_set(e, ERR_CONFIG, "unknown setting '%s'", name);
	if (opt_store(t, values, o, text, true, OPT_BY_CONFIG, e) == 0)
		return 0;
	e->code = ERR_CONFIG;
	return -1;
}

static enum opt_source
source(const struct tool *t, const void *values, const char *name)
{
	const struct opt *o = row_in(t->opts, name, strlen(name));

	assert(o != NULL);
	return ((const struct opt_from *)values)->row[o - t->opts];
}

bool
opt_given(const struct tool *t, const void *values, const char *name)
{
	return source(t, values, name) >= OPT_BY_ENV;
}

bool
opt_on_line(const struct tool *t, const void *values, const char *name)
{
	return source(t, values, name) == OPT_BY_LINE;
}
