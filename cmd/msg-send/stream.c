#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "input.h"
#include "msg/command_line.h"
#include "words.h"

#define UNSENT_MAX	(1u << 20)	/* reading stops above */

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

/* A line of words.h; text holds the argument afterwards. */
static int
parse_words(struct msg_ask *ask, struct buf *text, const struct word *word,
    struct str line, struct err *e)
{
	char *copy = mem_strn(line.p, line.n);
	char **w = mem_array(WORDS_MAX, sizeof *w);
	int n = words_split(copy, w, e), rc = -1;

	if (n >= 0)
		rc = word_expand(ask, text, word, w, (size_t)n, e);
	free(w);
	free(copy);
	return rc;
}

static int
parse_line(struct msg_ask *ask, struct buf *text, struct str line,
    struct err *e)
{
	const struct word *word;
	struct str first = { line.p, 0 };

	while (first.n < line.n && strchr(" \t\r", line.p[first.n]) == NULL)
		first.n++;
	word = word_find(first);
	if (word != NULL)
		return parse_words(ask, text, word, line, e);
	if (command_line_parse(ask, line.p, line.n, e) < 0)
		return -1;
	return load(ask, text, e);
}

bool
stream_line(struct send *s, struct str line, uint64_t number, struct err *e)
{
	struct buf text = BUF_INIT(STREAM_ARGUMENT_MAX);
	struct msg_ask ask;
	bool sent = false;

	while (line.n > 0 && strchr(" \t\r", line.p[0]) != NULL)
		line.p++, line.n--;
	if (line.n == 0 || line.p[0] == '#')
		return false;
	send_attrs(&ask, s->o);
	if (parse_line(&ask, &text, line, e) == 0) {
		send_ask(s, &ask, number);
		sent = true;
	}
	buf_free(&text);
	return sent;
}

static bool
can_send(const struct send *s)
{
	return !s->stop && send_room(s) && (s->client == NULL ||
	    client_out(s->client)->n < UNSENT_MAX);
}

/* Send lines while there are some and room for them.  True: there is room
 * for more than were there. */
static bool
feed(struct send *s, struct input *in)
{
	struct str line;

	while (can_send(s)) {
		struct err e = ERR_INIT;

		if (!input_line(in, &line))
			return true;
		if (!stream_line(s, line, in->line, &e) && e.code != ERR_OK)
			send_unfit(s, &e, in->line);
	}
	return false;
}

/* One poll(2) and what follows from it.  in NULL: nothing is read. */
static int
step(struct send *s, struct input *in, const struct interrupt *intr,
    struct err *e)
{
	struct pollfd p[] = {
		{ .fd = s->client == NULL ? -1 : client_fd(s->client),
		    .events = s->client == NULL ? 0 :
		    client_events(s->client) },
		{ .fd = in == NULL || in->end ? -1 : in->fd,
		    .events = POLLIN },
		{ .fd = s->stop ? -1 : intr->fd, .events = POLLIN },
	};

	if (poll(p, 3, send_wait_ms(s)) < 0 && errno != EINTR)
		return err_sys(e, ERR_SYSTEM, "cannot wait");
	if (p[2].revents != 0)
		s->stop = true;
	if (p[1].revents != 0 && input_read(in, e) < 0)
		return -1;
	if (send_turn(s, e) < 0)
		return -1;
	return send_check_time(s, e);
}

int
stream_wait(struct send *s, const struct interrupt *in, struct err *e)
{
	int rc = send_turn(s, e);

	while (rc == 0 && send_pending(s) > 0)
		rc = step(s, NULL, in, e);
	return rc;
}

/* more: all lines that are there have been sent. */
static bool
is_to_wait(const struct send *s, const struct input *in, bool more)
{
	if (!more && can_send(s))
		return false;
	return send_pending(s) > 0 || (more && !in->end && !s->stop);
}

int
stream_lines(struct send *s, int fd, const struct interrupt *intr,
    struct err *e)
{
	struct input in;
	int rc = 0;

	input_init(&in, fd);
	while (rc == 0) {
		bool more = feed(s, &in);

		if (send_pending(s) == 0 && (s->stop || (more && in.end)))
			break;
		/* What was just queued goes out before anything is awaited;
		 * an answer may make room for a line, or be the last. */
		rc = send_turn(s, e);
		if (rc == 0 && is_to_wait(s, &in, more))
			rc = step(s, more ? &in : NULL, intr, e);
	}
	if (rc == 0)
		rc = send_turn(s, e);
	input_free(&in);
	return rc;
}

int
stream_command(struct msg_ask *out, struct buf *text,
    const struct send_opts *o, char *const w[], size_t n, struct err *e)
{
	const struct word *word = word_find(str_of(w[0]));

	send_attrs(out, o);
	if (word != NULL) {
		if (word_expand(out, text, word, w, n, e) < 0)
			goto usage;
		return 0;
	}
	out->command = command_line_word(str_of(w[0]), e);
	if (out->command == NULL)
		goto usage;
	if (n > 2) {
		err_set(e, ERR_USAGE, "'%s' is too much: '%s' takes one "
		    "argument; quote it if it has blanks", w[2], w[0]);
		goto usage;
	}
	if (n > 1)
		out->argument = str_of(strcmp(w[1], "-") == 0 ? "@-" : w[1]);
	if (load(out, text, e) < 0)
		return -1;
	if (command_line_check(out, e) == 0)
		return 0;
usage:
	e->code = ERR_USAGE;
	return -1;
}
