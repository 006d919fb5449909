/*
 * lex.h - a path query's text in, its tokens out.
 *
 * Knows words, numbers, strings and marks; knows no grammar.  A word is a
 * letter or digit of any script, then letters, digits, '_', '-', and '.' or
 * a combining mark inside it.  Behind '/', '::' and '@' a string is a name
 * and digits are a word, so that "/2010/1st" reads as it looks.
 */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum token_type { TOKEN_END, TOKEN_BAD, TOKEN_WORD, TOKEN_NAME, TOKEN_INTEGER,
	TOKEN_REAL, TOKEN_STRING, TOKEN_VAR, TOKEN_MARK };

/* A mark's code is its character; two characters have one of these. */
enum token_mark { MARK_SLASHES = 0x80, MARK_DOTS, MARK_AXIS, MARK_NE, MARK_LE,
	MARK_GE };

#define LEX_INT_MIN	((uint64_t)1 << 63)

struct token {
	enum token_type type;
	int mark;			/* TOKEN_MARK */
	size_t at, n;			/* its bytes in the text */
	struct str text;		/* word, name, string, variable */
	uint64_t integer;		/* LEX_INT_MIN: only behind a '-' */
	double real;
};

struct lexer {
	const char *p;
	size_t n, at;
	bool name_next;			/* behind '/', '::', '@' */
	struct arena *arena;
	struct err err;			/* filled with a TOKEN_BAD */
};

/* Keeps p and a. */
void lex_init(struct lexer *l, struct arena *a, const char *p, size_t n);
void lex_next(struct lexer *l, struct token *out);

/* Is all of it one word, so that it needs no quotes as a name? */
bool lex_is_word(struct str s);

/* e->at for an offset: "line 1, column 7", counted in characters.  -1. */
int lex_err_at(struct err *e, const char *p, size_t n, size_t offset);

#endif
