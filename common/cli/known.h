/*
 * known.h - the keys that servers had when they were first met: --tofu.
 *
 * $XDG_STATE_HOME/msg/known, a line each: the server as it was asked for, a
 * blank, and the SHA-256 of its key in hex.
 */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "base/err.h"
#include "xmpp/peer.h"

/* The server as the user says it: the address, or the domain of the JID when
 * there is none (NULL).  Gives (free). */
char *known_name(const char *server, const char *jid);

/* 1 and the pin; 0: not met yet; -1: ERR_CONFIG, the file is malformed. */
int known_find(char pin[PEER_PIN_LEN + 1], const char *server,
    struct err *e);

/* Remember one more. */
int known_add(const char *server, const char *pin, struct err *e);

/* The file, for errors; gives (free).  NULL: there is no home. */
char *known_path(void);

#endif
