/*
 * branch_change.h - a list of set-branch actions: branches made, described,
 * removed, published.
 *
 * create, save and remove change the repository, all in one transaction.
 * publish takes what was done on a branch over into the one it publishes to,
 * a commit of that branch: it stands alone in its list.
 */
#ifndef SERVICE_BRANCH_CHANGE_H
#define SERVICE_BRANCH_CHANGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/merge.h"
#include "store/txn.h"

#define BRANCH_ACTIONS_MAX	1000
#define BRANCH_NAME_MAX		64	/* bytes */

enum branch_method { BRANCH_CREATE, BRANCH_SAVE, BRANCH_REMOVE,
	BRANCH_PUBLISH };

struct branch_action {
	enum branch_method method;
	const struct json *data;
	struct str name;
};

/* Which side the caller takes of an item that may be in conflict. */
struct branch_take {
	uint64_t item;
	enum merge_side side;
};

struct account;

struct branch_change {
	struct branch_action *actions;
	size_t count;
	const struct account *account;	/* who asks; as long as the job's */
	uint64_t *affected;		/* describing items; room for count */
	size_t affected_count;

	/* publish */
	uint32_t from, to;		/* branches */
	struct merge merge;
	struct branch_take *take;	/* the caller's choices, by item */
	size_t take_count;
	struct buf conflicts;		/* JSON, a list without its brackets */
	struct txn *txn;		/* while it runs, as what is below */
	struct view mine;		/* of from, as the caller sees it */
};

/* All memory is the arena's, conflicts excepted. */
struct branch_change *branch_change_parse(struct arena *a, const char *p,
    size_t n, struct err *e);
void branch_change_clear(struct branch_change *c);

bool branch_change_publishes(const struct branch_change *c);

/* In the writer, on BRANCH_REPOSITORY. */
int branch_change_apply(struct branch_change *c, struct txn *t,
    struct arena *a, struct err *e);

/* In the writer, on the branch published to. */
int branch_change_publish(struct branch_change *c, struct txn *t,
    struct arena *a, struct err *e);

#endif
