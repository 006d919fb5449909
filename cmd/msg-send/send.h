/*
 * send.h - requests under way on one stream, and their answers printed in
 * the order of the requests.
 *
 * Knows no source of commands: stream.h and repl.h ask by it.
 */
#ifndef SEND_SEND_H
#define SEND_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/output.h"
#include "msg/ask.h"
#include "options.h"
#include "xmpp/client.h"

#define SEND_ANSWER_MAX	(128u << 20)	/* bytes of one answer, decoded */

struct send_slot;
struct watches;

/* An answer that is not printed but looked at. */
struct send_reply {
	bool done;
	bool refused;
	bool unsent;			/* refused by us: unfit to be sent */
	enum err_code code;		/* of a refusal */
	struct buf text;		/* the answer, or why it was refused */
	struct buf detail;		/* of a refusal: JSON, or nothing */
};

#define SEND_REPLY_INIT	{ .text = BUF_INIT(SEND_ANSWER_MAX), \
			  .detail = BUF_INIT(SEND_ANSWER_MAX) }

void send_reply_clear(struct send_reply *r);

struct send {
	const struct send_opts *o;
	struct client_options client_options;
	struct client *client;		/* NULL: --dry-run, or lost */
	struct output out;
	struct send_slot *slots;	/* by id, modulo window */
	size_t window;
	uint64_t first, next;		/* ids: oldest not printed, next */
	int64_t moved_us;		/* when something was sent or came */
	int64_t retries;		/* left, of --retry */
	int status;			/* of the first failure */
	bool quiet;			/* print no answers, only failures */
	bool stop;			/* a failure, and no --keep-going */
	bool cut;			/* stopped by a signal */
	client_stanza_fn *event;	/* what answers no request; or NULL */
	void *arg;
	struct watches *watches;	/* of a prompt; NULL: there is none */
};

/* Connects, unless --dry-run.  wake_fd, step: see client.h; step's argument
 * is s.  send_close even when it fails. */
int send_open(struct send *s, const struct send_opts *o, int wake_fd,
    client_step_fn *step, struct err *e);
void send_close(struct send *s);

/* Connect once more after the stream was lost; requests under way stay so,
 * unsent. */
int send_reopen(struct send *s, struct err *e);

/* *e is why the stream was lost.  With --retry: connect and send again what
 * has no answer.  -1, *e as it was: that is not to be. */
int send_again(struct send *s, struct err *e);

/* True when there is room for one more request. */
bool send_room(const struct send *s);
size_t send_pending(const struct send *s);

/* Append an answer for people.  False, and nothing appended: it is none that
 * can be shown so. */
typedef bool send_show_fn(struct output *out, const struct json *answer);

/* line: of the input, for errors; 0: none.  show: for people; NULL: as JSON.
 * Borrows ask. */
void send_ask(struct send *s, const struct msg_ask *ask, uint64_t line,
    send_show_fn *show);

/* What was just asked for creates an item there: told when the server's rules
 * for names have made it another path. */
void send_ask_path(struct send *s, const char *path);

/* The same for ourselves: the answer goes to *to, which is kept until it is
 * done or disowned; an answer that comes later is dropped. */
void send_own(struct send *s, const struct msg_ask *ask,
    struct send_reply *to);
void send_disown(struct send *s, const struct send_reply *to);

/* A line of input that cannot be sent: told in its turn. */
void send_unfit(struct send *s, const struct err *e, uint64_t line);

/* One line on stderr, "msg-send: line 3: ...", after what is on its way to
 * stdout; keeps the status of the first. */
void send_failed(struct send *s, const struct err *e, uint64_t line);

/* Send, receive and print what can be without waiting. */
int send_turn(struct send *s, struct err *e);

/* Write a document to stdout as --format, --raw and --field say. */
void send_print(struct send *s, struct str json, uint64_t line);

/* The stream is over: every request that has no answer has failed. */
void send_lost(struct send *s, const struct err *e);

/* Milliseconds until an answer is too late; -1: none is expected. */
int send_wait_ms(const struct send *s);

/* ERR_NO_ANSWER when it is too late. */
int send_check_time(const struct send *s, struct err *e);

#endif
