#include "options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AT(member)	offsetof(struct encode_opts, member)

static const struct opt rows[] = {
	{ 'd', "decode", OPT_FLAG, NULL, AT(decode),
	    "Avro to JSON instead of JSON to Avro" },
	{ 's', "schema", OPT_LIST, "FILE", AT(schemas),
	    "the schema: .avsc, .avpr or a container, - is standard input; "
	    "several may name each other's types, the last one counts",
	    .flags = OPT_FILE },
	{ 0, "kind", OPT_STR, "KIND", AT(kind),
	    "the schema of this kind of items, as the server has it" },
	{ 0, "context", OPT_STR, "NAME", AT(context),
	    "which server --kind asks, as msg-send's option" },
	{ 'n', "name", OPT_STR, "TYPE", AT(name),
	    "take the type of this full name from the schemas" },
	{ 'r', "reader", OPT_STR, "FILE", AT(reader),
	    "decode as this schema sees it (schema resolution)",
	    .flags = OPT_FILE },

	{ 0, "ocf", OPT_FLAG, NULL, AT(ocf), "object container file" },
	{ 0, "single-object", OPT_FLAG, NULL, AT(single),
	    "each value behind C3 01 and the schema's fingerprint" },
	{ 0, "delimited", OPT_FLAG, NULL, AT(delimited),
	    "each value behind its length, as Avro writes bytes" },
	{ 0, "confluent", OPT_STR, "ID", AT(confluent),
	    "each value behind 00 and this schema id in 4 bytes" },
	{ 0, "raw", OPT_FLAG, NULL, AT(raw),
	    "values with nothing around them (default when encoding)" },
	{ 0, "base64", OPT_FLAG, NULL, AT(base64),
	    "Avro as base64, a line for each value" },
	{ 0, "hex", OPT_FLAG, NULL, AT(hex),
	    "Avro as hexadecimal, a line for each value" },
	{ 0, "codec", OPT_CHOICE, "CODEC", AT(codec),
	    "how the blocks of a container are packed",
	    .choices = "null deflate snappy bzip2 xz zstandard" },
	{ 0, "level", OPT_INT, "N", AT(level),
	    "how hard the codec tries", "-1", .min = -1, .max = 22 },
	{ 0, "append", OPT_STR, "FILE", AT(append),
	    "add the values to this container, made if it is not there",
	    .flags = OPT_FILE },
	{ 0, "concat", OPT_FLAG, NULL, AT(concat),
	    "containers of one schema to one container; --codec repacks" },

	{ 'j', "json", OPT_CHOICE, "FORM", AT(json),
	    "JSON with bare unions (plain) or in Avro's encoding (avro)",
	    "plain", .choices = "plain avro" },
	{ 'u', "unions", OPT_CHOICE, "FORM", AT(unions),
	    "unions read as bare values, as tagged ones, or as they come",
	    "auto", .choices = "auto plain tagged" },
	{ 'a', "array", OPT_FLAG, NULL, AT(array),
	    "the JSON is one big array of values" },
	{ 0, "strict", OPT_FLAG, NULL, AT(strict),
	    "take nothing but Avro's JSON encoding, every field given" },
	{ 0, "ignore-unknown", OPT_FLAG, NULL, AT(ignore_unknown),
	    "pass over keys that are no field" },
	{ 0, "raw-logical", OPT_FLAG, NULL, AT(raw_logical),
	    "logical types as the type under them" },
	{ 'p', "pretty", OPT_FLAG, NULL, AT(pretty),
	    "JSON over several lines" },

	{ 0, "skip", OPT_INT, "COUNT", AT(skip), "leave out so many values" },
	{ 0, "head", OPT_INT, "COUNT", AT(head), "end after so many values",
	    "-1", .min = -1, .max = INT64_MAX },
	{ 'c', "count", OPT_FLAG, NULL, AT(count_only),
	    "print only how many values there are" },
	{ 0, "meta", OPT_FLAG, NULL, AT(meta),
	    "print what the head of a container or of a value says" },
	{ 0, "check", OPT_FLAG, NULL, AT(check),
	    "only check the input, print nothing" },
	{ 'k', "keep-going", OPT_FLAG, NULL, AT(keep_going),
	    "report a bad value, leave it out and go on" },
	{ 'q', "quiet", OPT_FLAG, NULL, AT(quiet), "no progress line" },
	{ 0, "jobs", OPT_INT, "N", AT(jobs),
	    "threads, for containers and for JSON with a value a line",
	    "1", .min = 1, .max = 64 },

	{ 0, "canonical", OPT_FLAG, NULL, AT(canonical),
	    "print the schema in Parsing Canonical Form" },
	{ 0, "fingerprint", OPT_CHOICE, "KIND", AT(fingerprint),
	    "print the schema's fingerprint", .choices = "crc64 md5 sha256",
	    .flags = OPT_OPTARG, .bare = "crc64" },
	{ 0, "check-compat", OPT_CHOICE, "WAY", AT(compat),
	    "can data of the schema OLD be read with NEW (backward), "
	    "of NEW with OLD (forward), or both (full)",
	    .choices = "backward forward full", .flags = OPT_OPTARG,
	    .bare = "backward" },
	{ 0, "template", OPT_FLAG, NULL, AT(template),
	    "print a value of the schema, to be filled in" },
	{ 0, "infer", OPT_FLAG, NULL, AT(infer),
	    "propose a schema for the JSON values" },
	{ 0, "enums", OPT_FLAG, NULL, AT(enums),
	    "let --infer propose enums for strings that repeat" },

	{ 0, "max-depth", OPT_INT, "N", AT(max_depth),
	    "levels a value may have", "256", .min = 1, .max = 4096 },
	{ 0, "max-elements", OPT_INT, "N", AT(max_elements),
	    "elements and entries a value may have", "67108864", .min = 1,
	    .max = INT64_MAX },
	{ 0, "max-bytes", OPT_SIZE, "SIZE", AT(max_bytes),
	    "bytes of one value, read or written", "256M", .min = 1,
	    .max = INT64_MAX },
	{ 0, "max-block", OPT_SIZE, "SIZE", AT(max_block),
	    "bytes of a container's block, packed and unpacked", "64M",
	    .min = 1, .max = INT64_MAX },
	{ 0, "block-size", OPT_SIZE, "SIZE", AT(block_size),
	    "bytes of a container's block, before it is packed", "64k",
	    .min = 1, .max = 64 << 20 },
	{ 0 },
};

const struct tool encode_tool = {
	.name = "msg-avro-encode",
	.section = 1,
	.summary = "convert JSON to Avro and back",
	.operands = "[FILE]...",
	.opts = rows,
	.statuses = "0 1 2 3 4 5 6",
	.operands_max = SIZE_MAX,
};

/* --- what goes together --------------------------------------------------- */

/* Of each line one at most. */
static const char *const apart[] = {
	"decode canonical check-compat template infer meta concat",
	"decode fingerprint check-compat template infer meta concat",
	"ocf single-object delimited confluent raw",
	"codec single-object delimited confluent raw",
	"append single-object delimited confluent raw",
	"append base64 hex",		/* and these two */
	"append check count",
	"append concat",
	"concat single-object delimited confluent raw",
	"append decode",
	"codec decode",
	"schema infer",
	"kind infer",
	"infer keep-going",
};

/* The first only with one of the others. */
static const char *const needs[] = {
	"reader decode",
	"context kind",
	"name schema kind infer canonical fingerprint template",
	"enums infer",
	"level codec append concat",
};

/* The next word of *list, which goes behind it; false: there is none. */
static bool
next_word(const char **list, char word[32])
{
	size_t n = strcspn(*list, " ");

	if (n == 0)
		return false;
	snprintf(word, 32, "%.*s", (int)n, *list);
	*list += n;
	*list += strspn(*list, " ");
	return true;
}

static int
check_apart(const struct encode_opts *o, const char *list, struct err *e)
{
	char word[32], seen[32] = "";

	while (next_word(&list, word)) {
		if (!opt_given(&encode_tool, o, word))
			continue;
		if (seen[0] != '\0')
			return err_set(e, ERR_USAGE, "--%s and --%s "
			    "contradict each other", seen, word);
		snprintf(seen, sizeof seen, "%s", word);
	}
	return 0;
}

static int
check_needs(const struct encode_opts *o, const char *list, struct err *e)
{
	char first[32], word[32], other[32] = "";

	next_word(&list, first);
	if (!opt_given(&encode_tool, o, first))
		return 0;
	while (next_word(&list, word)) {
		if (opt_given(&encode_tool, o, word))
			return 0;
		if (other[0] == '\0')
			snprintf(other, sizeof other, "%s", word);
	}
	return err_set(e, ERR_USAGE, "--%s means nothing without --%s", first,
	    other);
}

static int
check_strict(const struct encode_opts *o, struct err *e)
{
	if (!o->strict)
		return 0;
	if (opt_given(&encode_tool, o, "json") && strcmp(o->json, "avro") != 0)
		return err_set(e, ERR_USAGE, "--strict is --json=avro, not "
		    "--json=%s", o->json);
	if (opt_given(&encode_tool, o, "unions") &&
	    strcmp(o->unions, "tagged") != 0)
		return err_set(e, ERR_USAGE, "--strict is --unions=tagged, "
		    "not --unions=%s", o->unions);
	return 0;
}

/* Each codec has levels of its own. */
static int
check_level(const struct encode_opts *o, struct err *e)
{
	int64_t max;

	if (o->codec == NULL || !opt_given(&encode_tool, o, "level"))
		return 0;
	if (strcmp(o->codec, "null") == 0 || strcmp(o->codec, "snappy") == 0)
		return err_set(e, ERR_USAGE, "--level means nothing to the "
		    "codec %s", o->codec);
	max = strcmp(o->codec, "zstandard") == 0 ? 22 : 9;
	if (o->level > max)
		return err_set(e, ERR_USAGE, "--level %lld is more than %lld, "
		    "the highest of the codec %s", (long long)o->level,
		    (long long)max, o->codec);
	return 0;
}

/* -1 stands for no --head at all. */
static int
check_head(const struct encode_opts *o, struct err *e)
{
	if (o->head >= 0 || !opt_given(&encode_tool, o, "head"))
		return 0;
	return err_set(e, ERR_USAGE, "--head: '-1' is less than 0");
}

/* Avro goes to a terminal as text only. */
static int
check_terminal(const struct encode_opts *o, struct err *e)
{
	bool reads = o->decode || o->canonical || o->fingerprint != NULL ||
	    o->compat != NULL || o->template || o->infer || o->meta;

	if (reads || o->check || o->count_only || o->append != NULL ||
	    o->base64 || o->hex || !isatty(STDOUT_FILENO))
		return 0;
	return err_set(e, ERR_USAGE, "Avro is binary and not for a terminal: "
	    "write it to a file with >FILE, or show it with --hex or "
	    "--base64");
}

/* Standard input is read once, and a file has a name. */
static int
check_names(const struct encode_opts *o, char *files[], size_t count,
    struct err *e)
{
	bool data = !o->canonical && o->fingerprint == NULL && !o->template;
	size_t reads = data && count == 0 && o->compat == NULL;

	for (size_t i = 0; i < o->schemas.n; i++) {
		if (o->schemas.v[i][0] == '\0')
			return err_set(e, ERR_USAGE, "--schema is given an "
			    "empty name");
		reads += strcmp(o->schemas.v[i], "-") == 0;
	}
	reads += o->reader != NULL && strcmp(o->reader, "-") == 0;
	for (size_t i = 0; i < count; i++)
		reads += strcmp(files[i], "-") == 0;
	if (reads > 1)
		return err_set(e, ERR_USAGE, "standard input cannot be two "
		    "things at once: name a file");
	if (!data && count > 0 && (o->schemas.n > 0 || o->kind != NULL))
		return err_set(e, ERR_USAGE, "'%s' is too much: --schema or "
		    "--kind says already which schema is meant", files[0]);
	return 0;
}

int
options_check(const struct encode_opts *o, char *files[], size_t count,
    struct err *e)
{
	for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
		if (check_apart(o, apart[i], e) < 0)
			return -1;
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		if (check_needs(o, needs[i], e) < 0)
			return -1;
	if (check_strict(o, e) < 0 || check_level(o, e) < 0 ||
	    check_head(o, e) < 0 || check_terminal(o, e) < 0)
		return -1;
	return check_names(o, files, count, e);
}
