/*
 * libstrophe by itself, as others use it, against a server of urn:M: log in,
 * get-item, set-watch, set-item, the event, leave; with "resume" the
 * connection is cut and the stream resumed.  Arguments and output:
 * tests/lib/steps.py.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <strophe.h>

#define M	"urn:M"

struct talk {
	char **argv;
	xmpp_ctx_t *ctx;
	xmpp_conn_t *conn;
	xmpp_sm_state_t *sm;
	char title[200];
	int step, seen;
	bool resume, cut, again, event, left;
};

static void
say(const char *word, const char *what)
{
	printf("%s %s\n", word, what);
	fflush(stdout);
}

static void
say_path(const char *json)
{
	const char *at = strstr(json, "\"_path\":\"");
	int n = 0;

	if (at != NULL) {
		json = at + strlen("\"_path\":\"");
		n = (int)strcspn(json, "\"");
	}
	printf("get-item %.*s\n", n, json);
	fflush(stdout);
}

static void
ask(struct talk *t, const char *type, const char *name, const char *text)
{
	xmpp_stanza_t *iq, *child, *data;
	char *id = xmpp_uuid_gen(t->ctx), *b64;

	iq = xmpp_iq_new(t->ctx, type, id);
	child = xmpp_stanza_new(t->ctx);
	data = xmpp_stanza_new(t->ctx);
	b64 = xmpp_base64_encode(t->ctx, (const unsigned char *)text,
	    strlen(text));
	xmpp_stanza_set_text(data, b64);
	xmpp_stanza_set_name(child, name);
	xmpp_stanza_set_ns(child, M);
	xmpp_stanza_add_child_ex(child, data, 0);
	xmpp_stanza_add_child_ex(iq, child, 0);
	xmpp_send(t->conn, iq);
	xmpp_stanza_release(iq);
	xmpp_free(t->ctx, b64);
	xmpp_free(t->ctx, id);
}

static void
save(struct talk *t)
{
	char text[300];

	snprintf(text, sizeof(text), "[{\"method\":\"save\",\"data\":"
	    "{\"_path\":\"/news/article-1\",\"title\":\"%s\"}}]",
	    t->title);
	ask(t, "set", "item", text);
}

static void
leave(struct talk *t)
{
	t->left = true;
	xmpp_disconnect(t->conn);
}

/* Answer and event may come in either order. */
static void
done(struct talk *t, int which)
{
	if ((t->seen |= which) != 3)
		return;
	say("event", t->event ? "true" : "false");
	if (!t->resume) {
		leave(t);
		return;
	}
	t->cut = true;
	say("cut", "true");
}

static void
answer(struct talk *t, const char *text)
{
	switch (t->step++) {
	case 0:
		say_path(text);
		ask(t, "set", "watch", "/news/*");
		break;
	case 1:
		save(t);
		break;
	case 2:
		say("set-item", strstr(text, t->title) ? "true" : "false");
		done(t, 1);
		break;
	case 3:			/* of what was saved when resumed */
		break;
	default:
		say_path(text);
		leave(t);
	}
}

static int
on_stanza(xmpp_conn_t *conn, xmpp_stanza_t *st, void *arg)
{
	xmpp_stanza_t *child = xmpp_stanza_get_child_by_ns(st, M);
	struct talk *t = arg;
	char *b64, *text;

	(void)conn;
	if (child == NULL)
		return 1;
	b64 = xmpp_stanza_get_text(child);
	text = b64 == NULL ? NULL :
	    xmpp_base64_decode_str(t->ctx, b64, strlen(b64));
	if (text == NULL) {
		say("failed", "an answer without text");
		leave(t);
	} else if (strcmp(xmpp_stanza_get_name(st), "message") == 0) {
		t->event = strstr(text, t->title) != NULL;
		if (t->step > 2 && t->cut) {
			say("resumed", t->event ? "true" : "false");
			ask(t, "get", "item", "/news/article-2");
		} else {
			done(t, 2);
		}
	} else {
		answer(t, text);
	}
	xmpp_free(t->ctx, text);
	xmpp_free(t->ctx, b64);
	return 1;
}

static void
on_connected(struct talk *t)
{
	xmpp_handler_add(t->conn, on_stanza, M, NULL, NULL, t);
	if (!t->cut) {
		say("connected", xmpp_conn_get_bound_jid(t->conn));
		ask(t, "get", "item", "/news/article-1");
		return;
	}
	/* A new session would have no watch: the event tells. */
	snprintf(t->title, sizeof(t->title), "resumed %s", t->argv[4]);
	save(t);
}

static void
on_event(xmpp_conn_t *conn, xmpp_conn_event_t event, int error,
    xmpp_stream_error_t *stream_error, void *arg)
{
	struct talk *t = arg;

	(void)error, (void)stream_error, (void)conn;
	if (event == XMPP_CONN_CONNECT) {
		on_connected(t);
	} else {
		t->again = t->cut && !t->left && t->step == 3;
		xmpp_stop(t->ctx);
	}
}

static int
trust(const xmpp_tlscert_t *cert, const char *why)
{
	(void)cert, (void)why;
	return 1;
}

static int
run(struct talk *t)
{
	bool direct = strcmp(t->argv[3], "direct") == 0;

	do {
		t->again = false;
		t->conn = xmpp_conn_new(t->ctx);
		xmpp_conn_set_flags(t->conn, direct ?
		    XMPP_CONN_FLAG_LEGACY_SSL : XMPP_CONN_FLAG_MANDATORY_TLS);
		xmpp_conn_set_certfail_handler(t->conn, trust);
		xmpp_conn_set_cafile(t->conn, t->argv[6]);
		xmpp_conn_set_jid(t->conn, t->argv[4]);
		xmpp_conn_set_pass(t->conn, t->argv[5]);
		if (t->sm != NULL)
			xmpp_conn_set_sm_state(t->conn, t->sm);
		if (xmpp_connect_client(t->conn, t->argv[1],
		    (unsigned short)strtoul(t->argv[2], NULL, 10), on_event,
		    t) < 0)
			break;
		xmpp_run(t->ctx);
		t->sm = xmpp_conn_get_sm_state(t->conn);
		xmpp_conn_release(t->conn);
	} while (t->again);
	say("disconnected", t->left ? "true" : "false");
	return !t->left;
}

int
main(int argc, char *argv[])
{
	struct talk t = { .argv = argv, .resume = argc > 7 };
	int rc;

	if (argc < 7)
		return 2;
	snprintf(t.title, sizeof(t.title), "Äpfel aus %s", argv[4]);
	xmpp_initialize();
	t.ctx = xmpp_ctx_new(NULL, xmpp_get_default_logger(XMPP_LEVEL_DEBUG));
	rc = run(&t);
	xmpp_ctx_free(t.ctx);
	xmpp_shutdown();
	return rc;
}
