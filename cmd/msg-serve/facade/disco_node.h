/*
 * disco_node.h - service discovery of the nodes that items are (node.h).
 *
 * A page of disco#items (XEP-0059) has nodes as its ids.
 */
#ifndef FACADE_DISCO_NODE_H
#define FACADE_DISCO_NODE_H

#include "facade/facade.h"

extern const struct facade facade_disco_node;

#endif
