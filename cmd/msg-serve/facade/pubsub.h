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

#endif
