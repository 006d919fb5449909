#include "service/account.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "service/user.h"
#include "store/view.h"

#define BARE_MAX	4096
#define NAME_BYTES	8	/* random, of who has no name */

int
account_load(const struct account **out, struct reader *r, struct str name,
    const char *domain, struct err *e)
{
	struct buf bare = BUF_INIT(BARE_MAX);
	struct account *a;
	struct user u;
	int rc = user_find(&u, r, name, e);

	if (rc <= 0)
		return rc;
	a = mem_zero(sizeof *a);
	atomic_init(&a->refs, 1);
	a->name = mem_strn(name.p, name.n);
	buf_printf(&bare, "%s@%s", a->name, domain);
	a->bare = buf_take(&bare);
	a->item = u.item.id;
	a->rev = u.item.rev;
	a->admin = u.admin;
	a->rights = u.rights;
	*out = a;
	return 1;
}

int
account_anonymous(const struct account **out, const char *domain,
    struct err *e)
{
	static const struct str roles[] = { { "read:/", 6 } };
	struct buf b = BUF_INIT(BARE_MAX);
	uint8_t random[NAME_BYTES];
	struct account *a;
	struct rights *r;

	if (getentropy(random, sizeof random) < 0)
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	if (rights_new(&r, roles, 1, false, e) < 0)
		return -1;
	a = mem_zero(sizeof *a);
	atomic_init(&a->refs, 1);
	a->rights = r;
	buf_lit(&b, "anonymous-");
	hex_put(&b, random, sizeof random);
	a->name = mem_str(buf_cstr(&b));
	buf_printf(&b, "@%s", domain);
	a->bare = buf_take(&b);
	*out = a;
	return 0;
}

bool
account_writes(const struct account *a)
{
	bool write = rights_all_write(a->rights);

	for (size_t i = 0; !write && i < rights_count(a->rights); i++)
		rights_path(a->rights, i, &write);
	return write;
}

const struct account *
account_ref(const struct account *a)
{
	struct account *x = (struct account *)(uintptr_t)a;

	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
	return a;
}

void
account_unref(const struct account *a)
{
	struct account *x = (struct account *)(uintptr_t)a;

	if (x == NULL || atomic_fetch_sub(&x->refs, 1) != 1)
		return;
	rights_unref(x->rights);
	free(x->name);
	free(x->bare);
	free(x);
}
