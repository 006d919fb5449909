#include "xmpp/jid_precis.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/bytes.h"
#include "base/text.h"

/* Code points; libunistring's memory, so free and not mem_*. */
struct points {
	uint32_t *c;
	size_t n;
};

enum profile { USERNAME, OPAQUE, PASSWORD };
enum property { PVALID, FREE_PVAL, CONTEXT, DISALLOWED };

/* RFC 5892 2.6, by ranges. */
static const struct {
	uint32_t from, to;
	enum property property;
} exceptions[] = {
	{ 0x00b7, 0x00b7, CONTEXT },	{ 0x00df, 0x00df, PVALID },
	{ 0x0375, 0x0375, CONTEXT },	{ 0x03c2, 0x03c2, PVALID },
	{ 0x05f3, 0x05f4, CONTEXT },	{ 0x0640, 0x0640, DISALLOWED },
	{ 0x0660, 0x0669, CONTEXT },	{ 0x06f0, 0x06f9, CONTEXT },
	{ 0x06fd, 0x06fe, PVALID },	{ 0x07fa, 0x07fa, DISALLOWED },
	{ 0x0f0b, 0x0f0b, PVALID },	{ 0x200c, 0x200d, CONTEXT },
	{ 0x3007, 0x3007, PVALID },	{ 0x302e, 0x302f, DISALLOWED },
	{ 0x3031, 0x3035, DISALLOWED },	{ 0x303b, 0x303b, DISALLOWED },
	{ 0x30fb, 0x30fb, CONTEXT },
	/* Old Hangul jamo (RFC 8264 9.9) */
	{ 0x1100, 0x11ff, DISALLOWED },	{ 0xa960, 0xa97c, DISALLOWED },
	{ 0xd7b0, 0xd7c6, DISALLOWED },	{ 0xd7cb, 0xd7fb, DISALLOWED },
};

static bool
in_category(uint32_t c, uint32_t mask)
{
	return uc_is_general_category_withtable(c, mask);
}

static bool
has_compat(uint32_t c)
{
	size_t n = 0;
	uint32_t *r = u32_normalize(UNINORM_NFKC, &c, 1, NULL, &n);
	bool same = r != NULL && n == 1 && *r == c;

	free(r);
	return !same;
}

/* RFC 8264 section 8. */
static enum property
property_of(uint32_t c)
{
	const uint32_t letters = UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Ll |
	    UC_CATEGORY_MASK_Lo | UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn |
	    UC_CATEGORY_MASK_Mc | UC_CATEGORY_MASK_Nd;
	const uint32_t others = UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl |
	    UC_CATEGORY_MASK_No | UC_CATEGORY_MASK_Me | UC_CATEGORY_MASK_Zs |
	    UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P;

	for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
		if (c >= exceptions[i].from && c <= exceptions[i].to)
			return exceptions[i].property;
	if (c >= 0x21 && c <= 0x7e)
		return PVALID;
	if (uc_is_property_default_ignorable_code_point(c) ||
	    uc_is_property_not_a_character(c) ||
	    in_category(c, UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Cc))
		return DISALLOWED;
	if (has_compat(c))
		return FREE_PVAL;
	if (in_category(c, letters))
		return PVALID;
	return in_category(c, others) ? FREE_PVAL : DISALLOWED;
}

/* --- contextual rules (RFC 5892 appendix A) ------------------------------ */

static bool
is_script(uint32_t c, const char *name)
{
	const uc_script_t *s = uc_script(c);

	return s != NULL && strcmp(s->name, name) == 0;
}

static bool
is_joined(const struct points *t, size_t i)
{
	size_t before = i, after = i + 1;
	int type = UC_JOINING_TYPE_U;

	while (before > 0 && (type = uc_joining_type(t->c[--before])) ==
	    UC_JOINING_TYPE_T)
		;
	if (i == 0 || (type != UC_JOINING_TYPE_L && type != UC_JOINING_TYPE_D))
		return false;
	while (after < t->n &&
	    uc_joining_type(t->c[after]) == UC_JOINING_TYPE_T)
		after++;
	if (after == t->n)
		return false;
	type = uc_joining_type(t->c[after]);
	return type == UC_JOINING_TYPE_R || type == UC_JOINING_TYPE_D;
}

static bool
has_between(const struct points *t, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->c[i] >= from && t->c[i] <= to)
			return true;
	return false;
}

static bool
has_japanese(const struct points *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->c[i] != 0x30fb && (is_script(t->c[i], "Hiragana") ||
		    is_script(t->c[i], "Katakana") ||
		    is_script(t->c[i], "Han")))
			return true;
	return false;
}

static bool
context_ok(const struct points *t, size_t i)
{
	uint32_t before = i > 0 ? t->c[i - 1] : 0;
	uint32_t after = i + 1 < t->n ? t->c[i + 1] : 0;
	bool virama = i > 0 && uc_combining_class(before) == UC_CCC_VR;

	switch (t->c[i]) {
	case 0x200c:
		return virama || is_joined(t, i);
	case 0x200d:
		return virama;
	case 0x00b7:
		return before == 'l' && after == 'l';
	case 0x0375:
		return after != 0 && is_script(after, "Greek");
	case 0x05f3: case 0x05f4:
		return before != 0 && is_script(before, "Hebrew");
	case 0x30fb:
		return has_japanese(t);
	}
	if (t->c[i] >= 0x0660 && t->c[i] <= 0x0669)
		return !has_between(t, 0x06f0, 0x06f9);
	return !has_between(t, 0x0660, 0x0669);
}

static int
check_class(const struct points *t, bool identifier, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		enum property pr = property_of(t->c[i]);

		if (pr == PVALID || (pr == FREE_PVAL && !identifier))
			continue;
		if (pr == CONTEXT && context_ok(t, i))
			continue;
		return err_set(e, ERR_ARGUMENT, "U+%04X is not allowed%s",
		    (unsigned)t->c[i], pr == CONTEXT ? " there" : "");
	}
	return 0;
}

/* --- the Bidi rule (RFC 5893 section 2) ---------------------------------- */

static bool
one_of(int category, const int *set)
{
	while (*set >= 0 && *set != category)
		set++;
	return *set >= 0;
}

static int
check_bidi(const struct points *t, struct err *e)
{
	static const int rtl[] = { UC_BIDI_R, UC_BIDI_AL, UC_BIDI_AN,
		UC_BIDI_EN, UC_BIDI_ES, UC_BIDI_CS, UC_BIDI_ET, UC_BIDI_ON,
		UC_BIDI_BN, UC_BIDI_NSM, -1 };
	static const int rtl_end[] = { UC_BIDI_R, UC_BIDI_AL, UC_BIDI_EN,
		UC_BIDI_AN, -1 };
	bool any = false, en = false, an = false, ok;
	size_t last = t->n;
	int first;

	for (size_t i = 0; i < t->n; i++) {
		int b = uc_bidi_category(t->c[i]);

		any |= b == UC_BIDI_R || b == UC_BIDI_AL || b == UC_BIDI_AN;
		en |= b == UC_BIDI_EN;
		an |= b == UC_BIDI_AN;
	}
	if (!any)
		return 0;
	/* Right-to-left characters in a left-to-right text break rule 5. */
	first = uc_bidi_category(t->c[0]);
	ok = (first == UC_BIDI_R || first == UC_BIDI_AL) && !(en && an);
	for (size_t i = 0; i < t->n && ok; i++)
		ok = one_of(uc_bidi_category(t->c[i]), rtl);
	while (last > 1 && uc_bidi_category(t->c[last - 1]) == UC_BIDI_NSM)
		last--;
	if (!ok || !one_of(uc_bidi_category(t->c[last - 1]), rtl_end))
		return err_set(e, ERR_ARGUMENT,
		    "it mixes directions of writing");
	return 0;
}

/* --- profiles ------------------------------------------------------------ */

static int
decode(struct points *t, const char *p, size_t n, struct err *e)
{
	if (utf8_check(p, n) < n)
		return err_set(e, ERR_ARGUMENT, "it is not UTF-8");
	t->c = u8_to_u32((const uint8_t *)p, n, NULL, &t->n);
	return t->c == NULL ?
	    err_sys(e, ERR_SYSTEM, "cannot decode it") : 0;
}

static void
take(struct points *t, uint32_t *c, size_t n)
{
	if (c == NULL && n > 0)
		abort();		/* no memory, as mem_alloc does */
	free(t->c);
	t->c = c;
	t->n = n;
}

/* Full and half width forms become the plain ones (RFC 8264 5.2.1). */
static void
map_width(struct points *t)
{
	for (size_t i = 0; i < t->n; i++) {
		ucs4_t to[UC_DECOMPOSITION_MAX_LENGTH];
		int tag, n = uc_decomposition(t->c[i], &tag, to);

		if (n == 1 && (tag == UC_DECOMP_WIDE ||
		    tag == UC_DECOMP_NARROW))
			t->c[i] = to[0];
	}
}

static void
map_spaces(struct points *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (in_category(t->c[i], UC_CATEGORY_MASK_Zs))
			t->c[i] = ' ';
}

/* RFC 3454 B.1: what is mapped to nothing. */
static void
drop_invisible(struct points *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		uint32_t c = t->c[i];

		if (c == 0xad || c == 0x34f || c == 0x1806 || c == 0x2060 ||
		    c == 0xfeff || (c >= 0x180b && c <= 0x180d) ||
		    (c >= 0x200b && c <= 0x200d) ||
		    (c >= 0xfe00 && c <= 0xfe0f))
			continue;
		t->c[n++] = c;
	}
	t->n = n;
}

static void
map(struct points *t, enum profile profile)
{
	size_t n;
	uint32_t *c;

	if (profile == USERNAME) {
		map_width(t);
		c = u32_tolower(t->c, t->n, NULL, NULL, NULL, &n);
		take(t, c, n);
	} else {
		map_spaces(t);
	}
	if (profile == PASSWORD)
		drop_invisible(t);
	c = u32_normalize(profile == PASSWORD ? UNINORM_NFKC : UNINORM_NFC,
	    t->c, t->n, NULL, &n);
	take(t, c, n);
}

static int
put(struct buf *out, const struct points *t)
{
	char bytes[4];

	for (size_t i = 0; i < t->n; i++)
		buf_put(out, bytes, utf8_put(bytes, t->c[i]));
	return 0;
}

static int
prepare(struct buf *out, const char *p, size_t n, enum profile profile,
    struct err *e)
{
	struct points t = { NULL, 0 }, again = { NULL, 0 };
	int rc = -1;

	if (n == 0)
		return err_set(e, ERR_ARGUMENT, "it is empty");
	if (decode(&t, p, n, e) < 0)
		goto out;
	map(&t, profile);
	if (t.n == 0) {
		err_set(e, ERR_ARGUMENT, "it is empty");
		goto out;
	}
	if (check_class(&t, profile == USERNAME, e) < 0 ||
	    (profile == USERNAME && check_bidi(&t, e) < 0))
		goto out;
	/* What a second time would change has two prepared forms. */
	take(&again, u32_cpy_alloc(t.c, t.n), t.n);
	map(&again, profile);
	if (again.n != t.n || u32_cmp(again.c, t.c, t.n) != 0) {
		err_set(e, ERR_ARGUMENT, "it has no stable form");
		goto out;
	}
	rc = put(out, &t);
out:
	free(t.c);
	free(again.c);
	return rc;
}

int
precis_username(struct buf *out, const char *p, size_t n, struct err *e)
{
	return prepare(out, p, n, USERNAME, e);
}

int
precis_opaque(struct buf *out, const char *p, size_t n, struct err *e)
{
	return prepare(out, p, n, OPAQUE, e);
}

int
precis_password(struct buf *out, const char *p, size_t n, struct err *e)
{
	return prepare(out, p, n, PASSWORD, e);
}
