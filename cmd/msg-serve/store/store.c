#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/cred.h"
#include "store/cred_inside.h"
#include "store/inside.h"

/* --- opening --------------------------------------------------------- */

/* One process at a time: a lock on the directory of the data itself. */
static int
lock(struct store *s, const char *data, struct err *e)
{
	s->lock_fd = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->lock_fd < 0)
		return errno == ENOENT || errno == ENOTDIR ?
		    err_set(e, ERR_NOT_FOUND, "no store at '%s'", s->dir) :
		    err_sys(e, ERR_SYSTEM, "cannot open '%s'", data);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_CONFLICT, "the store '%s' is open in "
		    "another msg-serve", s->dir);
	return err_sys(e, ERR_SYSTEM, "cannot lock '%s'", data);
}

int
store_served(const char *dir, struct err *e)
{
	char *data = fs_join(dir, "data");
	struct store s = { .dir = (char *)(uintptr_t)dir, .lock_fd = -1 };
	int rc = lock(&s, data, e);

	if (s.lock_fd >= 0)
		close(s.lock_fd);
	free(data);
	return rc == 0 ? 0 : e->code == ERR_CONFLICT ? 1 : -1;
}

static int
open_data(struct store *s, const struct store_options *o, struct err *e)
{
	char *data = fs_join(s->dir, "data");
	struct engine_options eo = {
		.dir = data, .tables = engine_tables,
		.map_bytes = o->map_bytes != 0 ? o->map_bytes :
		    STORE_MAP_BYTES,
		.readers = o->readers != 0 ? o->readers : STORE_READERS,
		.unsafe = o->unsafe, .read_only = o->read_only,
	};
	int rc = 0;

	if (!o->read_only)
		rc = lock(s, data, e);
	if (rc == 0)
		rc = engine_open(&s->engine, &eo, e);
	free(data);
	return rc;
}

/* Format and identity, then the kinds. */
static int
read_meta(struct store *s, struct err *e)
{
	struct reader *r = reader_new(s);
	struct kinds *ks = NULL;
	struct str v;
	int rc = -1;

	if (reader_begin(r, e) < 0)
		goto out;
	if (meta_get(r, "format", &v, e) != 1 || v.n != 4 ||
	    get_be32(v.p) != STORE_FORMAT) {
		err_set(e, ERR_CONFIG, "'%s' is a store of another format",
		    s->dir);
		goto out;
	}
	if (meta_get(r, "uuid", &v, e) != 1 || v.n != sizeof s->uuid) {
		row_bad(e, T_META);
		goto out;
	}
	memcpy(s->uuid, v.p, sizeof s->uuid);
	if (kinds_load(&ks, r, r->state.kinds_rev, e) < 0)
		goto out;
	s->kinds = ks;
	atomic_store(&s->head, r->state.rev);
	atomic_store(&s->items, r->state.next_item);
	atomic_store(&s->compacted, r->state.compacted);
	rc = 0;
out:
	reader_free(r);
	return rc;
}

/* The files could be opened; so rows that cannot be right are damage, and no
 * failure of this machine. */
static int
read_rows(struct store *s, const struct store_options *o, struct err *e)
{
	if (read_meta(s, e) == 0)
		return cred_open(s, o, e);
	if (e->code == ERR_SYSTEM)
		e->code = ERR_REFUSED;
	return -1;
}

int
store_open(struct store **out, const struct store_options *o, struct err *e)
{
	struct store *s = mem_zero(sizeof *s);

	s->dir = mem_str(o->dir);
	s->log = o->log;
	s->lock_fd = -1;
	pthread_mutex_init(&s->kinds_lock, NULL);
	pthread_mutex_init(&s->cred_lock, NULL);
	if (open_data(s, o, e) < 0 || read_rows(s, o, e) < 0 ||
	    (!o->read_only && !o->no_writer && writer_start(s, o, e) < 0)) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	writer_stop(s);
	kinds_unref(s->kinds);
	engine_close(s->engine);
	engine_close(s->cred);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	OPENSSL_cleanse(s->secret, sizeof s->secret);
	pthread_mutex_destroy(&s->kinds_lock);
	pthread_mutex_destroy(&s->cred_lock);
	free(s->dir);
	free(s);
}

/* --- asking ---------------------------------------------------------- */

void
store_set_feed(struct store *s, store_feed_fn *fn, void *arg)
{
	s->feed_arg = arg;
	s->feed = fn;
}

uint64_t
store_head(struct store *s)
{
	return atomic_load(&s->head);
}

void
store_uuid(struct store *s, uint8_t out[16])
{
	memcpy(out, s->uuid, 16);
}

void
store_stats(struct store *s, struct store_stats *out)
{
	*out = (struct store_stats){
		.head = atomic_load(&s->head),
		.compacted = atomic_load(&s->compacted),
		.items = atomic_load(&s->items),
		.groups = atomic_load(&s->groups),
		.commits = atomic_load(&s->commits),
		.queued = writer_queued(s),
	};
	engine_size(s->engine, &out->bytes, &out->map_bytes);
}
