/* An address: what is prepared stays so, and its parts make the whole. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "xmpp/jid.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The parts one by one give the same: the short way and the long one agree. */
static void
check_parts(const struct jid *j)
{
	struct buf b = BUF_INIT(4 * JID_MAX);
	struct err e = ERR_INIT;

	if (j->local.n > 0) {
		assert(jid_local(&b, j->local.p, j->local.n, &e) == 0);
		buf_putc(&b, '@');
	}
	assert(jid_domain(&b, j->domain.p, j->domain.n, &e) == 0);
	if (j->resource.n > 0) {
		buf_putc(&b, '/');
		assert(jid_resource(&b, j->resource.p, j->resource.n, &e) == 0);
	}
	assert(str_eq(j->full, (struct str){ b.p, b.n }));
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct jid j, again;

	if (jid_parse(&j, &a, (const char *)p, n, &e) == 0) {
		assert(j.full.n <= JID_MAX);
		assert(utf8_check(j.full.p, j.full.n) == j.full.n);
		assert(strlen(j.full.p) == j.full.n);
		assert(j.domain.n > 0);
		assert(j.full.n == j.domain.n +
		    (j.local.n > 0 ? j.local.n + 1 : 0) +
		    (j.resource.n > 0 ? j.resource.n + 1 : 0));
		assert(jid_parse(&again, &a, j.full.p, j.full.n, &e) == 0);
		assert(jid_eq(&j, &again) && jid_eq_bare(&j, &again));
		check_parts(&j);
	} else {
		assert(e.text[0] != '\0');
	}
	arena_free(&a);
	return 0;
}
