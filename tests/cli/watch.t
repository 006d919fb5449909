#!/bin/bash
# msg-watch: events as they happen, none lost, none twice.
. "${0%/*}/lib.sh"

cd "$T" || exit 1
server_start -v

save() {
	msg-send -m "$2" save "$1" title="$2" >/dev/null || diag "save $1"
}
rev() {
	msg-send get-item "$1" | jq '.[0]._rev'
}

# --- what has been -----------------------------------------------------------
save /about one
from=$(rev /about)
save /about two
save /news/article-1 three
save /about four
exits 0 'from a revision on' msg-watch --from "$from" -n 2 /about
is "$(jq -r .message <<<"$out")" $'two\nfour' 'what touches the query, in order'
is "$(head -1 <<<"$out" | jq -r '.author, .branch, .changes[0].change, .changes[0]._path, .changes[0].item.title')" \
	$'admin@localhost\nstaging\nsave\n/about\ntwo' 'with all there is to say'
exits 0 'for people' msg-watch --format text --from "$from" -n 1 /about
like "$out" '^20.* rev [0-9]+ on staging by admin@localhost: two
  ~ /about  save Page '\''two'\''$' 'a line for the commit, one for each change'
exits 0 'until nothing has come for a while' \
	msg-watch --from "$from" --until-idle 2s
is "$(jq -r .message <<<"$out")" $'two\nthree\nfour' 'all of it without a query'
stopped "$SERVER"
msg-watch --from "$from" --until-idle 1s >late &
watcher=$!
read -rt 2 <> <(:)
kill -CONT "$SERVER"
wait $watcher
is "$? $(jq -r .message late | head -1)" '0 two' \
	'the time that it takes to connect is not counted'
exits 0 'for some time' msg-watch --for 100ms
is "$out" '' 'and nothing happened'

# --- going on ------------------------------------------------------------------
exits 0 'a cursor is made' msg-watch --from "$from" --cursor cursor -n 1
exits 0 'and gone on from' msg-watch --cursor cursor -n 1
is "$(jq -r .message <<<"$out")" three 'with what came next'
is "$(cat cursor)" "$(jq .rev <<<"$out")" 'it has the revision told last'
echo nonsense >cursor
exits 2 'a cursor that is none' msg-watch --cursor cursor -n 1
for word in stat trcae cahnges; do
	exits 2 "a word that is nearly one: $word" msg-watch "$word" --for 1s
	like "$err" "unknown word '$word'; did you mean" 'is no query'
done
exits 0 'a command for each event' \
	msg-watch --from "$from" -n 2 -x 'jq -r .rev; echo "$MSG_REV $MSG_MESSAGE"'
rev=$((from + 1))
is "$out" "$rev
$rev two
$((rev + 1))
$((rev + 1)) three" 'has it as JSON and in its environment'
exits 1 'a command that fails' msg-watch --from "$from" -n 2 -x 'exit 3'
like "$err" "'exit 3' ended with status 3" 'is told'

is "$(msg-watch --complete 0 tr)" $'trace\trequests as they are answered' \
	'what there is to watch is completed'

# --- what comes -------------------------------------------------------------------
: >live
: >serve.log
background msg-watch '/news/*' >live 2>live.err
watcher=$!
wait_line serve.log "WROTE: '<iq .*<watch"
save /news/article-2 five
wait_line live five
is "$(jq -r .message <<<"$line")" five 'an event as it happens'
msg-send create Page /news/new >/dev/null
wait_line live create
like "$line" '"_path":"/news/new","change":"create"' 'a new item'
msg-send mv /news/new /new >/dev/null
wait_line live '"from":"/news/new"|"leave"'
like "$line" /new 'an item that leaves'

# --- the server goes and comes again ------------------------------------------------
server_stop
wait_line live.err 'trying again'
server_start -v
save /news/article-3 six
wait_line live six
is "$(jq -r .message <<<"$line")" six 'nothing is lost over a restart'
like "$(cat live.err)" 'connected again' 'that is told'
is "$(jq .rev live | sort | uniq -d)" '' 'nothing comes twice'
kill -INT $watcher
wait $watcher
is "$?" 0 'Ctrl-C is a good end'
: >live
(trap '' HUP; exec msg-watch -n 1 -x 'cat; ls -l /proc/$$/fd; true') >live &
watcher=$!
_background+=($watcher)
wait_line serve.log "WROTE: '<iq .*<watch"
kill -HUP $watcher
taken $watcher HUP
save /news/article-3 after
ended $watcher
is "$status" 0 'nohup: the end of a terminal is no end'
like "$(cat live)" '"message":"after"' 'and what comes is told'
unlike "$(cat live)" 'socket:' 'to a program that has none of our sockets'

# --- what is refused ------------------------------------------------------------------
exits 1 'a query that is none' msg-watch '/['
like "$err" '^msg-watch: bad-request \(syntax\)' 'is told'
exits 2 'a revision that is none' msg-watch --from x
exits 3 'nobody there' msg-watch --server 127.0.0.1:1 --jid a@b \
	--password-file "$XDG_DATA_HOME/msg/client.password"
exits 1 'a revision that is not yet' msg-watch --from 1000000 -n 1

# --- the output -------------------------------------------------------------------------
msg-watch --from "$from" -n 1 >/dev/full 2>err
is "$?" 6 'a full disk is an error'
(msg-watch; echo $? >ended) | true
wait_line ended 141
is "$line" 141 'the reader goes: so do we, before anything comes'

# --- other forms -------------------------------------------------------------------------
exits 0 'as stanzas' msg-watch -f raw --from "$from" -n 2 /about
is "$(msg-stanza-dump -1 <<<"$out" | grep -c event)" 2 \
	'a line each, which msg-stanza-dump reads'
msg-watch -f avro --diff --from "$from" -n 1 /about >one.avro
is "$(msg-avro-encode -d one.avro | jq -c '[.message, .gap, .changes[0]._path,
	(.changes[0] | .item, .before | fromjson.title)]')" \
	'["two",null,"/about","two","one"]' 'has all of it'
is "$(msg-avro-encode --meta one.avro | jq -cS .schema)" \
	"$(sed -n '/^{"type": "record", "name": "Event"/,/^\.Ed/p' \
		"$TOP/man/msg-watch.1" | grep -v '^\.Ed' | jq -cS .)" \
	'by the schema of the manual'
: >live.json
mkfifo avro
msg-watch -f avro /about >avro &
watcher=$!
msg-avro-encode -d -q <avro >live.json &
reader=$!
_background+=($watcher $reader)
n=0				# what is there already is no change
until test -s live.json; do save /about "is it read? $((n += 1))"; done
wait_line live.json 'is it read'
save /about 'and more'
wait_line live.json 'and more'
like "$line" '"rev":[0-9]+,"branch":"staging"' 'is read as it comes'
kill -INT $watcher
wait $watcher $reader
save /about one
background msg-watch -f avro >empty.avro
watcher=$!
until test -s empty.avro; do read -rt 0.01 <> <(:); done
kill -INT $watcher
wait $watcher
is "$(msg-avro-encode -c -d empty.avro)" 0 'the head is there before anything comes'
exits 2 'requests are no Avro' msg-watch trace -f avro
exits 2 'figures are no stanzas' msg-watch stats -f raw
exits 2 'a command gets JSON' msg-watch -x cat -f avro
: >live
background msg-watch trace -f raw >live
watcher=$!
until test -s live; do msg-send get-item /about >/dev/null; done
wait_line live .
like "$line" '^<message.*<trace xmlns="urn:M" as="json">' 'a trace as stanzas'
kill -INT $watcher
wait $watcher

# --- before and after --------------------------------------------------------------------
exits 0 'with what was before' msg-watch --diff --from "$from" -n 1 /about
is "$(jq -c '.changes[0] | [.before.title, .item.title]' <<<"$out")" \
	'["one","two"]' 'fields before and after'
exits 0 'for people' msg-watch -d --format text --from "$from" -n 1 /about
is "$(sed 1d <<<"$out")" "  ~ /about  save Page 'two'
    - title: \"one\"
    + title: \"two\"" 'a line each, and those alone that differ'

# --- a cursor survives what may come --------------------------------------------------------
echo "$from" >cursor
msg-watch --cursor cursor -n 1 >/dev/full 2>err
is "$? $(cat cursor)" "6 $from" 'nothing told: it stays'
(trap '' XFSZ; ulimit -f 0; exec msg-watch --cursor cursor -n 2 2>&1) | cat >got
is "${PIPESTATUS[0]} $(cat cursor)" "6 $from" 'a full disk: it stays whole'
like "$(tail -1 got)" "^msg-watch: 'cursor" 'and that is told'
is "$(grep -c '^{' got)" 1 'after the one event that was told'
exits 1 'a command that fails' msg-watch --cursor cursor -x 'exit 1' -n 1
is "$(cat cursor)" "$from" 'it stays'
rm -f new-cursor
: >live
background msg-watch --cursor new-cursor >live
watcher=$!
until test -s new-cursor; do read -rt 0.01 <> <(:); done
kill -KILL $watcher
wait $watcher 2>/dev/null
save /about seven
exits 0 'killed before its first event' \
	msg-watch --cursor new-cursor -n 1
is "$(jq -r .message <<<"$out")" seven 'it goes on from where it began'
told=$(cat new-cursor)
for i in 1 2 3 4 5 6; do save /about "k$i"; done
: >live
for i in 1 2 3 4 5 6 7 8 9; do
	msg-watch --cursor new-cursor -x 'cat >>live' &
	watcher=$!
	wait_line live "\"message\":\"k$((i < 6 ? i : 6))\""
	kill -KILL $watcher
	wait $watcher 2>/dev/null
done
is "$(jq -r .message live | uniq)" $'k1\nk2\nk3\nk4\nk5\nk6' \
	'killed again and again: all is told, in order'
ok 'the cursor is one of them' test "$(cat new-cursor)" -gt "$told"

# --- a gap ----------------------------------------------------------------------------------
server_stop
msg-serve --compact --keep-revisions=1 --keep-time=0 >/dev/null 2>&1
server_start -v
exits 7 'what is not kept is a gap' msg-watch --from 1 -n 1
like "$out" '^\{"gap":1,"oldest":[0-9]+,"why":".+"\}$' 'an event says so'
like "$err" 'events were lost: .*; go on with --from [0-9]+' 'and a line'
msg-watch -f avro --from 1 2>/dev/null >gap.avro
is "$(msg-avro-encode -d gap.avro | jq -c '[.rev, .gap.oldest > 1, .changes]')" \
	'[1,true,[]]' 'in Avro, too'
echo 1 >cursor
exits 7 'the same for a cursor' msg-watch --format text --cursor cursor
like "$out" '^events were lost: ' 'in words'
is "$(cat cursor)" 1 'which stays'
gap=$(sed 's/.*--from //' <<<"$out")
exits 0 'going on from where it says' msg-watch --from "$gap" --for 100ms
exits 0 'the oldest that is kept is told' msg-watch --from $((gap - 1)) -n 1
is "$(jq -r .message <<<"$out")" k6 'as what it was'
exits 0 'going on by itself' \
	msg-watch --cursor cursor --on-gap go-on --until-idle 2s
is "$(jq -c '[.gap, .oldest]' <<<"$out")" "[1,$gap]" 'the gap is told'
like "$err" "events were lost: .*; going on from $gap\$" 'and that it is no end'
is "$(cat cursor)" "$gap" 'the cursor is behind it'
exits 0 'so the next has none' msg-watch --cursor cursor --until-idle 100ms
is "$out$err" '' 'and nothing to tell'
exits 0 'a gap by a command' msg-watch --from 1 --on-gap go-on \
	--until-idle 2s -x 'echo "$MSG_GAP"; cat'
is "$(head -1 <<<"$out") $(sed 1d <<<"$out" | jq .gap)" "$gap 1" \
	'which has it as any event'
exits 2 'another way' msg-watch --on-gap=maybe

# --- limits that are none --------------------------------------------------------------------
for limit in '-n 0' '--for 0s' '--until-idle 0'; do
	exits 2 "no end: $limit" msg-watch $limit
	like "$err" "'0s?' is less than 1" 'is refused'
done

# --- the same signal twice, as timeout(1) sends it ---------------------------------------------
# When we are held up between the two they do not come at once.
ends=
while ((${#ends} < 8)); do
	rm -f there
	background msg-watch --cursor there
	watcher=$!
	until test -s there; do read -rt 0.01 <> <(:); done
	t0=${EPOCHREALTIME/./}
	kill -INT $watcher $watcher 2>/dev/null
	t1=${EPOCHREALTIME/./}
	wait $watcher
	end=$?
	((t1 - t0 > 90000)) || ends+=$end
done
is "$ends" 00000000 'two interrupts at once are one'

# --- trace ----------------------------------------------------------------------------------
tracers() {	# how many were told that they trace
	grep -c "^WROTE: '<iq type=.result.*<trace" serve.log
}
traced() {	# FILE OPTION...: trace in the background, from here on
	local file=$1 there
	shift
	: >"$file"
	there=$(tracers)
	background msg-watch trace "$@" >"$file" 2>"$file.err"
	tracer=$!
	until test "$(tracers)" -gt "$there"; do read -rt 0.01 <> <(:); done
}
end_trace() {
	kill -INT $tracer
	wait $tracer
}
traced escape --payload --format text --command get-log
traced escaped --payload --command get-log
msg-send get-log $'/about\u009bm' >/dev/null 2>&1
wait_line escape get-log
wait_line escaped get-log
unlike "$(cat escape escaped)" $'\u009b' 'no control character of outside is shown'
like "$(cat escaped)" 'about.u009bm' 'as JSON it is an escape'
traced own -n 1
msg-send get-item /about >/dev/null
wait $tracer
is "$? $(jq -r .command own)" '0 get-item' 'its own request is not traced'
traced all --command get-item --command set-item
traced under --path /news --command get-item
traced refused --error
traced missing --error=item-not-found
traced slow --slower 1h
traced sample --sample 1/3 --user admin --command get-item
traced pages --kind Page --command get-item --format text
traced whole --payload --command set-item --command set-user
msg-send get-item '/news/*' >/dev/null
msg-send get-item /about >/dev/null
msg-send get-item '/[' 2>/dev/null
msg-send -b nowhere get-item /about 2>/dev/null
save /about nine
msg-send create Page /last title=last >/dev/null
msg-send set-user \
	'[{"method":"create","data":{"name":"eve","password":"s3cret-word"}}]' >/dev/null
msg-send get-item / >/dev/null
wait_line all '"query":"/"'
wait_line under '/news/\*'
wait_line refused not-found
wait_line missing not-found
wait_line sample /about
wait_line pages /about
is "$(jq -r .command all | tr '\n' ' ')" \
	'get-item get-item get-item get-item set-item set-item get-item ' \
	'a record for each request of these commands'
is "$(head -1 all | jq -c '[.query, .bytes_in, (.jid | split("/")[0]),
	(.took_us | type), (.time | length), has("answer")]')" \
	'["/news/*",7,"admin@localhost","number",27,false]' 'with what it was'
is "$(jq -c 'select(.paths) | .paths' all)" $'["/about"]\n["/last"]' \
	'the items of a set'
is "$(jq -r .query under)" '/news/*' 'by path'
is "$(jq -r '.error.code' refused)" $'syntax\nnot-found' 'by its being refused'
is "$(jq -r '.error.condition' missing)" item-not-found 'by the error'
is "$(cat slow)" '' 'by its time'
is "$(jq -r .query sample)" $'/news/*\n/about' 'one of three'
like "$(head -1 pages)" \
	'^[0-9:.]{15} get-item [0-9.]+(us|ms|s) 7B > [0-9.]+k?B admin@localhost/[^ ]+ /news/\*$' \
	'by kind, for people'
wait_line whole set-user
is "$(jq -r '.argument[0].data | .title // .password' whole)" \
	$'nine\nlast\n***' 'payloads when asked for, passwords masked'
unlike "$(cat whole)" s3cret 'wherever they stand'
is "$(grep -c . refused)" 2 'nothing else'
end_trace
exits 2 'a share that is none' msg-watch trace --sample 1/0
exits 2 'nor is a number' msg-watch trace --sample 5
like "$err" "'5' is no share such as 1/100" 'the error shows one'
exits 2 'a command that is none' msg-watch trace --command get-itme
like "$err" "did you mean 'get-item'" 'the nearest is told'
exits 2 'an error that is none' msg-watch trace --error=not-fonud
like "$err" "--error: .*'not-fonud'; did you mean 'not-found'" 'the nearest is told'
exits 2 'nor a condition' msg-watch trace --error=bogus
like "$err" "'bogus'\$" 'and none is near'
exits 2 'an option of another' msg-watch trace --diff
like "$err" "--diff is of 'msg-watch changes', not of 'trace'" 'is told'
exits 1 'a filter that is none' msg-send set-trace '{"pfad":"/"}'
like "$err" "has no 'pfad'; it has command" 'what there is is told'

# What a reader does not take is left out, and he is told how much: the server
# goes on meanwhile.
mkfifo stuck
there=$(tracers)
(exec 8<>stuck; exec msg-watch trace --payload --command get-item >stuck 8<&8) \
	2>stuck.err &
tracer=$!
until test "$(tracers)" -gt "$there"; do read -rt 0.01 <> <(:); done
big=$(head -c 60000 /dev/zero | tr '\0' x)
msg-send create Page /big "title=$big" >/dev/null
for i in $(seq 400); do echo 'get-item /big'; done | msg-send >/dev/null
is "$?" 0 'a tracer that does not read holds up nobody'
for i in $(seq 30); do echo 'get-item /about'; done | msg-send >/dev/null &
timeout 60 grep -m 1 -o '"missed":[0-9]*' <stuck >missed
like "$(cat missed)" '^"missed":[1-9]' 'and is told what he missed'
kill -KILL $tracer
wait $tracer 2>/dev/null

# --- stanzas ----------------------------------------------------------------------------
: >live
background msg-watch --stanzas >live
until test -s live; do msg-send get-item /about >/dev/null; done
msg-send get-item /about >/dev/null	# one that is traced from its beginning
for what in "READ: '<iq .*<item" "REQUEST \\(get/1\\) 'get-item " \
	"RESULT \\(get/1\\) '\\[" "WROTE: '<iq .*<item"; do
	wait_line live "$what"
	like "$line" "$what" "a trace has ${what%%[: ]*}"
done
server_stop
done_testing
