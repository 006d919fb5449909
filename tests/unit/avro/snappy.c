#include "unit.h"

#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

#include "avro/snappy.h"

/* Text with much and little that repeats, near and far, in itself too. */
static size_t
make(char *p, size_t n, unsigned kind)
{
	unsigned seed = kind * 7919 + 1;

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		if (kind == 0)
			p[i] = (char)(seed >> 16);
		else if (kind == 1)
			p[i] = 'a';
		else if (kind == 2)
			p[i] = (char)('a' + (seed >> 16) % 3);
		else
			p[i] = i > 40000 ? p[i - 40000] :
			    (char)(seed >> 20);
	}
	return n;
}

static void
both_ways_with_the_library(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 4, 7, 8, 59, 60, 61, 64, 65,
	    66, 67, 68, 255, 256, 300, 65535, 65536, 65537, 200000 };
	static char text[200000], back[400000];

	(void)state;
	for (unsigned kind = 0; kind < 4; kind++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			struct buf out = BUF_INIT(400000);
			struct buf own = BUF_INIT(sizes[i] + 1);
			size_t n = make(text, sizes[i], kind), len;

			snappy_put(&out, text, n);
			len = sizeof back;
			assert_int_equal(snappy_uncompress(out.p, out.n, back,
			    &len), SNAPPY_OK);
			assert_int_equal(len, n);
			assert_memory_equal(back, text, n);
			assert_int_equal(snappy_get(&own, out.p, out.n), 0);
			assert_int_equal(own.n, n);
			if (n > 0)
				assert_memory_equal(own.p, text, n);
			len = sizeof back;
			assert_int_equal(snappy_compress(text, n, back, &len),
			    SNAPPY_OK);
			/* the same limits as theirs, or nearly */
			assert_true(out.n <= len + len / 8 + 16);
			buf_reset(&own);
			assert_int_equal(snappy_get(&own, back, len), 0);
			assert_int_equal(own.n, n);
			if (n > 0)
				assert_memory_equal(own.p, text, n);
			buf_free(&own);
			buf_free(&out);
		}
}

static void
broken_is_told(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int rc;
	} bad[] = {
		{ "", 0, -1 },				/* no length */
		{ "\x80\x80\x80\x80\x80\x01", 6, -1 },	/* over 32 bits */
		{ "\x04\x0c" "abc", 5, -1 },		/* three of four */
		{ "\x03\x0c" "abcd", 6, -1 },		/* one too many */
		{ "\x04\x00" "a\x01\x02", 5, -1 },	/* before the start */
		{ "\x05\x00" "a\x01\x00", 5, -1 },	/* back by nothing */
		{ "\x04\xf0", 2, -1 },			/* no length there */
		{ "\xff\xff\xff\x07\x00" "a", 6, -2 },	/* a bomb */
		{ "\xff\x03\x00" "a", 4, -1 },		/* never so much */
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf out = BUF_INIT(1000);

		assert_int_equal(snappy_get(&out, bad[i].bytes, bad[i].n),
		    bad[i].rc);
		assert_int_equal(out.n, 0);
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_with_the_library),
		cmocka_unit_test(broken_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
