#include "repl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/fs.h"
#include "base/mem.h"
#include "line.h"
#include "prompt.h"

#define MORE_TEXT	"...> "	/* while JSON is open */
#define LINE_MAX_BYTES	(32u << 20)
#define HISTORY_MAX	1000	/* lines kept */
#define CONTROL_C	3

struct repl {
	struct prompt prompt;
	struct buf line;	/* lines of JSON that is not closed yet */
	bool typed;		/* there is a line, or the end */
	bool end;
	struct offers offers;	/* of a completion */
	size_t next;		/* of them, to be tried */
};

/* Readline has one prompt a process, and callbacks without argument. */
static _Thread_local struct repl *at_prompt;

/* --- above the prompt ---------------------------------------------------- */

/* The line that is typed gives way, and is shown again below. */
static void
show_above(struct buf *text)
{
	if (text->n == 0)
		return;
	rl_clear_visible_line();
	fputs(buf_cstr(text), at_prompt->prompt.tty);
	fflush(at_prompt->prompt.tty);
	rl_on_new_line();
	rl_redisplay();
	buf_reset(text);
}

/* --- readline's callbacks ------------------------------------------------ */

static void
on_line(char *line)
{
	struct repl *r = at_prompt;

	if (line != NULL) {
		buf_puts(&r->line, r->line.n > 0 ? "\n" : "");
		buf_puts(&r->line, line);
	}
	r->end = line == NULL;
	r->typed = true;
	free(line);
	rl_callback_handler_remove();
}

/* Ctrl-C is a key here: it drops the line, and the lines before it. */
static int
drop_line(int count, int key)
{
	(void)count, (void)key;
	rl_free_line_state();
	rl_replace_line("", 1);
	rl_crlf();
	buf_reset(&at_prompt->line);
	on_line(mem_str(""));
	return 0;
}

static void
prepare_terminal(int meta)
{
	struct termios t;

	rl_prep_terminal(meta);
	if (tcgetattr(STDIN_FILENO, &t) < 0)
		return;
	t.c_lflag &= ~(tcflag_t)ISIG;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

/* One of the offers at a time; readline frees them. */
static char *
next_offer(const char *text, int state)
{
	struct repl *r = at_prompt;

	(void)text;
	if (state == 0)
		r->next = 0;
	return r->next < r->offers.n ? mem_str(r->offers.list[r->next++].text)
	    : NULL;
}

static void
hint(void)
{
	struct buf text = BUF_INIT(1 << 20);

	prompt_hint(&text, rl_line_buffer, (size_t)rl_point);
	show_above(&text);
	buf_free(&text);
}

/* A '/' or '=' at the end: more is to follow. */
static bool
is_whole(const struct offers *o)
{
	const char *text = o->n == 1 ? o->list[0].text : "";
	size_t n = strlen(text);

	return n == 0 || strchr("/=", text[n - 1]) == NULL;
}

static char **
complete(const char *text, int start, int end)
{
	struct repl *r = at_prompt;
	char **matches;
	size_t from;

	(void)start;
	rl_attempted_completion_over = 1;
	if (r->line.n > 0)
		return NULL;
	prompt_offer(&r->prompt, &r->offers, rl_line_buffer, (size_t)end,
	    &from);
	rl_attempted_completion_over = !r->offers.files;
	rl_completion_append_character = is_whole(&r->offers) ? ' ' : '\0';
	matches = rl_completion_matches(text, next_offer);
	if (matches == NULL && !r->offers.files)
		hint();
	offers_clear(&r->offers);
	show_above(&r->prompt.above);
	return matches;
}

/* '?' where a word begins asks; anywhere else it is a character. */
static int
question(int count, int key)
{
	struct repl *r = at_prompt;

	if (r->line.n > 0 || line_is_open(rl_line_buffer) || (rl_point > 0 &&
	    strchr(" \t", rl_line_buffer[rl_point - 1]) == NULL))
		return rl_insert(count, key);
	hint();
	if (rl_point > 0)
		rl_possible_completions(count, key);
	return 0;
}

/* --- history ------------------------------------------------------------- */

static char *
history_path(void)
{
	char *dir = fs_xdg("XDG_STATE_HOME", ".local/state"), *path = NULL;
	struct err e = ERR_INIT;

	if (dir != NULL && fs_mkdir(dir, 0700, &e) == 0)
		path = fs_join(dir, "history");
	free(dir);
	return path;
}

static void
history_load(void)
{
	char *path = history_path();

	using_history();
	stifle_history(HISTORY_MAX);
	if (path != NULL)
		read_history(path);
	free(path);
}

static void
history_save(void)
{
	char *path = history_path();
	mode_t mask = umask(077);

	if (path != NULL)
		write_history(path);
	umask(mask);
	free(path);
}

/* JSON of several lines is one line there: its line ends are blanks. */
static void
history_keep(const char *text)
{
	HIST_ENTRY *last = history_get(history_base + history_length - 1);
	char *line = mem_str(text);

	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	if (line[0] != '\0' && !line_is_secret(line) &&
	    (last == NULL || strcmp(last->line, line) != 0))
		add_history(line);
	free(line);
}

/* --- the prompt ---------------------------------------------------------- */

/* Wait for a key, for the server, or for the time to connect again. */
static int
wait_once(struct repl *r, struct err *e)
{
	struct pollfd p[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = prompt_fd(&r->prompt),
		    .events = prompt_events(&r->prompt) },
		{ .fd = r->prompt.in->fd, .events = POLLIN },
	};

	if (poll(p, 3, prompt_wait_ms(&r->prompt)) < 0 && errno != EINTR)
		return err_sys(e, ERR_SYSTEM, "cannot wait");
	if (p[0].revents != 0)
		rl_callback_read_char();
	if (!r->typed && p[2].revents != 0)
		on_line(NULL);
	return r->typed ? 0 : prompt_turn(&r->prompt, e);
}

static int
read_line(struct repl *r, struct err *e)
{
	char text[PROMPT_TEXT];
	int rc = 0;

	prompt_text(&r->prompt, text);
	fputs(buf_cstr(&r->prompt.above), r->prompt.tty);
	buf_reset(&r->prompt.above);
	r->typed = false;
	rl_callback_handler_install(r->line.n > 0 ? MORE_TEXT : text,
	    on_line);
	while (rc == 0 && !r->typed) {
		rc = wait_once(r, e);
		if (!r->typed)
			show_above(&r->prompt.above);
	}
	return rc;
}

static int
run(struct repl *r, struct err *e)
{
	while (read_line(r, e) == 0 && !r->end) {
		const char *line = buf_cstr(&r->line);
		bool more = true;

		if (line_is_open(line))
			continue;
		history_keep(line);
		more = prompt_line(&r->prompt, line, e);
		buf_reset(&r->line);
		if (!more)
			break;
	}
	return e->code == ERR_OK ? 0 : -1;
}

/* Where somebody types; standard output may be a file, which is for answers
 * alone. */
static FILE *
terminal(void)
{
	FILE *tty;

	if (isatty(STDOUT_FILENO))
		return stdout;
	if (isatty(STDERR_FILENO))
		return stderr;
	tty = fopen("/dev/tty", "we");
	return tty != NULL ? tty : stderr;
}

static void
terminal_close(FILE *tty)
{
	if (tty != stdout && tty != stderr)
		fclose(tty);
}

int
repl_run(struct send *s, struct interrupt *in, struct err *e)
{
	struct repl r = { .line = BUF_INIT(LINE_MAX_BYTES),
	    .offers = OFFERS_INIT };
	FILE *tty = terminal();
	int rc;

	prompt_init(&r.prompt, s, in, tty);
	at_prompt = &r;
	rl_outstream = tty;
	rl_readline_name = "msg-send";
	rl_catch_signals = 0;
	rl_attempted_completion_function = complete;
	rl_basic_word_break_characters = " \t";
	rl_completer_quote_characters = "";
	rl_prep_term_function = prepare_terminal;
	rl_initialize();
	rl_bind_key(CONTROL_C, drop_line);
	rl_bind_key('?', question);
	history_load();
	rc = run(&r, e);
	rl_callback_handler_remove();
	if (r.end)
		fputc('\n', tty);
	history_save();
	s->status = 0;		/* each failure has been seen already */
	prompt_clear(&r.prompt);
	terminal_close(tty);
	offers_clear(&r.offers);
	buf_free(&r.line);
	at_prompt = NULL;
	return rc;
}
