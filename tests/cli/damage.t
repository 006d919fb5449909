#!/bin/bash
# A store that is cut short, and a disk that is full: what is said of them.
. "${0%/*}/lib.sh"
store=$XDG_DATA_HOME/msg data=$XDG_DATA_HOME/msg/data/data.mdb
quiet=(--listen 127.0.0.1:0 --listen-tls none)

server_start
server_stop
exits 0 'a store' msg-serve --compact
cp -r "$store" "$T/whole"

# --- cut short -----------------------------------------------------------------------
for n in 30000 5000 1 0; do
	truncate -s "$n" "$data"
	exits 1 "of $n bytes it is not served" msg-serve "${quiet[@]}"
	like "$err" '^msg-serve: the store is damaged: ' 'and that is said'
	exits 1 'nor exported' msg-serve --export "$T/export"
	exits 1 'nor copied' msg-serve --backup "$T/backup"
	exits 1 'nor compacted' msg-serve --compact
	exits 1 'verification finds it' msg-serve --verify
	like "$out" 'damaged: .*(missing|empty|not an LMDB)' 'and says what'
	cp "$T/whole/data/data.mdb" "$data"
done
ls "$T" | grep -E 'export|backup' >"$T/left"
is "$(cat "$T/left")" '' 'no half copy was left'

server_start
exits 0 'it is served' msg-send get-item 'count(//*)'
truncate -s 8192 "$data"
run msg-send get-item '//*'
wait "$SERVER"
is $? 1 'a server whose data goes ends'
wait "$_server_log"
SERVER=''
like "$(tail -1 "$T/serve.log")" \
	"^msg-serve: the store is damaged: '.*/data/data.mdb' is cut short" \
	'and names the file'
cp "$T/whole/data/data.mdb" "$data"
exits 0 'with its data back it is sound' msg-serve --verify

# --- no room -------------------------------------------------------------------------
# small KB OPTION...: msg-serve whose files may have so many kB, 3 are no room
# for any.
small() {
	run bash -c 'ulimit -f "$1"; exec msg-serve "${@:2}"' small "$@"
}
for what in --verify "--export $T/export" "--backup $T/backup" --compact \
    "${quiet[*]}" "${quiet[*]} --store $T/new"; do
	rm -f "$store"/*/lock.mdb
	small 3 $what
	is "$status" 6 "without room: ${what%% /*}"
	like "$err" "^msg-serve: cannot write '.*lock.mdb': no room on the disk" \
		'is said'
	unlike "$out$err" damaged 'and it is no damage'
done
is "$(ls -d "$T"/new* "$T/export" "$T/backup" 2>/dev/null)" '' \
	'nothing is left of what was begun'
exits 0 'with room again it is sound' msg-serve --verify
small 50 --backup "$T/backup"
is "$status" 6 'no room for a copy'
like "$err" '^msg-serve: cannot copy the store: no room on the disk' 'is said'
for what in export backup; do
	exits 6 "no directory for --$what" msg-serve "--$what" "$T/no/file"
	like "$err" "cannot create '.*/no/file'" 'is named'
done
cp -r "$T/whole" "$T/again"
msg-serve --backup - >"$T/again/data/data.mdb"
exits 0 'a backup to standard output is a store' msg-serve --store "$T/again" --verify

limit=$(($(stat -c %s "$data") / 1024 + 200))
ulimit -S -f "$limit"
server_start
ulimit -S -f "$(ulimit -H -f)"
large=$(head -c 60000 /dev/zero | tr '\0' x)
for ((i = 0; i < 20; i++)); do
	run msg-send set-item '[{"method":"create","data":{"_kind":"Page",
		"_path":"/p'"$i"'","content":"'"$large"'"}}]'
	((status == 0)) || break
done
is "$status" 1 'a disk that is full refuses changes'
like "$err" 'the store is full: no room on the disk' 'and says why'
wait_line "$T/serve.log" 'event="store refused"' &&
	like "$line" 'no room on the disk' 'so does the log'
exits 0 'what was written is served' msg-send get-item "count(/*[@name='p0'])"
is "$out" '[1]' 'all of it'
server_stop
exits 0 'and the store is sound' msg-serve --verify

# --- an import that fails ------------------------------------------------------------
msg-serve --export "$T/whole.avro"
head -c 3000 "$T/whole.avro" >"$T/part.avro"
exits 5 'half an export' msg-serve "${quiet[@]}" --store "$T/new" \
	--import "$T/part.avro"
is "$(ls -d "$T"/new* 2>/dev/null)" '' 'leaves nothing behind'
done_testing
