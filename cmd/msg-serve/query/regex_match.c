#include "query/regex_inside.h"

#include <string.h>
#include <unictype.h>

#include "base/text.h"

static bool
in_class(const struct range *r, uint32_t c)
{
	bool in;

	if (r->class == 0)
		return c >= r->from && c <= r->to;
	in = r->class == CLASS_DIGIT ? uc_is_digit(c) :
	    r->class == CLASS_WORD ? uc_is_alnum(c) || c == '_' :
	    uc_is_space(c);
	return in != r->negated;
}

static bool
passes(const struct state *s, uint32_t c)
{
	bool in = false;

	if (s->op == OP_ANY)
		return true;
	if (s->op == OP_CHAR)
		return s->c == c;
	for (const struct range *r = s->ranges; r != NULL && !in; r = r->next)
		in = in_class(r, c);
	return in != s->negated;
}

/* The state, and what is reached from it without a character, are added to
 * the list.  True: that is the end of a match. */
static bool
enter(struct regex *re, int state, size_t i, size_t n, int *list, int *count)
{
	int depth = 0;

	re->stack[depth++] = state;
	while (depth > 0) {
		const struct state *s;
		int k = re->stack[--depth];

		if (k == NONE || re->seen[k] == i + 1)
			continue;
		re->seen[k] = i + 1;
		s = &re->states[k];
		if (s->op == OP_MATCH)
			return true;
		if (s->op == OP_SPLIT) {
			re->stack[depth++] = s->other;
			re->stack[depth++] = s->next;
		} else if (s->op == OP_START ? i == 0 : s->op == OP_END &&
		    i == n) {
			re->stack[depth++] = s->next;
		} else if (s->op != OP_START && s->op != OP_END) {
			list[(*count)++] = k;
		}
	}
	return false;
}

bool
regex_matches(struct regex *re, struct str text)
{
	int *now = re->lists[0], *then = re->lists[1], *swap;
	int count = 0, after;
	size_t i = 0, len;

	memset(re->seen, 0, (size_t)re->count * sizeof *re->seen);
	for (;;) {
		uint32_t c;

		if (enter(re, re->start, i, text.n, now, &count))
			return true;
		if (i == text.n)
			return false;
		c = utf8_get(text.p + i, text.n - i, &len);
		after = 0;
		i += len;
		for (int k = 0; k < count; k++)
			if (passes(&re->states[now[k]], c) && enter(re,
			    re->states[now[k]].next, i, text.n, then, &after))
				return true;
		swap = now;
		now = then;
		then = swap;
		count = after;
	}
}
