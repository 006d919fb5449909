/*
 * pubsub.h - XEP-0060 over the tree: nodes are items (node.h).
 *
 * Retrieving is get-item, publishing and retracting are set-item, a
 * subscription is a watch and lives as long: until it is ended or its stream
 * is, whatever presence says.  A payload is the item's JSON (XEP-0335).
 */
#ifndef FACADE_PUBSUB_H
#define FACADE_PUBSUB_H

#include "facade/facade.h"

extern const struct facade facade_pubsub;
extern const struct event_form event_form_pubsub;

/* For the files of pubsub alone. */
struct node;

/* What an IQ asks, <items node="/news"/> for example; -1: it is refused. */
typedef int pubsub_read_fn(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e);

/* Append what is in the result's <iq/>. */
typedef int pubsub_answer_fn(struct call *c, const struct stanza *verb,
    struct buf *out, struct err *e);

pubsub_read_fn pubsub_items, pubsub_publish, pubsub_retract, pubsub_create,
    pubsub_delete, pubsub_get_config, pubsub_set_config, pubsub_subscribe,
    pubsub_unsubscribe, pubsub_subscriptions;
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
