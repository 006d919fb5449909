#!/bin/bash
# What people complain about in tools of this kind, each a test by name.
. "${0%/*}/lib.sh"
cd "$T" || exit 1
server_start
data=$XDG_DATA_HOME
password=$(cat "$data/msg/client.password")
cat >page.avsc <<'END'
{"type": "record", "name": "P", "fields": [{"name": "n", "type": "int"}]}
END
stanza="<iq type='get' id='1'><item xmlns='urn:M'>Lw==</item></iq>"
encode=(msg-avro-encode -s page.avsc)

# --- exit status 0 on errors -----------------------------------------------------
exits 1 'exit status 0 on errors: not; the server refuses' \
	msg-send get-item '/['
is "$out" '' 'and nothing is on standard output'
exits 1 'exit status 0 on errors: not; one of many' bash -c \
	'printf "get-item /about\nget-item /[\nget-item /more\n" | msg-send -k'
exits 2 'exit status 0 on errors: not; an unknown command' msg-send got-item
exits 2 'exit status 0 on errors: not; an unknown option' msg-watch --forr=1s
like "$err" "^msg-watch: unknown option '--forr'; did you mean '--for'\?$" \
	'which is one line, with the right one'
exits 3 'exit status 0 on errors: not; nobody is there' \
	msg-send -s 127.0.0.1:1 get-item /
exits 3 'exit status 0 on errors: not; the login is refused' bash -c \
	'msg-send --password-fd 0 get-item / <<<"wrong password"'
exits 5 'exit status 0 on errors: not; input that is no JSON' \
	"${encode[@]}" <<<'{"n": '
exits 5 'exit status 0 on errors: not; input that is no XML' \
	msg-stanza-dump <<<'<iq><a></iq>'
exits 2 'exit status 0 on errors: not; a server that cannot start' \
	msg-serve --cert=/nowhere --key=/nowhere -s "$T/none"

# --- 0, as of a variable that was never set, means "any" --------------------------
for words in 'save /about title=x --base 0' 'save /about _rev:=0 title=x' \
    'get /about --rev 0' 'diff /about 0' 'log --before 0'; do
	run msg-send $words
	like "$status $err" '^[15] .*is 0: the first revision is 1' \
		"0 means any: not; $words"
done
exits 0 'a day is a time' msg-send log --since 2010-04-21 --max 1
like "$out" . 'and this is later'

# --- lost output: a full disk, a closed pipe, a closed descriptor ---------------
full() {
	run bash -c '"$@" >/dev/full' - "${@:2}" <<<"$stanza"
	is "$status" 6 "a full disk is noticed: $1"
	like "$err" 'No space left' 'and said'
	run bash -c '"$@" >&-' - "${@:2}" <<<"$stanza"
	is "$status" 6 "a closed standard output is noticed: $1"
}
full msg-send msg-send get-item /
full 'msg-send --help' msg-send --help
full 'msg-send --version' msg-send --version
full msg-watch msg-watch --from 0 --count 1
full msg-stanza-dump msg-stanza-dump
full 'msg-avro-encode' msg-avro-encode -s page.avsc --template
full 'msg-serve --help' msg-serve --help
full 'msg-serve --check-config' msg-serve --check-config
full 'msg-serve --export' msg-serve --export -

# ends COMMAND...: how it ends when its reader is gone.
ends() {
	bash -c '"$@" 2>err; echo $? >how' - "$@" | :
	cat how
}
yes '{"n": 1}' | head -100000 >many.json
yes "$stanza" | head -20000 >many.xml
is "$(ends "${encode[@]}" many.json)" 141 \
	'a closed pipe ends msg-avro-encode as it ends cat'
is "$(ends msg-stanza-dump many.xml)" 141 'and msg-stanza-dump'
is "$(cat err)" '' 'without a word'
(
	trap '' PIPE
	yes 'get-item //*' 2>/dev/null | head -2000 | msg-send 2>err
	echo ${PIPESTATUS[2]} >how
) | :
is "$(cat how)" 141 'and msg-send, even where SIGPIPE is ignored'

# --- hanging in cron -------------------------------------------------------------
# cron TOOL...: without a terminal, with an empty environment and a standard
# input that nobody writes to or closes.
mkfifo never
exec 8<>never
cron() {
	run env -i PATH="$PATH" XDG_DATA_HOME="$data" setsid "$@" <&8
}
cron msg-send get-item /about/@name
is "$status $out" '0 ["about"]' 'hanging in cron: msg-send does not'
cron msg-send --password-command 'read x; cat' get-item /
is "$status" 2 'hanging in cron: a password command reads nothing'
cron msg-send -j admin@localhost get-item /
is "$status" 2 'hanging in cron: nobody is asked for a password'
like "$err" '--password-file' 'and what to do is said'
cron msg-watch --from 0 --count 1
is "$status" 0 'hanging in cron: msg-watch does not'
cron msg-stanza-dump many.xml
is "$status" 0 'hanging in cron: msg-stanza-dump does not'
cron "${encode[@]}" many.json
is "$status" 0 'hanging in cron: msg-avro-encode does not'
cron msg-serve --check-config -s "$T/none"
is "$status" 0 'hanging in cron: msg-serve does not'
exec 8<&-

run env -i PATH="$PATH" msg-send get-item / <&-
is "$status" 2 'no HOME, no environment, no standard input: said'
like "$err" '^msg-send: .*--server' 'in one line that helps'
run env -i PATH="$PATH" msg-serve <&-
is "$status" 2 'msg-serve without a HOME'
like "$err" '--store' 'says what is missing'
run env -i PATH="$PATH" "$BIN/msg-send" -s "127.0.0.1:$PORT" \
	-c "$data/msg/client.conf" get-item /about/@name <&-
is "$status" 0 'no HOME is needed where all is given'

# --- secrets in ps -----------------------------------------------------------------
for tool in msg-send msg-watch; do
	unlike "$($tool --help)" '--password[= ]' \
		"secrets in ps: $tool takes no password as an argument"
done
exits 2 'secrets in ps: nor does it let one slip by' \
	msg-send --password="$password" get-item /
unlike "$err" "$password" 'and does not print it'
chmod 644 "$data/msg/client.password"
exits 2 'a secret that others can read is refused' msg-send get-item /
like "$err" "chmod 600 '.*client.password'" 'with what to type'
chmod 600 "$data/msg/client.password"
run msg-send -vv get-item /
is "$status" 0 'msg-send -vv shows the stream'
like "$err" "READ: '<iq .*" 'with its stanzas'
like "$err" 'msg-send: logged in: SCRAM-' 'and what happens'
echo "secret-of-romeo-12" >new && chmod 600 new
run msg-send -vv set-user \
	'[{"method":"create","data":{"name":"romeo","password":"secret-of-romeo-12"}}]'
is "$status" 0 'a user is made'
unlike "$err$out" 'secret-of-romeo' 'secrets are masked in what -vv shows'
unlike "$err" "$(printf %s "$password" | base64)" 'and logins'
like "$(msg-send -vv get-item / 2>&1 >/dev/null | msg-stanza-dump --short)" \
	'get-item' 'msg-stanza-dump reads it'

# --- buffered pipes -----------------------------------------------------------------
mkfifo events
exec 7<>events
msg-watch --from 0 >events 2>watch.err &
watch=$!
_background+=("$watch")
read -r -t 60 event <&7
like "$event" '"rev":' 'buffered pipes: an event comes when it happens'
msg-send -m now save /about title=New >/dev/null
while read -r -t 60 event <&7 && ! [[ $event =~ '"now"' ]]; do :; done
is "$(jq -r .message <<<"$event")" now 'and the next one too, each a JSON line'
mkfifo commands answers
exec 5<>commands 6<>answers
msg-send <commands >answers 5<&- 6<&- &
_background+=($!)
echo 'get /about/@name' >&5
read -r -t 60 line <&6
is "$line" '["about"]' 'buffered pipes: msg-send answers when it is asked'
exec 5<&- 6<&-
mkfifo stanzas shown
exec 5<>stanzas 6<>shown
msg-stanza-dump --short <stanzas >shown 5<&- 6<&- &
_background+=($!)
echo "$stanza" >&5
read -r -t 60 line <&6
like "$line" 'get-item' 'buffered pipes: msg-stanza-dump shows what has come'
exec 5<&- 6<&-

# --- Ctrl-C ------------------------------------------------------------------------
kill -INT "$watch"
wait "$watch"
like $? '^(0|130)$' 'the first Ctrl-C ends in order'
exec 7<&-

# --- lost events on reconnect ----------------------------------------------------------
mkfifo more
exec 7<>more
background msg-watch --cursor cursor '/news/*' >more 2>watch.err
watch=$!
msg-send -m one save /news/article-1 title=One >/dev/null
while read -r -t 60 event <&7 && ! [[ $event =~ '"one"' ]]; do :; done
server_stop
server_start
msg-send -m two save /news/article-1 title=Two >/dev/null
read -r -t 60 event <&7
is "$(jq -r .message <<<"$event")" two \
	'lost events on reconnect: none, over a restart of the server'
kill "$watch"
wait "$watch" 2>/dev/null
msg-send -m three save /news/article-1 title=Three >/dev/null
run msg-watch --cursor cursor --count 1 '/news/*'
is "$(jq -r .message <<<"$out")" three 'nor over a restart of msg-watch'
exec 7<&-

# --- TLS failures nobody understands ----------------------------------------------------
tls() {
	exits 3 "TLS failures are understood: $1" msg-send -j admin@localhost \
		--password-file "$data/msg/client.password" \
		-s "127.0.0.1:$PORT" "${@:3}" get-item /
	like "$err" "$2" 'what it is, and what helps'
}
tls 'an issuer that is not trusted' 'signed by itself.*--pin|--pin.*'
tls 'another key' 'pin' \
	--pin=0000000000000000000000000000000000000000000000000000000000000000
tls 'TLS where there is none yet' '.*direct-tls' --direct-tls

# --- help that contradicts the manual -----------------------------------------------------
# tests/lint/manual.t compares them; here: --help is an answer.
for tool in msg-serve msg-send msg-watch msg-avro-encode msg-stanza-dump; do
	exits 0 "$tool --help is an answer" $tool --help
	is "$err" '' 'on standard output'
	like "$out" "^Usage: $tool " 'with its usage'
	exits 2 "$tool knows no --hepl" $tool --hepl
	is "$(wc -l <"$T/err")" 1 'and says so in one line'
done

# --- escape sequences -----------------------------------------------------------------------
esc=$'\033[31m'
msg-send set-item "[{\"method\":\"save\",\"data\":{\"_path\":\"/about\",\"title\":\"\\u001b[31m\\u009b\"}}]" >/dev/null
for f in json text; do
	unlike "$(msg-send --format=$f get-item /about)" $'[\033\233]' \
		"escape sequences do not come through: --format=$f"
done
run script -qec "msg-send --color=never -r get-item /about/@title" /dev/null
unlike "$out" $'\033\\[31m' 'nor on a terminal by --raw'
run msg-send "get-item$esc"
unlike "$err" $'\033' 'nor in what is said of an argument'
server_stop
unlike "$(cat serve.log)" $'\033' 'nor in the log of the server'

# --- forms --------------------------------------------------------------------------------------
server_start
is "$(msg-send --format=json get '/news/*/@title')" \
	'["Three","Article 2","Article 3"]' '--format=json: a document a line'
is "$(msg-send --format=raw get '/news/*/@title')" \
	$'Three\nArticle 2\nArticle 3' '--format=raw: bare values'
is "$(msg-send --format=avro get /about | base64 -w 0)" \
	"$(msg-send --as=avro get /about)" '--format=avro: Avro as it is'
run msg-send -q get /about
is "$status$out$err" 0 '-q: nothing but what goes wrong'
exits 1 'which is still told' msg-send -q get '/['
run script -qec 'msg-send --format=avro get /about' /dev/null
is "$status" 2 'but never on a terminal'
like "$(printf 'get /about\nget /[\n' | msg-send --format=text -k 2>/dev/null)" \
	$'"_path": "/about"' '--format=text: for people, also in a pipe'
server_stop

# --- colours --------------------------------------------------------------------------------
server_start
on_terminal() {
	run script -qec "$*" /dev/null
}
export TERM=xterm
on_terminal msg-send get-item /about
like "$out" $'\033\\[' 'colours on a terminal'
on_terminal env NO_COLOR=1 msg-send get-item /about
unlike "$out" $'\033\\[' 'none with NO_COLOR'
on_terminal msg-send --color=never get-item /about
unlike "$out" $'\033\\[' 'none with --color=never'
run msg-send get-item /about
unlike "$out" $'\033\\[' 'none in a pipe'
run msg-send --color=always --format=text get-item /about
like "$out" $'\033\\[' 'but with --color=always'
server_stop

# --- "what do I do now?" --------------------------------------------------------------------
server_start
long=$(printf 'x%.0s' {1..2000})
exits 1 'a long name that is not there' msg-send create Page "/$long/y"
unlike "$err" 'x{300}' 'is not told whole'
exits 1 'nobody is there' msg-send --to bob@localhost get /
like "$err" 'service-unavailable: nobody is there to take it' 'and it is said'
mkdir other
touch other/file
exits 1 'a directory of other things' msg-serve -s other --listen=127.0.0.1:0
like "$err" 'no store: name one, or a directory that is empty' \
	'is no store, and what would be one'
server_stop
done_testing
