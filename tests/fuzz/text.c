/* What is escaped is fit for a terminal and comes back as it was; the check
 * of UTF-8 agrees with itself, byte by byte. */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* utf8_check without its fast way. */
static size_t
slow_check(const char *s, size_t n)
{
	size_t len;

	for (size_t i = 0; i < n; i += len)
		if (utf8_get(s + i, n - i, &len) == UINT32_MAX)
			return i;
	return n;
}

static void
escape_and_back(const char *s, size_t n, char quote)
{
	struct buf text = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);
	struct buf shown = BUF_INIT(1 << 20);
	int rc;

	text_escape(&text, s, n, quote);
	assert(utf8_check(text.p, text.n) == text.n);
	buf_put(&shown, text.p, text.n);
	text_clean((char *)(uintptr_t)buf_cstr(&shown));
	assert(shown.n == text.n &&
	    (text.n == 0 || memcmp(shown.p, text.p, text.n) == 0));
	rc = text_unescape(&back, text.p, text.n);
	assert(rc == 0 && back.n == n &&
	    (n == 0 || memcmp(back.p, s, n) == 0));
	buf_free(&text);
	buf_free(&back);
	buf_free(&shown);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 20);
	const char *s = (const char *)p;
	uint64_t v;

	if (n > 65536)
		return 0;
	assert(utf8_check(s, n) == slow_check(s, n));
	escape_and_back(s, n, 0);
	escape_and_back(s, n, '\'');
	text_unescape(&out, s, n);
	hex_get(&out, s, n);
	if (text_number(s, n, 1000, &v) == 0)
		assert(v <= 1000);
	buf_free(&out);
	return 0;
}
