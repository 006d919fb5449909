/* SRV records of a DNS message, and their order. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "xmpp/client_srv.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static uint32_t
chance(void *arg, uint32_t n)
{
	const uint8_t *seed = arg;

	return *seed % n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct client_srv list[CLIENT_SRV_MAX];
	size_t count = 0;

	if (n == 0)
		return 0;
	(void)client_srv_parse(list, &count, p + 1, n - 1, p[0] & 1);
	assert(count <= CLIENT_SRV_MAX);
	client_srv_order(list, count, chance, (void *)(uintptr_t)p);
	for (size_t i = 1; i < count; i++)
		assert(list[i - 1].priority <= list[i].priority);
	return 0;
}
