#!/bin/bash
# msg-avro-encode --jobs, watched by the thread sanitizer: what threads make is
# what one makes, in its order, with the same complaints.
BIN=build/tsan/bin
. "${0%/*}/lib.sh"

cd "$T" || exit 1
cat >s.avsc <<'END'
{"type":"record","name":"R","fields":[{"name":"n","type":"long"},
 {"name":"t","type":["null","string"],"default":null}]}
END
seq 6000 | jq -c '{n: ., t: "number \(.)"}' >all.json
sed '3000s/.*/{"n":"seven"}/' all.json >bad.json

avro=(msg-avro-encode -s s.avsc)

for codec in null deflate; do
	for jobs in 1 3; do
		exits 0 "$codec, --jobs $jobs" "${avro[@]}" --codec $codec --jobs $jobs all.json
		mv out made.avro
		exits 0 'is read by three' "${avro[@]}" -d --jobs 3 made.avro
		ok 'as it was' cmp out all.json
	done
done
for jobs in 1 3; do
	exits 5 "a bad one, --jobs $jobs" "${avro[@]}" --jobs $jobs bad.json
	like "$err" 'line 3000, .*/n: expected long, got string' 'is told'
	mv out bad.$jobs
	exits 5 "and passed over, --jobs $jobs" "${avro[@]}" -k --jobs $jobs bad.json
	mv out kept.$jobs
done
ok 'what is before it is there' cmp bad.1 bad.3
ok 'with -k all others are' cmp kept.1 kept.3
done_testing
