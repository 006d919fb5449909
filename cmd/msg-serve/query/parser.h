/*
 * parser.h - what parse.c (operators) and parse_path.c (paths) share.
 *
 * Every function that gives an expr returns NULL once *e is filled.
 */
#ifndef QUERY_PARSER_H
#define QUERY_PARSER_H

#include "query/expr.h"
#include "query/lex.h"

struct parser {
	struct lexer lex;
	struct token tok, ahead;
	struct arena *arena;
	struct err *e;
	unsigned level;			/* of recursion */
	struct str vars[QUERY_DEPTH_MAX];
	uint32_t bound, slots, steps;
};

void parser_next(struct parser *p);
bool parser_mark(const struct parser *p, int mark);
bool parser_word(const struct parser *p, const char *word);

/* Pass over the mark, or fail with what could stand here. */
int parser_expect(struct parser *p, int mark, const char *what);
int parser_fail(struct parser *p, const char *expected);
int parser_fail_at(struct parser *p, size_t at, enum err_code code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

struct expr *parser_new(struct parser *p, enum expr_type type, size_t at);
/* Add a kid, last; fails past QUERY_DEPTH_MAX. */
int parser_add(struct parser *p, struct expr *x, struct expr *kid);

struct expr *parse_single(struct parser *p);
struct expr *parse_list(struct parser *p);	/* until ')': one or a SEQ */
struct expr *parse_path(struct parser *p);

#endif
