#include "net/admission.h"

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "io/network.h"
#include "net/server.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/* --- counting ------------------------------------------------------------ */

bool
admission_exempt(const struct server *s, const struct peer *p)
{
	static const uint8_t none[16];

	return memcmp(p->ip, none, sizeof none) == 0 ||
	    networks_have(&s->opt->exempt, p->ip);
}

static enum admitted
enter(struct server *s, const struct peer *p, bool always)
{
	struct admission *a = &s->admission;
	const struct serve_options *opt = s->opt;
	enum admitted is = ADMITTED;
	uint8_t key[16];
	uintptr_t count;

	network_one(key, p->ip);
	pthread_mutex_lock(&a->lock);
	count = (uintptr_t)map_get(&a->addresses, key, sizeof key);
	if (!always && a->count >= (size_t)opt->connections)
		is = SERVER_FULL;
	else if (!always && count >= (uintptr_t)opt->address_connections &&
	    !admission_exempt(s, p))
		is = ADDRESS_FULL;
	if (is == ADMITTED) {
		a->count++;
		map_set(&a->addresses, key, sizeof key, (void *)(count + 1));
	}
	pthread_mutex_unlock(&a->lock);
	return is;
}

enum admitted
admission_enter(struct server *s, const struct peer *p)
{
	return enter(s, p, false);
}

void
admission_keep(struct server *s, const struct peer *p)
{
	enter(s, p, true);
}

void
admission_leave(struct server *s, const struct peer *p)
{
	struct admission *a = &s->admission;
	uint8_t key[16];
	uintptr_t count;

	network_one(key, p->ip);
	pthread_mutex_lock(&a->lock);
	a->count--;
	count = (uintptr_t)map_get(&a->addresses, key, sizeof key);
	if (count > 1)
		map_set(&a->addresses, key, sizeof key, (void *)(count - 1));
	else
		map_del(&a->addresses, key, sizeof key);
	pthread_mutex_unlock(&a->lock);
}

/* --- refusing ------------------------------------------------------------ */

#define UNREAD	16	/* reads of what was sent meanwhile; it may go on */

static const struct {
	const char *why, *condition, *status;
	uint8_t alert;			/* of TLS: RFC 8446 6.2 */
} words[] = {
	[ADDRESS_FULL] = { "too many connections from your address",
	    "policy-violation", "429 Too Many Requests", 49 },
	[SERVER_FULL] = { "too many connections", "resource-constraint",
	    "503 Service Unavailable", 80 },
};

static void
say_stream(struct buf *out, const struct server *s, enum admitted why)
{
	buf_lit(out, "<?xml version='1.0'?><stream:stream xmlns=\"" NS_CLIENT
	    "\" xmlns:stream=\"" NS_STREAM "\" version=\"1.0\" id=\"");
	hex_random(out, 8);
	buf_putc(out, '"');
	xml_attr(out, "from", s->opt->domain);
	buf_printf(out, "><stream:error><%s xmlns=\"" NS_STREAMS "\"/>"
	    "<text xmlns=\"" NS_STREAMS "\" xml:lang=\"en\">%s</text>"
	    "</stream:error></stream:stream>", words[why].condition,
	    words[why].why);
}

static void
say_http(struct buf *out, enum admitted why)
{
	buf_printf(out, "HTTP/1.1 %s\r\nConnection: close\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n\r\n%s\n", words[why].status,
	    strlen(words[why].why) + 1, words[why].why);
}

/* A fatal alert in place of a handshake. */
static void
say_tls(struct buf *out, enum admitted why)
{
	const uint8_t record[] = { 21, 3, 3, 0, 2, 2, words[why].alert };

	buf_put(out, record, sizeof record);
}

void
admission_refuse(struct server *s, const struct peer *p, int fd, int kind,
    enum admitted why)
{
	struct buf out = BUF_INIT(4096);
	char unread[4096];

	log_event(&s->log, LOG_LEVEL_WARN, "connection refused", "peer",
	    p->text, "why", words[why].why, NULL);
	if (kind == LISTEN_STARTTLS)
		say_stream(&out, s, why);
	else if (kind == LISTEN_HTTP || kind == LISTEN_METRICS)
		say_http(&out, why);
	else
		say_tls(&out, why);
	/* What lies unread would make it a reset, and that the peer's loss. */
	if (send(fd, out.p, out.n, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
		shutdown(fd, SHUT_WR);
		for (int i = 0; i < UNREAD && recv(fd, unread, sizeof unread,
		    MSG_DONTWAIT) > 0; i++)
			;
	}
	close(fd);
	buf_free(&out);
}
