#!/bin/bash
# msg-send: what it sends, prints and ends with.
. "${0%/*}/lib.sh"

cd "$T" || exit 1

# --- nothing is there -------------------------------------------------------
exits 2 'no context: it says what to do' msg-send get-item /
like "$err" 'start msg-serve, or give --server and --jid' 'in words'
exits 2 'an unknown command is a mistake of usage' msg-send get-itm /
like "$err" "did you mean 'get-item'" 'and the nearest one is named'
exits 2 'a missing argument' msg-send get-item
exits 2 'an argument too many' msg-send get-item / /about
exits 0 'a dry run needs no server' msg-send -n -m 'a "b"' get-item /
is "$out" '<iq type="get" id="1"><item xmlns="urn:M" message="a &quot;b&quot;">Lw==</item></iq>' 'and prints the stanza'

server_start
conf=$XDG_DATA_HOME/msg/client.conf
cp "$XDG_DATA_HOME/msg/client.password" pw
chmod 600 pw
pin=$(sed -n 's/^pin = "\(.*\)"/\1/p' "$conf")
as_admin=(--server "127.0.0.1:$PORT" --jid admin@localhost --password-file pw)

# --- answers -----------------------------------------------------------------
exits 0 'no option is needed' msg-send get-item /
is "$(jq -r '.[0]._path' <<<"$out")" / 'the answer is JSON'
is "$(wc -l <<<"$out")" 1 'on one line'
exits 0 'standard input is not read unasked' msg-send get-item / <&-
exits 1 'the server refuses' msg-send get-item '/['
like "$err" '^msg-send: bad-request \(syntax\): ' 'with condition, code, words'
is "$out" '' 'and nothing on standard output'
exits 0 'bare fields' msg-send --field title get-item '/news/*'
is "$out" $'Article 1\nArticle 2\nArticle 3' 'one a line'
exits 0 'bare values' msg-send -r get-item '/about/@name'
is "$out" about 'without quotes'
exits 5 'a field that is not there' msg-send --field nope get-item /
exits 0 'for people it is indented' msg-send --format text get-item /about
like "$out" $'^\\[\n  \\{\n    "_key": ' 'over several lines'
exits 0 'in colour if asked' msg-send --format text --color get-item /about
like "$out" $'\033\\[34m"_key"' 'by meaning'
exits 0 'no output is an output' msg-send get-item /nothing
is "$out" '[]' 'an empty list'

# --- words --------------------------------------------------------------------
exits 0 'create' msg-send -m first create Page /w title="A 'b' \"c\""
exits 0 'save' msg-send save /w content=@pw description:='"d"'
is "$(msg-send get /w | jq -r '.[0].content')" "$(cat pw)" 'a field from a file'
exits 0 'mv' msg-send mv /w /news/w2
exits 0 'cp' msg-send cp /news/w2 /w3
is "$(msg-send --field title get '/news/w2 | /w3' | sort -u)" "A 'b' \"c\"" \
	'quotes survive all of it'
exits 0 'rm' msg-send rm /news/w2 /w3
exits 0 'and it is gone' msg-send get '/news/w2 | /w3'
is "$out" '[]' 'both of them'
exits 2 'a word with too little' msg-send save /w

# --- options that say nothing to a command --------------------------------------
refused() {
	exits 2 "$*" msg-send "$@"
	like "$err" 'takes no' 'is refused: it was meant for something else'
}
refused --as explain log
refused --match x get /
refused --txid 00000000-0000-4000-8000-000000000000 get /
refused --since 2026-01-01T00:00:00Z user
refused --rev 3 diff /about
exits 5 'an author without a domain' msg-send --author admin log
like "$err" "'admin' is no JID, as user@domain" 'is not silently nobody'
refused -f avro diff /about
like "$err" '^msg-send: --format=avro: ' 'and the option is named that was given'
exits 5 'on a line, too' msg-send - <<<'get --match=x /'
like "$err" "line 1: 'get-item' takes no '--match'" 'is told where'
exits 5 'before a word' msg-send - <<<'save --since=x /about title=A'
exits 0 'for all lines of a pipe they go to those they are for' msg-send --rev 3 - <<<'status'
exits 0 'a message may be said for all' msg-send -m why get /

# --- many ------------------------------------------------------------------------
for i in {1..2000}; do echo "get-item /news/*[$((i % 3))]/@name"; done >many
for i in {1..2000}; do echo "[\"article-$((i % 3 + 1))\"]"; done >want
for window in 1 7 64 1024; do
	exits 0 "a window of $window" msg-send -w $window <many
	is "$(cmp "$T/out" want 2>&1)" '' 'answers in the order of the requests'
done
printf '# comment\n\nget-item /about/@name\nget-item /[\nget-item /@name\n' >some
exits 1 'it stops at an error' msg-send -w 1 - <some
is "$out" '["about"]' 'after what came before'
like "$err" '^msg-send: line 4: bad-request' 'and says which line it was'
exits 1 'or keeps going' msg-send -k <some
is "$out" $'["about"]\n["root"]' 'and all others are answered'
printf 'get-item /about/@name\nget-itm /\nget-item /@name\n' >some
exits 5 'a line that is no command is unfit input' msg-send <some
is "$out$err" "[\"about\"]msg-send: line 2: unknown command 'get-itm'; did you mean 'get-item'?" \
	'told in its turn'
exits 0 'a last line without newline' msg-send - < <(printf 'get-item /@name')
is "$out" '["root"]' 'counts'
exits 0 'words on a line' msg-send < <(echo "create Page /l title='x y'"; echo 'rm /l')
exits 0 'attributes on a line' msg-send < <(
	echo "set-item --message='from a line' [{\"method\":\"save\",\"data\":{\"_path\":\"/about\",\"title\":\"T\"}}]")
exits 2 'lines or a command, not both' msg-send - get /about </dev/null
like "$err" "'get' is too much: with '-'" 'says so'
exits 0 'nothing to do' msg-send - </dev/null
is "$out$err" '' 'is nothing'

# --- the output ---------------------------------------------------------------------
msg-send get-item / >/dev/full 2>err
is "$?" 6 'a full disk is an error'
like "$(cat err)" 'No space left' 'that is told'
(msg-send - <many; echo $? >ended) 2>err | head -1 >/dev/null
is "$(cat ended) $(cat err)" '141 ' 'nobody reads: the usual end'

# --- getting there ---------------------------------------------------------------------
exits 0 'by options, pinned' msg-send "${as_admin[@]}" --pin "$pin" get-item /
exits 0 'direct TLS' msg-send "${as_admin[@]}" --server "127.0.0.1:$TLS_PORT" \
	--direct-tls --pin "$pin" get-item /
exits 0 'trusting an issuer' msg-send "${as_admin[@]}" \
	--cacert "$XDG_DATA_HOME/msg/tls.crt" get-item /
exits 0 'insecure' msg-send "${as_admin[@]}" --insecure get-item /
like "$err" 'warning: --insecure' 'warns each time'
exits 3 'another key than the pinned one' \
	msg-send "${as_admin[@]}" --pin "${pin//[0-7]/8}" get-item /
like "$err" "$pin.*${pin//[0-7]/8}" 'both are shown'
exits 2 'a pin that is none' msg-send "${as_admin[@]}" --pin 12 get-item /
exits 3 'an unknown issuer' msg-send "${as_admin[@]}" get-item /
like "$err" 'unknown issuer .*--cacert' 'and what would help'
exits 3 'STARTTLS where TLS is spoken at once' msg-send "${as_admin[@]}" \
	--server "127.0.0.1:$TLS_PORT" --pin "$pin" get-item /
like "$err" '--direct-tls' 'names the option'
exits 3 'TLS at once where it is not' msg-send "${as_admin[@]}" --direct-tls \
	--pin "$pin" get-item /
like "$err" 'does not speak TLS at once' 'says so'
exits 3 'nobody there' msg-send "${as_admin[@]}" --server 127.0.0.1:1 get-item /
like "$err" 'Connection refused' 'says so'
exits 3 'no such name' msg-send "${as_admin[@]}" --server nowhere.invalid get-item /
like "$err" "cannot resolve 'nowhere.invalid'" 'says so'
echo wrong >wrong
chmod 600 wrong
exits 3 'a wrong password' msg-send "${as_admin[@]}" --pin "$pin" \
	--password-file wrong get-item /
like "$err" "login of 'admin@localhost' refused: not-authorized" 'says so'
unlike "$err" wrong$ 'and does not show it'
exits 3 'an unknown user' msg-send "${as_admin[@]}" --pin "$pin" \
	--jid nobody@localhost get-item /
like "$err" "login of 'nobody@localhost' refused: not-authorized" \
	'looks like a wrong password'
exits 3 'another domain' msg-send "${as_admin[@]}" --pin "$pin" \
	--jid admin@elsewhere.example get-item /
like "$err" host-unknown 'is told by the server'
exits 3 'no login without TLS' msg-send "${as_admin[@]}" --plaintext get-item /
chmod 644 wrong
exits 2 'a password that others can read' msg-send "${as_admin[@]}" \
	--password-file wrong get-item /
like "$err" "chmod 600 'wrong'" 'is refused with what to type'
exits 0 'a server alone goes with the default context' msg-send \
	--server "localhost:$PORT" get-item /
exits 2 'a user alone does not get its password' msg-send \
	--jid nobody@localhost get-item /
like "$err" --password-file 'but is asked for one'
exits 0 '--check' msg-send --check
like "$out" $'^name .*\nTCP .*\nTLS .*\ncertificate .*\nlogin .*\nbind .*\nrequest ' \
	'tells of each step'
exits 3 '--check where nobody is' msg-send --check "${as_admin[@]}" \
	--server 127.0.0.1:1
cp "$conf" other.conf
cp pw client.password
exits 0 'a context file' msg-send -c ./other.conf get-item /
mkdir -p "$XDG_CONFIG_HOME/msg"
printf 'context x {\n server = "127.0.0.1:%s"\n jid = admin@localhost\n password-file = "%s"\n pin = "%s"\n timeout = 3s\n}\n' \
	"$PORT" "$T/pw" "$pin" >"$XDG_CONFIG_HOME/msg/config"
exits 0 'a context' msg-send -c x get-item /
export MSG_CONTEXT=x
exits 0 'a context of the environment' msg-send get-item /
exits 2 'a context that is none' msg-send -c y get-item /
like "$err" "no context 'y' in .*; it has: x" 'lists those there are'
unset MSG_CONTEXT

# --- much at once, and descriptors that are not there ------------------------
head -c 300000 /dev/zero | tr '\0' b >big
exits 0 'a request of many TLS records' msg-send -t 20s -r save /about description=@big
exits 0 'is stored whole' msg-send -r get-item /about/@description
is "${#out}" 300000 'to its last byte'
head -c 2000000 /dev/zero | tr '\0' b >big
exits 5 'one over the limit is not sent' msg-send save /about description=@big
like "$err" '^msg-send: the request has [0-9]+ bytes, and the server takes 1048576 at once; msg-serve --max-stanza' \
	'and the limit is named'
exits 5 'nor is it sent again' msg-send --retry 3 save /about description=@big
unlike "$err" 'trying again' 'with --retry'
exits 5 'in a pipe' msg-send -k < <(echo 'get /@name'
	echo 'save /about description=@big'; echo 'get /about/@name')
is "$out" $'["root"]\n["about"]' 'it takes no others with it'
like "$err" '^msg-send: line 2: the request has' 'and is told in its turn'
exits 5 'nor from an editor' env EDITOR='cp big' msg-send edit /about description
like "$err" 'the request has' 'which says so'
rm -rf "$XDG_STATE_HOME/msg/edit"
exits 2 'a check that connects to nobody' msg-send --check --dry-run
like "$err" '--check goes with .* no --dry-run' 'is refused'
for form in json avro; do
	exits 2 "$form, and raw" msg-send -r -f $form get /
	exits 2 "$form, and a field" msg-send --field _path -f $form get /
	like "$err" "--format=$form contradicts --field" 'contradict each other'
done
exits 0 'a form of the environment gives way' \
	env MSG_FORMAT=json msg-send --field _path get /
is "$out" / 'to what is said'
exits 2 'no branch' msg-send -b '' get /
like "$err" '--branch names no branch' 'is not the default one'
exits 2 'nor for a watch' msg-watch -b '' --for 1s
exits 2 'no field' msg-send --field '' get /
is "$(printf '%s\n' 'get /nowhere/x/@[' 'save /about title=Sent' |
	msg-send -q -w 1 2>&1 | wc -l)" 1 'with a window of 1 the first error'
unlike "$(msg-send -r get /about/@title)" Sent 'keeps the next line back'
exits 6 'a standard input that is closed' bash -c 'msg-send <&-'
exits 6 'a standard output that is closed' bash -c 'msg-send get-item / >&-'

# --- the end ------------------------------------------------------------------------------
mkfifo slow
exec 8<>slow
msg-send - <slow >slow.out 2>slow.err &
sender=$!
echo 'get-item /@name' >&8
wait_line slow.out root
is "$line" '["root"]' 'an answer comes while more is awaited'
kill -INT $sender
wait $sender
is "$?" 130 'Ctrl-C ends it in order, as the signal does'
is "$(cat slow.err)" 'msg-send: interrupted: nothing behind line 1 was sent' \
	'and how far it came is told'
msg-send -vv -t 1h - <slow >slow.out 2>slow.err &
sender=$!
echo 'get-item /@name' >&8
wait_line slow.out root
stopped "$SERVER"
echo 'get-item /about/@title' >&8
wait_line slow.err 'WROTE: .* id="2"'
kill -INT $sender
taken $sender INT
ok 'Ctrl-C while an answer is awaited: it waits' runs $sender
again $sender INT
is "$status" 130 'and once more: it ends at once'
is "$(grep -c interrupted slow.err)" 0 'without another word'
kill -CONT "$SERVER"
for sig in TERM HUP; do
	msg-send -q - <slow >slow.out 2>slow.err &
	sender=$!
	for i in {1..300}; do
		echo "save --message=$sig /about description=$sig-$i"
	done >&8
	until msg-send --field message --max 1 log | grep -q $sig; do :; done
	kill -$sig $sender
	wait $sender
	is "$?" $((128 + $(kill -l $sig))) "SIG$sig: a batch that is cut does not end well"
	like "$(cat slow.err)" "^msg-send: interrupted: nothing behind line" 'and says so'
	exec 8<&-
	rm slow
	mkfifo slow
	exec 8<>slow
done
msg-send - <slow >slow.out 2>slow.err &
sender=$!
echo 'get-item /@name' >&8
wait_line slow.out root
server_stop
wait $sender
is "$?" 3 'the server ends: nothing was under way'
like "$(cat slow.err)" 'system-shutdown' 'and the reason is told'
like "$(cat slow.err)" 'broken off: nothing behind line 1 was sent' \
	'and how far it came'
exec 8<&-

# --- a server that comes back ----------------------------------------------------------
server_start
exec 8<>slow
msg-send --retry 20 - <slow >slow.out 2>slow.err &
sender=$!
echo 'get-item /@name' >&8
wait_line slow.out root
server_stop
wait_line slow.err 'trying again'
like "$line" 'system-shutdown.*; trying again' 'with --retry a loss is told'
echo 'save --message=again /about title=Again' >&8
server_start
echo 'get-item /about/@title' >&8
wait_line slow.out '^..Again'
is "$line" '["Again"]' 'and what was not answered is done'
kill -INT $sender
wait $sender
is "$?" 130 'to the end it is told'
exec 8<&-
is "$(msg-send log | jq 'map(select(.message=="again"))|length')" 1 'once'
server_stop
exits 3 'where nobody comes back' msg-send --retry 2 get-item /
is "$(grep -c 'trying again' <<<"$err")" 2 'it tries as often as it is told'
done_testing
