#include "query/regex_inside.h"

#include <string.h>

#include "base/text.h"

struct compiler {
	struct regex *re;
	struct arena *arena;
	const char *p;
	size_t n, at;
	unsigned level;
	struct err *e;
};

/* A piece: its first state, and the chain of ends still to be joined.  An
 * end is state * 2, plus 1 for other; ends are chained through themselves. */
struct piece {
	int first, ends;
};

#define LEVEL_MAX	50
#define REPEAT_MAX	255

static int
fail(struct compiler *c, const char *what)
{
	return err_set(c->e, ERR_ARGUMENT, "the regular expression '%.*s' %s "
	    "at byte %zu", (int)(c->n > 60 ? 60 : c->n), c->p, what, c->at);
}

static int
add(struct compiler *c, enum op op)
{
	struct regex *re = c->re;

	if (re->count == REGEX_MAX)
		return fail(c, "is too large");
	re->states[re->count] = (struct state){ .op = op, .next = NONE,
	    .other = NONE };
	return re->count++;
}

static int *
end_at(struct regex *re, int end)
{
	struct state *s = &re->states[end / 2];

	return end % 2 ? &s->other : &s->next;
}

static void
join(struct regex *re, int ends, int to)
{
	while (ends != NONE) {
		int *at = end_at(re, ends);

		ends = *at;
		*at = to;
	}
}

static int
chain(struct regex *re, int a, int b)
{
	int end = a;

	if (a == NONE)
		return b;
	while (*end_at(re, end) != NONE)
		end = *end_at(re, end);
	*end_at(re, end) = b;
	return a;
}

static uint32_t
take(struct compiler *c)
{
	size_t len;
	uint32_t code = utf8_get(c->p + c->at, c->n - c->at, &len);

	c->at += len;
	return code;
}

static bool
at(const struct compiler *c, char mark)
{
	return c->at < c->n && c->p[c->at] == mark;
}

/* Behind a backslash: a class, or the character itself. */
static int
escape(struct compiler *c, struct range *out)
{
	static const char letters[] = "dDwWsS";
	const char *found;
	uint32_t code;

	if (c->at == c->n)
		return fail(c, "ends with a backslash");
	code = take(c);
	found = code < 0x80 ? strchr(letters, (int)code) : NULL;
	if (code != 0 && found != NULL) {
		out->class = CLASS_DIGIT + (int)(found - letters) / 2;
		out->negated = (found - letters) % 2 == 1;
		return 0;
	}
	if (code == 'n')
		code = '\n';
	else if (code == 't')
		code = '\t';
	else if ((code >= '0' && code <= '9') || (code >= 'A' &&
	    code <= 'Z') || (code >= 'a' && code <= 'z'))
		return fail(c, "has an unknown escape");
	out->from = out->to = code;
	return 0;
}

static int
class(struct compiler *c, int state)
{
	struct state *s = &c->re->states[state];
	struct range **end = &s->ranges, *r;
	bool first = true;

	if (at(c, '^')) {
		s->negated = true;
		c->at++;
	}
	for (; first || !at(c, ']'); first = false) {
		if (c->at >= c->n)
			return fail(c, "has a '[' without ']'");
		if (++c->re->ranges > REGEX_MAX)
			return fail(c, "is too large");
		*end = r = arena_zero(c->arena, sizeof *r);
		end = &r->next;
		r->from = r->to = take(c);
		if (r->from == '\\' && escape(c, r) < 0)
			return -1;
		if (r->class != 0 || !at(c, '-') || c->at + 1 >= c->n ||
		    c->p[c->at + 1] == ']')
			continue;
		c->at++;
		r->to = take(c);
		if (r->to == '\\') {
			struct range last = { 0, 0, 0, false, NULL };

			if (escape(c, &last) < 0)
				return -1;
			if (last.class != 0)
				return fail(c, "has a class in a range");
			r->to = last.to;
		}
		if (r->to < r->from)
			return fail(c, "has a range that goes backwards");
	}
	c->at++;
	return 0;
}

static int alternatives(struct compiler *c, struct piece *out);

static int
atom(struct compiler *c, struct piece *out)
{
	uint32_t code = take(c);
	int s;

	if (code == '(') {
		if (alternatives(c, out) < 0)
			return -1;
		if (!at(c, ')'))
			return fail(c, "has a '(' without ')'");
		c->at++;
		return 0;
	}
	if (code == '*' || code == '+' || code == '?' || code == '{')
		return fail(c, "repeats nothing");
	s = add(c, code == '.' ? OP_ANY : code == '^' ? OP_START :
	    code == '$' ? OP_END : code == '[' || code == '\\' ? OP_CLASS :
	    OP_CHAR);
	if (s < 0)
		return -1;
	c->re->states[s].c = code;
	if (code == '[' && class(c, s) < 0)
		return -1;
	if (code == '\\') {
		struct range *r = arena_zero(c->arena, sizeof *r);

		if (escape(c, r) < 0)
			return -1;
		c->re->states[s].ranges = r;
	}
	*out = (struct piece){ s, s * 2 };
	return 0;
}

static int
number(struct compiler *c, int *out)
{
	size_t from = c->at;
	uint64_t v;

	while (c->at < c->n && c->p[c->at] >= '0' && c->p[c->at] <= '9')
		c->at++;
	if (text_number(c->p + from, c->at - from, REPEAT_MAX, &v) < 0)
		return fail(c, "wants a number up to 255 in '{}'");
	*out = (int)v;
	return 0;
}

/* "*", "+", "?", "{2,5}"; *most NONE: any number.  1: there is one. */
static int
repeat(struct compiler *c, int *least, int *most)
{
	char mark = c->at < c->n ? c->p[c->at] : 0;

	*least = mark == '+';
	*most = mark == '?' ? 1 : NONE;
	if (mark == 0 || strchr("*+?{", mark) == NULL)
		return 0;
	c->at++;
	if (mark != '{')
		return 1;
	if (number(c, least) < 0)
		return -1;
	*most = *least;
	if (at(c, ',')) {
		c->at++;
		*most = NONE;
		if (!at(c, '}') && number(c, most) < 0)
			return -1;
	}
	if (!at(c, '}') || (*most != NONE && *most < *least))
		return fail(c, "has a bad '{}'");
	c->at++;
	return 1;
}

/* Append b to what is there. */
static void
concatenate(struct regex *re, struct piece *a, struct piece b)
{
	if (a->first == NONE) {
		*a = b;
		return;
	}
	join(re, a->ends, b.first);
	a->ends = b.ends;
}

/* b?, or b* */
static int
optional(struct compiler *c, struct piece *b, bool loop)
{
	int split = add(c, OP_SPLIT);

	if (split < 0)
		return -1;
	c->re->states[split].next = b->first;
	if (loop) {
		join(c->re, b->ends, split);
		b->ends = split * 2 + 1;
	} else {
		b->ends = chain(c->re, b->ends, split * 2 + 1);
	}
	b->first = split;
	return 0;
}

/* What is repeated is compiled again for each time: from is its place in the
 * pattern. */
static int
repeated(struct compiler *c, size_t from, struct piece b, int least,
    int most, struct piece *out)
{
	size_t behind = c->at;
	int times = most == NONE ? least + 1 : most;

	*out = (struct piece){ NONE, NONE };
	for (int i = 0; i < times; i++) {
		if (i > 0) {
			c->at = from;
			if (atom(c, &b) < 0)
				return -1;
		}
		if (i >= least && optional(c, &b, most == NONE) < 0)
			return -1;
		concatenate(c->re, out, b);
	}
	c->at = behind;
	return 0;
}

static int
empty(struct compiler *c, struct piece *out)
{
	int s = add(c, OP_SPLIT);	/* with one way */

	*out = (struct piece){ s, s * 2 };
	return s < 0 ? -1 : 0;
}

static int
sequence(struct compiler *c, struct piece *out)
{
	*out = (struct piece){ NONE, NONE };
	while (c->at < c->n && !at(c, '|') && !at(c, ')')) {
		size_t from = c->at;
		struct piece b;
		int least, most, rc;

		if (atom(c, &b) < 0)
			return -1;
		rc = repeat(c, &least, &most);
		if (rc < 0 || (rc > 0 &&
		    repeated(c, from, b, least, most, &b) < 0))
			return -1;
		if (b.first != NONE)
			concatenate(c->re, out, b);
	}
	return out->first == NONE ? empty(c, out) : 0;
}

static int
alternatives(struct compiler *c, struct piece *out)
{
	struct piece b;
	int split;

	if (++c->level > LEVEL_MAX)
		return fail(c, "is too deep");
	if (sequence(c, out) < 0)
		return -1;
	while (at(c, '|')) {
		c->at++;
		if (sequence(c, &b) < 0)
			return -1;
		split = add(c, OP_SPLIT);
		if (split < 0)
			return -1;
		c->re->states[split].next = out->first;
		c->re->states[split].other = b.first;
		out->first = split;
		out->ends = chain(c->re, out->ends, b.ends);
	}
	c->level--;
	return 0;
}

struct regex *
regex_new(struct arena *a)
{
	struct regex *re = arena_alloc(a, sizeof *re);

	re->count = 0;
	re->ranges = 0;
	return re;
}

size_t
regex_size(const struct regex *re)
{
	return (size_t)re->count + re->ranges;
}

int
regex_compile(struct regex *re, struct arena *a, struct str pattern,
    struct err *e)
{
	struct compiler c = { .re = re, .arena = a, .p = pattern.p,
	    .n = pattern.n, .e = e };
	struct piece all;
	int match;

	re->count = 0;
	re->ranges = 0;
	if (alternatives(&c, &all) < 0)
		return -1;
	if (c.at < c.n)
		return fail(&c, "has a ')' too many");
	match = add(&c, OP_MATCH);
	if (match < 0)
		return -1;
	join(re, all.ends, match);
	re->start = all.first;
	return 0;
}

