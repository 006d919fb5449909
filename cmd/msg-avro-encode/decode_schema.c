#include <string.h>

#include "decoder.h"

/*
 * Avro to JSON: what the values were written with.  A stream may be of many
 * schemas by turns, so the last ones are kept with what was made of them, and
 * the last fingerprints that nobody has.
 */

static bool
same_schema(const struct schema *a, const struct schema *b)
{
	struct buf x = BUF_INIT(SIZE_MAX / 2), y = BUF_INIT(SIZE_MAX / 2);
	bool same = a == b;

	if (!same && schema_crc64(a) == schema_crc64(b)) {
		schema_print(a, &x, 0);	/* with logical types, defaults */
		schema_print(b, &y, 0);
		same = x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
	}
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* The one in use is put aside for r, which was. */
static void
swap(struct decoder *c, struct reading *r)
{
	struct reading old = c->reading;

	c->reading = *r;
	*r = old;
	c->have = true;
}

int
decode_use(struct decoder *c, struct schema *s, struct err *e)
{
	struct reading *r;

	if (s == NULL)
		return -1;
	if (c->have && same_schema(c->reading.writer, s)) {
		schema_unref(s);
		return 0;
	}
	for (size_t i = 0; i < READINGS; i++) {
		r = &c->others[i];
		if (r->writer == NULL || !same_schema(r->writer, s))
			continue;
		schema_unref(s);
		swap(c, r);
		return 0;
	}
	r = &c->others[c->other++ % READINGS];
	reading_clear(r);
	*r = c->reading;
	c->have = reading_init(&c->reading, c->o, s, c->reader,
	    e) == 0;
	if (!c->have)
		reading_clear(&c->reading);
	return c->have ? 0 : -1;
}

static int
nobody_has(const struct decoder *c, uint64_t fingerprint, struct err *e)
{
	return err_set(e, c->given == NULL ? ERR_USAGE : ERR_INPUT, "it is "
	    "written with the schema %016llx, %s",
	    (unsigned long long)fingerprint, c->given == NULL ? "and no "
	    "schema is given: use -s FILE or --kind KIND" : "and none that "
	    "is given has this fingerprint");
}

int
decode_use_fingerprint(struct decoder *c, uint64_t fingerprint, struct err *e)
{
	struct schema *s;

	if (c->have && schema_crc64(c->reading.writer) == fingerprint)
		return 0;
	for (size_t i = 0; i < READINGS; i++) {
		struct reading *r = &c->others[i];

		if (r->writer == NULL || schema_crc64(r->writer) !=
		    fingerprint)
			continue;
		swap(c, r);
		return 0;
	}
	for (size_t i = 0; i < READINGS && i < c->unknown_count; i++)
		if (c->unknown[i] == fingerprint)
			return nobody_has(c, fingerprint, e);
	s = c->given != NULL && schema_crc64(c->given) == fingerprint ?
	    schema_ref(c->given) :
	    schema_by_fingerprint(&c->sources, fingerprint);
	if (s != NULL)
		return decode_use(c, s, e);
	c->unknown[c->unknown_count++ % READINGS] = fingerprint;
	return nobody_has(c, fingerprint, e);
}

int
decode_use_given(struct decoder *c, struct err *e)
{
	if (!schema_given(c->o))
		return 0;
	if (c->given == NULL)
		c->given = schema_of_sources(&c->sources, e);
	return c->given == NULL ? -1 :
	    decode_use(c, schema_ref(c->given), e);
}

void
decode_schemas_clear(struct decoder *c)
{
	reading_clear(&c->reading);
	for (size_t i = 0; i < READINGS; i++)
		reading_clear(&c->others[i]);
	schema_unref(c->given);
	schema_unref(c->reader);
	sources_clear(&c->sources);
}
