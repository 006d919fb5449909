/* The context that msg-serve leaves for the clients of its store. */
#include <inttypes.h>
#include <string.h>

#include "avro/schema.h"
#include "base/fs.h"
#include "cli/context.h"

#define HEAD	"# How msg-send and msg-watch reach this store's server; see " \
		"msg.conf(5).\n# msg-serve renews this file at its start, " \
		"unless it was changed: "
#define SUM	17			/* hex and a newline */

/* In libconfuse's double quotes. */
static void
put_setting(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, "%s = \"", name);
	for (; *value != '\0'; value++) {
		if (strchr("\\\"$", *value) != NULL)
			buf_putc(out, '\\');
		buf_putc(out, *value);
	}
	buf_lit(out, "\"\n");
}

static void
put_settings(struct buf *out, const struct context_file *f)
{
	put_setting(out, "server", f->server);
	if (f->direct_tls)
		buf_lit(out, "direct-tls = yes\n");
	put_setting(out, "jid", f->jid);
	put_setting(out, "password-file", f->password_file);
	put_setting(out, "pin", f->pin);
}

/* The sum is of all that is behind its line. */
static void
put_file(struct buf *out, struct str settings)
{
	buf_printf(out, HEAD "%016" PRIx64 "\n",
	    crc64_avro(settings.p, settings.n));
	buf_put(out, settings.p, settings.n);
}

int
context_write(const char *path, const struct context_file *f, struct err *e)
{
	struct buf b = BUF_INIT(CONFIG_MAX), settings = BUF_INIT(CONFIG_MAX);
	int rc;

	put_settings(&settings, f);
	put_file(&b, (struct str){ settings.p, settings.n });
	rc = fs_create(path, b.p, b.n, 0600, e);
	buf_free(&settings);
	buf_free(&b);
	return rc;
}

/* --- renewing -------------------------------------------------------- */

/* Is it as put_file left it?  Then these are its settings. */
static bool
is_ours(const struct buf *file, struct str *settings)
{
	const size_t head = sizeof HEAD - 1 + SUM;
	struct buf again = BUF_INIT(CONFIG_MAX);
	bool same;

	if (file->n < head)
		return false;
	*settings = (struct str){ file->p + head, file->n - head };
	put_file(&again, *settings);
	same = again.n == file->n && memcmp(again.p, file->p, file->n) == 0;
	buf_free(&again);
	return same;
}

static bool
has_line(const char *text, const char *name, const char *value)
{
	struct buf line = BUF_INIT(CONFIG_MAX);
	size_t n;
	bool found;

	put_setting(&line, name, value);
	n = line.n;
	found = strncmp(text, buf_cstr(&line), n) == 0;
	while (!found && (text = strchr(text, '\n')) != NULL)
		found = strncmp(++text, buf_cstr(&line), n) == 0;
	buf_free(&line);
	return found;
}

/* What is somebody's own may say more, and have the password elsewhere. */
static bool
agrees(const char *text, const struct context_file *f)
{
	return has_line(text, "server", f->server) &&
	    has_line(text, "jid", f->jid) && has_line(text, "pin", f->pin);
}

int
context_renew(const char *path, const struct context_file *f, struct err *e)
{
	struct buf file = BUF_INIT(CONFIG_MAX), fresh = BUF_INIT(CONFIG_MAX);
	struct buf settings = BUF_INIT(CONFIG_MAX);
	struct str were;
	int rc = 0;

	if (!fs_exists(path))
		return 0;
	put_settings(&settings, f);
	if (fs_read(&file, path, e) < 0) {
		rc = -1;
	} else if (!is_ours(&file, &were)) {
		if (!agrees(buf_cstr(&file), f))
			rc = err_set(e, ERR_CONFLICT, "somebody has changed "
			    "it since it was written");
	} else if (!str_eq(were, (struct str){ settings.p, settings.n })) {
		put_file(&fresh, (struct str){ settings.p, settings.n });
		rc = fs_replace(path, fresh.p, fresh.n, 0600, e) < 0 ? -1 : 1;
	}
	buf_free(&settings);
	buf_free(&fresh);
	buf_free(&file);
	return rc;
}
