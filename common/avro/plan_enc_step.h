/* plan_enc_step.h - from one thing to the next in a JSON object or array. */
#ifndef MSG_AVRO_PLAN_ENC_STEP_H
#define MSG_AVRO_PLAN_ENC_STEP_H

#include "avro/plan_int.h"
#include "base/jsonscan.h"

/* From behind a key to its value. */
static inline const char *
to_value(struct plan_run *r, const char *p)
{
	if (p < r->end && *p == ':') {
		p++;
		if (p < r->end && (unsigned char)*p > ' ')
			return p;
	} else {
		p = json_space(p, r->end);
		if (p == r->end || *p != ':')
			return enc_expected(r, p, "':'");
		p++;
	}
	p = json_space(p, r->end);
	return p < r->end ? p : plan_short(r);
}

/* From behind a value: to the next key (at its quote), or behind the bracket
 * with *done. */
static inline const char *
to_next(struct plan_run *r, const char *p, char close, bool *done)
{
	if (p < r->end && (unsigned char)*p <= ' ')
		p = json_space(p, r->end);
	if (p == r->end)
		return plan_short(r);
	if (*p == close) {
		*done = true;
		return p + 1;
	}
	if (*p != ',')
		return enc_expected(r, p, close == '}' ? "',' or '}'" :
		    "',' or ']'");
	p++;
	if (p < r->end && (unsigned char)*p <= ' ')
		p = json_space(p, r->end);
	return p < r->end ? p : plan_short(r);
}

/* From the opening bracket to what is first in it. */
static inline const char *
to_first(struct plan_run *r, const char *p, char close, bool *done)
{
	p = json_space(p + 1, r->end);
	if (p == r->end)
		return plan_short(r);
	*done = *p == close;
	return p + *done;
}

#endif
