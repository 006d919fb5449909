#include "passwd.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/password.h"
#include "stream.h"

#define ARGUMENT_MAX	(1u << 20)

static bool
is_password(const char *field)
{
	return strncmp(field, "password=", 9) == 0 ||
	    strncmp(field, "password:=", 10) == 0;
}

static int
check_field(const char *field, struct err *e)
{
	if (!is_password(field) || strncmp(field, "password=@", 10) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "a password is no argument, others can "
	    "see it; password=@FILE takes it from a file, 'user passwd NAME' "
	    "asks for it");
}

static int
put_password(struct buf *out, const struct secret *secret, struct err *e)
{
	size_t at = utf8_check(secret->p, secret->n);

	if (at < secret->n)
		return err_set(e, ERR_INPUT, "byte %zu of the password is no "
		    "UTF-8", at + 1);
	buf_lit(out, "\"password\":");
	json_put_string(out, secret->p, secret->n);
	return 0;
}

int
passwd_put_field(struct buf *out, const char *field, struct err *e)
{
	struct secret secret = SECRET_NONE;
	int rc;

	if (!is_password(field))
		return word_put_field(out, field, e);
	if (check_field(field, e) < 0)
		return -1;
	rc = secret_read(&secret, field + 10, e);
	if (rc == 0)
		rc = put_password(out, &secret, e);
	secret_clear(&secret);
	return rc;
}

/* Twice, since nobody sees it. */
static int
ask_twice(struct secret *out, const char *name, struct err *e)
{
	struct secret again = SECRET_NONE;
	char prompt[200];
	int rc;

	snprintf(prompt, sizeof prompt, "New password of %.100s: ", name);
	rc = password_ask(out, prompt, e);
	if (rc < 0 && e->code == ERR_NOT_FOUND)
		e->code = ERR_USAGE;
	if (rc == 0)
		rc = password_ask(&again, "The same again: ", e);
	if (rc == 0 && (again.n != out->n ||
	    memcmp(again.p, out->p, out->n) != 0))
		rc = err_set(e, ERR_INPUT, "the passwords differ; nothing is "
		    "changed");
	secret_clear(&again);
	return rc;
}

static int
password(struct secret *out, char *const w[], size_t n, struct err *e)
{
	for (size_t i = 1; i < n; i++) {
		if (check_field(w[i], e) < 0)
			return -1;
		if (is_password(w[i]))
			return secret_read(out, w[i] + 10, e);
	}
	return ask_twice(out, w[0], e);
}

static int
put_action(struct buf *out, const char *method, const struct secret *secret,
    char *const w[], size_t n, struct err *e)
{
	if (word_check_fields(w + 1, n - 1, "name", e) < 0)
		return -1;
	buf_printf(out, "[{\"method\":\"%s\",\"data\":{\"name\":", method);
	json_put_cstr(out, w[0]);
	buf_putc(out, ',');
	if (put_password(out, secret, e) < 0)
		return -1;
	for (size_t i = 1; i < n; i++) {
		if (is_password(w[i]))
			continue;
		buf_putc(out, ',');
		if (word_put_field(out, w[i], e) < 0)
			return -1;
	}
	buf_lit(out, "}}]");
	return 0;
}

static int
run(struct send *s, const struct interrupt *in, const char *method,
    char *const w[], size_t n, struct err *e)
{
	struct secret secret = SECRET_NONE;
	struct buf text = BUF_INIT(ARGUMENT_MAX);
	struct msg_ask ask;
	int rc;

	send_attrs(&ask, s->o);
	ask.command = &msg_commands[MSG_set_user];
	rc = password(&secret, w, n, e);
	if (rc == 0)
		rc = put_action(&text, method, &secret, w, n, e);
	ask.argument = (struct str){ text.p, text.n };
	if (rc == 0)
		rc = msg_ask_check(&ask, e);
	if (rc == 0) {
		send_ask(s, &ask, 0, NULL);
		rc = stream_wait(s, in, e);
	}
	buf_wipe(&text);
	secret_clear(&secret);
	return rc;
}

int
passwd_add_run(struct send *s, struct interrupt *in, char *const w[],
    size_t n, struct err *e)
{
	return run(s, in, "create", w, n, e);
}

int
passwd_run(struct send *s, struct interrupt *in, char *const w[],
    size_t n, struct err *e)
{
	return run(s, in, "save", w, n, e);
}
