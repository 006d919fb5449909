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

avro -s page.avsc <<<"$values" >bare.bin
avro -s page.avsc --ocf <<<'{"name":"z"}' >z.avro
is "$(avro -d -s page.avsc --jobs 2 bare.bin z.avro bare.bin |
	jq .name)" "$(jq .name <<<"$values
{\"name\":\"z\"}
$values")" 'files stay in order, however many threads'

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
mkfifo to2 from2
avro -d -s page.avsc --hex <to2 >from2 &
_background+=($!)
exec 7>to2 8<from2
printf '02780000\n0279' >&7
read -r line <&8
is "$line" '{"name":"x","tags":[],"n":null}' 'and so is one that is read'
printf '0000\n' >&7
exec 7>&-
read -r line <&8
is "$line" '{"name":"y","tags":[],"n":null}' 'of which the rest comes'
exec 8<&-

# With several threads too
mkfifo to3 mid3 from3
avro -s page.avsc --ocf --jobs 2 <to3 >mid3 &
_background+=($!)
avro -d --jobs 2 <mid3 >from3 &
_background+=($!)
exec 7>to3 8<from3
for name in x y; do
	printf '{"name":"%s"}\n' $name >&7
	read -r -t 60 line <&8
	is "$line" "{\"name\":\"$name\",\"tags\":[],\"n\":null}" \
		"threads let out what is whole: $name"
done
exec 7>&- 8<&-

# Long work on a terminal says how far it is: wait until it does
mkfifo long
yes '{"name":"x"}' >long &
_background+=($!)
cat >progress.exp <<'END'
set timeout 60
spawn -noecho sh -c "exec msg-avro-encode -s page.avsc long >/dev/null"
expect -re {[0-9]+ values, [0-9]+ MB} { exec kill [exp_pid]; exit 0 }
exit 1
END
ok 'a line of progress on a terminal' expect progress.exp

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
for jobs in 1 2; do
	run avro -k --jobs $jobs -s page.avsc --hex <<<'{"name":[1,2
{"name":"x"}
{"name":"y","n":{"z":"
{"name":{"a":[
  {"b":1}]}} {"name":"z"}
{"name":["w"'
	is "$status:$out" '5:02780000
027a0000' "a line that is cut takes no other with it, $jobs threads"
	is "$(wc -l <<<"$err")" 4 'and each is told'
done
# A stream of several schemas by turns; each file is read once, so it may be a
# pipe
cat >day.avsc <<'END'
{"type":"record","name":"Day","fields":[
 {"name":"t","type":{"type":"int","logicalType":"date"}}]}
END
sed 's/{"type":"int",[^}]*}/"int"/' day.avsc >number.avsc
{
	avro -s day.avsc --single-object --hex <<<'{"t":3}'
	avro -s page.avsc --single-object --hex <<<'{"name":"x"}'
} >two.hex
run avro -d --hex -s <(cat day.avsc) -s <(cat page.avsc) two.hex two.hex
is "$status:$(jq -c '.t // .name' <<<"$out" | paste -sd' ')" \
	'0:"1970-01-04" "x" "1970-01-04" "x"' 'schemas by turns, from pipes'
run avro -d -k --hex -s <(cat page.avsc) two.hex two.hex
is "$status:$(jq -r .name <<<"$out" | paste -sd' ')" '5:x x' \
	'one of them unknown'
is "$(grep -c 'none that is given has this fingerprint' <<<"$err")" 2 \
	'which is told each time'

# Which schema is it? Values say their own
is "$(avro --meta --hex two.hex)" \
	"{\"fingerprint\":\"$(avro --fingerprint day.avsc)\"}" 'of a single object'
is "$(avro -s day.avsc --confluent 77 <<<'{"t":3}' | avro --meta)" \
	'{"confluent":77}' 'a number in a registry'
is "$(avro -s day.avsc --ocf --base64 <<<'{"t":3}' | avro --meta --base64 |
	jq -r .codec)" null 'a container in base64'

# The same types, but for what they mean
for schema in day number; do
	avro -s $schema.avsc --ocf <<<'{"t":3}' >$schema.avro
done
is "$(avro -d -s day.avsc number.avro day.avro number.avro)" '{"t":3}
{"t":"1970-01-04"}
{"t":3}' 'each container by its own schema'
run avro -d -k --reader page.avsc day.avro day.avro
is "$status:$(wc -l <<<"$err")" 5:2 'a reader that does not fit, told twice'

# Of many threads' work nothing behind the bad value goes out
yes '{"name":"x","n":123456789}' | head -60000 |
	sed '50000s/"x"/7/' >bad.json
for jobs in 1 3; do
	run avro --jobs $jobs -s page.avsc --hex bad.json
	is "$status:$(wc -l <<<"$out"):$err" "5:49999:msg-avro-encode: \
bad.json: line 50000, column 9, /name: expected string, got number 7" \
		"up to the bad value, $jobs threads"
done
run avro -d -s page.avsc <<<"$(printf '\x02x\x05')"
is "$status" 5 'broken binary'
like "$err" 'byte 3, /tags: ' 'byte and path'
# Of a container what is no block is passed over, up to the next marker
seq -f '{"name":"%.0f"}' 9 | avro -s page.avsc --ocf --block-size 1 >nine.avro
python3 - <<'END'
whole = open("nine.avro", "rb").read()
sync = whole[-16:]
part = whole.split(sync)
def save(name, parts):
    open(name, "wb").write(sync.join(parts))
save("marker.avro", part[:3] + [part[3] + bytes(16) + part[4]] + part[5:])
save("count.avro", part[:3] + [b"\x01" + part[3][1:]] + part[4:])
save("length.avro", part[:3] + [part[3][:1] + b"\xfe\x7f"] + part[4:])
save("last.avro", part[:9] + [part[9] + b"??"])
END
for jobs in 1 2; do
	for bad in marker:'1 2 5 6 7 8 9' count:'1 2 4 5 6 7 8 9' \
	    length:'1 2 4 5 6 7 8 9' last:'1 2 3 4 5 6 7 8'; do
		run avro -d -k --jobs $jobs "${bad%%:*}.avro"
		is "$status:$(jq -r .name <<<"$out" | paste -sd' ')" \
			"5:${bad#*:}" "a bad ${bad%%:*}, $jobs threads"
		like "$err" 'block [39]: .*block [39]: [0-9]+ bytes are left' \
			'is told, and how much was left out'
	done
	exits 5 'and nothing is passed over by itself' \
		avro -d --jobs $jobs count.avro
done
head -c -5 p.avro >cut.avro
run avro -d cut.avro
is "$status" 5 'a container that is cut'
run avro -s page.avsc --check <<<"$values"
is "$status:$out" 0: 'checking says nothing'
exits 2 'no schema' avro
exits 2 'a codec that is none' avro -s page.avsc --codec zip
run avro -s none.avsc
is "$status:$err" "5:msg-avro-encode: cannot open 'none.avsc': \
No such file or directory" 'no such schema, whose name is told once'
avro -d p.avro >/dev/full 2>err
is "$?:$(cat err)" "6:msg-avro-encode: standard output: cannot write: \
No space left on device" 'a full disk is noticed'

run avro -d -k -s page.avsc --hex <<<'02780000
zz
0278
02790000 027a0000'
is "$status:$out" '5:{"name":"x","tags":[],"n":null}' \
	'a line of text is left out with all that is in it'
is "$err" "msg-avro-encode: line 2: this is no hexadecimal of whole bytes
msg-avro-encode: line 3, byte 2, /tags: it ends where more must follow
msg-avro-encode: line 4: this is no hexadecimal of whole bytes" \
	'and each such line is told'
is "$(avro -s page.avsc --single-object --base64 <<<"$values" |
	sed '2s/^..../AAAA/' | avro -d -k -s page.avsc --base64 2>err |
	jq -r .name | tr '\0\n' '0 ')" 'a c0 ' 'and of one in a frame too'
like "$(cat err)" 'line 2, byte 0: .*C3 01' 'whose place is told'
is "$(avro -s page.avsc --hex <<<"$values" | sed 's/..../&\n/g' |
	avro -d -s page.avsc --hex)" "$values" 'values over several lines'
is "$(avro -s page.avsc --ocf --hex <<<"$values" |
	avro -d -k --hex)" "$values" 'and containers, also with -k'

# What contradicts itself is refused, whatever the order
contradicts() {
	local text=$1
	shift
	run avro -s page.avsc "$@" <<<"$values"
	is "$status:$err" "2:msg-avro-encode: $text" "$*"
}
contradicts '--ocf and --single-object contradict each other' \
	--single-object --ocf
contradicts '--codec and --raw contradict each other' --raw --codec xz
contradicts '--append and --confluent contradict each other' \
	--append x --confluent 1
contradicts '--base64 and --hex contradict each other' --hex --base64
contradicts '--decode and --infer contradict each other' -d --infer
contradicts '--codec and --decode contradict each other' -d --codec xz
contradicts '--reader means nothing without --decode' -r page.avsc
contradicts '--level means nothing without --codec' --level 3
contradicts '--strict is --json=avro, not --json=plain' --strict -j plain
contradicts 'standard input cannot be two things at once: name a file' -s -
contradicts '--schema is given an empty name' -s ''
contradicts "'p.avro' is too much: --schema or --kind says already which \
schema is meant" --canonical p.avro
is "$(test -e x || echo none)" none 'and nothing is made'

# Containers that grow
avro -s page.avsc --append grow.avro <<<'{"name":"1"}'
avro -s page.avsc --append grow.avro <<<'{"name":"2"}'
is "$(avro -d grow.avro | jq -r .name | paste -sd' ')" '1 2' 'append'
echo '"int"' >int.avsc
exits 5 'another schema is refused' avro -s int.avsc --append grow.avro </dev/null
is "$(avro -d --count grow.avro)" 2 'and nothing is added'
exits 2 'so is another codec' avro -s page.avsc --append grow.avro --codec xz \
	</dev/null
like "$err" 'its codec is null, not xz' 'which is told'

# Two at once: what each wrote stays
mkfifo slow
avro -s page.avsc --append grow.avro <slow &
_background+=($!)
exec 7>slow
echo '{"name":"3"}' >&7
until test "$(avro -d --count grow.avro 2>/dev/null)" = 3; do :; done
exits 0 'a container that another one adds to' \
	avro -s page.avsc --append grow.avro <<<'{"name":"4"}'
echo '{"name":"5"}' >&7
exec 7>&-
wait "${_background[-1]}"
is "$?:$(avro -d grow.avro | jq -r .name | paste -sd' ')" '0:1 2 3 4 5' \
	'has the values of both'
seq -f '{"name":"%.0f"}' 3000 >seq.json
for i in 1 2 3; do
	avro -s page.avsc --append three.avro --block-size 20 seq.json &
	_background+=($!)
done
wait "${_background[@]: -3}"
is "$(avro -d three.avro | jq -r .name | sort | uniq -c |
	awk '$1 != 3' | wc -l)" 0 'three at once, nothing is lost'

# A disk that is full: what is there stays as it was
cp three.avro full.avro
(trap '' XFSZ
	ulimit -f $(($(stat -c %s full.avro) / 1024 + 1))
	avro -s page.avsc --append full.avro seq.json 2>err)
is "$?" 6 'no room for more'
ok 'leaves the container as it was' cmp three.avro full.avro

# What a template prints is taken, and means the same as the defaults
cat >defaults.avsc <<'END'
{"type":"record","name":"D","fields":[
 {"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":5,
  "scale":2},"default":"12"},
 {"name":"b","type":{"type":"bytes","logicalType":"decimal","precision":5},
  "default":"\u0001\u0000"},
 {"name":"c","type":{"type":"int","logicalType":"date"},"default":1},
 {"name":"d","type":{"type":"long","logicalType":"timestamp-millis"},
  "default":1000},
 {"name":"e","type":{"type":"fixed","name":"U","size":16,"logicalType":"uuid"},
  "default":"\u00ff\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009abcdef"},
 {"name":"f","type":{"type":"fixed","name":"P","size":12,
  "logicalType":"duration"},
  "default":"\u0001\u0000\u0000\u0000\u0002\u0000\u0000\u0000\u00e8\u0003\u0000\u0000"},
 {"name":"g","type":["string","null"],"default":"x"},
 {"name":"h","type":{"type":"record","name":"H","fields":[
  {"name":"i","type":{"type":"array","items":{"type":"int",
   "logicalType":"date"}}},{"name":"j","type":"int","default":7}]},
  "default":{"i":[1,2]}}]}
END
is "$(avro --template -s defaults.avsc | jq -c .)" '{"a":"125.94","b":"256",'\
'"c":"1970-01-02","d":"1970-01-01T00:00:01Z",'\
'"e":"ff010203-0405-0607-0809-616263646566","f":"P1M2DT1S","g":"x",'\
'"h":{"i":["1970-01-02","1970-01-03"],"j":7}}' 'a template of defaults'
for form in '' --json=avro --raw-logical --strict; do
	is "$(avro --template -s defaults.avsc $form |
		avro -s defaults.avsc --hex ${form/--json=avro/})" \
		"$(avro -s defaults.avsc --hex <<<'{}')" \
		"is what they are: ${form:-plain}"
done
echo '{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}' \
	>endless.avsc
exits 5 'a record that never ends has no template' \
	avro --template endless.avsc
for type in '"R","default":{}' '["R","null"],"default":{}' \
	'{"type":"map","values":"R"},"default":{"a":{}}'; do
	echo '{"type":"record","name":"R","fields":[{"name":"r","type":'"$type"'}]}' \
		>endless.avsc
	exits 5 'nor one whose default holds itself' \
		avro --template endless.avsc
done

is "$(echo '{"a":{"b":1}}' | avro --infer -q --name com.example.foo |
	jq -c '[.namespace, .name, .fields[0].type.name]')" \
	'["com.example","foo","A"]' 'a schema is called as --name says'

# Values of no bytes
echo '"null"' >null.avsc
echo '{"type":"record","name":"E","fields":[]}' >empty.avsc
for codec in null deflate snappy bzip2 xz zstandard; do
	is "$(printf 'null\nnull\n' | avro -s null.avsc --codec $codec |
		avro -d | paste -sd,)" null,null "blocks of no bytes: $codec"
done
for text in hex base64; do
	is "$(printf '{}\n{}\n' | avro -s empty.avsc --$text |
		avro -d -s empty.avsc --$text | paste -sd,)" '{},{}' \
		"values of no bytes are blank lines of $text"
done
exits 5 'and bytes are none of them' avro -d -s null.avsc --hex <<<00

# What is given is heeded
exits 5 'another schema id' avro -d --confluent 8 -s page.avsc < <(
	avro --confluent 7 -s page.avsc <<<"$values")
like "$err" 'the schema id is 7, not 8 as --confluent says' 'is refused'
is "$(avro --confluent 7 -s page.avsc <<<"$values" |
	avro -d --confluent any -s page.avsc)" "$values" 'any is taken'
run avro --confluent abc -s page.avsc <<<"$values"
like "$status:$err" "^2:.*--confluent: 'abc' is no schema id" 'no schema id'
contradicts '--level 15 is more than 9, the highest of the codec deflate' \
	--codec deflate --level 15
contradicts '--level means nothing to the codec snappy' \
	--codec snappy --level 1
contradicts "--head: '-1' is less than 0" --head -1
run avro --name x.y page.avsc </dev/null
is "$status:$err" '2:msg-avro-encode: --name means nothing without --schema' \
	'--name alone'
echo '{"type":"record","name":"R","fields":[{"name":"f",
	"type":{"type":"fixed","name":"a.F","size":2}}]}' >named.avsc
is "$(avro --template -n a.F named.avsc)" '"\u0000\u0000"' \
	'--template of a type that is named'
is "$(avro --canonical -n a.F named.avsc)" \
	'{"name":"a.F","type":"fixed","size":2}' 'and --canonical'
exits 2 'which must be there' avro --template -n nope named.avsc
avro -s page.avsc --ocf <<<"$values" >whole.avro
run avro -d --reader nowhere whole.avro
like "$status:$err" "^5:msg-avro-encode: --reader: cannot open 'nowhere'" \
	'a reader that is not there is no fault of the container'
run avro -d --ocf /dev/null
is "$status:$err" "5:msg-avro-encode: /dev/null: it is empty: a container has \
a head at least" 'an empty container'
run avro -s page.avsc --append /dev/full <<<"$values"
is "$status:$err" "6:msg-avro-encode: cannot append to '/dev/full': it is no \
regular file" 'a device is no container'
run avro --infer </dev/null
is "$status:$out:$err" "5::msg-avro-encode: --infer: there is no JSON value \
to infer a schema from" 'nothing to infer from'
run avro -s page.avsc --hex <<<'{"name":"a"} trailing'
is "$status:$err" "5:msg-avro-encode: line 1, column 14: expected a value, \
found 't'" 'a word that is no JSON'
run avro -s <(echo '[]') <<<1
like "$status:$err" '^5:.*expected nothing: the union \[\] has no branch' \
	'a union of nothing'
run avro -s <(echo '{"type":"enum","name":"E","symbols":[]}') <<<'"a"'
like "$status:$err" '^5:.*expected nothing: the enum E has no symbol' \
	'an enum of nothing'
for how in '--ocf' '' '--concat whole.avro'; do
	run script -qec "msg-avro-encode -s page.avsc $how </dev/null" /dev/null
	like "$status:$out" '^2:.*not for a terminal: .* --hex or --base64' \
		"not to a terminal: ${how:-bare}"
done
run script -qec 'msg-avro-encode -s page.avsc --hex </dev/null' /dev/null
is "$status" 0 'but --hex'
exits 2 '--infer cannot leave out' avro --infer -k </dev/null
run avro -k -s page.avsc --hex nowhere - <<<'{"name":"x"}'
is "$status:$out" 5:02780000 'a file that is not there is left out'
is "$(printf '\xef\xbb\xbf%s' "$values" |
	avro -s <(printf '\xef\xbb\xbf'; cat page.avsc) |
	avro -d -s page.avsc)" "$values" 'a byte order mark is passed over'
run avro -s page.avsc < <(printf '\xef\xbb\xbf?')
like "$err" 'line 1, column 1: ' 'and is no column'
echo '{"protocol":"P","types":[
	{"type":"record","name":"A","fields":[{"name":"a","type":"int"}]},
	{"type":"record","name":"B","fields":[{"name":"b","type":"A"}]}]}' >p.avpr
for name in A B; do
	value='{"a":1}'
	test $name = A || value='{"b":{"a":1}}'
	is "$(avro -s p.avpr --name $name --single-object <<<"$value" |
		avro -d -s p.avpr)" "$value" "a single object of any type: $name"
done
cat >space.avsc <<'END'
["null", {"type": "enum", "name": "a.b.E", "symbols": ["A"]}]
END
exits 0 'a full name' avro --strict -s space.avsc <<<'{"a.b.E":"A"}'
exits 5 'a short one with --strict' avro --strict -s space.avsc <<<'{"E":"A"}'
like "$err" "its full name is 'a.b.E'" 'is told'
exits 0 'which is taken else' avro -s space.avsc <<<'{"E":"A"}'
echo '{"type":"record","name":"Other","fields":[{"name":"new","type":"int"},
	{"name":"name","type":"int"}]}' >other.avsc
run avro --check-compat page.avsc other.avsc
is "$status:$(cut -d: -f2 <<<"$out" | paste -sd,)" '5: /, /, /name' \
	'each reason is told behind a name that is another'

# Hostile input
run avro -d -s int.avsc <<<"$(printf '\xff\xff\xff\xff\xff\xff\xff\xff\xff')"
is "$status" 5 'an integer without end'
echo '{"type":"array","items":"null"}' >nulls.avsc
run avro -d -s nulls.avsc --hex <<<'feffffffffffffffff01'
is "$status" 5 'more nulls than anybody has'
like "$err" 'more than 1048576 elements that may take no byte' \
	'of which there may be fewer'
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
exits 5 'a block bomb' avro -d --max-block 1M bomb.avro
like "$err" 'block 1: the block unpacks to more than 1048576 bytes' \
	'has its budget'
exits 5 'with several threads too' avro -d --jobs 2 --max-block 1M bomb.avro
exits 5 'a value over its budget' avro -d --max-bytes 1M bomb.avro

# Whatever is cut is told, and nothing of the value comes out
avro -s page.avsc --hex <<<"$values" | sed -n 2p >whole
uncut=''
for ((i = 2; i < $(wc -c <whole) - 1; i += 2)); do
	run avro -d -s page.avsc --hex < <(head -c $i whole)
	test "$status:$out" = 5: || uncut+=" $i"
done
is "$uncut" '' 'a value cut anywhere'
uncut=''
size=$(stat -c %s p.avro)
for ((i = 1; i < size; i += 7)); do
	run avro -d --head 9 < <(head -c $i p.avro)
	test "$status" != 0 -a "$status" -lt 7 || uncut+=" $i"
done
# between two blocks a container may end
is "$uncut" '' 'a container cut anywhere'

refuses() {
	local schema=$1 hex=$2 why=$3
	shift 3
	echo "$schema" >s.avsc
	run avro -d -s s.avsc --hex "$@" <<<"$hex"
	is "$status" 5 "refused: $hex of $schema"
	like "$err" "$why" 'which is told'
}
refuses '"string"' 01 'byte 0: a negative length'
refuses '"bytes"' feffffff0f 'byte 0: a length of 2147483647 bytes'
refuses '{"type":"enum","name":"E","symbols":["A"]}' 02 \
	'byte 0: index 1 of an enum with 1'
refuses '["null","int"]' 04 'byte 0: index 2 of a union with 2'
refuses '{"type":"array","items":"int"}' feffffff0f \
	'byte 0: a block of 2147483647 items|more than'
refuses '{"type":"array","items":{"type":"record","name":"E","fields":[]}}' \
	feffffff0f 'byte 0: more than [0-9]+ elements'
refuses '{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}' 00 \
	'nested deeper than 9' --max-depth 9
refuses '{"type":"array","items":"int"}' 06020202 \
	'byte 0: more than 2 elements' --max-elements 2
run avro -s nulls.avsc --max-elements 2 <<<'[null,null,null]'
is "$status" 5 'and of JSON'
run avro -s deep.avsc --max-depth 3 <<<'{"r":{"r":{"r":null}}}'
like "$err" 'line 1, column [0-9]+, /r/r.*: nested deeper than 3' \
	'a depth of JSON'
run avro -s bytes.avsc --max-bytes 10 <<<'"0123456789abcdef"'
is "$status" 5 'a size of JSON'
# each names the next one twice: 2^30 ways through
python3 - >doubling.avsc <<'END'
print(end='{"type":"record","name":"R0","fields":[')
for i in range(1, 31):
    print(end='{"name":"a","type":{"type":"record","name":"R%d","fields":['
          % i)
print(end='{"name":"x","type":"int"}')
for i in range(30, 0, -1):
    print(end=']}},{"name":"b","type":"R%d"}' % i)
print("]}")
END
exits 0 'a schema that doubles' avro --canonical doubling.avsc
exits 5 'its data' avro -d -s doubling.avsc --max-elements 1000 p.avro --raw
exits 0 'whether it can be read' avro --check-compat doubling.avsc doubling.avsc
run avro --template doubling.avsc
like "$status" '^(0|5)$' 'and a value of it ends in bounded time'

# The schema of a kind, from a server
server_start
echo '{"name":"x","title":"X"}' >item
is "$(avro --kind Page <item | avro -d --kind Page | jq -r .title)" X \
	'the schema of a kind'
is "$(avro --kind Page --fingerprint)" \
	"$(msg-send get-schema Page | avro --fingerprint)" 'is what msg-send gets'
is "$(avro --context "$XDG_DATA_HOME/msg/client.conf" --kind Page \
	--single-object <item | avro -d --kind Page | jq -r .name)" x \
	'and comes through the context that is named'
run avro --kind Nope <item
is "$status:$out" 1: 'a kind that is none'
like "$err" "there is no kind 'Nope'
msg-avro-encode: no schema of the kind 'Nope'" 'is told by both'
exits 2 'no such context' avro --context nowhere --kind Page
server_stop
exits 3 'no server' avro --kind Page
cp "$BIN/msg-avro-encode" short/alone
exits 6 'no msg-send' env PATH="$T/short" "$T/short/alone" --kind Page
like "$err" "cannot run 'msg-send', which asks the server for the kind" \
	'is told'

done_testing
