/*
 * pubsub_int.h - for the files of pubsub alone.
 *
 *	pubsub.c	what may be asked
 *	pubsub_items.c	items: retrieved, published, retracted
 *	pubsub_node.c	nodes: made, described, deleted
 *	pubsub_watch.c	subscriptions, and what they are told
 */
#ifndef FACADE_PUBSUB_INT_H
#define FACADE_PUBSUB_INT_H

#include "facade/pubsub.h"

struct node;

/* What an IQ asks, <items node="/news"/> for example; -1: it is refused. */
typedef int pubsub_read_fn(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e);

/* Append what is in the result's <iq/>. */
typedef int pubsub_answer_fn(struct call *c, const struct stanza *verb,
    struct buf *out, struct err *e);

pubsub_read_fn pubsub_items, pubsub_publish, pubsub_retract, pubsub_create,
    pubsub_delete, pubsub_purge, pubsub_get_config, pubsub_set_config,
    pubsub_subscribe, pubsub_unsubscribe, pubsub_subscriptions;
pubsub_answer_fn pubsub_put_items, pubsub_put_published, pubsub_put_config,
    pubsub_put_subscribed;

/* An error with a condition of NS_PUBSUB_ERRORS.  0. */
int pubsub_fault(struct session *s, const struct request *r,
    const char *condition, const char *type, const char *special,
    const char *text);

/* The verb's node, there and open: 1; 0: it has none, and that was said;
 * -1. */
int pubsub_node(struct node *n, struct session *s, const struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e);

/* Make *r a set-item of the list of actions in text, which is freed. */
int pubsub_set(struct request *r, struct arena *a, struct buf *text,
    struct err *e);

#endif
