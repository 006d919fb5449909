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
	const char *name, *reader;

	/* frames */
	bool ocf, single, delimited, raw, base64, hex;
	const char *confluent, *codec;
	int64_t level;

	/* JSON */
	const char *json, *unions;
	bool array, strict, raw_logical, pretty, ignore_unknown, enums;

	/* how far, how */
	int64_t head, skip, jobs, max_depth, max_elements;
	uint64_t max_bytes, block_size;
	bool keep_going, quiet;
};

extern const struct tool encode_tool;

#endif
