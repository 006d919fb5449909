#include "query/parser.h"

#include <string.h>

#include "base/text.h"

void
parser_next(struct parser *p)
{
	p->tok = p->ahead;
	lex_next(&p->lex, &p->ahead);
}

bool
parser_mark(const struct parser *p, int mark)
{
	return p->tok.type == TOKEN_MARK && p->tok.mark == mark;
}

bool
parser_word(const struct parser *p, const char *word)
{
	return p->tok.type == TOKEN_WORD && str_is(p->tok.text, word);
}

int
parser_fail_at(struct parser *p, size_t at, enum err_code code,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)err_vset(p->e, code, fmt, ap);
	va_end(ap);
	return lex_err_at(p->e, p->lex.p, p->lex.n, at);
}

#define FOUND_MAX	40	/* bytes of a token shown in an error */

int
parser_fail(struct parser *p, const char *expected)
{
	const char *from = p->lex.p + p->tok.at;
	size_t n = p->tok.n;

	if (p->tok.type == TOKEN_BAD) {
		*p->e = p->lex.err;
		return -1;
	}
	if (p->tok.type == TOKEN_END)
		return parser_fail_at(p, p->tok.at, ERR_SYNTAX,
		    "found the end of the query, expected %s", expected);
	if (n > FOUND_MAX) {
		n = FOUND_MAX;
		while (n > 0 && ((uint8_t)from[n] & 0xc0) == 0x80)
			n--;
	}
	return parser_fail_at(p, p->tok.at, ERR_SYNTAX,
	    "found %s%.*s%s, expected %s", *from == '\'' ? "" : "'", (int)n,
	    from, n < p->tok.n ? "...'" : *from == '\'' ? "" : "'", expected);
}

int
parser_expect(struct parser *p, int mark, const char *what)
{
	if (!parser_mark(p, mark))
		return parser_fail(p, what);
	parser_next(p);
	return 0;
}

struct expr *
parser_new(struct parser *p, enum expr_type type, size_t at)
{
	struct expr *x = arena_zero(p->arena, sizeof *x);

	x->type = type;
	x->at = (uint32_t)at;
	x->depth = 1;
	return x;
}

int
parser_add(struct parser *p, struct expr *x, struct expr *kid)
{
	if (x->kids == NULL)
		x->kids = kid;
	else
		x->last->next = kid;
	x->last = kid;
	x->count++;
	x->positional |= kid->positional;
	if (kid->depth + 1 > x->depth)
		x->depth = kid->depth + 1;
	if (x->depth > QUERY_DEPTH_MAX)
		return parser_fail_at(p, x->at, ERR_LIMIT,
		    "more than %d expressions in one another",
		    QUERY_DEPTH_MAX);
	return 0;
}

/* Marks and words of one level of precedence, lowest first. */
struct operator {
	const char *word;		/* NULL: mark */
	int mark;
	enum expr_type type;
	enum expr_op op;
};

#define LEVEL_MAX	14

enum { LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT,
	LEVEL_UNION, LEVEL_INTERSECT, LEVELS };

static const struct operator levels[LEVELS][LEVEL_MAX] = {
	[LEVEL_OR] = { { "or", 0, EXPR_OR, 0 } },
	[LEVEL_AND] = { { "and", 0, EXPR_AND, 0 } },
	[LEVEL_COMPARE] = {
		{ NULL, '=', EXPR_COMPARE, OP_EQ },
		{ NULL, MARK_NE, EXPR_COMPARE, OP_NE },
		{ NULL, '<', EXPR_COMPARE, OP_LT },
		{ NULL, MARK_LE, EXPR_COMPARE, OP_LE },
		{ NULL, '>', EXPR_COMPARE, OP_GT },
		{ NULL, MARK_GE, EXPR_COMPARE, OP_GE },
		{ "eq", 0, EXPR_VALUE_COMPARE, OP_EQ },
		{ "ne", 0, EXPR_VALUE_COMPARE, OP_NE },
		{ "lt", 0, EXPR_VALUE_COMPARE, OP_LT },
		{ "le", 0, EXPR_VALUE_COMPARE, OP_LE },
		{ "gt", 0, EXPR_VALUE_COMPARE, OP_GT },
		{ "ge", 0, EXPR_VALUE_COMPARE, OP_GE },
		{ "is", 0, EXPR_IS, 0 },
	},
	[LEVEL_SUM] = {
		{ NULL, '+', EXPR_ARITH, OP_ADD },
		{ NULL, '-', EXPR_ARITH, OP_SUB },
	},
	[LEVEL_PRODUCT] = {
		{ NULL, '*', EXPR_ARITH, OP_MUL },
		{ "div", 0, EXPR_ARITH, OP_DIV },
		{ "mod", 0, EXPR_ARITH, OP_MOD },
	},
	[LEVEL_UNION] = {
		{ NULL, '|', EXPR_UNION, 0 },
		{ "union", 0, EXPR_UNION, 0 },
	},
	[LEVEL_INTERSECT] = {
		{ "intersect", 0, EXPR_INTERSECT, 0 },
		{ "except", 0, EXPR_EXCEPT, 0 },
	},
};

static const struct operator *
operator_here(const struct parser *p, int level)
{
	for (size_t i = 0; i < LEVEL_MAX; i++) {
		const struct operator *o = &levels[level][i];

		if (o->word == NULL && o->mark == 0)
			return NULL;
		if (o->word != NULL ? parser_word(p, o->word) :
		    parser_mark(p, o->mark))
			return o;
	}
	return NULL;
}

static struct expr *parse_unary(struct parser *p);

/* A predicate made of numbers, last() and arithmetic is an index. */
static bool
all_index(const struct expr *x)
{
	for (const struct expr *k = x->kids; k != NULL; k = k->next)
		if (!k->index)
			return false;
	return true;
}

static struct expr *
parse_level(struct parser *p, int level)
{
	struct expr *left, *right, *x;
	const struct operator *o;

	if (level == LEVELS)
		return parse_unary(p);
	left = parse_level(p, level + 1);
	while (left != NULL && (o = operator_here(p, level)) != NULL) {
		bool chain = o->type == EXPR_OR || o->type == EXPR_AND ||
		    o->type == EXPR_UNION;

		x = parser_new(p, o->type, p->tok.at);
		x->op = o->op;
		parser_next(p);
		right = parse_level(p, level + 1);
		if (right == NULL)
			return NULL;
		if (chain && left->type == o->type)
			x = left;
		else if (parser_add(p, x, left) < 0)
			return NULL;
		if (parser_add(p, x, right) < 0)
			return NULL;
		x->index = x->type == EXPR_ARITH && all_index(x);
		left = x;
		if (level == LEVEL_COMPARE)
			break;
	}
	return left;
}

/* 2^63 fits only with its sign: together they are the least integer. */
static bool
is_least(const struct parser *p)
{
	return p->tok.type == TOKEN_INTEGER && p->tok.integer == LEX_INT_MIN;
}

static struct expr *
parse_least(struct parser *p, size_t at)
{
	struct expr *x = parser_new(p, EXPR_INTEGER, at);

	x->index = true;
	x->u.integer = INT64_MIN;
	parser_next(p);
	return x;
}

static struct expr *
parse_unary(struct parser *p)
{
	struct expr *x = NULL, *top = NULL, *kid;

	for (; parser_mark(p, '-') || parser_mark(p, '+'); parser_next(p)) {
		kid = parser_new(p, parser_mark(p, '-') ? EXPR_NEGATE :
		    EXPR_PLUS, p->tok.at);
		if (top != NULL)
			return parser_fail(p, "a number or a path behind the "
			    "sign"), NULL;
		top = x = kid;
	}
	if (x != NULL && x->type == EXPR_NEGATE && is_least(p))
		return parse_least(p, x->at);
	kid = parse_path(p);
	if (x == NULL || kid == NULL)
		return kid;
	if (parser_add(p, x, kid) < 0)
		return NULL;
	x->index = kid->index;
	return top;
}

/* "for $a in A, $b in B" is one in the other. */
static struct expr *
parse_binding(struct parser *p, enum expr_type type)
{
	struct expr *x = parser_new(p, type, p->tok.at), *kid;
	const char *word = type == EXPR_FOR ? "return" : "satisfies";

	if (p->tok.type != TOKEN_VAR)
		return parser_fail(p, "a variable such as '$x'"), NULL;
	if (p->bound == QUERY_DEPTH_MAX)
		return parser_fail_at(p, x->at, ERR_LIMIT,
		    "more than %d variables", QUERY_DEPTH_MAX), NULL;
	x->u.text = p->tok.text;
	parser_next(p);
	if (!parser_word(p, "in"))
		return parser_fail(p, "'in'"), NULL;
	parser_next(p);
	kid = parse_single(p);
	if (kid == NULL || parser_add(p, x, kid) < 0)
		return NULL;
	x->slot = p->bound;
	p->vars[p->bound++] = x->u.text;
	if (p->bound > p->slots)
		p->slots = p->bound;
	if (parser_mark(p, ',')) {
		parser_next(p);
		kid = parse_binding(p, type);
	} else if (parser_word(p, word)) {
		parser_next(p);
		kid = parse_single(p);
	} else {
		kid = NULL;
		(void)parser_fail(p, type == EXPR_FOR ? "',' or 'return'" :
		    "',' or 'satisfies'");
	}
	p->bound--;
	return kid != NULL && parser_add(p, x, kid) == 0 ? x : NULL;
}

static struct expr *
parse_if(struct parser *p)
{
	static const char *const words[] = { "then", "else" };
	struct expr *x = parser_new(p, EXPR_IF, p->tok.at), *kid;

	parser_next(p);
	parser_next(p);
	kid = parse_list(p);
	if (kid == NULL || parser_add(p, x, kid) < 0 ||
	    parser_expect(p, ')', "')'") < 0)
		return NULL;
	for (int i = 0; i < 2; i++) {
		if (!parser_word(p, words[i]))
			return parser_fail(p, i == 0 ? "'then'" : "'else'"),
			    NULL;
		parser_next(p);
		kid = parse_single(p);
		if (kid == NULL || parser_add(p, x, kid) < 0)
			return NULL;
	}
	return x;
}

struct expr *
parse_single(struct parser *p)
{
	static const struct { const char *word; enum expr_type type; } binds[] =
	    { { "for", EXPR_FOR }, { "some", EXPR_SOME },
	    { "every", EXPR_EVERY } };
	struct expr *x = NULL;

	if (p->level == QUERY_DEPTH_MAX)
		return parser_fail_at(p, p->tok.at, ERR_LIMIT,
		    "more than %d expressions in one another",
		    QUERY_DEPTH_MAX), NULL;
	p->level++;
	for (size_t i = 0; i < sizeof binds / sizeof binds[0]; i++) {
		if (parser_word(p, binds[i].word) &&
		    p->ahead.type == TOKEN_VAR) {
			parser_next(p);
			x = parse_binding(p, binds[i].type);
			goto out;
		}
	}
	if (parser_word(p, "if") && p->ahead.type == TOKEN_MARK &&
	    p->ahead.mark == '(')
		x = parse_if(p);
	else
		x = parse_level(p, LEVEL_OR);
out:
	p->level--;
	return x;
}

struct expr *
parse_list(struct parser *p)
{
	struct expr *seq = parser_new(p, EXPR_SEQ, p->tok.at), *x;

	if (parser_mark(p, ')'))
		return seq;
	for (;;) {
		x = parse_single(p);
		if (x == NULL || parser_add(p, seq, x) < 0)
			return NULL;
		if (!parser_mark(p, ','))
			break;
		parser_next(p);
	}
	if (seq->count > 1)
		return seq;
	x->next = NULL;
	return x;
}

/* The parts between top-level commas, linked by next. */
static int
parse_parts(struct parser *p, struct query *q)
{
	struct expr *list = NULL, **end = &list;

	for (;;) {
		*end = parse_single(p);
		if (*end == NULL)
			return -1;
		q->count++;
		end = &(*end)->next;
		if (!parser_mark(p, ','))
			break;
		parser_next(p);
	}
	if (p->tok.type != TOKEN_END)
		return parser_fail(p, "an operator, '/', '[' or the end");
	q->parts = arena_alloc(p->arena, q->count * sizeof q->parts[0]);
	for (size_t i = 0; i < q->count; i++) {
		q->parts[i] = list;
		list = list->next;
		q->parts[i]->next = NULL;
	}
	return 0;
}

struct query *
query_parse(struct arena *a, const char *text, size_t n, struct err *e)
{
	struct query *q = arena_zero(a, sizeof *q);
	struct parser p = { .arena = a, .e = e };

	if (n > QUERY_TEXT_MAX) {
		(void)err_set(e, ERR_LIMIT, "the query has %zu bytes, the "
		    "limit is %d", n, QUERY_TEXT_MAX);
		return NULL;
	}
	q->text = (struct str){ arena_strn(a, text, n), n };
	lex_init(&p.lex, a, q->text.p, n);
	parser_next(&p);
	parser_next(&p);
	if (parse_parts(&p, q) < 0)
		return NULL;
	q->steps = p.steps;
	q->slots = p.slots;
	return q;
}

/* No test and no predicate. */
static bool
is_plain(const struct step *s, enum axis axis)
{
	return s->primary == NULL && s->axis == axis && s->test == TEST_ANY &&
	    s->preds == NULL;
}

bool
query_cut_below(struct query *q)
{
	struct expr *x = q->parts[0];
	struct step **at = &x->u.path.steps;

	if (q->count != 1 || x->type != EXPR_PATH || *at == NULL ||
	    (*at)->next == NULL)
		return false;
	while ((*at)->next->next != NULL)
		at = &(*at)->next;
	if (!is_plain(*at, AXIS_DESCENDANT_OR_SELF) ||
	    !is_plain((*at)->next, AXIS_SELF))
		return false;
	*at = NULL;
	return true;
}

size_t
query_count(const struct query *q)
{
	return q->count;
}
