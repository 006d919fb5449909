#include <stdio.h>

#include "care.h"
#include "net/server.h"
#include "options.h"
#include "start.h"

struct program {
	struct server server;
	struct start start;
};

/* The line that says that connections are taken. */
static void
ready(void *arg)
{
	struct program *p = arg;
	const struct {
		const char *name, *address;
	} at[] = {
		{ "starttls", server_address(&p->server, LISTEN_STARTTLS) },
		{ "tls", server_address(&p->server, LISTEN_TLS) },
		{ "http", server_address(&p->server, LISTEN_HTTP) },
		{ "https", server_address(&p->server, LISTEN_HTTPS) },
	};

	if (p->server.opt->plaintext)
		log_event(&p->server.log, LOG_LEVEL_WARN, "passwords may "
		    "come without TLS from loopback addresses", "option",
		    "--plaintext", NULL);
	fprintf(stderr, "msg-serve: ready: domain=%s", p->server.opt->domain);
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		fprintf(stderr, " %s=%s", at[i].name,
		    at[i].address == NULL ? "none" : at[i].address);
	fprintf(stderr, " store=%s%s\n", p->start.dir, p->start.fresh ?
	    " (new; try: msg-send get-item /)" : "");
}

static int
serve(struct program *p, const struct serve_options *opt, struct err *e)
{
	const char *address;

	if (server_init(&p->server, opt, e) < 0)
		return -1;
	address = server_address(&p->server, LISTEN_STARTTLS);
	if (address == NULL)
		address = server_address(&p->server, LISTEN_TLS);
	if (address == NULL)
		address = opt->domain;
	if (start_open(&p->start, opt, address, &p->server.log, e) < 0)
		return -1;
	return server_run(&p->server, p->start.store, p->start.cert,
	    p->start.key, ready, p, e);
}

int
main(int argc, char *argv[])
{
	struct serve_options opt = { 0 };
	struct program p = { 0 };
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	size_t count;
	int rc;

	if (opt_parse(&msg_serve, &opt, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, msg_serve.name);
	if (next == OPT_DONE)
		return 0;
	rc = care_wanted(&opt) ? care_run(&opt, &e) : serve(&p, &opt, &e);
	start_clear(&p.start);
	server_clear(&p.server);
	return rc < 0 ? err_report(&e, msg_serve.name) : 0;
}
