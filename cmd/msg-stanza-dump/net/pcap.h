/*
 * pcap.h - captures of tcpdump and Wireshark, .pcap and .pcapng.
 */
#ifndef DUMP_PCAP_H
#define DUMP_PCAP_H

#include <stdio.h>

#include "base/err.h"
#include "item.h"

#define PCAP_MAGIC	4		/* bytes to tell one by */

/* Does a capture begin with these bytes? */
bool pcap_file_magic(const unsigned char p[PCAP_MAGIC]);

/*
 * Reads f (taken: it is closed) to its end; each connection's items come to
 * fn, each_packet after what one packet brought (-1: stop, with *e).  name: to
 * speak of it.  ERR_INPUT: it is no capture, its link type is unknown, or it
 * is cut off, after what was before.
 */
int pcap_file_read(FILE *f, const char *name, item_fn *fn, void *arg,
    int (*each_packet)(void *arg, struct err *e), struct err *e);

#endif
