#include "capture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define NS_MAX		1000		/* bytes of a namespace we go on with */
#define RUBBLE_MAX	(1u << 20)	/* bytes told of at once */

struct capture {
	item_fn *fn;
	void *arg;
	const char *direction;
	struct stream_pool *pool;
	struct stream *bare;		/* for stanzas without a header */
	struct stream *headed;		/* for those after one */
	struct stream *now;		/* which of them is fed */
	struct buf raw;	/* from the start of what is half read */
	size_t fed;			/* bytes of it that went to now */
	size_t done;			/* bytes of it that are complete */
	struct buf ns;			/* of the stream's content */
	bool rubble;			/* what is at done makes no sense, */
	char why[ERR_TEXT_MAX];		/* for this reason; */
	size_t sought;			/* no start is before this */
	bool ending;			/* no more bytes will come */
	struct stream_limits limits;
};

static const struct stream_limits limits_max = {
	.bytes = CAPTURE_STANZA_MAX, .depth = 256, .elements = 2000000,
	.attrs = 1000, .name = 4096,
};

/* What a stanza or stream element may be called, to find one in rubble. */
static const char *const starts[] = {
	"<iq", "<message", "<presence", "<?xml", "<stream:", "</stream:stream",
	"<auth", "<challenge", "<response", "<success", "<failure", "<abort",
	"<starttls", "<proceed", "<r xmlns", "<a xmlns", "<a h", "<enable",
	"<enabled", "<resume", "<resumed", "<failed", "<open xmlns",
	"<close xmlns",
};

static void
tell(struct capture *r, enum item_kind kind, const struct stanza *st)
{
	struct item it = { .kind = kind, .direction = r->direction, .st = st,
		.around = buf_cstr(&r->ns) };

	r->fn(r->arg, &it);
}

static int
on_open(void *arg, const struct stream_header *h)
{
	struct capture *r = arg;

	buf_reset(&r->ns);
	buf_puts(&r->ns, h->ns);
	tell(r, ITEM_HEADER, h->root);
	return 1;
}

static int
on_stanza(void *arg, struct stanza *st)
{
	tell(arg, ITEM_STANZA, st);
	return 1;
}

static const struct stream_ops ops = { on_open, on_stanza, NULL };

static void
new_bare(struct capture *r)
{
	stream_free(r->bare);
	r->bare = r->now = stream_new_bare(&ops, r, r->pool,
	    r->ns.n > NS_MAX ? NS_CLIENT : buf_cstr(&r->ns));
	stream_limit(r->bare, &r->limits);
}

static void
start(struct capture *r)
{
	buf_reset(&r->ns);
	buf_puts(&r->ns, NS_CLIENT);
	new_bare(r);
	buf_free(&r->raw);
	r->fed = r->done = 0;
	r->rubble = r->ending = false;
}

struct capture *
capture_new(item_fn *fn, void *arg)
{
	struct capture *r = mem_zero(sizeof *r);

	r->fn = fn;
	r->arg = arg;
	r->limits = limits_max;
	r->pool = stream_pool_new();
	r->headed = stream_new(&ops, r, r->pool);
	stream_limit(r->headed, &r->limits);
	buf_init(&r->raw, 2 * CAPTURE_STANZA_MAX);
	buf_init(&r->ns, CAPTURE_STANZA_MAX);
	start(r);
	return r;
}

void
capture_free(struct capture *r)
{
	if (r == NULL)
		return;
	stream_free(r->bare);
	stream_free(r->headed);
	stream_pool_free(r->pool);
	buf_free(&r->raw);
	buf_free(&r->ns);
	free(r);
}

void
capture_limit(struct capture *r, size_t bytes)
{
	r->limits.bytes = bytes;
	stream_limit(r->bare, &r->limits);
	stream_limit(r->headed, &r->limits);
	r->raw.max = 2 * bytes + RUBBLE_MAX;
}

bool
capture_idle(const struct capture *r)
{
	return r->raw.n == 0;
}

void
capture_direction(struct capture *r, const char *direction)
{
	r->direction = direction;
}

/* --- where stanzas begin ------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
ends_name(char c)
{
	return is_space(c) || c == '>' || c == '/' || c == '?' || c == '=';
}

/* Does p[0..n) begin with word and then no more of a name?  1 yes, 0 no, -1
 * not to be told yet. */
static int
begins(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	if (memcmp(p, word, n < len ? n : len) != 0)
		return 0;
	if (n <= len)
		return -1;
	return word[len - 1] == ':' || ends_name(p[len]);
}

/* The same for any of starts. */
static int
is_start(const char *p, size_t n)
{
	int is = 0;

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		int k = begins(p, n, starts[i]);

		if (k > 0)
			return 1;
		if (k < 0)
			is = -1;
	}
	return is;
}

/* --- what makes no sense ------------------------------------------------- */

static void
rubble(struct capture *r, const char *why)
{
	r->rubble = true;
	r->sought = r->done + 1;
	snprintf(r->why, sizeof r->why, "%s", why);
	new_bare(r);
}

static void
tell_rubble(struct capture *r, size_t to)
{
	struct item it = { .kind = ITEM_BAD, .direction = r->direction,
		.raw = { r->raw.p + r->done, to - r->done }, .text = r->why };

	r->fn(r->arg, &it);
	r->done = r->fed = r->sought = to;
}

/* On to where a stanza could begin.  False: it is not among these bytes. */
static bool
leave_rubble(struct capture *r)
{
	while (r->sought < r->raw.n) {
		const char *lt = memchr(r->raw.p + r->sought, '<',
		    r->raw.n - r->sought);
		int is;

		r->sought = lt == NULL ? r->raw.n : (size_t)(lt - r->raw.p);
		if (lt == NULL)
			break;
		is = is_start(lt, r->raw.n - r->sought);
		if (is > 0) {
			r->rubble = false;
			tell_rubble(r, r->sought);
			return true;
		}
		if (is < 0 && !r->ending)
			break;
		r->sought++;
	}
	if (r->sought - r->done > RUBBLE_MAX)
		tell_rubble(r, r->sought);
	return false;
}

/* --- going through ------------------------------------------------------- */

/* "</stream:stream>", whole: its length; 0 no, -1 not to be told yet. */
static ptrdiff_t
at_end(const char *p, size_t n)
{
	const char *gt;
	int is = begins(p, n, "</stream:stream");

	if (is <= 0)
		return is;
	gt = memchr(p, '>', n);
	return gt == NULL ? -1 : gt - p + 1;
}

enum next { WAIT, AGAIN, FEED };

/* Between two things: what comes?  Bytes are not fed before that is clear. */
static enum next
look(struct capture *r)
{
	const char *p = r->raw.p + r->done;
	size_t n = r->raw.n - r->done;
	int xml = begins(p, n, "<?xml"), head = begins(p, n, "<stream:stream");
	ptrdiff_t end = at_end(p, n);

	if (end > 0) {
		r->done = r->fed = r->done + (size_t)end;
		tell(r, ITEM_END, NULL);
		if (r->now == r->headed)
			new_bare(r);
		return AGAIN;
	}
	if ((xml < 0 || head < 0 || end < 0) && n < RUBBLE_MAX && !r->ending)
		return WAIT;
	if (xml > 0 || head > 0) {
		stream_restart(r->headed);
		r->now = r->headed;
	} else if (p[0] != '<') {
		rubble(r, "text between stanzas");
		return AGAIN;
	}
	return FEED;
}

static enum next
begin(struct capture *r)
{
	while (r->done < r->raw.n && is_space(r->raw.p[r->done]))
		r->done++;
	r->fed = r->done;
	return r->done < r->raw.n ? look(r) : WAIT;
}

static void
feed(struct capture *r)
{
	struct err e = ERR_INIT;
	size_t used;
	int rc = stream_feed(r->now, r->raw.p + r->fed, r->raw.n - r->fed,
	    &used, &e);

	r->fed += used;
	if (rc < 0)
		rubble(r, e.text);
	else if (rc > 0)
		r->done = r->fed;
}

/* False when there is nothing to do without more bytes. */
static bool
step(struct capture *r)
{
	enum next next = FEED;

	if (r->rubble)
		return leave_rubble(r);
	if (r->fed == r->done)
		next = begin(r);
	if (next == FEED && r->fed == r->raw.n)
		next = WAIT;
	if (next == FEED)
		feed(r);
	return next != WAIT;
}

void
capture_feed(struct capture *r, const char *p, size_t n)
{
	while (n > 0) {
		size_t k = n < RUBBLE_MAX ? n : RUBBLE_MAX;

		buf_put(&r->raw, p, k);
		p += k;
		n -= k;
		while (step(r))
			;
		buf_eat(&r->raw, r->done);
		r->fed -= r->done;
		if (r->rubble)
			r->sought -= r->done;
		r->done = 0;
		buf_shrink(&r->raw, 1 << 16);
	}
}

void
capture_end(struct capture *r)
{
	r->ending = true;
	while (step(r))
		;
	while (r->done < r->raw.n) {
		if (!r->rubble)
			rubble(r, "it ends in the middle");
		while (step(r))
			;
		if (r->rubble)
			tell_rubble(r, r->raw.n);
	}
	start(r);
}
