/* options.h - what the command line of msg-avro-encode can say. */
#ifndef ENCODE_OPTIONS_H
#define ENCODE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/opt.h"

struct encode_opts {
	struct opt_from from_where;

	/* what to do; none: encode */
	bool decode, check, count_only, meta, canonical, template, infer;
	bool concat;
	const char *fingerprint, *compat, *append;

	/* schemas */
	struct opt_list schemas;
	const char *name, *reader, *kind, *context;

	/* frames */
	bool ocf, single, delimited, raw, base64, hex;
	const char *confluent, *codec;
	int64_t level;

	/* JSON */
	const char *json, *unions;
	bool array, strict, raw_logical, pretty, ignore_unknown, enums;

	/* how far, how */
	int64_t head, skip, jobs, max_depth, max_elements;
	uint64_t max_bytes, max_block, block_size;
	bool keep_going, quiet;

	const char *self;		/* argv[0]: msg-send lies beside it */
};

extern const struct tool encode_tool;

/* Do the options and files mean one thing together?  -1: ERR_USAGE. */
int options_check(const struct encode_opts *o, char *files[], size_t count,
    struct err *e);

#endif
