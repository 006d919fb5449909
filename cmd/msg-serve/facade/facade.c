#include "facade/facade.h"

#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/command.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

struct json *
facade_ask(struct session *s, struct arena *a, enum msg_command_id id,
    struct str argument, struct str branch, struct err *e)
{
	struct buf payload = BUF_INIT(s->worker->server->opt->result_bytes);
	struct request r = { .command = &msg_commands[id],
		.argument = argument, .branch = branch };
	struct call c = { .worker = s->worker, .session = s,
		.account = s->account, .request = &r, .arena = a,
		.payload = &payload };
	struct json *answer = NULL;
	int rc = command_run(&c, e);

	if (rc == 0 && buf_full(&payload))
		err_set(e, ERR_POLICY, "the answer is over the limit of %zu "
		    "bytes (--max-result)", payload.max);
	else if (rc == 0)
		answer = json_parse(a, arena_strn(a, payload.p, payload.n),
		    payload.n, NULL, e);
	else if (rc > 0)
		err_set(e, ERR_SYSTEM, "a get was not answered at once");
	buf_free(&payload);
	return answer;
}

static void
open_iq(struct buf *out, const char *type, const struct request *r)
{
	buf_lit(out, "<iq type=\"");
	buf_puts(out, type);
	buf_putc(out, '"');
	xml_attrn(out, "id", r->id.p, r->id.n);
	if (r->to.n > 0)
		xml_attrn(out, "from", r->to.p, r->to.n);
	buf_putc(out, '>');
}

void
facade_open(struct buf *out, const struct request *r)
{
	open_iq(out, "result", r);
}

int
facade_done(struct session *s, const struct request *r)
{
	struct buf *out = session_out(s);

	facade_open(out, r);
	buf_lit(out, "</iq>");
	session_sent(s);
	return 0;
}

int
facade_fault(struct session *s, const struct request *r,
    const char *condition, const char *type, const char *text,
    const char *more)
{
	struct buf *out = session_out(s);

	open_iq(out, "error", r);
	stanza_write_error(out, condition, type, text);
	if (more != NULL)
		buf_puts(out, more);
	buf_lit(out, "</error></iq>");
	session_sent(s);
	return 0;
}
