#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "msg/command_line.h"
#include "stream.h"

/* The argument itself, or what a file holds. */
static int
load(struct msg_ask *ask, struct buf *text, struct err *e)
{
	struct str s = ask->argument;
	char path[4096];

	if (s.n == 0 || s.p[0] != '@')
		return 0;
	if (s.n >= sizeof path)
		return err_set(e, ERR_INPUT, "the name of the file is too "
		    "long");
	memcpy(path, s.p + 1, s.n - 1);
	path[s.n - 1] = '\0';
	if (fs_read(text, path, e) < 0)
		return -1;
	ask->argument = (struct str){ text->p, text->n };
	return 0;
}

/* The first word from p on. */
static struct str
word_at(struct str s)
{
	struct str w;

	while (s.n > 0 && strchr(" \t\r", s.p[0]) != NULL)
		s.p++, s.n--;
	w = (struct str){ s.p, 0 };
	while (w.n < s.n && strchr(" \t\r", w.p[w.n]) == NULL)
		w.n++;
	return w;
}

static const struct msg_command *
find_command(struct str first, struct err *e)
{
	const struct msg_command *c = msg_command_by_word(first);

	if (c == NULL)
		word_unknown(first, e);
	return c;
}

/* What says nothing to a command was meant for another one. */
static int
takes(const struct word *word, const struct msg_command *c, enum msg_attr a,
    struct err *e)
{
	if (c == NULL && word->run == NULL)
		c = &msg_commands[word->command];
	if (c != NULL ? msg_command_takes(c, str_of(msg_attr_name(a))) :
	    a == MSG_ATTR_branch || a == MSG_ATTR_message ||
	    a == MSG_ATTR_base || a == MSG_ATTR_txid)
		return 0;
	return err_set(e, ERR_INPUT, "'%s' takes no '--%s'", word != NULL ?
	    word->name : c->word, msg_attr_name(a));
}

/* w[0..n): arguments of a word that is more than another name. */
static int
take_word(struct order *out, const struct word *word, char **w, size_t n,
    struct err *e)
{
	out->creates = strcmp(word->name, "create") == 0 && n > 1 &&
	    w[1][0] == '/' && w[1][strlen(w[1]) - 1] != '/';
	if (word->run == NULL)
		return word_expand(&out->ask, &out->text, word, w, n, e);
	out->run = word->run;
	out->w = w;
	out->n = n;
	return word_check(word, n, e);
}

/* --- from a line --------------------------------------------------------- */

/* "--message=..." in front of the arguments of a word; *n of them are left. */
static int
attributes(struct msg_ask *ask, const struct word *word, char **w, size_t *n,
    struct err *e)
{
	size_t used = 0;

	for (; used < *n && strncmp(w[used], "--", 2) == 0; used++) {
		const char *name = w[used] + 2, *equals = strchr(name, '=');
		enum msg_attr a = msg_attr_find((struct str){ name,
		    equals == NULL ? strlen(name) : (size_t)(equals - name) });

		if (a == MSG_ATTR_COUNT || equals == NULL)
			return err_set(e, ERR_INPUT, "'%s' is no "
			    "--ATTRIBUTE=VALUE of a command", w[used]);
		if (takes(word, NULL, a, e) < 0)
			return -1;
		ask->attrs[a] = str_of(equals + 1);
	}
	*n -= used;
	memmove(w, w + used, *n * sizeof *w);
	return 0;
}

static int
line_word(struct order *out, const struct word *word, struct str rest,
    struct err *e)
{
	char **w = mem_array(WORDS_MAX, sizeof *w);
	size_t count;
	int n;

	out->copy = mem_strn(rest.p, rest.n);
	out->w = w;
	n = words_split(out->copy, w, e);
	if (n < 0)
		return -1;
	count = (size_t)n;
	if (attributes(&out->ask, word, w, &count, e) < 0)
		return -1;
	return take_word(out, word, w, count, e);
}

static int
parse_line(struct order *out, struct str line, struct err *e)
{
	struct str first = word_at(line), rest, second;
	const struct word *word;

	rest = (struct str){ first.p + first.n,
	    (size_t)(line.p + line.n - first.p) - first.n };
	second = word_at(rest);
	word = word_find(first, second);
	if (word == NULL) {
		if (find_command(first, e) == NULL || command_line_parse(
		    &out->ask, line.p, line.n, e) < 0)
			return -1;
		return load(&out->ask, &out->text, e);
	}
	if (word_length(word) == 2)
		rest = (struct str){ second.p + second.n,
		    (size_t)(rest.p + rest.n - second.p) - second.n };
	out->show = word->show;
	if (word->put != NULL || word->run != NULL)
		return line_word(out, word, rest, e);
	if (command_line_rest(&out->ask, &msg_commands[word->command],
	    rest.p, rest.n, e) < 0)
		return -1;
	return load(&out->ask, &out->text, e);
}

int
order_line(struct order *out, const struct send_opts *o, struct str line,
    struct err *e)
{
	const char *nul;

	*out = (struct order)ORDER_INIT;
	send_attrs(&out->ask, o);
	nul = line.n == 0 ? NULL : memchr(line.p, '\0', line.n);
	if (nul != NULL)
		return err_set(e, ERR_INPUT, "byte %zu of the line is a NUL",
		    (size_t)(nul - line.p) + 1);
	if (parse_line(out, line, e) < 0)
		return -1;
	return out->run != NULL ? 0 : msg_ask_check(&out->ask, e);
}

/* --- from arguments ------------------------------------------------------ */

static int
command(struct order *out, const struct msg_command *c, char *const w[],
    size_t n, struct err *e)
{
	out->ask.command = c;
	if (n > 1)
		return err_set(e, ERR_USAGE, "'%s' is too much: '%s' takes "
		    "one argument; quote it if it has blanks", w[1], c->word);
	if (n > 0)
		out->ask.argument = str_of(strcmp(w[0], "-") == 0 ? "@-" :
		    w[0]);
	if (load(&out->ask, &out->text, e) < 0)
		return -1;
	if (command_line_check(&out->ask, e) == 0)
		return 0;
	e->code = ERR_USAGE;
	return -1;
}

/* Of options that are for one command. */
static int
check_options(const struct send_opts *o, const struct word *word,
    const struct msg_command *c, struct err *e)
{
	for (enum msg_attr a = 0; a < MSG_ATTR_COUNT; a++)
		if (o->attrs[a] != NULL && takes(word, c, a, e) < 0) {
			e->code = ERR_USAGE;
			return a == MSG_ATTR_as && send_is(o, "avro") ?
			    err_prefix(e, "--format=avro") : -1;
		}
	return 0;
}

int
order_words(struct order *out, const struct send_opts *o, char *const w[],
    size_t n, struct err *e)
{
	const struct word *word = word_find(str_of(w[0]),
	    str_of(n > 1 ? w[1] : NULL));
	const struct msg_command *c = NULL;
	size_t used = word == NULL ? 1 : word_length(word);
	int rc;

	*out = (struct order)ORDER_INIT;
	send_attrs(&out->ask, o);
	if (word != NULL && (word->put != NULL || word->run != NULL)) {
		out->w = mem_dup(w + used, (n - used) * sizeof *w);
		rc = take_word(out, word, out->w, n - used, e);
	} else {
		out->show = word != NULL ? word->show : NULL;
		c = word != NULL ? &msg_commands[word->command] :
		    find_command(str_of(w[0]), e);
		rc = c == NULL ? -1 : command(out, c, w + used, n - used, e);
		if (c == NULL)
			e->code = ERR_USAGE;
	}
	if (rc == 0)
		rc = check_options(o, word, c, e);
	if (rc == 0 && out->run == NULL)
		rc = msg_ask_check(&out->ask, e);
	return rc;
}

void
order_clear(struct order *o)
{
	free(o->w);
	free(o->copy);
	buf_free(&o->text);
}

int
order_do(struct send *s, const struct order *o, uint64_t line,
    struct interrupt *in, struct err *e)
{
	struct err why = ERR_INIT;

	if (o->run == NULL) {
		send_ask(s, &o->ask, line, o->show);
		if (o->creates)
			send_ask_path(s, o->w[1]);
		return 0;
	}
	if (stream_wait(s, in, e) < 0)
		return -1;
	if (s->o->dry_run)
		err_set(&why, ERR_USAGE, "what takes several requests cannot "
		    "be a dry run");
	else if (o->run(s, in, o->w, o->n, &why) == 0)
		return 0;
	/* A stream that is over is told once, by who waits on it. */
	if (s->client != NULL && client_turn(s->client, e) < 0)
		return -1;
	send_failed(s, &why, line);
	return 0;
}
