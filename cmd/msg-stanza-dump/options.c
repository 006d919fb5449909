#include "options.h"

#define AT(member)	offsetof(struct dump_opts, member)

static const struct opt rows[] = {
	{ '1', "short", OPT_FLAG, NULL, AT(brief),
	    "one line each: direction, kind, type, id, from>to, summary" },
	{ 'j', "json", OPT_FLAG, NULL, AT(json),
	    "one JSON document a line" },
	{ 'r', "raw", OPT_FLAG, NULL, AT(raw),
	    "the stanzas as XML, a line each, and nothing else" },
	{ 'f', "filter", OPT_LIST, "KEY=VALUE", AT(filter),
	    "only stanzas with this command, element, id, jid, ns, path or "
	    "type, and their answers; may be given again" },
	{ 's', "schema", OPT_LIST, "FILE", AT(schemas),
	    "decode Avro that was written with this schema",
	    .flags = OPT_FILE },
	{ 'l', "listen", OPT_STR, "HOST:PORT", AT(listen),
	    "be a proxy: take connections here" },
	{ 'c', "connect", OPT_STR, "HOST:PORT", AT(connect),
	    "be a proxy: to this server" },
	{ 0, "cert", OPT_STR, "FILE", AT(cert),
	    "certificate of the proxy, in PEM (default: one is made)",
	    .flags = OPT_FILE },
	{ 0, "key", OPT_STR, "FILE", AT(key), "its private key",
	    .flags = OPT_FILE },
	{ 0, "record", OPT_STR, "FILE", AT(record),
	    "write a transcript that tests/xmpp/play plays again",
	    .flags = OPT_FILE },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet),
	    "leave out lines that are nothing of Message" },
	{ 0, "secrets", OPT_FLAG, NULL, AT(secrets),
	    "show passwords and login data that the input has" },
	{ 0, "color", OPT_CHOICE, "WHEN", AT(color),
	    "colours in the output", "auto", .choices = "auto always never",
	    .flags = OPT_ENV | OPT_OPTARG, .bare = "always" },
	{ 0 },
};

const struct tool dump_tool = {
	.name = "msg-stanza-dump",
	.section = 1,
	.summary = "show what is in an XMPP stream, a capture or on the way",
	.operands = "[FILE...]",
	.opts = rows,
	.statuses = "0 2 5 6",
	.operands_max = 1000,
	.complete = NULL,
};

int
dump_opts_check(const struct dump_opts *o, size_t files, struct err *e)
{
	if ((o->listen == NULL) != (o->connect == NULL))
		return err_set(e, ERR_USAGE, "a proxy needs both --listen and "
		    "--connect");
	if ((o->cert == NULL) != (o->key == NULL))
		return err_set(e, ERR_USAGE, "--cert and --key go together");
	if (o->cert != NULL && o->listen == NULL)
		return err_set(e, ERR_USAGE, "--cert is of a proxy: see "
		    "--listen");
	if (files > 0 && o->listen != NULL)
		return err_set(e, ERR_USAGE, "a proxy reads no files");
	if (o->brief + o->json + o->raw > 1)
		return err_set(e, ERR_USAGE, "one of --short, --json and "
		    "--raw");
	return 0;
}
