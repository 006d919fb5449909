/*
 * chain.h - what makes a changed byte of the past be noticed.
 *
 * Each commit carries the sum of the hashes of all rows it wrote in hashed
 * tables (engine.h), and SHA-256 over itself, that sum and the hash of the
 * commit before it in the store.  A sum can be made again in one pass over
 * the tables, in any order.  Rows of other tables carry a seal of their own.
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include <stdint.h>

#include "store/engine.h"

#define CHAIN_HASH	32

extern const bool chain_hashed[T_COUNT];

/* SHA-256 with its working memory; one thread. */
struct hasher;

struct hasher *hasher_new(void);
void hasher_free(struct hasher *h);		/* NULL is fine */

void hash_bytes(struct hasher *h, struct str a, struct str b,
    uint8_t out[CHAIN_HASH]);

/* Over table, key length, key and value. */
void hash_row(struct hasher *h, const struct row *r, uint8_t out[CHAIN_HASH]);

/* The sum of a commit's row hashes, in four numbers. */
struct chain_sum {
	uint64_t lane[4];
};

#define CHAIN_SUM	32

void chain_add(struct chain_sum *s, struct hasher *h, const struct row *r);
void chain_sum_put(const struct chain_sum *s, uint8_t out[CHAIN_SUM]);

/* The revision a row of a hashed table belongs to. */
uint64_t chain_rev(const struct row *r);

#endif
