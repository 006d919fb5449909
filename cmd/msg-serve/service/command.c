#include "service/command.h"

#include "net/worker.h"
#include "service/account.h"
#include "service/branch_own.h"
#include "service/branch_owner.h"
#include "store/rights.h"

static command_fn *const functions[MSG_COMMANDS] = {
#define X(verb, name, argument, attributes, more, role, summary) \
	[MSG_##verb##_##name] = command_##verb##_##name,
#include "msg/commands.def"
#undef X
};

int
command_run(struct call *c, struct err *e)
{
	const struct msg_command *row = c->request->command;

	if (row->role == MSG_ROLE_ADMIN && !c->account->admin)
		return err_set(e, ERR_FORBIDDEN,
		    "'%s' is for administrators", row->word);
	return functions[msg_command_id(row)](c, e);
}

int
call_branch(struct call *c, uint32_t *branch, struct err *e)
{
	struct str name = c->request->branch;
	struct reader *r;
	struct branch found;
	int rc;

	if (name.n == 0) {
		*branch = BRANCH_STAGING;
		return 0;
	}
	r = worker_reader(c->worker, e);
	rc = r == NULL ? -1 : branch_find(c->account, r, name, &found, e);
	if (rc == 0 && branch_is_own(c, name)) {
		*branch = BRANCH_OWN;
		return 0;
	}
	if (rc == 0)
		return branch_missing(name, e);
	if (rc < 0)
		return -1;
	if (found.id == BRANCH_REPOSITORY && !c->account->admin)
		return err_set(e, ERR_FORBIDDEN, "what the store has of "
		    "users and branches is for administrators");
	*branch = found.id;
	return 0;
}

int
call_check_rev(const struct call *c, const struct reader *r, uint64_t rev,
    struct err *e)
{
	uint64_t head = reader_head(r);

	if (rev <= head)
		return 0;
	if (!rights_all_read(c->account->rights))
		return err_set(e, ERR_NOT_FOUND, "no revision %ju",
		    (uintmax_t)rev);
	return err_set(e, ERR_NOT_FOUND, "no revision %ju: the newest is %ju",
	    (uintmax_t)rev, (uintmax_t)head);
}

int
call_view(struct call *c, struct view *out, struct err *e)
{
	struct reader *r = worker_reader(c->worker, e);
	uint32_t branch;

	if (r == NULL || call_branch(c, &branch, e) < 0 ||
	    call_check_rev(c, r, c->request->rev, e) < 0 ||
	    view_open(out, r, branch == BRANCH_OWN ? BRANCH_STAGING : branch,
	    c->request->rev, e) < 0)
		return -1;
	c->rev = out->rev;
	return view_allow(out, c->account->rights, e);
}
