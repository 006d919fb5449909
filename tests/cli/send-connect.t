#!/bin/bash
# msg-send: getting there.  Where a password comes from, whom it trusts, and
# what it says when it does not.
. "${0%/*}/lib.sh"

cd "$T" || exit 1
server_start
conf=$XDG_DATA_HOME/msg/client.conf
cp "$XDG_DATA_HOME/msg/client.password" pw
chmod 600 pw
pin=$(sed -n 's/^pin = "\(.*\)"/\1/p' "$conf")
at=(--server "localhost:$PORT" --jid admin@localhost)
trusted=("${at[@]}" --pin "$pin")

# --- the password ---------------------------------------------------------------
exits 0 'from a file' msg-send "${trusted[@]}" --password-file pw get /
exits 0 'from a descriptor' msg-send "${trusted[@]}" --password-fd 7 get / 7<pw
exits 0 'from standard input' msg-send "${trusted[@]}" --password-fd 0 get / <pw
exits 2 'from a descriptor that is closed' msg-send "${trusted[@]}" --password-fd 7 get /
exits 0 'from a command' msg-send "${trusted[@]}" --password-command 'cat pw' get /
exits 2 'from a command that fails' msg-send "${trusted[@]}" --password-command 'exit 3' get /
like "$err" "'exit 3' ended with status 3" 'says so'
exits 2 'or fails behind its line' msg-send "${trusted[@]}" --password-command 'cat pw; false' get /
like "$err" "'cat pw; false' ended with status 1" 'says so, too'
exits 2 'or is killed' msg-send "${trusted[@]}" --password-command 'cat pw; kill -9 $$' get /
exits 0 'what it says behind the first line is passed over' msg-send "${trusted[@]}" \
	--password-command 'cat pw; yes | head -100000' get /
exits 2 'two ways to trust a server' msg-send "${at[@]}" --insecure --tofu get /
like "$err" '^msg-send: --insecure contradicts --tofu' 'are one too many'
exits 2 'a user without a domain' msg-send -s 127.0.0.1:1 -j admin get /
like "$err" "^msg-send: --jid: 'admin' is no address of the form user@domain" 'is told before a password is looked for'
exits 2 'a port that is none' msg-send -s 127.0.0.1:99999 -j a@localhost get /
like "$err" "^msg-send: --server: '99999' is no port" 'too'
exits 2 'a context where no file is' msg-send -c none get /
like "$err" "^msg-send: context 'none' is not known: there is no '$XDG_CONFIG_HOME/msg/config'" \
	'is told with where it would be'
exits 2 'no time for an answer' msg-send --timeout 0 get /
like "$err" "^msg-send: --timeout: '0' is less than 1 ms" 'is too little'
exits 2 'no time to connect' msg-send --connect-timeout 0 get /
like "$err" "^msg-send: --connect-timeout: '0' is less than 1 ms" 'likewise'
exits 3 'no TLS with who wants it' msg-send "${at[@]}" --plaintext --password-file pw get /
like "$err" 'the server wants TLS; only msg-serve --plaintext' 'is told with what would help'
exits 2 'nothing to trust' msg-send -s 127.0.0.1:1 -j a@localhost --plaintext --tofu get /
like "$err" '^msg-send: --plaintext contradicts --tofu' 'without TLS'
exits 2 'from nowhere, without a terminal' setsid msg-send "${trusted[@]}" get / </dev/null
like "$err" "--password-file is missing: the password of 'admin@localhost'" \
	'does not hang but says what is missing'
mkdir -p "$XDG_CONFIG_HOME/msg"
cat >"$XDG_CONFIG_HOME/msg/config" <<END
context by-command {
    server = "localhost:$PORT"
    jid = "admin@localhost"
    password-command = "cat '$T/pw'"
    pin = "$pin"
}
END
exits 0 'from the command of a context' msg-send -c by-command get /
exits 2 'which is not for another user' msg-send -c by-command --jid nobody@localhost \
	--password-file pwx get /
chmod 640 pw
exits 2 'a file others can read' msg-send "${trusted[@]}" --password-file pw get /
like "$err" "others can read the password in 'pw'; type: chmod 600 'pw'" \
	'is refused with what to type'
chmod 600 pw

# --- whom to trust ----------------------------------------------------------------
me=("${at[@]}" --password-file pw)
exits 0 '--tofu' msg-send "${me[@]}" --tofu get /
like "$err" "'localhost:$PORT' is met for the first time; .*$pin" 'says whom it trusts'
is "$(cat "$XDG_STATE_HOME/msg/known")" "localhost:$PORT $pin" 'and remembers'
exits 0 '--tofu again' msg-send "${me[@]}" --tofu get /
is "$err" '' 'says nothing'
other=${pin//[0-7]/8}
echo "localhost:$PORT $other" >"$XDG_STATE_HOME/msg/known"
exits 3 '--tofu and another key' msg-send "${me[@]}" --tofu get /
like "$err" "it has $pin, trusted by $XDG_STATE_HOME/msg/known is $other; somebody may be on the way" \
	'warns, with both'
exits 0 '--pin goes before it' msg-send "${me[@]}" --tofu --pin "$pin" get /
exits 0 '--insecure' msg-send "${me[@]}" --insecure get /
like "$err" 'warning: --insecure' 'warns'
exits 0 '--cacert' msg-send "${me[@]}" --cacert "$XDG_DATA_HOME/msg/tls.crt" get /
exits 3 'a certificate for another name' msg-send --direct-tls \
	--server "localhost:$TLS_PORT" --jid admin@elsewhere.example --password-file pw \
	--cacert "$XDG_DATA_HOME/msg/tls.crt" get /
like "$err" "not for 'elsewhere.example' but for localhost; --jid says the name" \
	'says which names it has'

# A certificate that has expired, shown by OpenSSL's own server.
cat >ca.cnf <<'END'
[ca]
default_ca = x
[x]
new_certs_dir = .
database = index
serial = serial
default_md = sha256
policy = p
copy_extensions = copy
[p]
commonName = supplied
END
: >index
echo 01 >serial
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key \
	-out old.csr -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>openssl.log
openssl ca -batch -config ca.cnf -selfsign -keyfile old.key -in old.csr -out old.crt \
	-startdate 20200101000000Z -enddate 20200201000000Z -notext 2>>openssl.log
mkfifo held
exec 7<>held
openssl s_server -accept 127.0.0.1:0 -cert old.crt -key old.key \
	<held >s_server.out 2>&1 &
_background+=($!)
wait_line s_server.out '^ACCEPT'
old_port=${line##*:}
exits 3 'an expired certificate' msg-send --server "localhost:$old_port" --direct-tls \
	--jid admin@localhost --password-file pw --cacert old.crt get /
like "$err" 'expired on 2020-02-01 00:00 UTC; --pin' 'says when'
exec 7<&-

# --- servers that are none --------------------------------------------------------
cat >odd.py <<'END'
"""A server that sends a stream's header and features, and then argv[1] to
whoever asks for TLS."""
import socket, sys
HEADER = ("<stream:stream xmlns='jabber:client' version='1.0' id='1' "
          "xmlns:stream='http://etherx.jabber.org/streams'>")
FEATURES = ("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
            "<required/></starttls></stream:features>")
s = socket.create_server(("127.0.0.1", 0))
print(f"port {s.getsockname()[1]}", flush=True)
c, _ = s.accept()
got = b""
while b"<stream:stream" not in got:
    got += c.recv(4096)
for byte in (HEADER + FEATURES).encode():
    c.sendall(bytes([byte]))
while b"<starttls" not in got:
    got += c.recv(4096)
c.sendall(sys.argv[1].encode())
while c.recv(4096):
    pass
END
odd() {
	python3 odd.py "$1" >odd.out &
	_background+=($!)
	wait_line odd.out '^port'
	exits 3 "$2" msg-send --server "127.0.0.1:${line#port }" \
		--jid admin@localhost --password-file pw --insecure get /
	rm odd.out
}
proceed="<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
odd "$proceed<stream:features/>" 'what somebody puts in before TLS'
like "$err" "says more before TLS is there than it may" 'is told and not used'
odd '<a><!-- no --></a>' 'what is no stream'
like "$err" "sends is no XMPP stream: " 'is told'
odd '</stream:stream>' 'a stream that ends'
like "$err" 'closed the connection before the login was done' 'is told'

# What says nothing holds up a TLS handshake, whatever Ctrl-C says.
cat >silent.py <<'END'
"""A server that waits for a byte of each client, tells, and says nothing."""
import socket
s = socket.create_server(("127.0.0.1", 0))
print(f"port {s.getsockname()[1]}", flush=True)
held = []
while True:
    held.append(s.accept()[0])
    held[-1].recv(1)
    print(f"client {len(held)}", flush=True)
END
python3 silent.py >silent.out &
_background+=($!)
wait_line silent.out '^port'
silent=(--server "127.0.0.1:${line#port }" --direct-tls --jid admin@localhost
	--password-file pw --insecure --connect-timeout 1h /)
clients=0
for tool in 'msg-send get' msg-watch; do
	$tool "${silent[@]}" >silent.told 2>&1 &
	pid=$!
	wait_line silent.out "^client $((clients += 1))"
	kill -INT $pid
	taken $pid INT
	ok "$tool: the first Ctrl-C would end it in order" runs $pid
	again $pid INT
	is "$status" 130 'the second ends it at once'
done

# Somebody else may send us what he wants, and guess what we asked.
cat >forged.py <<'END'
"""A server that logs in anybody; to what he asks, another user answers first,
and tells of changes."""
import base64, re, socket, ssl
HEADER = ("<stream:stream xmlns='jabber:client' version='1.0' id='1' "
          "xmlns:stream='http://etherx.jabber.org/streams'><stream:features>")
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain("old.crt", "old.key")
s = socket.create_server(("127.0.0.1", 0))
print(f"port {s.getsockname()[1]}", flush=True)


def until(c, end):
    got = b""
    while not re.search(end, got):
        more = c.recv(1)
        if not more:
            return b""
        got += more
    return got


def say(c, text):
    c.sendall(text.encode())


def serve(c):
    until(c, b"<stream:stream[^>]*>")
    say(c, HEADER + f"<mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism>"
        "</mechanisms></stream:features>")
    until(c, b"</auth>")
    say(c, f"<success xmlns='{SASL}'/>")
    until(c, b"<stream:stream[^>]*>")
    say(c, HEADER + f"<bind xmlns='{BIND}'/></stream:features>")
    for body in (f"<bind xmlns='{BIND}'><jid>admin@localhost/x</jid></bind>",
                 None):
        asked = until(c, b"</iq>|<iq[^>]*/>").decode()
        number = re.search("""<iq[^>]* id=['"](\\w+)""", asked)[1]
        for by, who in (("", "from='mallory@localhost/x'"), ("true", "")):
            text = base64.b64encode(f'["{by or "forged"}"]'.encode()).decode()
            if body is None:
                say(c, f"<iq type='result' id='{number}' {who}><x xmlns='urn:M'"
                    f" rev='1'>{text}</x></iq><message {who}><event rev="
                    f"'{2 if by else 99}' xmlns='urn:M'>{text}</event></message>")
            elif by:
                say(c, f"<iq type='result' id='{number}'>{body}</iq>")
    until(c, b"</stream:stream>")


while True:
    with tls.wrap_socket(s.accept()[0], server_side=True) as c:
        serve(c)
END
python3 forged.py >forged.out 2>forged.err &
_background+=($!)
wait_line forged.out '^port'
forged=(--server "127.0.0.1:${line#port }" --direct-tls --jid admin@localhost
	--password-file pw --insecure)
exits 0 'an answer of somebody else' msg-send "${forged[@]}" get /
is "$out" '["true"]' 'is none'
exits 0 'a change told by somebody else' msg-watch "${forged[@]}" -n 1
is "$(jq .rev <<<"$out")" 2 'is none'

# --- a certificate of one's own ------------------------------------------------------
own=(msg-send "${trusted[@]}" get / --cert)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout me.key \
	-out me.crt -subj /CN=me -days 2 2>>openssl.log
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key
openssl pkey -in me.key -aes128 -passout pass:secret -out locked.key
chmod 600 ./*.key
exits 2 'no such certificate' "${own[@]}" nowhere.crt
exits 2 'a certificate without a key' "${own[@]}" me.crt
like "$err" "'me.crt' holds no key" 'says so'
exits 2 "another certificate's key" "${own[@]}" me.crt --key other.key
like "$err" "'other.key' is not the key of the certificate in 'me.crt'" 'says so'
exits 2 'a key with a passphrase' "${own[@]}" me.crt --key locked.key
like "$err" "'openssl pkey' takes it off" 'is not asked for but told'
chmod 644 me.key
exits 2 'a key others can read' "${own[@]}" me.crt --key me.key
like "$err" "type: chmod 600 'me.key'" 'is refused with what to type'
exits 2 'a key without a certificate' msg-send "${me[@]}" --key me.key get /

# A server that knows users by certificate.
server_stop
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
	-out ca.crt -subj /CN=CA -days 2 2>>openssl.log
for who in admin nobody; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout $who.key -out $who.csr -subj /CN=$who \
		-addext "subjectAltName=otherName:1.3.6.1.5.5.7.8.5;UTF8:$who@localhost" 2>>openssl.log
	openssl x509 -req -in $who.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
		-copy_extensions copy -out $who.crt 2>>openssl.log
done
chmod 600 ./*.key
cat admin.crt admin.key >admin.pem
chmod 600 admin.pem
server_start --client-ca ca.crt
exits 0 'a user comes in by certificate' "${own[@]}" admin.crt --key admin.key
exits 0 'with the key in the same file' "${own[@]}" admin.pem
exits 0 'by direct TLS' msg-send --server "localhost:$TLS_PORT" --direct-tls \
	--jid admin@localhost --pin "$pin" --cert admin.pem --check
like "$out" 'login .*EXTERNAL' 'without a password'
exits 3 'a certificate of somebody else' "${own[@]}" nobody.crt --key nobody.key
like "$err" "login of 'admin@localhost' refused: invalid-authzid; is the certificate of --cert for --jid?" 'says so'
server_stop
server_start
exits 3 'a server that knows no certificates' "${own[@]}" admin.pem
like "$err" 'does not know users by certificate .*--password-file' 'says what would help'
exits 0 'and takes a password then' "${own[@]}" admin.pem --password-file pw

# --- a configuration that says something else than is meant -----------------------
cp "$XDG_CONFIG_HOME/msg/config" config.before
bad() {			# NAME, ERE of the error; the file is standard input
	cat >"$XDG_CONFIG_HOME/msg/config"
	exits 2 "$1" msg-send -c x get /
	like "$err" "$2" 'is told with its place'
}
unset UNSET
here=$XDG_CONFIG_HOME/msg/config
bad 'a context without end' "config:2: the '\\{' here has no '\\}'" <<<$'\ncontext x {\n jid = "a{}@b"\n# }\n'
bad 'a setting twice' "config:3: 'jid' is there twice" <<<$'context x {\n jid = a@b\n jid = c@d\n}'
bad 'a context twice' "config:2: .*'x'" <<<$'context x { jid = a@b }\ncontext x { jid = c@d }'
bad 'the default twice' "config:2: 'default' is there twice" <<<$'default = x\ndefault = y\ncontext x { jid = a@b }'
bad 'a setting outside of the contexts' "config': 'jid' stands outside" <<<$'jid = a@b\ncontext x { server = c }'
bad 'a variable that is not set' "config:2: the variable 'UNSET' is not set" <<<$'context x {\n jid = "a@${UNSET}"\n}'
bad 'nor bare' "config:2: the variable 'UNSET' is not set" <<<$'context x {\n jid = ${UNSET}\n}'
cat >"$here" <<END
default = x	# "{
// {
/* { \${UNSET}
*/
context x {
	server = "localhost:$PORT"
	jid = "\${NAME_OF_ADMIN:-admin}@localhost"
	branch = 'sta\${UNSET}ging'
	pin = "$pin"
}
context y { branch = "\\\${UNSET} \\" {" }
END
exits 0 'braces and variables that are none' msg-send --password-file pw -b staging get /
chmod 666 "$here"
exits 2 'a file that everybody can write' msg-send -c x get /
like "$err" "everybody can write '.*config'; type: chmod o-w" 'says what to do'
chmod 600 "$here"
echo 'jid = a@b' >"$here"
exits 2 'settings without a context' msg-send get /
like "$err" "'jid' stands outside of the contexts" 'are told, too'
mv config.before "$here"

# --- ALPN ------------------------------------------------------------------------------
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k \
	-out c -subj /CN=localhost -days 2 2>/dev/null
mkfifo held
exec 7<>held
openssl s_server -accept 127.0.0.1:0 -cert c -key k -alpn xmpp-client \
	<held >s_server.out 2>&1 &
_background+=($!)
wait_line s_server.out '^ACCEPT'
msg-send --direct-tls --insecure -s "127.0.0.1:${line##*:}" -j a@b \
	--password-file "$XDG_DATA_HOME/msg/client.password" get / 2>/dev/null &
_background+=($!)
wait_line s_server.out '^ALPN.*selected'
is "$line" 'ALPN protocols selected: xmpp-client' \
	'direct TLS says that XMPP is meant'
kill ${_background[-1]}
exec 7<&-

# --- what is not there -----------------------------------------------------------------
exits 1 'an address where nobody is' msg-send --to nobody@localhost get /
like "$err" "^msg-send: service-unavailable: .*; the server knows no Message service at 'nobody@localhost', see --to" \
	'is named'
exits 1 'for a watch' msg-watch --to nobody.example
like "$err" "no Message service at 'nobody.example', see --to" 'too'
for what in 'set -' 'set @-' 'save /about content=@-'; do
	# shellcheck disable=SC2086
	exits 2 "the password and '$what'" msg-send --password-file - $what </dev/null
	like "$err" "cannot be the password and '.*' too" 'is told'
done
run bash -c "(cat '$XDG_DATA_HOME/msg/client.password'; echo get /@name) |
	msg-send --password-file -"
is "$status $out" '0 ["root"]' 'but lines of commands may follow the password'

# --- --check --------------------------------------------------------------------------
exits 0 '--check' msg-send --check
like "$out" "name +[0-9.]+ ms  127.0.0.1:$PORT: 127.0.0.1
TCP +[0-9.]+ ms  127.0.0.1:$PORT
TLS +[0-9.]+ ms  STARTTLS
certificate +[0-9.]+ ms  pinned key; for localhost, by .*, until 20.* UTC
login +[0-9.]+ ms  SCRAM-SHA-256
bind +[0-9.]+ ms  admin@localhost/.*
request +[0-9.]+ ms  get-item /@name" 'has a line for each step'
echo wrong >wrong
chmod 600 wrong
exits 6 '--check into what is full' bash -c 'msg-send --check >/dev/full'
like "$err" '^msg-send: standard output: .*No space left' 'says so'
is "$(wc -l <<<"$err")" 1 'once'
exits 2 '--check asks itself' msg-send --check get /about
exits 3 '--check of a wrong password' msg-send --check "${trusted[@]}" \
	--password-file wrong
like "$(tail -1 <<<"$out")" '^certificate ' 'ends before the step that fails'
like "$err" "login of 'admin@localhost' refused" 'which is told'
done_testing
