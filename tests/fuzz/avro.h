/* avro.h - schemas that the fuzz targets of data choose from. */
#ifndef FUZZ_AVRO_H
#define FUZZ_AVRO_H

#include <stdlib.h>
#include <string.h>

#include "avro/plan.h"
#include "base/mem.h"

static const char *const fuzz_schemas[] = {
	"[\"null\",\"boolean\",\"int\",\"long\",\"float\",\"double\","
	    "\"bytes\",\"string\"]",
	"{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"v\","
	    "\"type\":\"int\"},{\"name\":\"l\",\"type\":[\"null\",\"T\"],"
	    "\"default\":null},{\"name\":\"c\",\"type\":{\"type\":\"array\","
	    "\"items\":\"T\"},\"default\":[]},{\"name\":\"m\",\"type\":"
	    "{\"type\":\"map\",\"values\":\"T\"},\"default\":{}}]}",
	"{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"m\","
	    "\"type\":{\"type\":\"map\",\"values\":\"T\"}},{\"name\":\"l\","
	    "\"type\":[\"T\",\"null\"]},{\"name\":\"n\",\"type\":\"string\","
	    "\"default\":\"x\"},{\"name\":\"v\",\"type\":\"double\"}]}",
	"{\"type\":\"array\",\"items\":[\"null\",{\"type\":\"enum\",\"name\":"
	    "\"E\",\"symbols\":[\"A\",\"B\"]},{\"type\":\"fixed\",\"name\":"
	    "\"F\",\"size\":2},{\"type\":\"record\",\"name\":\"P\","
	    "\"fields\":[{\"name\":\"x\",\"type\":\"long\"}]},{\"type\":"
	    "\"record\",\"name\":\"Q\",\"fields\":[{\"name\":\"x\",\"type\":"
	    "\"long\"},{\"name\":\"y\",\"type\":\"string\",\"default\":"
	    "\"\"}]},{\"type\":\"map\",\"values\":\"int\"}]}",
	"{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"a\","
	    "\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}},{\"name\":"
	    "\"b\",\"type\":{\"type\":\"long\",\"logicalType\":"
	    "\"timestamp-nanos\"}},{\"name\":\"c\",\"type\":{\"type\":"
	    "\"bytes\",\"logicalType\":\"decimal\",\"precision\":40,"
	    "\"scale\":5}},{\"name\":\"d\",\"type\":{\"type\":\"fixed\","
	    "\"name\":\"D\",\"size\":12,\"logicalType\":\"duration\"}},"
	    "{\"name\":\"e\",\"type\":{\"type\":\"string\",\"logicalType\":"
	    "\"uuid\"}},{\"name\":\"f\",\"type\":{\"type\":\"int\","
	    "\"logicalType\":\"time-millis\"}}]}",
	"{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":"
	    "\"null\"}}",
	"{\"type\":\"map\",\"values\":[\"double\",\"string\",\"float\"]}",
};

#define FUZZ_SCHEMAS	(sizeof fuzz_schemas / sizeof *fuzz_schemas)

/* Small budgets: what is over them is refused, not slow. */
static const struct plan_limits fuzz_limits = { 64, 100000, 1 << 22 };

static inline struct schema *
fuzz_schema(size_t i)
{
	const char *text = fuzz_schemas[i % FUZZ_SCHEMAS];
	struct err e = ERR_INIT;

	return schema_parse(text, strlen(text), &e);
}

#endif
