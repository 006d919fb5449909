#include "query/parser.h"

#include <string.h>

#define STEP_WORDS \
	"a step: a name, a Kind, '*', '.', '..', '@field', an axis or '('"
#define NAME_WORDS "a name, a Kind or '*'"

const struct expr_func_row expr_funcs[FUNC_COUNT_OF] = {
#define X(word, name, least, most) \
	[FUNC_##name] = { { word, sizeof word - 1 }, least, most },
	FUNCTIONS(X)
#undef X
};

const struct str expr_axes[AXIS_COUNT] = {
#define X(word, name)	[AXIS_##name] = { word, sizeof word - 1 },
	AXES(X)
#undef X
};

static struct step *
step_new(struct parser *p, size_t at)
{
	struct step *s = arena_zero(p->arena, sizeof *s);

	s->at = (uint32_t)at;
	s->id = p->steps++;
	return s;
}

static struct expr *
path_new(struct parser *p, struct step *s, size_t at)
{
	struct expr *x = parser_new(p, EXPR_PATH, at);

	x->u.path.steps = s;
	return x;
}

/* An upper-case first letter, behind the last '.', says kind. */
static void
name_test(struct step *s, struct str name, bool quoted)
{
	size_t last = 0;

	s->test = TEST_NAME;
	s->name = name;
	if (s->axis == AXIS_ATTRIBUTE || quoted)
		return;
	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '.')
			last = i + 1;
	if (name.p[last] < 'A' || name.p[last] > 'Z')
		return;
	s->test = TEST_KIND;
	if (name.n > 2 && name.p[0] == 'M' && name.p[1] == '.')
		s->name = (struct str){ name.p + 2, name.n - 2 };
}

static int
parse_test(struct parser *p, struct step *s)
{
	if (parser_mark(p, '*'))
		s->test = TEST_ANY;
	else if (p->tok.type == TOKEN_WORD || p->tok.type == TOKEN_NAME)
		name_test(s, p->tok.text, p->tok.type == TOKEN_NAME);
	else
		return parser_fail(p, s->axis == AXIS_ATTRIBUTE ?
		    "the name of a field or '*'" : NAME_WORDS);
	parser_next(p);
	return 0;
}

static int
parse_axis(struct parser *p, enum axis *out)
{
	for (int i = 0; i < AXIS_COUNT; i++) {
		if (str_eq(expr_axes[i], p->tok.text)) {
			*out = (enum axis)i;
			parser_next(p);
			parser_next(p);
			return 0;
		}
	}
	return parser_fail(p, "an axis: child, self, parent, attribute, "
	    "sibling, ancestor, ancestor-or-self, descendant, "
	    "descendant-or-self, following, following-sibling, preceding or "
	    "preceding-sibling");
}

static bool
behind(const struct parser *p, int mark)
{
	return p->ahead.type == TOKEN_MARK && p->ahead.mark == mark;
}

/* Arguments of these keep equal values: a sum is over all of them. */
static bool
keeps(enum expr_func f)
{
	return f == FUNC_COUNT || f == FUNC_SUM || f == FUNC_MIN ||
	    f == FUNC_MAX;
}

static int
parse_arguments(struct parser *p, struct expr *call)
{
	struct expr *x;

	while (!parser_mark(p, ')')) {
		x = parse_single(p);
		if (x == NULL || parser_add(p, call, x) < 0)
			return -1;
		if (x->type == EXPR_PATH && keeps(call->func))
			x->u.path.keep = true;
		if (parser_mark(p, ')'))
			break;
		if (parser_expect(p, ',', "',' or ')'") < 0)
			return -1;
		if (parser_mark(p, ')'))
			return parser_fail(p, "one more argument");
	}
	parser_next(p);
	return 0;
}

static int
check_arguments(struct parser *p, struct expr *call, size_t end)
{
	const struct expr_func_row *row = &expr_funcs[call->func];

	call->index = call->func == FUNC_LAST && call->count == 0;
	call->positional |= call->func == FUNC_POSITION || call->index;
	if (call->func == FUNC_TEXT && (call->kids == NULL ||
	    call->kids->type != EXPR_PATH || call->kids->u.path.absolute ||
	    call->kids->u.path.steps->axis != AXIS_ATTRIBUTE))
		return parser_fail_at(p, end, ERR_SYNTAX, "text() wants a "
		    "field and words, as in text(@title, 'two words')");
	if (call->count >= row->least && call->count <= row->most)
		return 0;
	if (row->most == row->least || row->most == 255)
		return parser_fail_at(p, end, ERR_SYNTAX,
		    "%.*s() takes %u%s argument%s, found %zu",
		    (int)row->word.n, row->word.p, row->least,
		    row->most == 255 ? " or more" : "",
		    row->most == 1 ? "" : "s", call->count);
	return parser_fail_at(p, end, ERR_SYNTAX,
	    "%.*s() takes %u or %u arguments, found %zu", (int)row->word.n,
	    row->word.p, row->least, row->most, call->count);
}

static int
parse_function(struct parser *p, enum expr_func *out)
{
	for (int i = 0; i < FUNC_COUNT_OF; i++) {
		if (str_eq(expr_funcs[i].word, p->tok.text)) {
			*out = (enum expr_func)i;
			parser_next(p);
			return 0;
		}
	}
	return parser_fail_at(p, p->tok.at, ERR_SYNTAX,
	    "there is no function '%.*s'", (int)p->tok.text.n,
	    p->tok.text.p);
}

/* "count(a)".  first, which may be NULL, is its argument from elsewhere:
 * "child::count()" is "count(*)". */
static struct expr *
parse_call(struct parser *p, struct expr *first)
{
	struct expr *x = parser_new(p, EXPR_CALL, p->tok.at);
	size_t at = p->tok.at;

	if (parse_function(p, &x->func) < 0)
		return NULL;
	parser_next(p);			/* '(' */
	if (first != NULL) {
		first->u.path.keep = keeps(x->func);
		if (parser_add(p, x, first) < 0)
			return NULL;
	}
	if (parse_arguments(p, x) < 0 || check_arguments(p, x, at) < 0)
		return NULL;
	return x;
}

static struct expr *
parse_variable(struct parser *p)
{
	struct expr *x = parser_new(p, EXPR_VAR, p->tok.at);

	for (uint32_t i = p->bound; i-- > 0;) {
		if (str_eq(p->vars[i], p->tok.text)) {
			x->slot = i;
			x->u.text = p->tok.text;
			parser_next(p);
			return x;
		}
	}
	(void)parser_fail_at(p, p->tok.at, ERR_SYNTAX, "no variable '$%.*s' "
	    "is bound here by for, some or every", (int)p->tok.text.n,
	    p->tok.text.p);
	return NULL;
}

static struct expr *
parse_literal(struct parser *p)
{
	struct expr *x = parser_new(p, EXPR_STRING, p->tok.at);

	if (p->tok.type == TOKEN_INTEGER) {
		if (p->tok.integer == LEX_INT_MIN)
			return parser_fail_at(p, p->tok.at, ERR_SYNTAX, "the "
			    "number is over 64 bits"), NULL;
		x->type = EXPR_INTEGER;
		x->index = true;
		x->u.integer = (int64_t)p->tok.integer;
	} else if (p->tok.type == TOKEN_REAL) {
		x->type = EXPR_REAL;
		x->index = true;
		x->u.real = p->tok.real;
	} else {
		x->u.text = p->tok.text;
	}
	parser_next(p);
	return x;
}

/* NULL with e->code ERR_OK: what is here is no primary. */
static struct expr *
parse_primary(struct parser *p)
{
	struct expr *x;

	switch (p->tok.type) {
	case TOKEN_INTEGER: case TOKEN_REAL: case TOKEN_STRING:
		return parse_literal(p);
	case TOKEN_VAR:
		return parse_variable(p);
	case TOKEN_WORD:
		return behind(p, '(') ? parse_call(p, NULL) : NULL;
	default:
		break;
	}
	if (!parser_mark(p, '('))
		return NULL;
	parser_next(p);
	x = parse_list(p);
	if (x == NULL || parser_expect(p, ')', "')' or an operator") < 0)
		return NULL;
	return x;
}

static int
parse_step(struct parser *p, struct step *s)
{
	struct step *any;

	s->primary = parse_primary(p);
	if (s->primary != NULL)
		return 0;
	if (p->e->code != ERR_OK)
		return -1;
	s->test = TEST_ANY;
	s->axis = AXIS_CHILD;
	if (parser_mark(p, '.') || parser_mark(p, MARK_DOTS)) {
		s->axis = parser_mark(p, '.') ? AXIS_SELF : AXIS_PARENT;
		parser_next(p);
		return 0;
	}
	if (parser_mark(p, '@')) {
		s->axis = AXIS_ATTRIBUTE;
		parser_next(p);
		return parse_test(p, s);
	}
	if (p->tok.type == TOKEN_WORD && behind(p, MARK_AXIS)) {
		if (parse_axis(p, &s->axis) < 0)
			return -1;
		if (p->tok.type != TOKEN_WORD || !behind(p, '('))
			return parse_test(p, s);
		any = step_new(p, s->at);
		any->axis = s->axis;
		s->primary = parse_call(p, path_new(p, any, s->at));
		return s->primary != NULL ? 0 : -1;
	}
	if (!parser_mark(p, '*') && p->tok.type != TOKEN_WORD &&
	    p->tok.type != TOKEN_NAME)
		return parser_fail(p, STEP_WORDS);
	return parse_test(p, s);
}

static int
parse_predicates(struct parser *p, struct expr *path, struct step *s)
{
	struct expr **end = &s->preds, *x;

	while (parser_mark(p, '[')) {
		parser_next(p);
		x = parse_single(p);
		if (x == NULL)
			return -1;
		if (parser_expect(p, ']', "']' or an operator") < 0)
			return -1;
		s->positional |= x->positional || x->index;
		if (x->depth + 1 > path->depth)
			path->depth = x->depth + 1;
		*end = x;
		end = &x->next;
	}
	return 0;
}

static int
parse_relative(struct parser *p, struct expr *path)
{
	struct step **end = &path->u.path.steps, *s;

	while (*end != NULL)
		end = &(*end)->next;
	for (;;) {
		*end = s = step_new(p, p->tok.at);
		end = &s->next;
		if (parser_mark(p, '[') && s == path->u.path.steps)
			s->axis = AXIS_SELF;
		else if (parse_step(p, s) < 0)
			return -1;
		if (s->primary != NULL) {
			if (s == path->u.path.steps)
				path->positional = s->primary->positional;
			if (s->primary->depth + 1 > path->depth)
				path->depth = s->primary->depth + 1;
		}
		if (parse_predicates(p, path, s) < 0)
			return -1;
		if (parser_mark(p, MARK_SLASHES)) {
			*end = s = step_new(p, p->tok.at);
			end = &s->next;
			s->axis = AXIS_DESCENDANT_OR_SELF;
		} else if (!parser_mark(p, '/')) {
			return 0;
		}
		parser_next(p);
	}
}

/* Can a step begin here?  Behind a lone "/" none need follow. */
static bool
step_here(const struct parser *p)
{
	static const char marks[] = ".@*([";

	if (p->tok.type == TOKEN_MARK)
		return p->tok.mark == MARK_DOTS || (p->tok.mark < 0x80 &&
		    strchr(marks, p->tok.mark) != NULL);
	return p->tok.type != TOKEN_END && p->tok.type != TOKEN_BAD;
}

struct expr *
parse_path(struct parser *p)
{
	struct expr *path = path_new(p, NULL, p->tok.at);
	struct step *s;

	if (parser_mark(p, '/')) {
		path->u.path.absolute = true;
		parser_next(p);
		if (!step_here(p))
			return path;
	} else if (parser_mark(p, MARK_SLASHES)) {
		path->u.path.absolute = true;
		path->u.path.steps = s = step_new(p, p->tok.at);
		s->axis = AXIS_DESCENDANT_OR_SELF;
		parser_next(p);
	}
	if (parse_relative(p, path) < 0)
		return NULL;
	s = path->u.path.steps;
	if (!path->u.path.absolute && s->next == NULL && s->primary != NULL &&
	    s->preds == NULL)
		return s->primary;
	if (path->depth > QUERY_DEPTH_MAX) {
		(void)parser_fail_at(p, path->at, ERR_LIMIT, "more than %d "
		    "expressions in one another", QUERY_DEPTH_MAX);
		return NULL;
	}
	return path;
}
