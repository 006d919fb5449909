/*
 * Who it was that an event of the log is about.
 */
#include <stdarg.h>

#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "xmpp/jid.h"

void
session_log(const struct session *s, enum log_level level, const char *what,
    ...)
{
	const struct log *log = &s->worker->server->log;
	struct buf id = BUF_INIT(JID_MAX + 256);
	va_list ap;

	if (!log_says(log, level))
		return;
	buf_printf(&id, " conn=%u.%ju", s->worker->index,
	    (uintmax_t)s->number);
	log_pair(&id, "peer", s->ops->peer(s->carrier)->text);
	if (s->account != NULL)
		log_pair(&id, "user", s->account->name);
	va_start(ap, what);
	log_vevent(log, level, what, buf_cstr(&id), ap);
	va_end(ap);
	buf_free(&id);
}
