#include "options.h"

#include "cli/output.h"

#define AT(member)	offsetof(struct dump_opts, member)

static const struct opt rows[] = {
	{ '1', "short", OPT_FLAG, NULL, AT(brief),
	    "as --format=short: a line each, with direction, kind, type, id, "
	    "from>to, summary" },
	{ 'j', "json", OPT_FLAG, NULL, AT(json),
	    "as --format=json" },
	{ 'r', "raw", OPT_FLAG, NULL, AT(raw),
	    "as --format=raw: the stanzas as XML, a line each, and nothing "
	    "else" },
	{ 'f', "filter", OPT_LIST, "KEY=VALUE", AT(filter),
	    "only stanzas with this command, element, id, jid, ns, path or "
	    "type, and their answers" },
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
	OUTPUT_OPTIONS(struct dump_opts, format, color, 0, "text",
	    "text short json raw", 0),
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

/* The options that stand for a --format. */
static int
take_form(struct dump_opts *o, struct err *e)
{
	const struct {
		bool given;
		const char *form;
	} forms[] = {
		{ o->brief, "short" }, { o->json, "json" }, { o->raw, "raw" },
	};
	int given = opt_given(&dump_tool, o, "format");

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (forms[i].given) {
			o->format = forms[i].form;
			given++;
		}
	return given <= 1 ? 0 : err_set(e, ERR_USAGE, "one of --short, "
	    "--json, --raw and --format");
}

int
dump_opts_check(struct dump_opts *o, size_t files, struct err *e)
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
	return take_form(o, e);
}
