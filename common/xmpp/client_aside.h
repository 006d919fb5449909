/*
 * client_aside.h - what waits and cannot be told to stop, such as the
 * resolver, in a thread of its own that may be left behind.
 */
#ifndef XMPP_CLIENT_ASIDE_H
#define XMPP_CLIENT_ASIDE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Run fn(arg) until it is done, until deadline_us (clock_mono_us; INT64_MAX:
 * never) or until wake_fd (-1: none) is readable.  True: done, arg is the
 * caller's again.  False: not done; arg is fn's, and drop(arg) is called in
 * its thread when that ends.
 */
bool client_aside(void (*fn)(void *arg), void (*drop)(void *arg), void *arg,
    int64_t deadline_us, int wake_fd);

#endif
