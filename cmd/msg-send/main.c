#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "cli/exit.h"
#include "help.h"
#include "repl.h"
#include "stream.h"
#include "template.h"

enum source { HELP, CHECK, TEMPLATE, COMMAND, PROMPT, LINES };

/* Nothing is read that was not asked for: a prompt needs a terminal. */
static enum source
where_from(const struct send_opts *o, char **operands, size_t count)
{
	if (count > 0 && strcmp(operands[0], "help") == 0)
		return HELP;
	if (o->check)
		return CHECK;
	if (o->template != NULL)
		return TEMPLATE;
	if (count > 0 && strcmp(operands[0], "-") != 0)
		return COMMAND;
	return count == 0 && isatty(STDIN_FILENO) ? PROMPT : LINES;
}

static int
run(struct send *s, enum source source, const struct order *order,
    struct interrupt *in, struct err *e)
{
	switch (source) {
	case CHECK:
		return check_run(s, in, e);
	case TEMPLATE:
		return template_print(s, in, s->o->template, e);
	case PROMPT:
		return repl_run(s, in, e);
	case LINES:
		return stream_lines(s, STDIN_FILENO, in, e);
	default:
		if (order_do(s, order, 0, in, e) < 0)
			return -1;
		return stream_wait(s, in, e);
	}
}

/* The operand that is standard input, as the password is; NULL: none. */
static const char *
read_twice(const struct send_opts *o, char **operands, size_t count)
{
	const char *file = o->context.password_file;

	if (o->context.password_fd != STDIN_FILENO &&
	    (file == NULL || strcmp(file, "-") != 0))
		return NULL;
	for (size_t i = 1; i < count; i++) {
		const char *word = operands[i], *at = strstr(word, "=@-");

		if (strcmp(word, "-") == 0 || strcmp(word, "@-") == 0 ||
		    (at != NULL && at[3] == '\0'))
			return word;
	}
	return NULL;
}

/* A form that would not be the one printed, and names that are none. */
static int
check_values(const struct send_opts *o, struct err *e)
{
	bool other = opt_on_line(&send_tool, o, "format") &&
	    (send_is(o, "json") || send_is(o, "avro"));

	if (other && (o->raw || o->field != NULL))
		return err_set(e, ERR_USAGE, "--format=%s contradicts --%s, "
		    "which prints raw", o->format, o->raw ? "raw" : "field");
	if (o->field != NULL && o->field[0] == '\0')
		return err_set(e, ERR_USAGE, "--field names no field");
	if (o->attrs[MSG_ATTR_branch] != NULL &&
	    o->attrs[MSG_ATTR_branch][0] == '\0')
		return err_set(e, ERR_USAGE, "--branch names no branch");
	return 0;
}

static int
check_options(struct send_opts *o, enum source source, char **operands,
    size_t count, struct err *e)
{
	if (source == LINES && count > 1)
		return err_set(e, ERR_USAGE, "'%s' is too much: with '-' the "
		    "commands are lines of standard input", operands[1]);
	if (source == COMMAND && read_twice(o, operands, count) != NULL)
		return err_set(e, ERR_USAGE, "standard input cannot be the "
		    "password and '%s' too; give one of them as a file",
		    read_twice(o, operands, count));
	if (o->check && (count > 0 || o->dry_run))
		return err_set(e, ERR_USAGE, "--check goes with no command "
		    "and no --dry-run; it connects and asks for '/@name'");
	if (send_is(o, "avro") && isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE, "--format=avro is binary and "
		    "not for a terminal; --as=avro shows it in base64");
	if (send_is(o, "avro") && o->attrs[MSG_ATTR_as] == NULL)
		o->attrs[MSG_ATTR_as] = "avro";
	if (o->keep_going && o->stop_on_error)
		return err_set(e, ERR_USAGE, "--stop-on-error contradicts "
		    "--keep-going");
	if (o->template != NULL && (count > 0 || o->check || o->dry_run))
		return err_set(e, ERR_USAGE, "--template goes with no "
		    "command, --check or --dry-run");
	return check_values(o, e);
}

/* Needs no context and no server. */
static int
print_help(char **w, size_t n)
{
	struct buf out = BUF_INIT(HELP_MAX);
	struct err e = ERR_INIT;
	int rc = help_words(&out, w, n, &e);

	fputs(buf_cstr(&out), stdout);
	buf_free(&out);
	return exit_finish(send_tool.name, rc == 0 ? EXIT_DONE :
	    err_report(&e, send_tool.name));
}

/* All that needs no server. */
static int
set_up(struct send_opts *o, enum source source, struct order *order,
    char **operands, size_t count, struct interrupt *in, struct err *e)
{
	if (check_options(o, source, operands, count, e) < 0)
		return -1;
	if (source == COMMAND &&
	    order_words(order, o, operands, count, e) < 0)
		return -1;
	if (interrupt_init(in, e) < 0)
		return -1;
	return o->dry_run ? 0 : context_load(&o->context, &send_tool, o, e);
}

int
main(int argc, char *argv[])
{
	struct send_opts o;
	struct send s = { 0 };
	struct interrupt in = { .fd = -1, .to = -1 };
	struct order order = ORDER_INIT;
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	enum source source;
	size_t count;

	memset(&o, 0, sizeof o);
	if (opt_parse(&send_tool, &o, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, send_tool.name);
	if (next == OPT_DONE)
		return exit_finish(send_tool.name, EXIT_DONE);
	source = where_from(&o, operands, count);
	if (source == HELP)
		return print_help(operands + 1, count - 1);
	if (set_up(&o, source, &order, operands, count, &in, &e) < 0) {
		s.status = err_report(&e, send_tool.name);
	} else {
		if (send_open(&s, &o, in.fd, source == CHECK ? check_step :
		    NULL, &e) < 0)
			send_failed(&s, &e, 0);
		else if (run(&s, source, &order, &in, &e) < 0)
			send_lost(&s, &e);
		send_close(&s);
	}
	context_clear(&o.context);
	order_clear(&order);
	interrupt_end(&in);
	return s.status;
}
