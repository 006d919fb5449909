#include "net/csi.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/session.h"
#include "net/sm_queue.h"
#include "xmpp/ns.h"

/* There while the client is inactive. */
struct csi {
	struct sm_queue held;
};

void
csi_free(struct csi *x)
{
	if (x == NULL)
		return;
	sm_queue_clear(&x->held);
	free(x);
}

static void
send(struct session *s, const void *p, size_t n)
{
	buf_put(session_out(s), p, n);
	session_sent(s);
}

static void
flush(struct session *s)
{
	struct str text;
	size_t at = 0;

	if (s->csi == NULL)
		return;
	while (sm_queue_next(&s->csi->held, &at, &text))
		send(s, text.p, text.n);
	sm_queue_ack(&s->csi->held, s->csi->held.last);
}

void
csi_end(struct session *s)
{
	flush(s);
	csi_free(s->csi);
	s->csi = NULL;
}

void
csi_stanza(struct session *s, const struct stanza *st)
{
	if (strcmp(st->name, "inactive") == 0 && s->csi == NULL) {
		s->csi = mem_zero(sizeof *s->csi);
		sm_queue_init(&s->csi->held, CSI_BYTES);
	} else if (strcmp(st->name, "active") == 0) {
		csi_end(s);
	}
}

void
csi_deliver(struct session *s, const void *p, size_t n)
{
	static const char presence[] = "<presence ";
	size_t len = sizeof presence - 1;

	if (s->csi != NULL) {
		if (n > len && memcmp(p, presence, len) == 0 &&
		    n < CSI_BYTES / 2) {
			if (sm_queue_bytes(&s->csi->held) + n > CSI_BYTES / 2)
				flush(s);
			sm_queue_put(&s->csi->held, p, n);
			return;
		}
		flush(s);
	}
	send(s, p, n);
}
