#include "repl.h"

#include <errno.h>
#include <fcntl.h>
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
#include "msg/command.h"
#include "stream.h"
#include "words.h"

#define PROMPT		"msg> "
#define HISTORY_MAX	1000	/* lines kept */
#define CONTROL_C	3

struct repl {
	struct send *s;
	char *line;		/* typed, and not yet looked at */
	bool typed;		/* there is a line, or the end (NULL) */
	int candidate;		/* of a completion: the next to try */
};

/* Readline has one prompt a process, and callbacks without argument. */
static _Thread_local struct repl *at_prompt;

static const char *const own_words[] = { "help", "quit", NULL };

/* --- readline's callbacks ------------------------------------------------ */

static void
on_line(char *line)
{
	at_prompt->line = line;
	at_prompt->typed = true;
	rl_callback_handler_remove();
}

/* Ctrl-C is a key here: it drops the line. */
static int
drop_line(int count, int key)
{
	(void)count, (void)key;
	rl_free_line_state();
	rl_replace_line("", 1);
	rl_crlf();
	rl_on_new_line();
	rl_redisplay();
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

/* Commands, then short words, then our own; NULL behind the last. */
static const char *
nth_word(int i)
{
	if (i < MSG_COMMANDS)
		return msg_commands[i].word;
	i -= MSG_COMMANDS;
	for (const struct word *w = words; w->name != NULL; w++)
		if (i-- == 0)
			return w->name;
	return own_words[i];
}

/* One of what begins with text at a time; readline frees them. */
static char *
command_word(const char *text, int state)
{
	size_t n = strlen(text);
	int i = state == 0 ? 0 : at_prompt->candidate;
	const char *word;

	for (; (word = nth_word(i)) != NULL; i++)
		if (strncmp(word, text, n) == 0)
			break;
	if (word == NULL)
		return NULL;
	at_prompt->candidate = i + 1;
	return mem_str(word);
}

static char **
complete(const char *text, int start, int end)
{
	(void)end;
	rl_attempted_completion_over = 1;
	return start == 0 ? rl_completion_matches(text, command_word) : NULL;
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

/* A line that may hold a password is not for a file. */
static bool
is_secret(const char *line)
{
	return strstr(line, "password") != NULL;
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

static void
history_keep(const char *line)
{
	HIST_ENTRY *last = history_get(history_base + history_length - 1);

	if (line[0] != '\0' && !is_secret(line) &&
	    (last == NULL || strcmp(last->line, line) != 0))
		add_history(line);
}

/* --- the prompt ---------------------------------------------------------- */

static void
help(void)
{
	for (int i = 0; i < MSG_COMMANDS; i++)
		printf("%-12s %-10s %s\n", msg_commands[i].word,
		    msg_commands[i].argument, msg_commands[i].summary);
	for (const struct word *w = words; w->name != NULL; w++)
		printf("%-12s %-10s %s\n", w->name, word_arguments(w),
		    w->summary);
	printf("%-12s %-10s %s\n", "help", "", "this list");
	printf("%-12s %-10s %s\n", "quit", "", "end, as Ctrl-D does");
	fflush(stdout);
}

/* Wait for a line while answering what the server sends. */
static int
read_line(struct repl *r, struct interrupt *in, struct err *e)
{
	struct send *s = r->s;

	r->typed = false;
	rl_callback_handler_install(PROMPT, on_line);
	while (!r->typed) {
		struct pollfd p[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = s->client == NULL ? -1 :
			    client_fd(s->client), .events = POLLIN },
			{ .fd = in->fd, .events = POLLIN },
		};

		if (poll(p, 3, -1) < 0 && errno != EINTR)
			return err_sys(e, ERR_SYSTEM, "cannot wait");
		if (p[0].revents != 0)
			rl_callback_read_char();
		if (p[1].revents != 0 && send_turn(s, e) < 0)
			return -1;
		if (p[2].revents != 0)
			on_line(NULL);
	}
	return 0;
}

/* False: that was the last one. */
static bool
do_line(struct repl *r, struct interrupt *in, struct err *e)
{
	struct err why = ERR_INIT;
	struct order order;

	if (strcmp(r->line, "quit") == 0 || strcmp(r->line, "exit") == 0)
		return false;
	if (strcmp(r->line, "help") == 0 || strcmp(r->line, "?") == 0) {
		help();
		return true;
	}
	history_keep(r->line);
	if (order_line(&order, r->s->o, str_of(r->line), &why) < 0)
		send_failed(r->s, &why, 0);
	else if (order_do(r->s, &order, 0, in, e) == 0)
		stream_wait(r->s, in, e);
	order_clear(&order);
	return true;
}

int
repl_run(struct send *s, struct interrupt *in, struct err *e)
{
	struct repl r = { .s = s };
	bool more = true;
	int rc = 0;

	at_prompt = &r;
	rl_readline_name = "msg-send";
	rl_catch_signals = 0;
	rl_attempted_completion_function = complete;
	rl_basic_word_break_characters = " \t";
	rl_prep_term_function = prepare_terminal;
	rl_initialize();
	rl_bind_key(CONTROL_C, drop_line);
	history_load();
	while (more && rc == 0) {
		rc = read_line(&r, in, e);
		if (rc < 0 || r.line == NULL)
			break;
		more = do_line(&r, in, e);
		rc = e->code == ERR_OK ? 0 : -1;
		free(r.line);
		r.line = NULL;
	}
	rl_callback_handler_remove();
	if (r.line == NULL)
		putchar('\n');
	free(r.line);
	history_save();
	s->status = 0;		/* each failure has been seen already */
	at_prompt = NULL;
	return rc;
}
