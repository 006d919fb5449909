#!/bin/bash
# msg-serve as its operator meets it: first start, restart, signals, refusals.
. "${0%/*}/lib.sh"
store=$XDG_DATA_HOME/msg

# certificate PORT: what is shown there.
certificate() {
	/usr/bin/python3 -c 'import ssl, sys
print(ssl.get_server_certificate(("127.0.0.1", int(sys.argv[1]))))' "$1"
}

# --- the first start -----------------------------------------------------------
server_start
is "$(grep -c ready "$T/serve.log")" 1 'one line when ready'
like "$(cat "$T/serve.log")" 'new.*msg-send' 'that says what to do next'
is "$(wc -l <"$T/serve.log")" 1 'and no other'
is "$(cat "$T/serve.out")" '' 'nothing on standard output'
exits 0 'msg-send needs no option' msg-send get-item /
is "$(jq -r '.[0]._path' <<<"$out")" / 'and reads the root'
exits 0 'the demo tree is there' msg-send get-item '//*/@name'
is "$(jq -c . <<<"$out")" '["about","more","news","deep","article-1","article-2","article-3","deeper","deepest"]' \
	'all of it'
is "$(stat -c %a "$store")" 700 'the store is its owner'\''s alone'
is "$(stat -c %a "$store/client.password")" 600 'and so is the password'
is "$(stat -c %a "$store/tls.key")" 600 'and the key'
like "$(certificate "$TLS_PORT")" 'BEGIN CERTIFICATE' 'TLS from the first byte'

# --- another one on the same store ----------------------------------------------
cp "$T/serve.log" "$T/first.log"
exits 1 'a second server on the store is refused' \
	msg-serve --listen=127.0.0.1:0 --listen-tls=127.0.0.1:0
like "$err" '^msg-serve: [^ ].*' 'and says why'
exits 2 'an address that is taken is refused' \
	msg-serve --store "$T/other" --listen="127.0.0.1:$PORT" --listen-tls=none
like "$err" "127\\.0\\.0\\.1:$PORT" 'and is named'
exits 0 'the first one goes on' msg-send get-item /about/@name

# --- the end, and again -----------------------------------------------------------
before=$(cat "$store"/{client.password,client.conf,tls.crt,tls.key} | sha256sum)
server_stop INT
is "$status" 0 'SIGINT ends it in order'
exits 3 'nobody there is a status of its own' msg-send get-item /
rm "$T/serve.log"
server_start
is "$(wc -l <"$T/serve.log")" 1 'a later start says that it is ready'
is "$(cat "$store"/{client.password,client.conf,tls.crt,tls.key} | sha256sum)" \
	"$before" 'a later start overwrites nothing'

# --- the certificate anew -----------------------------------------------------------
old=$(certificate "$TLS_PORT")
env XDG_DATA_HOME="$T/elsewhere" bash -c '
	exec msg-serve --listen=127.0.0.1:0 --listen-tls=127.0.0.1:0' \
	2>"$T/elsewhere.log" &
other=$!
wait_line "$T/elsewhere.log" ready
kill "$other"
wait "$other"
cp "$T/elsewhere/msg/tls.crt" "$T/elsewhere/msg/tls.key" "$store"
kill -HUP "$SERVER"
wait_line "$T/serve.log" certificate
new=$(certificate "$TLS_PORT")
test "$old" != "$new"
result $? 'SIGHUP reads the certificate anew'
server_stop
is "$status" 0 'SIGTERM ends it in order'

# --- an empty tree, an import ---------------------------------------------------------
XDG_DATA_HOME=$T/empty
server_start --no-demo
exits 0 'no demo tree where none is wanted' msg-send get-item '*'
is "$out" '[]' 'the tree is empty'
server_stop

XDG_DATA_HOME=$T/imported
cat >"$T/actions.json" <<'END'
[{"method": "create", "data": {"_kind": "Folder", "_path": "/a"}},
 {"method": "create", "data": {"_kind": "Page", "_path": "/a/b", "title": "B"}}]
END
server_start --import="$T/actions.json"
exits 0 'an import is done' msg-send get-item '//*/@title'
is "$(jq -c . <<<"$out")" '["A","B"]' 'and nothing else is there'
server_stop

XDG_DATA_HOME=$T/refused
echo '[{"method": "create", "data": {"_kind": "Page", "_path": "/a"}},
{"method": "create", "data": {"_kind": "Nokind", "_path": "/b"}}]' \
	>"$T/actions.json"
server_try --import="$T/actions.json"
is "$?$status" 15 'an import that cannot be done stops the start'
like "$(tail -1 "$T/serve.log")" \
	"import of '.*/actions.json', action 2: '/b': .*'Nokind'" 'and says why'
test ! -e "$T/refused/msg"
result $? 'a store that is not whole is not left there'

# --- killed while it makes its store ------------------------------------------------------
XDG_DATA_HOME=$T/killed
for i in 1 2 3 4 5 6 7 8; do
	rm -rf "$XDG_DATA_HOME"
	msg-serve --listen=127.0.0.1:0 --listen-tls=127.0.0.1:0 2>/dev/null &
	for ((n = 0; n < i * 4000; n++)); do :; done
	kill -KILL $!
	wait $! 2>/dev/null
	server_start
	exits 0 "killed early ($i), the next start makes a whole store" \
		msg-send get-item /news/article-3/@name
	server_stop
done 2>/dev/null

# --- what it says, and does not ----------------------------------------------------------
XDG_DATA_HOME=$T/level
msg-serve --store "$T/level/msg" --listen=127.0.0.1:0 --listen-tls=none \
	--log-level=error \
	2>"$T/level.log" &
SERVER=$!
until test -s "$T/level.log" || ! kill -0 "$SERVER" 2>/dev/null ||
	msg-send --timeout=1s get-item / >/dev/null 2>&1; do :; done
kill "$SERVER"
wait "$SERVER"
SERVER=''
like "$(cat "$T/level.log")" '^time=.*event=ready .*starttls=127' \
	'who waits for it to be ready is told at every level'
is "$(wc -l <"$T/level.log")" 1 'and that is all'
XDG_DATA_HOME=$T/quiet
msg-serve -q --store "$T/quiet/msg" --listen=127.0.0.1:0 --listen-tls=none \
	2>"$T/quiet.log" &
SERVER=$!
until msg-send get-item / >/dev/null 2>&1 || ! kill -0 "$SERVER"; do :; done
kill "$SERVER"
wait "$SERVER"
SERVER=''
is "$(cat "$T/quiet.log")" '' 'with -q there is not a word'

# --- usage -----------------------------------------------------------------------------
exits 2 'an unknown option' msg-serve --prot=1
exits 2 'an operand' msg-serve here
exits 2 'a value out of range' msg-serve --max-depth=1
exits 2 'a certificate that is not there' msg-serve --store "$T/nocert" \
	--cert="$T/none.crt" --key="$T/none.key" --listen=127.0.0.1:0
test ! -e "$T/nocert"
result $? 'and no store is left there'
openssl genpkey -algorithm ed25519 -out "$T/other.key" 2>/dev/null
exits 2 'a key that is not of the certificate' msg-serve --store "$T/nokey" \
	--key="$T/other.key" --listen=127.0.0.1:0
test ! -e "$T/nokey"
result $? 'leaves no store there either'
exits 2 'a store without a name' msg-serve -s ''
like "$err" '--store' 'is told'
server_start --plaintext
like "$(cat "$T/serve.log")" 'plaintext|without TLS' '--plaintext is told at start'
server_stop
unlike "$(cat "$T/serve.log")" 'certificate is not for' 'its certificate fits'
server_start -d other.example
like "$(cat "$T/serve.log")" 'level=warn event="the certificate is not for the domain: clients refuse it" certificate=[^ ]*tls.crt for="?localhost.* domain=other.example' \
	'one that is for another domain is warned of'
server_stop
done_testing
