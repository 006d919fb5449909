#include "query/lex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

#include "base/text.h"

void
lex_init(struct lexer *l, struct arena *a, const char *p, size_t n)
{
	*l = (struct lexer){ .p = p, .n = n, .arena = a, .err = ERR_INIT };
}

int
lex_err_at(struct err *e, const char *p, size_t n, size_t offset)
{
	size_t line = 1, column = 1, len;

	for (size_t i = 0; i < offset && i < n; i += len) {
		(void)utf8_get(p + i, n - i, &len);
		column++;
		if (p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return err_at(e, "line %zu, column %zu", line, column);
}

/* The length of the character at i when a word may hold it, else 0. */
static size_t
word_char(const char *p, size_t n, size_t i, bool first)
{
	size_t len;
	uint32_t c;

	if (i >= n)
		return 0;
	c = utf8_get(p + i, n - i, &len);
	if (c < 0x80) {
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '_')
			return 1;
		if (first)
			return 0;
		return c == '-' ||
		    (c == '.' && word_char(p, n, i + 1, true) > 0);
	}
	if (c == UINT32_MAX)
		return 0;
	if (first ? uc_is_alnum(c) : uc_is_property_xid_continue(c))
		return len;
	return 0;
}

/* The offset behind the word that begins at i; i when none does. */
static size_t
word_end(const char *p, size_t n, size_t i)
{
	size_t len = word_char(p, n, i, true);

	while (len > 0) {
		i += len;
		len = word_char(p, n, i, false);
	}
	return i;
}

bool
lex_is_word(struct str s)
{
	return s.n > 0 && word_end(s.p, s.n, 0) == s.n;
}

static void
bad(struct lexer *l, struct token *t, size_t at, const char *text)
{
	t->type = TOKEN_BAD;
	(void)err_set(&l->err, ERR_SYNTAX, "%s", text);
	(void)lex_err_at(&l->err, l->p, l->n, at);
	l->at = l->n;
}

static bool
is_digit(const struct lexer *l, size_t i)
{
	return i < l->n && l->p[i] >= '0' && l->p[i] <= '9';
}

static size_t
digits_end(const struct lexer *l, size_t i)
{
	while (is_digit(l, i))
		i++;
	return i;
}

/* The offset behind the number at i.  "1.5", ".5", "2e-3"; *real says
 * whether it has more than digits. */
static size_t
number_end(const struct lexer *l, size_t i, bool *real)
{
	size_t k;

	*real = false;
	i = digits_end(l, i);
	if (i < l->n && l->p[i] == '.' && is_digit(l, i + 1)) {
		*real = true;
		i = digits_end(l, i + 1);
	}
	if (i < l->n && (l->p[i] == 'e' || l->p[i] == 'E')) {
		k = i + 1;
		if (k < l->n && (l->p[k] == '-' || l->p[k] == '+'))
			k++;
		if (is_digit(l, k)) {
			*real = true;
			i = digits_end(l, k);
		}
	}
	return i;
}

static void
number(struct lexer *l, struct token *t, size_t end, bool real)
{
	char *s = arena_strn(l->arena, l->p + t->at, end - t->at);
	uint64_t v;

	l->at = end;
	if (!real) {
		t->type = TOKEN_INTEGER;
		if (text_number(s, end - t->at, LEX_INT_MIN, &v) < 0)
			bad(l, t, t->at, "the number is over 64 bits");
		else
			t->integer = v;
		return;
	}
	t->type = TOKEN_REAL;
	errno = 0;
	t->real = strtod(s, NULL);
	if (t->real > 1.7976931348623157e308)
		bad(l, t, t->at, "the number is too large");
}

/* 'it''s' and "say ""so""": the quote itself is written twice. */
static void
string(struct lexer *l, struct token *t, char quote)
{
	char *out = arena_alloc(l->arena, l->n - l->at);
	size_t n = 0, i = l->at + 1;

	for (;; i++) {
		if (i >= l->n) {
			bad(l, t, t->at, "the string has no end");
			return;
		}
		if (l->p[i] == quote) {
			if (i + 1 >= l->n || l->p[i + 1] != quote)
				break;
			i++;
		}
		out[n++] = l->p[i];
	}
	if (utf8_check(out, n) != n) {
		bad(l, t, t->at, "the string is no UTF-8");
		return;
	}
	t->type = TOKEN_STRING;
	t->text = (struct str){ out, n };
	l->at = i + 1;
}

static void
mark(struct lexer *l, struct token *t)
{
	static const struct { char a, b; int code; } twos[] = {
		{ '/', '/', MARK_SLASHES }, { '.', '.', MARK_DOTS },
		{ ':', ':', MARK_AXIS }, { '!', '=', MARK_NE },
		{ '<', '=', MARK_LE }, { '>', '=', MARK_GE },
	};
	char c = l->p[l->at], next = l->at + 1 < l->n ? l->p[l->at + 1] : 0;
	size_t len;

	t->type = TOKEN_MARK;
	for (size_t i = 0; i < sizeof twos / sizeof twos[0]; i++) {
		if (twos[i].a == c && twos[i].b == next) {
			t->mark = twos[i].code;
			l->at += 2;
			return;
		}
	}
	if (c != 0 && strchr("/.@*()[],+-|=<>", c) != NULL) {
		t->mark = c;
		l->at++;
		return;
	}
	bad(l, t, t->at, "");
	(void)utf8_get(l->p + t->at, l->n - t->at, &len);
	(void)err_set(&l->err, ERR_SYNTAX, "found '%.*s', which no query can "
	    "hold outside quotes", (int)len, l->p + t->at);
	(void)lex_err_at(&l->err, l->p, l->n, t->at);
}

static void
variable(struct lexer *l, struct token *t)
{
	size_t end = word_end(l->p, l->n, l->at + 1);

	if (end == l->at + 1) {
		bad(l, t, t->at, "found '$' without the name of a variable");
		return;
	}
	t->type = TOKEN_VAR;
	t->text = (struct str){ l->p + l->at + 1, end - l->at - 1 };
	l->at = end;
}

/* A word or a number: digits alone are a number, but not behind '/'. */
static void
word(struct lexer *l, struct token *t, bool name)
{
	size_t end = word_end(l->p, l->n, l->at), number_at;
	bool real, letters = false;

	if (!name && is_digit(l, l->at)) {
		number_at = number_end(l, l->at, &real);
		for (size_t i = number_at; i < end; i++)
			letters |= l->p[i] != '-' && !is_digit(l, i);
		if (!letters) {
			number(l, t, number_at, real);
			return;
		}
	}
	t->type = TOKEN_WORD;
	t->text = (struct str){ l->p + l->at, end - l->at };
	l->at = end;
}

static void
scan(struct lexer *l, struct token *t, bool name)
{
	char c = l->p[l->at];
	bool real;

	if (c == '\'' || c == '"') {
		string(l, t, c);
		if (name && t->type == TOKEN_STRING)
			t->type = TOKEN_NAME;
	} else if (c == '$') {
		variable(l, t);
	} else if (word_char(l->p, l->n, l->at, true) > 0) {
		word(l, t, name);
	} else if (c == '.' && !name && is_digit(l, l->at + 1)) {
		size_t end = number_end(l, l->at, &real);

		number(l, t, end, real);
	} else {
		mark(l, t);
	}
}

void
lex_next(struct lexer *l, struct token *t)
{
	bool name = l->name_next;

	while (l->at < l->n && strchr(" \t\r\n", l->p[l->at]) != NULL &&
	    l->p[l->at] != 0)
		l->at++;
	*t = (struct token){ .type = TOKEN_END, .at = l->at };
	l->name_next = false;
	if (l->err.code != ERR_OK)
		t->type = TOKEN_BAD;
	else if (l->at < l->n)
		scan(l, t, name);
	t->n = l->at - t->at;
	l->name_next = t->type == TOKEN_MARK && (t->mark == '/' ||
	    t->mark == '@' || t->mark == MARK_SLASHES ||
	    t->mark == MARK_AXIS);
}
