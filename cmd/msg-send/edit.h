/*
 * edit.h - edit PATH [FIELD]: an item's JSON, or the text of a field, in the
 * editor and back.
 *
 * What was typed is in a file below $XDG_STATE_HOME/msg/edit until the server
 * has it; where it is not saved, the file stays and is named.  Only fields
 * that were changed are sent, and only for the revision that was read.
 */
#ifndef SEND_EDIT_H
#define SEND_EDIT_H

#include "words.h"

word_run_fn edit_run;

#endif
