#include <math.h>
#include <string.h>

#include "query/expr.h"
#include "query/lex.h"

#include "base/json.h"

/* Precedence of the grammar: what binds tighter is higher. */
enum { PREC_SINGLE, PREC_OR, PREC_AND, PREC_COMPARE, PREC_SUM, PREC_PRODUCT,
	PREC_UNION, PREC_INTERSECT, PREC_UNARY, PREC_PATH };

static void print_expr(const struct expr *x, int least, struct buf *out);

static const char *
op_word(const struct expr *x)
{
	static const char *const any[] = { "=", "!=", "<", "<=", ">", ">=",
	    "+", "-", "*", "div", "mod" };
	static const char *const one[] = { "eq", "ne", "lt", "le", "gt",
	    "ge" };

	switch (x->type) {
	case EXPR_OR: return "or";
	case EXPR_AND: return "and";
	case EXPR_UNION: return "|";
	case EXPR_INTERSECT: return "intersect";
	case EXPR_EXCEPT: return "except";
	case EXPR_IS: return "is";
	case EXPR_VALUE_COMPARE: return one[x->op];
	default: return any[x->op];
	}
}

static int
precedence(const struct expr *x)
{
	switch (x->type) {
	case EXPR_IF: case EXPR_FOR: case EXPR_SOME: case EXPR_EVERY:
		return PREC_SINGLE;
	case EXPR_OR:
		return PREC_OR;
	case EXPR_AND:
		return PREC_AND;
	case EXPR_COMPARE: case EXPR_VALUE_COMPARE: case EXPR_IS:
		return PREC_COMPARE;
	case EXPR_ARITH:
		return x->op <= OP_SUB ? PREC_SUM : PREC_PRODUCT;
	case EXPR_UNION:
		return PREC_UNION;
	case EXPR_INTERSECT: case EXPR_EXCEPT:
		return PREC_INTERSECT;
	case EXPR_NEGATE: case EXPR_PLUS:
		return PREC_UNARY;
	case EXPR_INTEGER:
		return x->u.integer < 0 ? PREC_UNARY : PREC_PATH;
	default:
		return PREC_PATH;
	}
}

/* "/" alone would take a word behind it for its first step. */
static bool
is_root(const struct expr *x)
{
	return x->type == EXPR_PATH && x->u.path.absolute &&
	    x->u.path.steps == NULL;
}

/* Where a bracket, a comma or the end comes next. */
static void
print_closed(const struct expr *x, struct buf *out)
{
	if (is_root(x))
		buf_putc(out, '/');
	else
		print_expr(x, PREC_SINGLE, out);
}

static void
print_string(struct str s, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, s.p[i]);
	}
	buf_putc(out, '"');
}

/* A real must not come back as an integer. */
static void
print_real(double v, struct buf *out)
{
	size_t from = out->n;

	json_put_double(out, v);
	for (size_t i = from; i < out->n; i++)
		if (strchr(".eE", out->p[i]) != NULL)
			return;
	buf_lit(out, ".0");
}

static bool
reads_as_kind(struct str name)
{
	size_t last = 0;

	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '.')
			last = i + 1;
	return name.p[last] >= 'A' && name.p[last] <= 'Z';
}

/* bare: nothing is before the name, so that digits would be a number. */
static void
print_name(const struct step *s, bool bare, struct buf *out)
{
	bool field = s->axis == AXIS_ATTRIBUTE;

	if (s->test == TEST_ANY) {
		buf_putc(out, '*');
	} else if (!lex_is_word(s->name) || (!field &&
	    s->test == TEST_NAME && reads_as_kind(s->name))) {
		if (bare)
			buf_lit(out, "child::");
		print_string(s->name, out);
	} else {
		if (bare && s->name.p[0] >= '0' && s->name.p[0] <= '9')
			buf_lit(out, "child::");
		if (s->test == TEST_KIND && s->name.n > 2 &&
		    memcmp(s->name.p, "M.", 2) == 0)
			buf_lit(out, "M.");	/* one is taken away */
		buf_put(out, s->name.p, s->name.n);
	}
}

static void
print_step(const struct step *s, bool first, struct buf *out)
{
	bool any = s->test == TEST_ANY;

	if (s->primary != NULL) {
		enum expr_type t = s->primary->type;
		bool string = t == EXPR_STRING;
		bool plain = t == EXPR_VAR || t == EXPR_CALL ||
		    t == EXPR_SEQ || (first && (string || (t == EXPR_INTEGER &&
		    s->primary->u.integer >= 0) || t == EXPR_REAL));

		if (!plain)
			buf_putc(out, '(');
		print_closed(s->primary, out);
		if (!plain)
			buf_putc(out, ')');
	} else if (s->axis == AXIS_SELF && any) {
		buf_putc(out, '.');
	} else if (s->axis == AXIS_PARENT && any) {
		buf_lit(out, "..");
	} else if (s->axis == AXIS_ATTRIBUTE) {
		buf_putc(out, '@');
		print_name(s, false, out);
	} else if (s->axis == AXIS_CHILD) {
		print_name(s, first, out);
	} else {
		buf_put(out, expr_axes[s->axis].p, expr_axes[s->axis].n);
		buf_lit(out, "::");
		print_name(s, false, out);
	}
	for (const struct expr *x = s->preds; x != NULL; x = x->next) {
		buf_putc(out, '[');
		print_closed(x, out);
		buf_putc(out, ']');
	}
}

/* Between two steps, or before the first of an absolute path, "//" says
 * "/descendant-or-self::* /". */
static bool
is_slashes(const struct step *s)
{
	return s->primary == NULL && s->axis == AXIS_DESCENDANT_OR_SELF &&
	    s->test == TEST_ANY && s->preds == NULL && s->next != NULL;
}

static void
print_path(const struct expr *x, struct buf *out)
{
	bool first = !x->u.path.absolute, slash = false, slashes = false;

	if (x->u.path.absolute && (x->u.path.steps == NULL ||
	    !is_slashes(x->u.path.steps)))
		buf_putc(out, '/');
	for (const struct step *s = x->u.path.steps; s != NULL; s = s->next) {
		/* Two "//" cannot stand together: one is written out. */
		slashes = !first && !slashes && is_slashes(s);
		if (slashes) {
			buf_lit(out, "//");
		} else {
			if (slash)
				buf_putc(out, '/');
			print_step(s, first, out);
		}
		slash = !slashes;
		first = false;
	}
}

static void
print_operands(const struct expr *x, struct buf *out)
{
	int p = precedence(x), least = p;

	if (p == PREC_COMPARE)
		least++;
	for (const struct expr *k = x->kids; k != NULL; k = k->next) {
		if (k != x->kids)
			buf_printf(out, " %s ", op_word(x));
		print_expr(k, k == x->kids ? least : p + 1, out);
	}
}

static void
print_list(const struct expr *x, struct buf *out)
{
	buf_putc(out, '(');
	for (const struct expr *k = x->kids; k != NULL; k = k->next) {
		if (k != x->kids)
			buf_lit(out, ", ");
		print_closed(k, out);
	}
	buf_putc(out, ')');
}

static void
print_binding(const struct expr *x, struct buf *out)
{
	buf_puts(out, x->type == EXPR_FOR ? "for" : x->type == EXPR_SOME ?
	    "some" : "every");
	buf_printf(out, " $%.*s in ", (int)x->u.text.n, x->u.text.p);
	print_expr(x->kids, PREC_SINGLE, out);
	buf_puts(out, x->type == EXPR_FOR ? " return " : " satisfies ");
	print_expr(x->kids->next, PREC_SINGLE, out);
}

static void
print_bare(const struct expr *x, struct buf *out)
{
	switch (x->type) {
	case EXPR_INTEGER:
		buf_puti(out, x->u.integer);
		break;
	case EXPR_REAL:
		print_real(x->u.real, out);
		break;
	case EXPR_STRING:
		print_string(x->u.text, out);
		break;
	case EXPR_VAR:
		buf_putc(out, '$');
		buf_put(out, x->u.text.p, x->u.text.n);
		break;
	case EXPR_IF:
		buf_lit(out, "if (");
		print_closed(x->kids, out);
		buf_lit(out, ") then ");
		print_expr(x->kids->next, PREC_SINGLE, out);
		buf_lit(out, " else ");
		print_expr(x->kids->next->next, PREC_SINGLE, out);
		break;
	case EXPR_FOR: case EXPR_SOME: case EXPR_EVERY:
		print_binding(x, out);
		break;
	case EXPR_CALL:
		buf_put(out, expr_funcs[x->func].word.p,
		    expr_funcs[x->func].word.n);
		print_list(x, out);
		break;
	case EXPR_SEQ:
		print_list(x, out);
		break;
	case EXPR_NEGATE: case EXPR_PLUS:
		buf_putc(out, x->type == EXPR_NEGATE ? '-' : '+');
		print_expr(x->kids, PREC_PATH, out);
		break;
	case EXPR_PATH:
		print_path(x, out);
		break;
	default:
		print_operands(x, out);
		break;
	}
}

static void
print_expr(const struct expr *x, int least, struct buf *out)
{
	bool inside = precedence(x) < least || is_root(x);

	if (inside)
		buf_putc(out, '(');
	print_bare(x, out);
	if (inside)
		buf_putc(out, ')');
}

void
query_print(const struct query *q, struct buf *out)
{
	for (size_t i = 0; i < q->count; i++) {
		if (i > 0)
			buf_lit(out, ", ");
		print_closed(q->parts[i], out);
	}
}

void
expr_print_step(const struct step *s, struct buf *out)
{
	print_step(s, false, out);
}

static bool
list_equal(const struct expr *a, const struct expr *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		if (!expr_equal(a, b))
			return false;
	return a == b;
}

static bool
steps_equal(const struct step *a, const struct step *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		if ((a->primary == NULL) != (b->primary == NULL))
			return false;
		if (a->primary != NULL && !expr_equal(a->primary, b->primary))
			return false;
		if (a->axis != b->axis || a->test != b->test ||
		    !str_eq(a->name, b->name) ||
		    a->positional != b->positional ||
		    !list_equal(a->preds, b->preds))
			return false;
	}
	return a == b;
}

bool
expr_equal(const struct expr *a, const struct expr *b)
{
	if (a->type != b->type || a->op != b->op || a->func != b->func ||
	    a->slot != b->slot || a->index != b->index ||
	    a->positional != b->positional)
		return false;
	switch (a->type) {
	case EXPR_INTEGER:
		return a->u.integer == b->u.integer;
	case EXPR_REAL:
		return a->u.real >= b->u.real && a->u.real <= b->u.real;
	case EXPR_STRING:
		return str_eq(a->u.text, b->u.text);
	case EXPR_PATH:
		return a->u.path.absolute == b->u.path.absolute &&
		    a->u.path.keep == b->u.path.keep &&
		    steps_equal(a->u.path.steps, b->u.path.steps);
	default:
		return list_equal(a->kids, b->kids);
	}
}

bool
query_equal(const struct query *a, const struct query *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!expr_equal(a->parts[i], b->parts[i]))
			return false;
	return true;
}
