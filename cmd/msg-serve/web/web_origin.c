#include "web/web_origin.h"

#include <string.h>

struct str
origin_host(struct str host)
{
	const char *end = memchr(host.p, host.n > 0 && host.p[0] == '[' ?
	    ']' : ':', host.n);

	if (end != NULL)
		host.n = (size_t)(end - host.p) + (*end == ']');
	return host;
}

bool
origin_loopback(struct str name)
{
	return http_same(name, STR("localhost")) ||
	    http_same(name, STR("127.0.0.1")) ||
	    http_same(name, STR("[::1]"));
}

/* Is it "http://HOST" of the request itself? */
static bool
own(struct str from, const struct http_request *r, bool secure,
    const char *domain)
{
	struct str scheme = secure ? STR("https://") : STR("http://");
	struct str name = origin_host(r->host);

	if (from.n <= scheme.n || !http_same(scheme,
	    (struct str){ from.p, scheme.n }))
		return false;
	from.p += scheme.n;
	from.n -= scheme.n;
	return http_same(from, r->host) && (origin_loopback(name) ||
	    http_same(name, str_of(domain)));
}

enum origin
origin_check(const struct http_request *r, bool secure, const char *domain,
    const struct opt_list *listed, struct str *from)
{
	if (http_field_one(r, "origin", from) < 0)
		return ORIGIN_FOREIGN;
	if (from->p == NULL)
		return ORIGIN_NONE;
	if (own(*from, r, secure, domain))
		return ORIGIN_OWN;
	for (size_t i = 0; i < listed->n; i++)
		if (strcmp(listed->v[i], "*") == 0 ||
		    http_same(*from, str_of(listed->v[i])))
			return ORIGIN_LISTED;
	return ORIGIN_FOREIGN;
}
