/*
 * Messages of SCRAM and PLAIN from a hostile peer.  Nobody may come in
 * without the password; the first byte chooses whose turn it is.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xmpp/scram.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct scram_binding bindings[] = {
	{ "tls-exporter", "data", 4 }, { NULL, NULL, 0 },
};

static void
server(const char *p, size_t n, const char *mech)
{
	const char *half = n == 0 ? NULL : memchr(p, '\n', n);
	size_t first = half == NULL ? n : (size_t)(half - p);
	struct buf out = BUF_INIT(10000);
	struct scram_verifier v;
	struct scram_server s;
	struct err e = ERR_INIT;

	scram_server_init(&s, sasl_mech(mech), bindings, true);
	memcpy(s.own, "own", 4);
	if (scram_server_first(&s, p, first, &e) == 0) {
		scram_verifier_fake(&v, sasl_mech(mech)->hash, 4096, "key", 3,
		    (struct str){ s.user.p, s.user.n });
		assert(scram_server_challenge(&s, &v, &out, &e) == 0);
		if (half != NULL)
			assert(scram_server_final(&s, half + 1, n - first - 1,
			    &out, &e) < 0);
	}
	scram_server_clear(&s);
	buf_free(&out);
}

static void
client(const char *p, size_t n)
{
	const char *half = n == 0 ? NULL : memchr(p, '\n', n);
	size_t first = half == NULL ? n : (size_t)(half - p);
	struct secret password = SECRET_NONE;
	struct buf out = BUF_INIT(10000);
	struct scram_client c;
	struct err e = ERR_INIT;

	assert(secret_set(&password, "pw", 2, &e) == 0);
	assert(scram_client_init(&c, sasl_mech("SCRAM-SHA-1"), "u", NULL,
	    &password, NULL, false, &e) == 0);
	memcpy(c.own, "own", 4);
	c.iterations_max = SCRAM_ITERATIONS_MIN + 1;
	assert(scram_client_first(&c, &out, &e) == 0);
	if (scram_client_final(&c, p, first, &out, &e) == 0 && half != NULL)
		assert(scram_client_verify(&c, half + 1, n - first - 1,
		    &e) < 0);
	scram_client_clear(&c);
	secret_clear(&password);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *p = (const char *)bytes;
	struct sasl_plain plain;
	struct err e = ERR_INIT;

	if (n == 0)
		return 0;
	switch (p[0] % 4) {
	case 0: server(p + 1, n - 1, "SCRAM-SHA-256-PLUS"); break;
	case 1: server(p + 1, n - 1, "SCRAM-SHA-1"); break;
	case 2: client(p + 1, n - 1); break;
	case 3:
		if (sasl_plain_parse(&plain, p + 1, n - 1, &e) == 0)
			assert(plain.authcid.n > 0 && plain.password.n > 0 &&
			    plain.authzid.n + plain.authcid.n +
			    plain.password.n + 3 == n);
		break;
	}
	return 0;
}
