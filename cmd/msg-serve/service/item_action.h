/*
 * item_action.h - what item_set.c and the files of single actions share.
 */
#ifndef SERVICE_ITEM_ACTION_H
#define SERVICE_ITEM_ACTION_H

#include "service/body.h"
#include "service/item_set.h"

/* An action while it is applied. */
struct applying {
	struct item_set *set;
	const struct item_action *action;
	struct txn *txn;
	struct view *view;
	struct arena *arena;
	struct err *e;
};

void affect(struct applying *x, uint64_t id);

/* The item of a path, which need not begin with '/'.  ERR_NOT_FOUND. */
int find_path(struct applying *x, struct str path, uint64_t *id);

/* The item the action is about, by path or key, at the version meant. */
int find_item(struct applying *x, struct item *out);

/* Is it a folder?  ERR_NOT_ALLOWED. */
int need_folder(struct applying *x, uint64_t id, const struct item **out,
    const char *what);
const struct kind *kind_of(struct applying *x, const struct item *it);

/* The name of a slug in the arena.  ERR_VALUE when nothing is left. */
int make_name(struct applying *x, struct str text, struct str *out);

/* A string member of the data; n 0 and *given false when there is none. */
int get_string(struct applying *x, const char *key, struct str *out,
    bool *given);

/* The JSON text of a string, and of the key's text form, in the arena. */
struct str json_text(struct arena *a, struct str s);
struct str key_text(struct arena *a, struct str key);

/* Make sure that e->path says the action's item when nothing else is said. */
int blame(struct applying *x);

int item_create(struct applying *x);
int item_save(struct applying *x);
int item_remove(struct applying *x);
int item_move(struct applying *x);
int item_copy(struct applying *x);
int item_order(struct applying *x);
int item_revert(struct applying *x);

/* Put the children in the order of a list of names, or of [name, key]; those
 * not in it keep their places behind.  Also for save's contents. */
int order_children(struct applying *x, uint64_t folder,
    const struct json *list);

#endif
