#include "prompt.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/term.h"
#include "filter.h"
#include "help.h"
#include "line.h"

#define SLOW_MS		500
#define ABOVE_MAX	(1u << 20)	/* bytes of what is shown above */
#define TYPED_MAX	64		/* words of a line that are looked at */

static void
on_event(void *arg, const struct stanza *st)
{
	struct prompt *p = arg;

	watches_event(&p->above, &p->watches, st);
}

void
prompt_init(struct prompt *p, struct send *s, struct interrupt *in,
    FILE *tty)
{
	*p = (struct prompt){ .s = s, .in = in, .tty = tty, .o = *s->o,
	    .slow_ms = SLOW_MS, .wait = CONNECT_WAIT_INIT,
	    .above = BUF_INIT(ABOVE_MAX) };
	s->o = &p->o;
	s->event = on_event;
	s->arg = p;
	s->watches = &p->watches;
}

void
prompt_clear(struct prompt *p)
{
	p->s->event = NULL;
	p->s->watches = NULL;
	watches_clear(&p->watches);
	buf_free(&p->above);
}

void
prompt_text(const struct prompt *p, char out[PROMPT_TEXT])
{
	const char *branch = p->o.attrs[MSG_ATTR_branch];

	snprintf(out, PROMPT_TEXT, "%.60s> ", branch == NULL ? "msg" :
	    branch);
	text_clean(out);
}

/* --- the connection ------------------------------------------------------ */

int
prompt_fd(const struct prompt *p)
{
	return p->s->client == NULL ? -1 : client_fd(p->s->client);
}

short
prompt_events(const struct prompt *p)
{
	return p->s->client == NULL ? 0 : client_events(p->s->client);
}

int
prompt_wait_ms(const struct prompt *p)
{
	return p->lost ? clock_ms_until(p->again_us) : -1;
}

static void
tell(struct prompt *p, const struct err *e, const char *more)
{
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX];

	err_line(e, text, sizeof text);
	buf_printf(&p->above, "%s%s\n", text, more);
}

static void
wait_longer(struct prompt *p)
{
	p->again_us = clock_mono_us() + 1000 * connect_wait_next(&p->wait);
}

static void
on_lost(struct prompt *p, const struct err *e)
{
	if (send_pending(p->s) > 0)
		send_lost(p->s, e);
	p->s->stop = false;
	client_close(p->s->client);
	p->s->client = NULL;
	tell(p, e, "; connecting again");
	p->lost = true;
	p->wait = (struct connect_wait)CONNECT_WAIT_INIT;
	wait_longer(p);
}

/* 0: connected, or to be tried later. */
static int
again(struct prompt *p, struct err *e)
{
	struct err why = ERR_INIT;

	if (send_reopen(p->s, &why) == 0) {
		p->lost = false;
		buf_lit(&p->above, "connected again\n");
		if (watches_again(p->s, p->in, &why) < 0)
			tell(p, &why, "; the watches have ended");
		return 0;
	}
	if (why.code == ERR_CONNECT || why.code == ERR_NO_ANSWER) {
		wait_longer(p);
		return 0;
	}
	*e = why;
	return -1;
}

int
prompt_turn(struct prompt *p, struct err *e)
{
	struct err why = ERR_INIT;

	if (p->lost)
		return clock_ms_until(p->again_us) == 0 ? again(p, e) : 0;
	if (send_turn(p->s, &why) < 0)
		on_lost(p, &why);
	return 0;
}

/* --- the prompt's own words ---------------------------------------------- */

static const struct own {
	const char *name, *arguments, *summary;
} own_words[] = {
	{ ":format", "text|json|raw|avro", "how answers are shown" },
	{ ":branch", "[NAME]", "read and change this branch; alone: the "
	    "default one" },
	{ ":time", "TIME", "say how long it took when it was longer" },
	{ "quit", "", "end, as Ctrl-D does" },
	{ NULL, NULL, NULL },
};

static void
set_format(struct prompt *p, const char *form)
{
	struct err e = ERR_INIT;

	p->o.format = "auto";
	p->o.raw = strcmp(form, "raw") == 0;
	p->o.attrs[MSG_ATTR_as] = strcmp(form, "avro") == 0 ? "avro" : NULL;
	p->s->out.text = strcmp(form, "text") == 0;
	if (p->s->out.text || p->o.raw || p->o.attrs[MSG_ATTR_as] != NULL ||
	    strcmp(form, "json") == 0)
		return;
	p->s->out.text = true;
	err_set(&e, ERR_USAGE, "':format' takes: %s",
	    own_words[0].arguments);
	send_failed(p->s, &e, 0);
}

static void
set_branch(struct prompt *p, const char *name)
{
	char *before = p->branch;

	p->branch = name[0] == '\0' ? NULL : mem_str(name);
	p->o.attrs[MSG_ATTR_branch] = p->branch;
	free(before);
}

static void
set_time(struct prompt *p, const char *text)
{
	struct err e = ERR_INIT;

	if (opt_duration(text, &p->slow_ms) == 0)
		return;
	err_set(&e, ERR_USAGE, "':time' takes a time, as 500ms or 2s");
	send_failed(p->s, &e, 0);
}

/* Of all words, or of those so called. */
static void
help(struct buf *out, const char *name)
{
	help_put(out, name);
	for (const struct own *o = own_words; o->name != NULL; o++)
		if (name[0] == '\0' || strcmp(name, o->name) == 0)
			help_row(out, o->name, NULL, o->arguments, o->summary);
	if (out->n == 0)
		buf_printf(out, "no command is called '%s'\n", name);
}

static void
print_help(FILE *tty, const char *name)
{
	struct buf out = BUF_INIT(ABOVE_MAX);

	help(&out, name);
	fputs(buf_cstr(&out), tty);
	fflush(tty);
	buf_free(&out);
}

/* One of own_words, with what is behind it.  False: none. */
static bool
own_line(struct prompt *p, const char *line)
{
	size_t n = strcspn(line, " \t");
	const char *rest = line + n + strspn(line + n, " \t");
	struct str word = { line, n };

	if (str_is(word, "help"))
		print_help(p->tty, rest);
	else if (str_is(word, ":format"))
		set_format(p, rest);
	else if (str_is(word, ":branch"))
		set_branch(p, rest);
	else if (str_is(word, ":time"))
		set_time(p, rest);
	else
		return false;
	return true;
}

/* --- a line -------------------------------------------------------------- */

static void
tell_time(const struct prompt *p, int64_t took_us)
{
	bool color = p->s->out.color;

	if (took_us < 1000 * p->slow_ms)
		return;
	fprintf(stderr, "%s(%.3f s)%s\n", term_style(color, TERM_DIM),
	    (double)took_us / 1e6, term_style(color, TERM_PLAIN));
}

/* A failure that leaves the stream as it was has been told.  How long a
 * person took is not. */
static void
do_order(struct prompt *p, struct str line)
{
	int64_t start = clock_mono_us();
	struct order order;
	struct err e = ERR_INIT, why = ERR_INIT;

	if (order_line(&order, p->s->o, line, &e) < 0)
		send_failed(p->s, &e, 0);
	else if (order_do(p->s, &order, 0, p->in, &why) < 0 ||
	    stream_wait(p->s, p->in, &why) < 0)
		on_lost(p, &why);
	if (order.run == NULL)
		tell_time(p, clock_mono_us() - start);
	order_clear(&order);
}

static void
do_command(struct prompt *p, const char *line)
{
	const char *program;
	size_t n = line_pipe(line, &program);
	struct filter f;
	struct err e = ERR_INIT;

	if (program == NULL) {
		do_order(p, (struct str){ line, n });
	} else if (filter_begin(&f, &p->s->out, &e) == 0) {
		do_order(p, (struct str){ line, n });
		if (filter_end(&f, program, p->in, &e) < 0)
			send_failed(p->s, &e, 0);
	} else {
		send_failed(p->s, &e, 0);
	}
	p->s->stop = false;
}

static bool
do_line(struct prompt *p, const char *line, struct err *e)
{
	if (strcmp(line, "quit") == 0 || strcmp(line, "exit") == 0)
		return false;
	if (line[0] == '\0' || line[0] == '#' || own_line(p, line))
		return true;
	if (p->s->client == NULL && !p->o.dry_run)
		p->lost = true;		/* an editor was open meanwhile */
	if (p->lost && again(p, e) < 0)
		return false;
	if (p->lost)
		buf_lit(&p->above, "not connected; nothing was done\n");
	else
		do_command(p, line);
	return true;
}

bool
prompt_line(struct prompt *p, const char *line, struct err *e)
{
	size_t n = strlen(line);
	char *trimmed;
	bool more;

	while (n > 0 && strchr(" \t\n", line[n - 1]) != NULL)
		n--;
	trimmed = mem_strn(line, n);
	more = do_line(p, trimmed + strspn(trimmed, " \t\n"), e);
	free(trimmed);
	return more;
}

/* --- while typing -------------------------------------------------------- */

/* The words of line[0..n), the last one as far as it is typed. */
static size_t
cut(char *line, char *w[TYPED_MAX])
{
	size_t count = 0;

	for (;;) {
		line += strspn(line, " \t\n");
		if (count == TYPED_MAX)
			return count;
		w[count++] = line;
		line += strcspn(line, " \t\n");
		if (*line == '\0')
			return count;
		*line++ = '\0';
	}
}

static void
offer_own(struct prompt *p, struct offers *out, char *const w[], size_t i,
    int64_t until_us)
{
	static const char *const forms[] = { "text", "json", "raw", "avro" };
	char publish[] = "publish", *as[] = { publish, w[i] };

	if (i == 1 && strcmp(w[0], ":format") == 0)
		for (size_t k = 0; k < MEM_COUNT(forms); k++)
			offer_add(out, w[1], str_of(forms[k]), "", NULL);
	if (i == 1 && strcmp(w[0], ":branch") == 0 && !p->lost)
		offer_live(out, p->s, p->in, as, 1, until_us);
	for (const struct own *o = own_words; i == 0 && o->name != NULL; o++)
		offer_add(out, w[0], str_of(o->name), "", o->summary);
}

void
prompt_offer(struct prompt *p, struct offers *out, const char *line, size_t n,
    size_t *from)
{
	int64_t until_us = clock_mono_us() + 1000 * p->o.completion_ms;
	char *copy = mem_strn(line, n), *w[TYPED_MAX];
	size_t i = cut(copy, w) - 1;

	*from = (size_t)(w[i] - copy);
	offer_known(out, w, i);
	offer_own(p, out, w, i, until_us);
	if (i > 0 && !p->lost)
		offer_live(out, p->s, p->in, w, i, until_us);
	free(copy);
}

void
prompt_hint(struct buf *out, const char *line, size_t n)
{
	char *copy = mem_strn(line, n), *w[TYPED_MAX];
	size_t i = cut(copy, w) - 1;

	if (i == 0)
		help(out, w[0]);
	else
		offer_hint(out, w, i);
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buf_putc(out, '\n');
	free(copy);
}
