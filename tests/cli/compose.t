#!/bin/bash
# The tools compose through pipes, as the pages promise.
. "${0%/*}/lib.sh"

cd "$T" || exit 1
server_start -v

# --- encode, decode ---------------------------------------------------------
cat >page.avsc <<'END'
{"type": "record", "name": "Page", "fields": [{"name": "name", "type": "string"}]}
END
out=$(echo '{"name":"x"}' | msg-avro-encode -s page.avsc |
	msg-avro-encode -d -s page.avsc)
is "$out" '{"name":"x"}' 'JSON to Avro and back'

# --- many commands, one stream ------------------------------------------------
out=$(printf 'get-item /\nget-item /news/*\n' | msg-send | jq -r '.[]._path')
is "$out" $'/\n/news/article-1\n/news/article-2\n/news/article-3' \
	'commands from a pipe'
out=$(printf 'get-item /about/@name\nget-item /[\nget-item /more/@name\n' |
	msg-send -k 2>err)
status=$?
is "$status" 1 'an error among them is the exit status'
is "$(head -1 <<<"$out") $(tail -1 <<<"$out")" '["about"] ["more"]' \
	'and the others are answered'

cat >actions.json <<'END'
[{"method": "create",
  "data": {"_kind": "Page", "_path": "/example"}}]
END
out=$(msg-send set-item - <actions.json | jq -r '.[]._path')
is "$out" $'/example\n/' 'an argument from standard input'
sed -i s/example/second/ actions.json
out=$(msg-send set-item @actions.json | jq -r '.[]._path')
is "$out" $'/second\n/' 'an argument from a file'

# --- what the server says, dumped ----------------------------------------------
dump=$(msg-stanza-dump --short <serve.log 2>dump.err)
like "$dump" 'get-item' 'msg-serve -v into msg-stanza-dump'
password=$(cat "$XDG_DATA_HOME/msg/client.password")
unlike "$(cat serve.log)" "$password" 'no password is printed'
like "$(cat serve.log)" "READ: '<iq " 'READ'
like "$(cat serve.log)" "REQUEST \\(get/[^)]+\\) 'get-item " 'REQUEST'
like "$(cat serve.log)" "RESULT \\(get/[^)]+\\) '\\[" 'RESULT'
like "$(cat serve.log)" "WROTE: '<iq " 'WROTE'
like "$(cat serve.log)" "ERROR \\(get/[^)]+\\) bad-request '" 'ERROR'

# --- watching from another shell ------------------------------------------------
mkfifo events
exec 7<>events
background msg-watch '/news/*' >events 2>watch.err
wait_line serve.log "WROTE: '<iq .*<watch"
msg-send -m 'seen' set-item \
	'[{"method":"save","data":{"_path":"/news/article-1","title":"New"}}]' >/dev/null
while read -r -t 60 e <&7; do
	is "$(jq -r '.message' <<<"$e")" seen 'msg-watch sees the other shell change it'
	break
done
exec 7<&-

# --- the live stream --------------------------------------------------------------
mkfifo live
exec 7<>live
mkfifo wire				# a pipeline would outlive us
background bash -c 'exec msg-watch --stanzas >wire'
background bash -c 'exec msg-stanza-dump --short <wire >live 2>&1'
wait_line serve.log "^WROTE: '<iq type=.result.*<trace"
msg-send get-item /about >/dev/null
found=
while read -r -t 60 line <&7; do
	if [[ $line == *about* ]]; then
		found=$line
		break
	fi
done
like "$found" about 'msg-watch --stanzas into msg-stanza-dump'
exec 7<&-

server_stop
is "$status" 0 'the server ends in order'
done_testing
