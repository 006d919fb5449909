/*
 * prometheus.h - what is counted, in the text format that Prometheus reads
 * (version 0.0.4): the answer at /metrics of the --metrics address.
 */
#ifndef WEB_PROMETHEUS_H
#define WEB_PROMETHEUS_H

#include "base/buf.h"

struct exchange;
struct http_request;
struct server;
struct web;

#define PROMETHEUS_TYPE	"text/plain; version=0.0.4; charset=utf-8"

/* Append all of it.  Any thread, while workers run. */
void prometheus_write(struct buf *out, struct server *s);

/* Answers a request to the --metrics address: GET /metrics, else 404. */
void prometheus_answer(struct web *c, struct exchange *x,
    const struct http_request *r);

#endif
