#!/bin/bash
# kill -9 while commits stream in: what was acknowledged is there afterwards,
# no transaction is half there, and what is there was asked for in this order.
. "${0%/*}/../cli/lib.sh"

# sets ROUND: transactions of two pages each, without end.
sets() {
	local i
	for ((i = 0; ; i++)); do
		printf 'set-item [%s,%s]\n' \
			'{"method":"create","data":{"_kind":"Page","_path":"/a'"$1-$i"'"}}' \
			'{"method":"create","data":{"_kind":"Page","_path":"/b'"$1-$i"'"}}' ||
			return
	done
}

# names PATTERN: of the items at the top, in order.
names() {
	msg-send get-item '/*/@name' | jq -r '.[]' | grep "^$1" | cut -d - -f 2
}

server_start --no-demo
for round in 1 2 3 4 5; do
	: >"$T/acknowledged"
	sets $round 2>/dev/null | msg-send >"$T/acknowledged" 2>/dev/null &
	sender=$!
	until test "$(wc -l <"$T/acknowledged")" -ge $((40 * round)); do
		read -rt 0.02 <> <(:)
	done
	server_stop KILL
	killed=$status
	ended $sender
	is "$killed" 137 "round $round: the server was killed"
	jq -r '.[0].name' "$T/acknowledged" | cut -d - -f 2 >"$T/told"
	like "$(wc -l <"$T/told")" '^[0-9]{2,}$' "many were acknowledged"

	server_start
	names "a$round" >"$T/there"
	is "$(sort "$T/told" | comm -23 - <(sort "$T/there"))" '' \
		'each that was acknowledged is there'
	is "$(cat "$T/there")" "$(seq 0 $(($(wc -l <"$T/there") - 1)))" \
		'and none is there without those before it'
	is "$(names "b$round")" "$(cat "$T/there")" 'no transaction is half done'
done
exits 0 'changes go on' msg-send set-item \
	'[{"method":"create","data":{"_kind":"Page","_path":"/after"}}]'
server_stop
is "$status" 0 'the server ends in order'
done_testing
