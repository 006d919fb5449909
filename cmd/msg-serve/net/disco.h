/*
 * disco.h - what the server says of itself: service discovery (XEP-0030),
 * entity capabilities (XEP-0115), contact addresses (XEP-0157).
 *
 * Written once, at start: an answer is a copy of bytes.  The nodes of the
 * tree and of the ad-hoc commands are told by their facades.
 */
#ifndef NET_DISCO_H
#define NET_DISCO_H

#include "base/buf.h"

#define DISCO_CAPS_NODE	"urn:M"		/* the program; before "#ver" */

struct disco;
struct serve_options;

/* Gives (disco_free).  Borrows opt. */
struct disco *disco_new(const struct serve_options *opt);
void disco_free(struct disco *d);		/* NULL is fine */

/* Append the identities, features and forms of the server; of an account. */
void disco_put_server(const struct disco *d, struct buf *out);
void disco_put_account(const struct disco *d, struct buf *out);

/* Append <c/> for stream features, which says the same by a hash. */
void disco_put_caps(const struct disco *d, struct buf *out);

/* node is that of our <c/>: it stands for the server itself. */
bool disco_is_caps(const struct disco *d, const char *node);

/* XEP-0115 5.1: from "category/type//name", features and the values of one
 * form's field, all sorted, to the base64 of their SHA-1. */
struct disco_form {
	const char *type, *var;		/* type NULL: no form */
	const char *const *values;
	size_t count;
};
void disco_hash(const char *const *identities, size_t nidentities,
    const char *const *features, size_t nfeatures,
    const struct disco_form *form, struct buf *out);

#endif
