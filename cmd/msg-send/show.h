/* show.h - answers of some words as people read them. */
#ifndef SEND_SHOW_H
#define SEND_SHOW_H

#include "send.h"

/* A list of commits: who, when, why, and what was changed. */
send_show_fn show_log;

/* Lists of branches and of users, a line each. */
send_show_fn show_branches, show_users;

/* What the server is and has, and how long each command took. */
send_show_fn show_status;

/* On stderr, when the item that an answer has first is not where it was asked
 * for: who asks for "it's x" gets "it-s-x", and would look for the other. */
void show_stored(const char *asked, const struct buf *answer);

#endif
