#include "xmpp/client_srv.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <sys/random.h>

#include "base/bytes.h"

#define ANSWER_MAX	4096	/* bytes of a DNS message */
#define TRIES		2
#define SRV_FIXED	6	/* priority, weight, port */

static void
take(struct client_srv list[CLIENT_SRV_MAX], size_t *count, ns_msg *m,
    const ns_rr *rr, bool direct)
{
	const uint8_t *data = ns_rr_rdata(*rr);
	struct client_srv *srv = &list[*count];

	if (ns_rr_type(*rr) != ns_t_srv || ns_rr_rdlen(*rr) <= SRV_FIXED ||
	    *count == CLIENT_SRV_MAX)
		return;
	if (dn_expand(ns_msg_base(*m), ns_msg_end(*m), data + SRV_FIXED,
	    srv->name, sizeof srv->name) < 0 || srv->name[0] == '\0' ||
	    strcmp(srv->name, ".") == 0)
		return;
	srv->priority = get_be16(data);
	srv->weight = get_be16(data + 2);
	srv->port = get_be16(data + 4);
	srv->direct = direct;
	*count += srv->port != 0;
}

int
client_srv_parse(struct client_srv list[CLIENT_SRV_MAX], size_t *count,
    const uint8_t *p, size_t n, bool direct)
{
	ns_msg m;
	ns_rr rr;

	if (n > ANSWER_MAX || ns_initparse(p, (int)n, &m) < 0)
		return -1;
	for (int i = 0; i < ns_msg_count(m, ns_s_an); i++) {
		if (ns_parserr(&m, ns_s_an, i, &rr) < 0)
			return -1;
		take(list, count, &m, &rr, direct);
	}
	return 0;
}

/* Lower priority first, of the same those of weight 0 first. */
static bool
before(const struct client_srv *a, const struct client_srv *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->weight == 0 && b->weight > 0;
}

/* The others stay in their order. */
static void
to_front(struct client_srv *list, size_t k)
{
	struct client_srv t = list[k];

	memmove(list + 1, list, k * sizeof *list);
	list[0] = t;
}

/* Which of list[0..n), all of one priority, is next; of weight 0 only when
 * no other is left or chance says 0. */
static size_t
pick(const struct client_srv *list, size_t n, client_srv_chance *chance,
    void *arg)
{
	uint32_t sum = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < n; k++)
		sum += list[k].weight;
	at = chance(arg, sum + 1);
	while (i + 1 < n && at > list[i].weight)
		at -= list[i++].weight;
	return i;
}

void
client_srv_order(struct client_srv *list, size_t count,
    client_srv_chance *chance, void *arg)
{
	for (size_t k = 1; k < count; k++) {
		size_t j = k;

		while (j > 0 && before(&list[k], &list[j - 1]))
			j--;
		to_front(list + j, k - j);
	}
	for (size_t i = 0; i < count; i++) {
		size_t same = 1;

		while (i + same < count &&
		    list[i + same].priority == list[i].priority)
			same++;
		to_front(list + i, pick(list + i, same, chance, arg));
	}
}

static uint32_t
by_chance(void *arg, uint32_t n)
{
	uint32_t v = 0;

	(void)arg;
	if (getrandom(&v, sizeof v, 0) < 0)
		return 0;
	return v % n;
}

static void
ask(struct client_srv list[CLIENT_SRV_MAX], size_t *count, res_state state,
    const char *service, const char *domain, bool direct)
{
	uint8_t answer[ANSWER_MAX];
	char name[CLIENT_SRV_NAME + 32];
	int n;

	snprintf(name, sizeof name, "%s._tcp.%s", service, domain);
	n = res_nquery(state, name, ns_c_in, ns_t_srv, answer, sizeof answer);
	if (n > 0 && (size_t)n <= sizeof answer)
		client_srv_parse(list, count, answer, (size_t)n, direct);
}

size_t
client_srv_find(struct client_srv list[CLIENT_SRV_MAX], const char *domain,
    int want, int64_t timeout_ms)
{
	struct __res_state state = { 0 };
	size_t count = 0;

	if (res_ninit(&state) < 0)
		return 0;
	state.retry = TRIES;
	if (timeout_ms > 0)
		state.retrans = (int)(timeout_ms / 1000 / TRIES / 2 + 1);
	if (want & CLIENT_SRV_STARTTLS)
		ask(list, &count, &state, "_xmpp-client", domain, false);
	if (want & CLIENT_SRV_DIRECT)
		ask(list, &count, &state, "_xmpps-client", domain, true);
	res_nclose(&state);
	client_srv_order(list, count, by_chance, NULL);
	return count;
}
