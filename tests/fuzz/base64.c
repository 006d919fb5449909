/* What is taken is what is written, for both alphabets and both ways. */
#include <assert.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
round_trip(const char *p, size_t n, bool url)
{
	struct buf bytes = BUF_INIT(1 << 20), text = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	if ((url ? base64url_get : base64_get)(&bytes, p, n, &e) == 0) {
		(url ? base64url_put : base64_put)(&text, bytes.p, bytes.n);
		assert(text.n == n && (n == 0 || memcmp(text.p, p, n) == 0));
	} else {
		assert(e.code == ERR_SYNTAX && bytes.n == 0);
	}
	buf_free(&bytes);
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf strict = BUF_INIT(1 << 20), spaced = BUF_INIT(1 << 20);
	const char *s = (const char *)p;
	struct err e = ERR_INIT;

	round_trip(s, n, false);
	round_trip(s, n, true);
	if (base64_get(&strict, s, n, &e) == 0) {
		int rc = base64_get_ws(&spaced, s, n, &e);

		assert(rc == 0 && spaced.n == strict.n);
	} else {
		base64_get_ws(&spaced, s, n, &e);
	}
	buf_free(&strict);
	buf_free(&spaced);
	return 0;
}
