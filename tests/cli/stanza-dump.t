#!/bin/bash
# msg-stanza-dump as people use it; what it finds is in its unit tests.
. "${0%/*}/lib.sh"
cd "$T" || exit 1

head="<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
xmlns:stream='http://etherx.jabber.org/streams' to='a.lit' version='1.0'>"
auth="<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>\
AHVzZXIAc2VjcmV0</auth>"
iq='<iq type="get" id="1"><item xmlns="urn:M">Lw==</item></iq>'
printf '%s' "$head$auth" "$head$iq</stream:stream>" >capture.xml

# --- forms --------------------------------------------------------------------
exits 0 'a capture' msg-stanza-dump capture.xml
is "$(tail -6 <<<"$out")" '<iq type="get" id="1">
  <item xmlns="urn:M">
    '"'/'"'
  </item>
</iq>
</stream:stream>' 'is indented, its payload decoded'
exits 0 'a capture, short' msg-stanza-dump --short capture.xml
is "$out" "- stream:stream - - >a.lit
- auth - - - mechanism=PLAIN '***'
- stream:stream - - >a.lit
- iq get 1 - get-item '/'
- stream end - -" 'is one line each'
exits 0 'the same by --format' msg-stanza-dump --format short capture.xml
is "$out" "$(msg-stanza-dump -1 capture.xml)" 'as --short has it'
exits 2 'one form' msg-stanza-dump --format short --json capture.xml
exits 0 'a capture as JSON' msg-stanza-dump --json capture.xml
is "$(jq -r '[.kind, .payload.command, .payload.text] | @csv' <<<"$out" |
	sed -n 4p)" '"iq","get-item","/"' 'is JSON one a line'
is "$(jq -r .kind <<<"$out" | xargs)" 'stream auth stream iq end' \
	'with a kind each'

# --- where it comes from ------------------------------------------------------
run msg-stanza-dump -1 - capture.xml <<<"$iq"
is "$(wc -l <<<"$out") $status" '6 0' 'standard input and a file'
exits 0 'nothing' msg-stanza-dump </dev/null
is "$out$err" '' 'gives nothing'
exits 5 'a file that is not there' msg-stanza-dump none.xml
like "$err" "^msg-stanza-dump: cannot open 'none.xml': " 'is named'
exits 5 'a directory' msg-stanza-dump .
exits 2 'an unknown option' msg-stanza-dump --shrot
like "$err" "did you mean '--short'" 'and the nearest one'

# --- as it comes ----------------------------------------------------------------
mkfifo live.in live.out
msg-stanza-dump --short <live.in >live.out &
dump=$!
exec 7>live.in 8<live.out
for n in 1 2 3; do
	printf "READ: '<iq id=\"%s\"/>'\n" $n >&7
	read -r -t 60 line <&8
	is "$line" "READ iq - $n -" "line $n is shown before the next comes"
done
printf 'READ: ' >&7
exec 7>&-
wait $dump
is "$?" 0 'the end of the pipe is the end'
exec 8<&-

# --- secrets ----------------------------------------------------------------------
for how in '' --short --json; do
	unlike "$(msg-stanza-dump $how capture.xml)" AHVzZXIAc2VjcmV0 \
		"login data is masked: ${how:-long}"
done
unlike "$(printf '%s' "$auth" | head -c 95 | msg-stanza-dump 2>&1)" AHVz \
	'also where it is malformed'
like "$(msg-stanza-dump --secrets capture.xml)" AHVzZXIAc2VjcmV0 \
	'and shown when asked for'
user=$(printf '[{"data":{"name":"n","password":"hunter2"}}]' | base64 -w0)
set="<iq type='set' id='1'><user xmlns='urn:M'>$user</user></iq>"
unlike "$(msg-stanza-dump <<<"$set")" hunter2 'a password in a payload'
like "$(msg-stanza-dump <<<"$set")" '"password": "\*\*\*"' 'is masked there'

# --- logs of others ----------------------------------------------------------
cat >other.log <<'END'
c2s1: Received[c2s]: <auth mechanism='PLAIN'>AHJvbWVvAHMzY3JldA==</auth>
c2s1: Received[c2s]: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AHMzY3JldA==</auth>
mod_auth: user=romeo Password=s3cret from 10.0.0.1
GET / Authorization: Basic czNjcmV0
Received: <iq><query xmlns='jabber:iq:auth'><password>s3cret</password></query></iq>
config: {"passwd": "s3cret"}
Received: <iq type='set'><user xmlns='urn:M'>czNjcmV0</user></iq>
nothing to hide: three stanzas
END
for form in --short --json ''; do
	run msg-stanza-dump $form other.log
	unlike "$out" 's3cret|czNjcmV0|AHMzY3J|AHJvb' "a log of another program, ${form:-long}"
done
is "$(sed -n 3p <<<"$out")" 'mod_auth: user=romeo Passw***' 'all behind the word'
is "$(tail -1 <<<"$out")" 'nothing to hide: three stanzas' 'others as they are'
like "$(msg-stanza-dump --secrets other.log)" s3cret 'unless one asks'
for xml in "<auth mechanism='PLAIN'>AHMzY3JldA==</auth>" \
	"<presence><x xmlns='http://jabber.org/protocol/muc'><password>s3cret</password></x></presence>"; do
	unlike "$(msg-stanza-dump <<<"$xml")" 's3cret|AHMzY3' "masked: ${xml%%>*}>"
done

cat >foreign.log <<'END'
REQUEST (set/1) 'set-user \'[{"method":"create","data":{"name":"x","password":"s3cret"}}]\''
REQUEST (set/2) 'set-user \'[{"password":"s3cret\''
REQUEST (set/3) 'set-item \'{"token":"s3cret","clientSecret":["s3cret"],"PassPhrase":1,"title":"kept"}\''
REQUEST (set/4) 'set-user {"password":"s3cret"}'
RESULT (get/5) '[{"access_token":"s3cret"}]'
RESULT (get/6) '[{"title":"a token of love"}]'
REQUEST (get/7) 'get-item \'/password\''
END
for form in --short --json ''; do
	unlike "$(msg-stanza-dump $form foreign.log)" s3cret \
		"requests that nobody masked, ${form:-long}"
done
is "$(msg-stanza-dump --json foreign.log | jq -r .text | sed -n '1p;3p;7p')" \
	"set-user '[{\"method\":\"create\",\"data\":{\"name\":\"x\",\"password\":\"***\"}}]'
set-item '{\"token\":\"***\",\"clientSecret\":\"***\",\"PassPhrase\":\"***\",\"title\":\"kept\"}'
get-item '/password'" 'the secret alone'
like "$(msg-stanza-dump foreign.log)" 'a token of love' 'and no word of a text'
like "$(msg-stanza-dump --secrets foreign.log)" s3cret 'unless one asks'

# --- errors ---------------------------------------------------------------------
for id in 1 2; do
	echo "<iq type='error' id='$id'><item xmlns='urn:M'/><error type='cancel'><$(
		test $id = 1 && echo item-not-found || echo forbidden
		) xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
done >errors.xml
is "$(msg-stanza-dump -1 -f element=item-not-found errors.xml | cut -d' ' -f2-4)" \
	'iq error 1' 'a filter knows the condition of an error'

# --- in words ------------------------------------------------------------------
words() {	# XML: what stands above it
	msg-stanza-dump <<<"$1" | sed -n 's/^-- //p'
}
is "$(words "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1-PLUS'/>")" \
	'SASL: a login begins, mechanism SCRAM-SHA-1-PLUS (bound to this TLS connection)' 'SASL'
is "$(words "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>")" \
	'SASL: login refused: not-authorized' 'a refusal'
is "$(words "<a xmlns='urn:xmpp:sm:3' h='7'/>")" \
	'stream management: so many stanzas have arrived, h 7' 'stream management'
is "$(words "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>")" \
	'stream management: counted from here on; it can be resumed' 'which can be resumed'
is "$(words "<iq type='get' id='1'><query xmlns='http://jabber.org/protocol/disco#items' node='/news'/></iq>")" \
	'discovery: what is in there, node /news' 'discovery'
is "$(words "<iq type='set' id='1'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='/n'><item/></publish></pubsub></iq>")" \
	'publish-subscribe: publish, node /n' 'publish-subscribe'
is "$(words "<message><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='/n'><retract id='1'/></items></event></message>")" \
	'publish-subscribe: something happened, node /n: an item is gone' 'its events'
is "$(words "<body xmlns='http://jabber.org/protocol/httpbind' rid='5' wait='60'/>")" \
	'BOSH: a session begins, rid 5, wait 60, nothing in it' 'BOSH'
is "$(words "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='x'/>")" \
	'WebSocket: a stream begins, to x' 'WebSocket'
is "$(words "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='&#x9b;31mx'/>")" \
	'WebSocket: a stream begins, to \xc2\x9b31mx' 'words are fit for a terminal'
is "$(words "<iq type='get' id='1'><query xmlns='urn:unknown'/></iq>")" '' 'nothing of what is not known'

# --- requests and answers ---------------------------------------------------------
cat >both.xml <<'END'
<iq type='get' id='1'><item xmlns='urn:M'>L25ld3M=</item></iq>
<iq type='get' id='2'><query xmlns='jabber:iq:version'/></iq>
<iq type='result' id='2'><query xmlns='jabber:iq:version'/></iq>
<iq type='error' id='1'><error type='cancel'/></iq>
<iq type='result' id='1'/>
END
is "$(msg-stanza-dump --json both.xml | jq -c '.answers')" "null
null
\"query jabber:iq:version\"
\"get-item '/news'\"
null" 'an answer has its request, once'
is "$(msg-stanza-dump --raw --filter path=/news both.xml | grep -c .)" 2 \
	'a filter takes both'
is "$(msg-stanza-dump --raw -f type=get -f id=2 both.xml | grep -c "id=\"2\"")" 2 \
	'all conditions are met'
cat >trace.log <<'END'
REQUEST (get/5) 'get-item \'/news\''
RESULT (get/5) '[]'
REQUEST (get/6) 'get-log'
RESULT (get/6) '[]'
END
is "$(msg-stanza-dump -j -f command=get-item trace.log | jq -r '.kind + " " + .id')" \
	$'request 5\nresult 5' 'also of the lines of a trace'

# --- Avro ---------------------------------------------------------------------------
echo '{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}' >p.avsc
object=$(echo '{"x":7}' | msg-avro-encode -s p.avsc --single-object --base64)
item="<iq type='result' id='1'><item xmlns='urn:M'>$object</item></iq>"
like "$(msg-stanza-dump -1 <<<"$item")" '^- iq result 1 - item avro [0-9a-f]{16}, 11 bytes$' \
	'Avro has its fingerprint and size'
is "$(msg-stanza-dump -1 -s p.avsc <<<"$item")" '- iq result 1 - item {"x":7}' \
	'and is decoded with its schema'
is "$(msg-stanza-dump -j -s p.avsc <<<"$item" | jq -c .payload.json)" '{"x":7}' \
	'also to JSON'
echo '"string"' >s.avsc
like "$(msg-stanza-dump -1 -s s.avsc <<<"$item")" ' avro ' 'not with another one'
exits 5 'what is no schema' msg-stanza-dump -s capture.xml capture.xml
like "$err" capture.xml 'is named'

# --- hostile input ---------------------------------------------------------------
printf '<message><body>%s\302\233\177</body></message>\033[2J<iq id="\033"/>\0' \
	'&#xE9;' >hostile.xml
printf 'note \033]0;x\007\nREAD: '"'"'<a>\\x1b[2J\\xc2\\x9b</a>'"'"'\n' >hostile.log
for file in hostile.xml hostile.log; do
	for how in '' --short --json; do
		run msg-stanza-dump $how $file
		is "$(LC_ALL=C grep -c -a -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' \
			<<<"$out$err")" 0 "no control character: $file $how"
	done
done
exits 5 'something malformed' msg-stanza-dump hostile.xml
like "$err" '^msg-stanza-dump: [2-9] parts of the input are malformed$' \
	'is counted'

python3 -c 'print("<a>" * 30000)' >deep.xml
python3 -c 'print("<iq>" + "<b/>" * 500000 + "</iq>")' >wide.xml
python3 -c 'print("<iq>" + "<iq><b/></iq>" * 20000)' >nested.xml
printf '<!DOCTYPE a [<!ENTITY b "bbbb">]><iq>&b;</iq><iq id="9"/>' >bomb.xml
exits 5 '30,000 levels' msg-stanza-dump -1 deep.xml
exits 0 '500,000 elements' msg-stanza-dump -1 wide.xml
exits 5 'what never ends' msg-stanza-dump -1 nested.xml
is "$(tail -1 <<<"$out" | cut -c -7)" '- iq - ' 'has stanzas in it all the same'
exits 5 'entities' msg-stanza-dump -1 bomb.xml
is "$(tail -1 <<<"$out")" '- iq - 9 -' 'end with the part that has them'

# --- the terminal ------------------------------------------------------------------
terminal() {
	script -qec "$1" /dev/null </dev/null | tr -d '\r'
}
esc=$'\033'
export TERM=xterm
like "$(terminal 'msg-stanza-dump capture.xml')" "$esc\\[34m<iq" 'colours'
unlike "$(terminal 'NO_COLOR=1 msg-stanza-dump capture.xml')" "$esc" 'NO_COLOR'
unlike "$(terminal 'msg-stanza-dump --color=never capture.xml')" "$esc" \
	'--color=never'
unlike "$(msg-stanza-dump capture.xml)" "$esc" 'none in a pipe'
like "$(msg-stanza-dump --color capture.xml)" "$esc" 'unless asked for'
is "$(terminal "stty cols 12; msg-stanza-dump -1 --color=never capture.xml" |
	sed -n 4p)" '- iq get 1 -' 'a line fits the window'

# --- when nobody listens -------------------------------------------------------------
msg-stanza-dump -1 capture.xml >/dev/full 2>err
is "$?" 6 'a full disk'
like "$(cat err)" 'standard output' 'is said'
(yes "$iq" | msg-stanza-dump -1; echo "${PIPESTATUS[1]}" >status) | head -1 >/dev/null
is "$(cat status)" 141 'a closed pipe ends it'

# --- a real server -------------------------------------------------------------------
export TERM=dumb
server_start -v
msg-send get-item / >/dev/null
msg-send get-item /none[ 2>/dev/null
server_stop
exits 0 'all that msg-serve -v prints is understood' msg-stanza-dump -q1 serve.log
like "$out" $'\nREAD iq get 1 - get-item \'/\'\n' 'requests'
like "$out" $'\nERROR iq get 1 - bad-request ' 'errors'
is "$(grep -c ' malformed ' <<<"$out")" 0 'nothing is malformed'
done_testing
