/* regex_inside.h - the automaton that regex.c makes and regex_match.c runs. */
#ifndef QUERY_REGEX_INSIDE_H
#define QUERY_REGEX_INSIDE_H

#include <stdint.h>

#include "query/regex.h"

#define NONE	(-1)		/* no state */

/* A state of the automaton.  SPLIT goes on at next and at other. */
enum op { OP_CHAR, OP_ANY, OP_CLASS, OP_SPLIT, OP_START, OP_END, OP_MATCH };

enum class { CLASS_DIGIT = 1, CLASS_WORD, CLASS_SPACE };

struct range {
	uint32_t from, to;
	int class;			/* not 0: instead of a range */
	bool negated;			/* \D, \W, \S */
	struct range *next;
};

struct state {
	enum op op;
	bool negated;
	uint32_t c;
	int next, other;
	struct range *ranges;
};

struct regex {
	struct state states[REGEX_MAX];
	int count, start;
	size_t ranges;			/* of all classes */

	/* While matching: lists of states, the position each was added at. */
	int lists[2][REGEX_MAX], stack[2 * REGEX_MAX + 1];
	size_t seen[REGEX_MAX];
};

#endif
