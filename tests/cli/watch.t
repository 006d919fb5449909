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
	msg-watch --from "$from" --until-idle 300ms
is "$(jq -r .message <<<"$out")" $'two\nthree\nfour' 'all of it without a query'
exits 0 'for some time' msg-watch --for 100ms
is "$out" '' 'and nothing happened'

# --- going on ------------------------------------------------------------------
exits 0 'a cursor is made' msg-watch --from "$from" --cursor cursor -n 1
exits 0 'and gone on from' msg-watch --cursor cursor -n 1
is "$(jq -r .message <<<"$out")" three 'with what came next'
is "$(cat cursor)" "$(jq .rev <<<"$out")" 'it has the revision told last'
echo nonsense >cursor
exits 2 'a cursor that is none' msg-watch --cursor cursor -n 1
exits 0 'a command for each event' \
	msg-watch --from "$from" -n 2 -x 'jq -r .rev; echo "$MSG_REV $MSG_MESSAGE"'
rev=$((from + 1))
is "$out" "$rev
$rev two
$((rev + 1))
$((rev + 1)) three" 'has it as JSON and in its environment'
exits 1 'a command that fails' msg-watch --from "$from" -n 2 -x 'exit 3'
like "$err" "'exit 3' ended with status 3" 'is told'

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

# --- stanzas ----------------------------------------------------------------------------
: >live
background msg-watch --stanzas >live
wait_line serve.log 'REQUEST .*set-trace'
msg-send get-item /about >/dev/null
for what in "READ: '<iq .*<item" "REQUEST \\(get/1\\) 'get-item " \
	"RESULT \\(get/1\\) '\\[" "WROTE: '<iq .*<item"; do
	wait_line live "$what"
	like "$line" "$what" "a trace has ${what%%[: ]*}"
done
server_stop
done_testing
