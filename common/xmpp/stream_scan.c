#include "xmpp/stream_scan.h"

#include <string.h>

enum state {
	BETWEEN,		/* white space, then a thing */
	PROLOG,			/* after the XML declaration */
	LT,			/* after "<" */
	TAG,			/* in a start tag */
	QUOTED,			/* in an attribute's value */
	END_TAG,
	END_REST,		/* after the name in it */
	TEXT,
	BANG,			/* in "<![CDATA[" */
	CDATA,
	DECL,			/* in "<?xml " */
	DECL_REST
};

/* What a byte is in a start tag outside quotes. */
enum { NAME, SPACE, QUOTE, EQUALS, SLASH, CLOSE, OPEN };

static const uint8_t classes[256] = {
	[' '] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\r'] = SPACE,
	['"'] = QUOTE, ['\''] = QUOTE, ['='] = EQUALS, ['/'] = SLASH,
	['>'] = CLOSE, ['<'] = OPEN,
};

static const char cdata_open[] = "[CDATA[";
static const char decl_open[] = "xml";

void
scan_init(struct scan *s, size_t depth)
{
	memset(s, 0, sizeof *s);
	s->depth = depth;
}

static enum scan_event
bad(struct scan *s, const char *condition, const char *words)
{
	s->condition = condition;
	s->words = words;
	return SCAN_BAD;
}

static bool
is_space(char c)
{
	return classes[(unsigned char)c] == SPACE;
}

/* The functions below go on from *i and return an event, SCAN_MORE when the
 * state changed or the bytes ran out. */

static enum scan_event
between(struct scan *s, const char *p, size_t n, size_t *i)
{
	while (*i < n && is_space(p[*i]))
		++*i;
	if (*i == n)
		return SCAN_MORE;
	if (p[*i] == '<') {
		if (s->state == BETWEEN)
			s->start = *i;
		++*i;
		s->state = LT;
		s->elements = 0;
		return SCAN_MORE;
	}
	if (s->depth == 0 && (p[*i] == '\0' || (unsigned char)p[*i] >= 0xfe))
		return bad(s, "unsupported-encoding",
		    "the stream is not in UTF-8");
	return s->depth == 0 ?
	    bad(s, "not-well-formed", "text before the stream header") :
	    bad(s, "bad-format", "text between stanzas");
}

/* FNV-1a.  That two names have one hash only means that libxml2 will tell
 * them apart a little later. */
static void
begin_name(struct scan *s)
{
	s->name = 0;
	s->naming = true;
	s->hash = 2166136261u;
}

static void
add_name(struct scan *s, const char *p, size_t n)
{
	uint32_t h = s->hash;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619u;
	s->hash = h;
}

static enum scan_event
start_tag(struct scan *s, const struct stream_limits *lim, char c)
{
	if (s->depth > lim->depth)
		return bad(s, "policy-violation",
		    "too many levels of elements");
	if (s->depth > 0 && ++s->elements > lim->elements)
		return bad(s, "policy-violation", "too many elements");
	s->state = TAG;
	s->slash = false;
	s->attrs = 0;
	begin_name(s);
	add_name(s, &c, 1);
	s->name = 1;
	return SCAN_MORE;
}

/* The byte after "<". */
static enum scan_event
after_lt(struct scan *s, const struct stream_limits *lim, char c)
{
	switch (c) {
	case '/':
		if (s->depth == 0)
			return bad(s, "not-well-formed",
			    "an end tag before the stream header");
		s->state = END_TAG;
		begin_name(s);
		return SCAN_MORE;
	case '!':
		s->state = BANG;
		s->match = 0;
		return SCAN_MORE;
	case '?':
		if (s->depth > 0 || s->declared)
			return bad(s, "restricted-xml",
			    "a processing instruction");
		s->state = DECL;
		s->match = 0;
		return SCAN_MORE;
	case '\0':
		if (s->depth == 0)
			return bad(s, "unsupported-encoding",
			    "the stream is not in UTF-8");
		break;
	}
	if (classes[(unsigned char)c] != NAME)
		return bad(s, "not-well-formed", "no name after '<'");
	return start_tag(s, lim, c);
}

/* An element's name is complete. */
static enum scan_event
end_name(struct scan *s)
{
	s->naming = false;
	if (s->depth == 1 && s->hash == s->names[0])
		return bad(s, "bad-format", "a second stream header");
	if (s->depth < SCAN_NAMES)
		s->names[s->depth] = s->hash;
	return SCAN_MORE;
}

static enum scan_event
close_start(struct scan *s)
{
	if (s->depth == 0) {
		if (s->slash)
			return bad(s, "bad-format",
			    "the stream header ends the stream");
		s->depth = 1;
		return SCAN_HEADER;
	}
	if (s->slash && s->depth == 1)
		return SCAN_STANZA;
	if (!s->slash)
		s->depth++;
	s->state = TEXT;
	return SCAN_MORE;
}

/* A run of name bytes of a start tag is over, for now. */
static enum scan_event
name_run(struct scan *s, const struct stream_limits *lim, const char *p,
    size_t n)
{
	s->name += n;
	if (s->name > lim->name)
		return bad(s, "policy-violation", "a name is too long");
	if (s->naming)
		add_name(s, p, n);
	return SCAN_MORE;
}

/* An attribute's value; a "<" in it shows a quote that was forgotten. */
static enum scan_event
quoted(struct scan *s, const char *p, size_t n, size_t *i)
{
	const char quote = s->quote;
	size_t at = *i;

	while (at < n && p[at] != quote && p[at] != '<')
		at++;
	*i = at;
	s->state = QUOTED;
	if (at == n)
		return SCAN_MORE;
	if (p[at] == '<')
		return bad(s, "not-well-formed", "'<' in an attribute");
	*i = at + 1;
	s->state = TAG;
	return SCAN_MORE;
}

/* A byte of a start tag that is of no name. */
static enum scan_event
tag_mark(struct scan *s, const struct stream_limits *lim, uint8_t class,
    char c)
{
	if (s->slash && class != CLOSE)
		return bad(s, "not-well-formed", "'/' in a tag");
	if (s->naming && end_name(s) != SCAN_MORE)
		return SCAN_BAD;
	s->name = 0;
	switch (class) {
	case OPEN:
		return bad(s, "not-well-formed", "'<' in a tag");
	case EQUALS:
		if (++s->attrs > lim->attrs)
			return bad(s, "policy-violation",
			    "too many attributes");
		break;
	case QUOTE:
		s->quote = c;
		s->state = QUOTED;
		break;
	case SLASH:
		s->slash = true;
		break;
	case CLOSE:
		return close_start(s);
	}
	return SCAN_MORE;
}

/* Local copies of what moves: the compiler cannot know that *s and the bytes
 * are apart. */
static enum scan_event
in_tag(struct scan *s, const struct stream_limits *lim, const char *p,
    size_t n, size_t *i)
{
	enum scan_event ev = SCAN_MORE;
	size_t at = *i, from;
	uint8_t class;

	while (at < n && s->state == TAG && ev == SCAN_MORE) {
		class = classes[(unsigned char)p[at]];
		if (class != NAME) {
			ev = tag_mark(s, lim, class, p[at++]);
			if (s->state == QUOTED && at < n)
				ev = quoted(s, p, n, &at);
			continue;
		}
		if (s->slash)
			return bad(s, "not-well-formed", "'/' in a tag");
		from = at;
		while (at < n && classes[(unsigned char)p[at]] == NAME)
			at++;
		ev = name_run(s, lim, p + from, at - from);
	}
	*i = at;
	return ev;
}

static void
text(struct scan *s, const char *p, size_t n, size_t *i)
{
	const char *at = memchr(p + *i, '<', n - *i);

	if (at == NULL) {
		*i = n;
	} else {
		*i = (size_t)(at - p) + 1;
		s->state = LT;
	}
}

static enum scan_event
end_tag(struct scan *s, const struct stream_limits *lim, const char *p,
    size_t n, size_t *i)
{
	size_t from = *i;

	while (*i < n && classes[(unsigned char)p[*i]] == NAME)
		++*i;
	add_name(s, p + from, *i - from);
	s->name += *i - from;
	if (s->name > lim->name)
		return bad(s, "policy-violation", "a name is too long");
	if (*i == n)
		return SCAN_MORE;
	if (s->depth <= SCAN_NAMES && s->hash != s->names[s->depth - 1])
		return bad(s, "not-well-formed",
		    "an end tag that does not match");
	s->state = END_REST;
	return SCAN_MORE;
}

/* After the name of an end tag. */
static enum scan_event
end_rest(struct scan *s, char c)
{
	if (is_space(c))
		return SCAN_MORE;
	if (c != '>')
		return bad(s, "not-well-formed",
		    "more than a name in an end tag");
	s->state = TEXT;
	if (--s->depth == 0)
		return SCAN_END;
	return s->depth == 1 ? SCAN_STANZA : SCAN_MORE;
}

/* One byte of "<![CDATA[". */
static enum scan_event
bang(struct scan *s, char c)
{
	if (s->depth < 2 || c != cdata_open[s->match])
		return bad(s, "restricted-xml",
		    c == '-' ? "a comment" : "a document type declaration");
	if (cdata_open[++s->match] == '\0') {
		s->state = CDATA;
		s->match = 0;
	}
	return SCAN_MORE;
}

/* One byte in CDATA, looking for "]]>". */
static void
cdata(struct scan *s, char c)
{
	if (c == ']') {
		if (s->match < 2)
			s->match++;
	} else {
		if (c == '>' && s->match == 2)
			s->state = TEXT;
		s->match = 0;
	}
}

/* One byte after "<?": only an XML declaration is let through. */
static enum scan_event
decl(struct scan *s, char c)
{
	if (s->state == DECL) {
		if (decl_open[s->match] == '\0' ? !is_space(c) :
		    c != decl_open[s->match])
			return bad(s, "restricted-xml",
			    "a processing instruction");
		if (s->match++ == sizeof decl_open - 1) {
			s->state = DECL_REST;
			s->match = 0;
		}
		return SCAN_MORE;
	}
	if (c == '>' && s->match == 1) {
		s->state = PROLOG;
		s->declared = true;
	}
	s->match = c == '?';
	return SCAN_MORE;
}

static enum scan_event
step(struct scan *s, const struct stream_limits *lim, const char *p, size_t n,
    size_t *i)
{
	switch ((enum state)s->state) {
	case BETWEEN: case PROLOG:
		return between(s, p, n, i);
	case LT:
		return after_lt(s, lim, p[(*i)++]);
	case TAG:
		return in_tag(s, lim, p, n, i);
	case QUOTED:
		return quoted(s, p, n, i);
	case END_TAG:
		return end_tag(s, lim, p, n, i);
	case END_REST:
		return end_rest(s, p[(*i)++]);
	case TEXT:
		text(s, p, n, i);
		return SCAN_MORE;
	case BANG:
		return bang(s, p[(*i)++]);
	case CDATA:
		cdata(s, p[(*i)++]);
		return SCAN_MORE;
	case DECL: case DECL_REST:
		return decl(s, p[(*i)++]);
	}
	return SCAN_MORE;
}

enum scan_event
scan_run(struct scan *s, const struct stream_limits *lim, const char *p,
    size_t n, size_t *used)
{
	bool begun = s->bytes > 0;
	size_t room, i = 0, end = n;
	enum scan_event ev = SCAN_MORE;

	s->start = 0;
	if (!begun) {
		ev = between(s, p, n, &i);
		s->blank += s->state == BETWEEN ? i : s->start;
		if (ev == SCAN_MORE && s->blank > lim->bytes)
			ev = bad(s, "policy-violation",
			    "too much white space");
		if (s->state != BETWEEN)
			s->blank = 0;
		if (i == n || ev != SCAN_MORE)
			goto out;
	}
	/* Past this byte the limit speaks, whatever is there. */
	room = lim->bytes > s->bytes ? lim->bytes - s->bytes : 0;
	if (end - s->start > room)
		end = s->start + room;
	while (i < end && ev == SCAN_MORE)
		ev = step(s, lim, p, end, &i);
	if (ev == SCAN_MORE && end < n)
		ev = bad(s, "policy-violation", "a stanza is too big");
out:
	*used = i;
	if (ev == SCAN_MORE) {
		if (s->state != BETWEEN)
			s->bytes += i - s->start;
	} else {
		s->state = BETWEEN;
		s->bytes = 0;
	}
	return ev;
}
