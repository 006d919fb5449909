#include "cli/config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <confuse.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/mem.h"
#include "cli/config_scan.h"
#include "cli/opt_row.h"

struct place {
	const cfg_t *sec;
	const char *name;		/* of the row */
	unsigned i;			/* which of its values */
	int line;
};

struct config {
	cfg_t *cfg;
	char *path, *dir;
	struct arena text;		/* paths put together */
	struct place *places;		/* of the values, as they were read */
	size_t place_count, place_cap;
	cfg_opt_t rows[OPT_ROWS_MAX];	/* of a context */
	cfg_opt_t top[OPT_ROWS_MAX + 2];
};

#define SEEN	(1 << 24)	/* a flag of ours: the row has a value */

/* libconfuse's error function has no argument: where the config_read that is
 * running wants to have its words. */
struct reading {
	struct config *config;
	struct err *e;
	int line;
};

static _Thread_local struct reading *reading;

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	if (reading->e->code != ERR_OK)
		return;
	err_vset(reading->e, ERR_CONFIG, fmt, ap);
	reading->line = cfg->line;
}

static void
note_place(struct config *c, const cfg_t *sec, cfg_opt_t *row)
{
	c->places = mem_grow(c->places, &c->place_cap, c->place_count + 1,
	    sizeof *c->places);
	c->places[c->place_count++] = (struct place){ sec, row->name,
		cfg_opt_size(row) - 1, sec->line };
}

/* Of a list that is there twice the last counts. */
static int
line_of(const struct config *c, const cfg_t *sec, const char *name, unsigned i)
{
	for (size_t n = c->place_count; n-- > 0;)
		if (c->places[n].sec == sec && c->places[n].i == i &&
		    strcmp(c->places[n].name, name) == 0)
			return c->places[n].line;
	return 0;
}

/* The last of two would be taken, and which is meant nobody knows.  A list has
 * a value after the other. */
static int
on_value(cfg_t *cfg, cfg_opt_t *row)
{
	bool twice = (row->flags & (SEEN | CFGF_LIST)) == SEEN;

	row->flags |= SEEN;
	note_place(reading->config, cfg, row);
	if (twice)
		cfg_error(cfg, "'%s' is there twice", row->name);
	return twice ? -1 : 0;
}

static bool
has_row(const struct tool *t, const char *name)
{
	for (const struct opt *o = t->opts; o->name != NULL; o++)
		if (o->flags & OPT_CONFIG && strcmp(o->name, name) == 0)
			return true;
	return false;
}

static size_t
put_rows(cfg_opt_t *to, const struct tool *t, const char *const also[])
{
	size_t n = 0;

	for (const struct opt *o = t->opts; o->name != NULL; o++)
		if (o->flags & OPT_CONFIG && o->type == OPT_LIST)
			to[n++] = (cfg_opt_t)CFG_STR_LIST(o->name, NULL,
			    CFGF_NONE);
		else if (o->flags & OPT_CONFIG)
			to[n++] = (cfg_opt_t)CFG_STR(o->name, NULL, CFGF_NONE);
	for (; also != NULL && *also != NULL; also++)
		if (!has_row(t, *also))
			to[n++] = (cfg_opt_t)CFG_STR(*also, NULL, CFGF_NONE);
	assert(n < OPT_ROWS_MAX);
	for (size_t i = 0; i < n; i++)
		to[i].validcb = on_value;
	to[n] = (cfg_opt_t)CFG_END();
	return n;
}

static char *
dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? mem_str(".") :
	    mem_strn(path, slash == path ? 1 : (size_t)(slash - path));
}

/* libconfuse's words for a setting that it does not know, in better ones. */
static void
explain_unknown(const struct tool *t, struct err *e)
{
	static const char words[] = "no such option '";
	const char *p = e->text + sizeof words - 1;
	const struct opt *near;
	char name[64];
	struct err better;

	if (strncmp(e->text, words, sizeof words - 1) != 0)
		return;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "'"), p);
	near = opt_nearest(t, name, OPT_CONFIG);
	if (opt_row(t, name, strlen(name)) != NULL)
		err_set(&better, ERR_CONFIG, "'%s' is for the command line "
		    "and no setting", name);
	else if (near != NULL)
		err_set(&better, ERR_CONFIG, "unknown setting '%s'; did you "
		    "mean '%s'?", name, near->name);
	else
		err_set(&better, ERR_CONFIG, "unknown setting '%s'", name);
	memcpy(e->text, better.text, sizeof e->text);
}

/* It may name commands that are run, and files that are believed. */
static int
check_mode(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & S_IWOTH) == 0)
		return 0;
	return err_set(e, ERR_CONFIG, "everybody can write '%s'; type: chmod "
	    "o-w '%s'", path, path);
}

static int
parse_text(struct config *c, const struct tool *t, const char *text,
    struct err *e)
{
	struct reading at = { .config = c, .e = e };
	int rc = config_scan(text, &at.line, e);

	reading = &at;
	if (rc == 0 && cfg_parse_buf(c->cfg, text) != CFG_SUCCESS) {
		if (e->code == ERR_OK)
			err_set(e, ERR_CONFIG, "cannot be read");
		explain_unknown(t, e);
		rc = -1;
	}
	reading = NULL;
	return rc < 0 ? err_prefix(e, "%s:%d", c->path, at.line) : 0;
}

static int
parse(struct config *c, const struct tool *t, struct err *e)
{
	struct buf text = BUF_INIT(CONFIG_MAX);
	int rc = check_mode(c->path, e);

	if (rc == 0 && fs_read(&text, c->path, e) < 0) {
		e->code = ERR_CONFIG;
		rc = -1;
	}
	if (rc == 0 && text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		rc = err_set(e, ERR_CONFIG, "'%s' is no text: there is a NUL "
		    "in it", c->path);
	if (rc == 0) {
		err_clear(e);
		rc = parse_text(c, t, buf_cstr(&text), e);
	}
	buf_free(&text);
	return rc;
}

int
config_read(struct config **out, const char *path, const struct tool *t,
    const char *const also[], struct err *e)
{
	struct config *c = mem_zero(sizeof *c);
	size_t n;

	put_rows(c->rows, t, also);
	n = put_rows(c->top, t, also);
	if (also != NULL) {
		c->top[n++] = (cfg_opt_t)CFG_STR("default", NULL, CFGF_NONE);
		c->top[n++] = (cfg_opt_t)CFG_SEC("context", c->rows,
		    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
		c->top[n - 2].validcb = on_value;
	}
	c->top[n] = (cfg_opt_t)CFG_END();
	c->cfg = cfg_init(c->top, CFGF_NONE);
	cfg_set_error_function(c->cfg, on_error);
	c->path = mem_str(path);
	c->dir = dir_of(path);
	arena_init(&c->text);
	if (parse(c, t, e) < 0) {
		config_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	cfg_free(c->cfg);
	free(c->places);
	arena_free(&c->text);
	free(c->path);
	free(c->dir);
	free(c);
}

const char *
config_default(const struct config *c)
{
	return cfg_getstr(c->cfg, "default");
}

int
config_stray(const struct config *c, struct err *e)
{
	for (const cfg_opt_t *o = c->top; o->name != NULL; o++)
		if (strcmp(o->name, "default") != 0 &&
		    o->type != CFGT_SEC && cfg_getopt(c->cfg, o->name)->flags
		    & SEEN)
			return err_set(e, ERR_CONFIG, "'%s': '%s' stands "
			    "outside of the contexts and would say nothing",
			    c->path, o->name);
	return 0;
}

static int
no_context(const struct config *c, const char *name, struct err *e)
{
	unsigned n = cfg_size(c->cfg, "context");
	struct buf names = BUF_INIT(ERR_TEXT_MAX);

	for (unsigned i = 0; i < n; i++)
		buf_printf(&names, "%s%s", i == 0 ? "; it has: " : ", ",
		    cfg_title(cfg_getnsec(c->cfg, "context", i)));
	err_set(e, ERR_CONFIG, "no context '%s' in '%s'%s", name, c->path,
	    buf_cstr(&names));
	buf_free(&names);
	return -1;
}

/* Value i of a row, if it has one. */
static int
apply_value(struct config *c, cfg_t *sec, const struct opt *o, unsigned i,
    const struct tool *t, void *values, struct err *e)
{
	const char *text = cfg_getnstr(sec, o->name, i);

	if (text == NULL)
		return 0;
	if (o->flags & (OPT_FILE | OPT_DIR) && text[0] != '/' &&
	    strcmp(text, "-") != 0)
		text = arena_printf(&c->text, "%s/%s", c->dir, text);
	if (opt_set(t, values, o->name, text, e) < 0)
		return err_prefix(e, "%s:%d", c->path,
		    line_of(c, sec, o->name, i));
	return 0;
}

int
config_apply(struct config *c, const char *context, const struct tool *t,
    void *values, struct err *e)
{
	cfg_t *sec = context == NULL ? c->cfg :
	    cfg_gettsec(c->cfg, "context", context);

	if (sec == NULL)
		return no_context(c, context, e);
	for (const struct opt *o = t->opts; o->name != NULL; o++) {
		unsigned n = o->flags & OPT_CONFIG ?
		    cfg_size(sec, o->name) : 0;

		for (unsigned i = 0; i < n; i++)
			if (apply_value(c, sec, o, i, t, values, e) < 0)
				return -1;
	}
	return 0;
}
