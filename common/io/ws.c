#include "io/ws.h"

#include <stdlib.h>
#include <string.h>

#include <wslay/wslay.h>

#include "base/mem.h"
#include "base/text.h"

struct ws {
	const struct ws_ops *ops;
	void *arg;
	struct wslay_frame_context *frames;
	const char *in;			/* what is fed */
	size_t in_n;
	const char *rest;		/* of a piece that was not used, with
					 * wslay until its next call */
	size_t rest_n;
	size_t max, got;		/* bytes of the message */
	unsigned fragments;
	bool in_message;
	bool in_frame;			/* its payload is not all here */
	bool ended;			/* after rest the message is complete */
	bool closed;
	uint64_t left;			/* of the frame's payload */
	char control[WS_CONTROL_MAX];
	size_t control_n;
};

/* wslay asks for bytes: those of ws_feed, or later. */
static ssize_t
on_recv(uint8_t *p, size_t n, int flags, void *arg)
{
	struct ws *w = arg;

	(void)flags;
	if (w->in_n == 0)
		return -1;
	if (n > w->in_n)
		n = w->in_n;
	memcpy(p, w->in, n);
	w->in += n;
	w->in_n -= n;
	return (ssize_t)n;
}

struct ws *
ws_new(const struct ws_ops *ops, void *arg)
{
	static const struct wslay_frame_callbacks callbacks = {
		.recv_callback = on_recv,
	};
	struct ws *w = mem_zero(sizeof *w);

	w->ops = ops;
	w->arg = arg;
	w->max = SIZE_MAX;
	if (wslay_frame_context_init(&w->frames, &callbacks, w) != 0)
		abort();		/* no memory, as mem_alloc */
	return w;
}

void
ws_free(struct ws *w)
{
	if (w == NULL)
		return;
	wslay_frame_context_free(w->frames);
	free(w);
}

void
ws_limit(struct ws *w, size_t message_max)
{
	w->max = message_max;
}

static int
refuse(struct ws *w, int with, int *code, struct err *e, const char *why)
{
	w->closed = true;
	*code = with;
	return err_set(e, with == WS_TOO_BIG ? ERR_LIMIT : ERR_SYNTAX,
	    "%s", why);
}

/* --- what may follow what ------------------------------------------------ */

static int
begin_frame(struct ws *w, const struct wslay_frame_iocb *f, int *code,
    struct err *e)
{
	bool control = wslay_is_ctrl_frame(f->opcode);

	if (!f->mask)
		return refuse(w, WS_PROTOCOL, code, e,
		    "a frame is not masked");
	if (f->rsv != 0)
		return refuse(w, WS_PROTOCOL, code, e,
		    "a frame has bits that mean nothing");
	if (f->opcode == WSLAY_BINARY_FRAME)
		return refuse(w, WS_UNSUPPORTED, code, e, "binary data");
	if (control ? f->opcode > WS_PONG : f->opcode > WS_TEXT)
		return refuse(w, WS_PROTOCOL, code, e, "an unknown opcode");
	if (!control && w->in_message == (f->opcode == WS_TEXT))
		return refuse(w, WS_PROTOCOL, code, e, w->in_message ?
		    "a message begins within another" :
		    "a message goes on that did not begin");
	w->left = f->payload_length;
	w->in_frame = true;
	w->control_n = 0;
	if (control)
		return 0;
	if (!w->in_message)
		w->got = w->fragments = 0;
	w->in_message = true;
	if (w->got > w->max || f->payload_length > w->max - w->got ||
	    ++w->fragments > WS_FRAGMENTS_MAX)
		return refuse(w, WS_TOO_BIG, code, e,
		    "a message is too long");
	w->got += f->payload_length;
	return 0;
}

/* --- control frames ------------------------------------------------------ */

static bool
good_code(unsigned code)
{
	return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
	    (code >= 3000 && code <= 4999);
}

static int
closing(struct ws *w, int *code, struct err *e)
{
	const uint8_t *p = (const uint8_t *)w->control;
	size_t n = w->control_n;
	unsigned with = n < 2 ? WS_NO_CODE : (unsigned)p[0] << 8 | p[1];

	if (n == 1 || (n >= 2 && (!good_code(with) ||
	    utf8_check(w->control + 2, n - 2) != n - 2)))
		return refuse(w, WS_PROTOCOL, code, e, "a bad close frame");
	w->closed = true;
	w->ops->close(w->arg, (int)with);
	return 1;
}

static int
take_control(struct ws *w, const struct wslay_frame_iocb *f, int *code,
    struct err *e)
{
	/* wslay sees to it that it is 125 bytes at most. */
	memcpy(w->control + w->control_n, f->data, f->data_length);
	w->control_n += f->data_length;
	if (w->left > 0)
		return 0;
	if (f->opcode == WS_CLOSE)
		return closing(w, code, e);
	if (f->opcode == WS_PING)
		w->ops->ping(w->arg, w->control, w->control_n);
	return 0;
}

/* --- text ---------------------------------------------------------------- */

/* Hand over what is there.  0: go on; 1: stopped. */
static int
give(struct ws *w)
{
	size_t used = w->rest_n == 0 ? 0 :
	    w->ops->text(w->arg, w->rest, w->rest_n);

	w->rest += used;
	w->rest_n -= used;
	if (w->rest_n > 0)
		return 1;
	if (!w->ended)
		return 0;
	w->ended = w->in_message = false;
	return w->ops->end(w->arg) != 0;
}

static int
one_piece(struct ws *w, int *code, struct err *e)
{
	struct wslay_frame_iocb f;
	ssize_t n = wslay_frame_recv(w->frames, &f);

	if (n == WSLAY_ERR_WANT_READ)
		return 2;
	if (n < 0)
		return refuse(w, WS_PROTOCOL, code, e, "this is no frame");
	if (!w->in_frame && begin_frame(w, &f, code, e) < 0)
		return -1;
	w->left -= f.data_length;
	w->in_frame = w->left > 0;
	if (wslay_is_ctrl_frame(f.opcode))
		return take_control(w, &f, code, e);
	w->rest = (const char *)f.data;
	w->rest_n = f.data_length;
	w->ended = f.fin && w->left == 0;
	return give(w);
}

int
ws_feed(struct ws *w, const void *p, size_t n, size_t *used, int *code,
    struct err *e)
{
	int rc;

	*used = n;
	if (w->closed)
		return 1;
	w->in = p;
	w->in_n = n;
	rc = w->rest_n > 0 || w->ended ? give(w) : 0;
	while (rc == 0)
		rc = one_piece(w, code, e);
	*used = n - w->in_n;
	return rc == 2 ? 0 : rc;
}
