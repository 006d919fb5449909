#!/bin/bash
# A store without its server: export and back, backup, verify, compact.
. "${0%/*}/lib.sh"
store=$XDG_DATA_HOME/msg

server_start
for i in 1 2 3; do
	exits 0 "saved $i" msg-send set-item \
		"[{\"method\":\"save\",\"data\":{\"_path\":\"/about\",\"title\":\"$i\"}}]"
done
exits 0 'a backup while it is served' msg-serve --backup "$T/backup"
exits 1 'never over a file that is there' msg-serve --backup "$T/backup"
exits 0 'a backup of all of it' msg-serve --backup "$T/saved/"
exits 1 'never over one that is there' msg-serve --backup "$T/saved/"
like "$err" "saved/' is there already" 'as is said'
exits 6 'nor where it cannot be made' msg-serve --backup "$T/no/saved/"
exits 0 'an export while it is served' msg-serve --export "$T/export"
exits 1 'compaction is refused meanwhile' msg-serve --compact
before=$(msg-send get-item '//*' | sha256sum)
server_stop TERM

exits 0 'the store is sound' msg-serve --verify
is "$out" sound 'and it says so'
is "$(msg-serve --export - | sha256sum)" "$(sha256sum <"$T/export")" \
	'an export again is the same'

# --- a backup is served as it is -------------------------------------------------
mv "$store" "$T/whole"
cp -a "$T/saved" "$store"
server_start
is "$(msg-send get-item '//*' | sha256sum)" "$before" 'a backup that is put back'
server_stop TERM
exits 0 'is sound' msg-serve --verify
is "$(find "$T/saved" -name '*.mdb' -o -type f ! -perm /077 | wc -l) $(stat -c %a "$T/saved")" \
	'5 700' 'and for the owner alone'
mv "$store/cred" "$T/cred"
exits 2 'without the passwords it is refused' msg-serve --listen=127.0.0.1:0
like "$err" "passwords of the store '.*/cred/data.mdb': put the file of its last" \
	'which says what to do'
mkdir "$store/cred"
cp "$T/backup" "$store/cred/data.mdb"
exits 2 'so it is with the data in their place' msg-serve --listen=127.0.0.1:0
like "$err" "/cred/data.mdb': put the file of its last" 'which is said, too'
rm -r "$store"
mv "$T/whole" "$store"

# --- an equal store from the export ----------------------------------------------
exits 1 'not into a store that is there' \
	msg-serve --import "$T/export" --listen 127.0.0.1:0 --listen-tls none
mv "$store" "$T/old"
head -c -9 "$T/export" >"$T/cut"
exits 5 'nor one that is cut' \
	msg-serve --import "$T/cut" --listen 127.0.0.1:0 --listen-tls none
like "$err" "import of '$T/cut': " 'which is named'
server_start --import "$T/export"
is "$(msg-send get-item '//*' | sha256sum)" "$before" 'an import is equal'
exits 0 'the administrator is there' msg-send get-user admin
is "$(jq -r .admin <<<"$out")" true 'with his rights'
server_stop TERM
exits 0 'the imported store is sound' msg-serve --verify

# --- damage, and less of the past ---------------------------------------------------
exits 0 'compaction' msg-serve --compact --keep-revisions=1 --keep-time=0
like "$out" '^oldest=[0-9]* rows=[1-9]' 'says what it did'
exits 0 'and leaves a sound store' msg-serve --verify
server_start
head=$(msg-send get-status | jq .rev)
exits 0 'what is kept is there' msg-send get-item /about --rev "$head"
exits 1 'what is not kept is gone' msg-send get-item /about --rev 2
like "$err" 'no longer kept' 'and the error says so'
run msg-send --format=json get-item /about --rev 2
like "$out$err" 'gone' 'by its condition'
exits 7 'a watch from there is a gap' msg-watch --from 1 --count 1 '//*'
like "$err" 'no longer kept|gap' 'which is told'
server_stop
/usr/bin/python3 - "$store/data/data.mdb" <<'END'
import sys
with open(sys.argv[1], 'r+b') as f:
    data = f.read()
    at = data.index(b'Article 2')
    f.seek(at)
    f.write(b'Artikel 2')
END
exits 1 'a changed byte is found' msg-serve --verify
like "$out" 'not what was written' 'and named'
exits 5 'a file that is no export' \
	msg-serve --store "$T/new" --import /dev/null --listen 127.0.0.1:0 \
	--listen-tls none

# --- full -----------------------------------------------------------------------------
export XDG_DATA_HOME=$T/full
server_start --no-demo --max-store=1M
large=$(head -c 60000 /dev/zero | tr '\0' x)
for ((i = 0; i < 50; i++)); do
	run msg-send set-item '[{"method":"create","data":{"_kind":"Page",
		"_path":"/p'"$i"'","content":"'"$large"'"}}]'
	((status == 0)) || break
done
like "$i $status" '^[1-9][0-9]* 1$' 'a full store refuses writes'
like "$err" 'full: it has the 1048576 bytes that msg-serve --max-store' \
	'and says why'
wait_line "$T/serve.log" 'event="change refused" error=".*--max-store' &&
	result 0 'so does the log'
exits 0 'it serves reads' msg-send get-item 'count(/*)'
is "$out" "[$i]" 'of all that was done'
run msg-send set-item '[{"method":"create","data":{"_kind":"Page","_path":"/x"}}]'
msg-send get-item '/x/@name' | jq -e ". == [] or $status == 0" >"$T/small"
result $? 'a small one is done or not'
server_stop
is "$status" 0 'the server ends in order'
server_start
exits 0 'with more room it goes on' msg-send set-item \
	'[{"method":"create","data":{"_kind":"Page","_path":"/more","content":"'"$large"'"}}]'
server_stop
exits 0 'and is sound' msg-serve --verify
done_testing
