#!/bin/bash
# JSON to Avro and back, as a shell user meets it.
. "${0%/*}/lib.sh"

cd "$T" || exit 1
cat >page.avsc <<'END'
{"type": "record", "name": "Page", "fields": [
  {"name": "name", "type": "string"},
  {"name": "tags", "type": {"type": "array", "items": "string"},
   "default": []},
  {"name": "n", "type": ["null", "long", "double"], "default": null}]}
END
values='{"name":"a","tags":[],"n":null}
{"name":"b","tags":["x","y"],"n":9223372036854775807}
{"name":"c\u0000","tags":[],"n":0.1}'
mkdir short
ln -s "$BIN/msg-avro-encode" short/avro
PATH=$T/short:$PATH

# Each frame there and back; what can be recognised is not named.
there_and_back() {
	is "$(avro -s page.avsc $1 <<<"$values" | avro -d -s page.avsc $2)" \
		"$values" "there and back: ${1:-bare}"
}
there_and_back '' ''
there_and_back --ocf ''
for codec in null deflate snappy bzip2 xz zstandard; do
	there_and_back "--codec $codec" ''
done
there_and_back --single-object ''
there_and_back '--confluent 77' ''
there_and_back --delimited --delimited
for text in base64 hex; do
	there_and_back --$text --$text
	there_and_back "--ocf --$text" --$text
	there_and_back "--single-object --$text" --$text
done
there_and_back '--block-size 1 --ocf --jobs 3' '--jobs 3'
there_and_back '--jobs 2' ''

is "$(printf '[%s]' "$(paste -sd, <<<"$values")" |
	avro -s page.avsc --array | avro -d -s page.avsc)" "$values" \
	'one big array'
is "$(avro -s page.avsc <<<"$values" | avro -d -s page.avsc --array |
	jq -c '.[]' | head -1)" '{"name":"a","tags":[],"n":null}' \
	'and as one'
is "$(sed 's/[,:{]/&\n  /g' <<<"$values" | avro -s page.avsc | avro -d -s page.avsc)" \
	"$values" 'pretty-printed values'
is "$(avro -s page.avsc <<<"$values" | avro -d -s page.avsc --json=avro |
	tail -2 | sed 's/.*"n"://')" '{"long":9223372036854775807}}
{"double":0.1}}' 'tagged unions'
is "$(avro -s page.avsc --ocf <<<"$values" >p.avro
	avro -d --count p.avro p.avro)" 6 'counting'
is "$(avro -d --skip 1 --head 1 p.avro | jq -r .name)" b 'skip and head'
is "$(avro --concat p.avro p.avro --codec xz | avro -d --count)" 6 \
	'containers in one, packed'

# A pipe that pauses: what is whole is there.
mkfifo to from
avro -s page.avsc --base64 <to >from &
_background+=($!)
exec 7>to 8<from
printf '{"name":"x"}\n{"na' >&7
read -r line <&8
is "$line" AngAAA== 'a value is written when the input pauses'
printf 'me":"y"}' >&7
exec 7>&-
read -r line <&8
is "$line" AnkAAA== 'and the rest of the next one is waited for'
exec 8<&-

# Errors
run avro -s page.avsc --hex <<<'{"name":"x"}
{"name": "y",
 "tags": ["a", 7]}
{"name":"z"}'
is "$status:$out" '5:02780000' 'what was whole is written, then status 5'
is "$err" "msg-avro-encode: line 3, column 16, /tags/1: expected string, \
got number 7" 'line, column and path'
run avro -k -s page.avsc --hex <<<'{"name":"x"}
{"name": 5} {"name":"y"}
{"name
{"name":"z"}'
is "$status:$out" '5:02780000
02790000
027a0000' 'keep going'
is "$(wc -l <<<"$err")" 2 'each bad value is told'
run avro -d -s page.avsc <<<"$(printf '\x02x\x05')"
is "$status" 5 'broken binary'
like "$err" 'byte 3, /tags: ' 'byte and path'
head -c -5 p.avro >cut.avro
run avro -d cut.avro
is "$status" 5 'a container that is cut'
run avro -s page.avsc --check <<<"$values"
is "$status:$out" 0: 'checking says nothing'
exits 2 'no schema' avro
exits 2 'a codec that is none' avro -s page.avsc --codec zip
exits 5 'no such schema' avro -s none.avsc
avro -d p.avro >/dev/full 2>err
is "$?:$(cat err)" "6:msg-avro-encode: standard output: cannot write: \
No space left on device" 'a full disk is noticed'

# Containers that grow
avro -s page.avsc --append grow.avro <<<'{"name":"1"}'
avro -s page.avsc --append grow.avro <<<'{"name":"2"}'
is "$(avro -d grow.avro | jq -r .name | paste -sd' ')" '1 2' 'append'
echo '"int"' >int.avsc
exits 5 'another schema is refused' avro -s int.avsc --append grow.avro </dev/null
is "$(avro -d --count grow.avro)" 2 'and nothing is added'

# Hostile input
run avro -d -s int.avsc <<<"$(printf '\xff\xff\xff\xff\xff\xff\xff\xff\xff')"
is "$status" 5 'an integer without end'
echo '{"type":"array","items":"null"}' >nulls.avsc
run avro -d -s nulls.avsc --hex <<<'feffffffffffffffff01'
is "$status" 5 'more nulls than anybody has'
echo '{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}' \
	>deep.avsc
run avro -d -s deep.avsc < <(printf '\x02%.0s' {1..5000})
is "$status" 5 'deeper than allowed'
run avro -s deep.avsc < <(printf '{"r":%.0s' {1..100000})
is "$status" 5 'JSON deeper than allowed'
echo '"bytes"' >bytes.avsc
{ echo '"'; head -c 40000000 /dev/zero | tr '\0' a; echo '"'; } |
	tr -d '\n' >text
avro -s bytes.avsc --codec deflate text >bomb.avro
exits 5 'a block bomb' avro -d --max-bytes 1M bomb.avro

done_testing
