#include "edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/text.h"
#include "conflict.h"
#include "editor.h"
#include "fields.h"
#include "found.h"

#define FILE_MAX	(64u << 20)	/* bytes of what is edited */

struct edit {
	struct send *s;
	struct interrupt *in;
	struct found before;		/* what the typed text is based on */
	struct found theirs;		/* json NULL: nobody was faster */
	const char *field;		/* its text alone; NULL: all as JSON */
	char *path;			/* the file; NULL: none yet */
	struct buf text;		/* what is in it now */
	struct buf untouched;		/* what was in it at first */
	struct arena arena;		/* of mine */
	const struct json *mine;
};

/* --- the file ------------------------------------------------------------ */

/* "about.AbCdEf.json" or .txt, for its owner alone. */
static int
make_file(struct edit *x, struct err *e)
{
	struct str name = json_string(json_get(x->before.json, "name"));
	char *dir = fs_xdg("XDG_STATE_HOME", ".local/state"), *edits;
	struct buf path = BUF_INIT(4096);
	size_t len;
	int fd;

	if (dir == NULL)
		return err_set(e, ERR_CONFIG, "no home directory for what is "
		    "typed; set XDG_STATE_HOME");
	edits = fs_join(dir, "edit");
	free(dir);
	buf_printf(&path, "%s/", edits);
	for (size_t i = 0; i < name.n && i < 100; i += len)
		if (text_is_control(utf8_get(name.p + i, name.n - i, &len)) ||
		    name.p[i] == '/')
			buf_putc(&path, '-');
		else
			buf_put(&path, name.p + i, len);
	buf_puts(&path, x->field == NULL ? ".XXXXXX.json" : ".XXXXXX.txt");
	x->path = buf_take(&path);
	if (fs_mkdir(edits, 0700, e) < 0) {
		free(edits);
		return -1;
	}
	free(edits);
	fd = mkstemps(x->path, x->field == NULL ? 5 : 4);
	if (fd < 0)
		return err_sys(e, ERR_SYSTEM, "cannot create '%s'", x->path);
	close(fd);
	return 0;
}

static int
write_file(struct edit *x, const struct json *item, struct err *e)
{
	struct str text = json_string(json_get(item, x->field == NULL ? "" :
	    x->field));

	buf_reset(&x->text);
	if (x->field != NULL)
		buf_put(&x->text, text.p, text.n);
	else
		json_put(&x->text, item, JSON_PUT_PRETTY);
	if (x->text.n == 0 || x->text.p[x->text.n - 1] != '\n')
		buf_putc(&x->text, '\n');
	if (x->untouched.n == 0)
		buf_put(&x->untouched, x->text.p, x->text.n);
	return fs_replace(x->path, x->text.p, x->text.n, 0600, e);
}

static bool
ends_line(struct str s)
{
	return s.n > 0 && s.p[s.n - 1] == '\n';
}

/* The item with the text in place of the field's; the newline that a file
 * has at its end was not there before. */
static void
put_into_item(struct edit *x)
{
	struct buf b = BUF_INIT(2 * FILE_MAX);
	struct str text = { x->text.p, x->text.n };

	if (ends_line(text) && !ends_line(json_string(json_get(
	    x->before.json, x->field))))
		text.n--;
	for (const struct json *m = x->before.json->first; m != NULL;
	    m = m->next) {
		buf_putc(&b, m == x->before.json->first ? '{' : ',');
		json_put_str(&b, m->key);
		buf_putc(&b, ':');
		if (str_is(m->key, x->field))
			json_put_str(&b, text);
		else
			json_put(&b, m, JSON_PUT_COMPACT);
	}
	buf_putc(&b, '}');
	buf_free(&x->text);
	x->text = b;
}

/* What has no place in JSON would become something else. */
static int
check_text(const struct edit *x, struct err *e)
{
	size_t at = utf8_check(x->text.p, x->text.n);

	return at == x->text.n ? 0 : err_set(e, ERR_INPUT, "byte %zu of the "
	    "text is no UTF-8", at + 1);
}

static int
read_file(struct edit *x, struct err *e)
{
	x->mine = NULL;
	buf_reset(&x->text);
	if (!fs_exists(x->path))
		return err_set(e, ERR_INPUT, "the editor left no file; nothing "
		    "is changed");
	if (fs_read(&x->text, x->path, e) < 0)
		return -1;
	if (check_text(x, e) < 0)
		return -1;
	if (x->field != NULL)
		put_into_item(x);
	x->mine = json_parse(&x->arena, x->text.p, x->text.n, NULL, e);
	if (x->mine != NULL && x->mine->type != JSON_OBJECT)
		err_set(e, ERR_INPUT, "the text is no JSON object any more");
	return e->code == ERR_OK ? 0 : -1;
}

/* --- what was changed ---------------------------------------------------- */

struct changes {
	struct buf *out;
	struct err *e;
};

static void
on_change(void *arg, struct str name, const struct json *before,
    const struct json *after)
{
	struct changes *c = arg;

	(void)before;
	if (after == NULL)
		err_set(c->e, ERR_INPUT, "'%.*s' is missing: a field can be "
		    "emptied, not left out", (int)name.n, name.p);
	else if (name.n > 0 && name.p[0] == '_')
		err_set(c->e, ERR_INPUT, "'%.*s' cannot be edited%s",
		    (int)name.n, name.p, str_is(name, "_path") ?
		    "; 'mv' moves and renames" : "");
	buf_putc(c->out, ',');
	json_put_str(c->out, name);
	buf_putc(c->out, ':');
	if (after != NULL)
		json_put(c->out, after, JSON_PUT_COMPACT);
}

/* The action that does it.  *count: of fields. */
static int
put_action(struct edit *x, struct buf *out, size_t *count, struct err *e)
{
	struct changes c = { out, e };

	buf_lit(out, "[{\"method\":\"save\",\"data\":{\"_key\":");
	json_put_str(out, found_key(&x->before));
	buf_lit(out, ",\"_rev\":");
	buf_putu(out, found_rev(&x->before));
	*count = fields_differ(x->before.json, x->mine, on_change, &c);
	buf_lit(out, "}}]");
	return e->code == ERR_OK ? 0 : -1;
}

/* Somebody was faster: both sides are shown. */
static void
on_conflict(struct edit *x)
{
	struct err why = ERR_INIT;

	found_clear(&x->theirs);
	if (found_by_key(&x->theirs, x->s, x->in, found_key(&x->before), "",
	    &why) == 0 && x->theirs.json != NULL)
		conflict_edit(stderr, x->before.json, x->mine,
		    x->theirs.json);
}

/* To edit takes its time, and a server may have been started again. */
static int
connected(struct edit *x, struct err *e)
{
	struct err lost = ERR_INIT;

	return x->s->client != NULL && client_turn(x->s->client, &lost) == 0 ?
	    0 : send_reopen(x->s, e);
}

static int
save(struct edit *x, struct err *e)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct send_reply r = SEND_REPLY_INIT;
	struct msg_ask ask;
	size_t count = 0;
	int rc = put_action(x, &text, &count, e);

	send_attrs(&ask, x->s->o);
	ask.command = &msg_commands[MSG_set_item];
	ask.argument = (struct str){ text.p, text.n };
	if (rc == 0 && count > 0) {
		rc = connected(x, e);
		if (rc == 0)
			rc = stream_talk(x->s, x->in, &ask, &r, -1, e);
		if (rc == 0)
			send_print(x->s, (struct str){ r.text.p, r.text.n },
			    0);
		else if (r.done && r.code == ERR_CONFLICT)
			on_conflict(x);
	} else if (rc == 0) {
		fprintf(stderr, "%s: nothing was changed\n", send_tool.name);
	}
	send_reply_clear(&r);
	buf_free(&text);
	return rc;
}

/* --- the turns ----------------------------------------------------------- */

static bool
was_typed(const struct edit *x, struct str name, const struct json *mine)
{
	return mine != NULL && name.n > 0 && name.p[0] != '_' &&
	    !fields_equal(mine, json_getn(x->before.json, name.p, name.n));
}

/* Their item, with what was typed over it, is what is edited next. */
static int
rebase(struct edit *x, struct err *e)
{
	struct buf b = BUF_INIT(FILE_MAX);
	const struct json *j, *mine;
	int rc;

	buf_putc(&b, '{');
	for (const struct json *m = x->theirs.json->first; m != NULL;
	    m = m->next) {
		mine = json_getn(x->mine, m->key.p, m->key.n);
		json_put_str(&b, m->key);
		buf_putc(&b, ':');
		json_put(&b, was_typed(x, m->key, mine) ? mine : m,
		    JSON_PUT_COMPACT);
		buf_putc(&b, m->next == NULL ? '}' : ',');
	}
	j = json_parse(&x->arena, b.p, b.n, NULL, e);
	rc = j == NULL ? -1 : write_file(x, j, e);
	buf_free(&b);
	found_clear(&x->before);
	x->before = x->theirs;
	x->theirs = (struct found)FOUND_INIT;
	return rc;
}

/* Edit and save.  1: done, 0: to be edited again, -1. */
static int
turn(struct edit *x, struct err *e)
{
	if (editor_run(x->path, x->in, e) < 0)
		return -1;
	if (read_file(x, e) == 0 && save(x, e) == 0)
		return 1;
	if (!editor_again(e))
		return -1;
	err_clear(e);
	return x->theirs.json == NULL ? 0 : rebase(x, e);
}

/* Nothing is saved: the file stays when it has what nobody else has. */
static void
keep(const struct edit *x)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct err e = ERR_INIT;
	bool there = fs_exists(x->path);

	if (there && fs_read(&text, x->path, &e) == 0 &&
	    text.n == x->untouched.n &&
	    memcmp(text.p, x->untouched.p, text.n) == 0)
		unlink(x->path);
	else if (there)
		fprintf(stderr, "%s: what was typed is kept in '%s'\n",
		    send_tool.name, x->path);
	buf_free(&text);
}

int
edit_run(struct send *s, struct interrupt *in, char *const w[],
    size_t n, struct err *e)
{
	struct edit x = { .s = s, .in = in, .before = FOUND_INIT,
	    .theirs = FOUND_INIT, .text = BUF_INIT(FILE_MAX),
	    .untouched = BUF_INIT(FILE_MAX), .arena = ARENA_INIT };
	int rc;

	x.field = n > 1 ? w[1] : NULL;
	rc = found_get(&x.before, s, in, w[0], "", e);
	if (rc == 0 && n > 1 && json_string(json_get(x.before.json,
	    x.field)).p == NULL)
		rc = err_set(e, ERR_INPUT, "'%s' of '%s' is no text; 'edit "
		    "%s' edits all of it", w[1], w[0], w[0]);
	if (rc == 0)
		rc = make_file(&x, e);
	if (rc == 0)
		rc = write_file(&x, x.before.json, e);
	while (rc == 0)
		rc = turn(&x, e);
	if (rc > 0)
		unlink(x.path);
	else if (x.path != NULL)
		keep(&x);
	found_clear(&x.before);
	found_clear(&x.theirs);
	buf_free(&x.text);
	buf_free(&x.untouched);
	arena_free(&x.arena);
	free(x.path);
	return rc < 0 ? -1 : 0;
}
