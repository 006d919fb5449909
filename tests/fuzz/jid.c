/* An address: what is prepared stays so, and its parts make the whole. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "xmpp/jid.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

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
	} else {
		assert(e.text[0] != '\0');
	}
	arena_free(&a);
	return 0;
}
