// parse.cc - the cost of parsing alone: simdjson's DOM over JSON lines.
//
//	parse FILE
//
// Each line is parsed and its root looked at, nothing else.
#include <simdjson.h>

#include <cstdio>

int
main(int argc, char *argv[])
{
	simdjson::dom::parser parser;
	simdjson::dom::document_stream docs;
	size_t n = 0;

	if (argc != 2)
		return 2;
	auto text = simdjson::padded_string::load(argv[1]);
	if (text.error())
		return 1;
	if (parser.parse_many(text.value(), 1 << 20).get(docs))
		return 1;
	for (auto doc : docs) {
		if (doc.error())
			return 1;
		n++;
	}
	std::printf("%zu\n", n);
}
