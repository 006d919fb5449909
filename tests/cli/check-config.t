#!/bin/bash
# msg-serve --check-config tells beforehand what a start would meet.
. "${0%/*}/lib.sh"
unset "${!MSG_LISTEN@}"
cd "$T" || exit 1

# certificate NAME DAYS HOST: NAME.crt and NAME.key; -1 days have passed.
certificate() {
	{
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-subj /CN=x -addext "subjectAltName=DNS:$3" \
			-keyout "$1.key" -out "$1.csr" &&
		openssl x509 -req -in "$1.csr" -signkey "$1.key" -days "$2" \
			-copy_extensions copy -out "$1.crt"
	} 2>/dev/null
}

exits 0 'nothing is wrong where nothing is' msg-serve --check-config
like "$out" 'no configuration file' 'it says that there is no file'
like "$out" 'certificate will be made' 'and what a first start will do'
test ! -e "$XDG_DATA_HOME/msg"
result $? 'and makes nothing'

certificate good 90 example.org
certificate other 90 example.net
certificate soon 3 example.org
certificate gone -1 example.org
cat >serve.conf <<'END'
domain = "example.org"
cert = "good.crt"
key = "good.key"
listen = { "127.0.0.1:0", "localhost:0" }
END
exits 0 'a configuration file' msg-serve --config serve.conf --check-config
like "$out" "ok: configuration file 'serve.conf'" 'is named'
like "$out" "it is for 'example.org'" 'and its names are those of the domain'
like "$out" $'ok: --listen localhost:0\n' 'and each address of a list'

check() {
	exits "$1" "$2" msg-serve --config serve.conf --check-config "${@:4}"
	like "$out$err" "$3" 'and it is said'
}
openssl pkey -in good.key -aes128 -passout pass:x -out locked.key
check 2 'a key with a passphrase' "'locked.key' has a passphrase; type: openssl pkey" \
	--key locked.key
check 2 'a key of another certificate' 'key .* is not that of the cert' \
	--key other.key
check 2 'another name' 'for example.net, and not for the domain' \
	--cert other.crt --key other.key
check 0 'a certificate that will end soon' \
	'warning: certificate .* expires on .* in 2 days' \
	--cert soon.crt --key soon.key
check 2 'one that has ended' 'has expired on' --cert gone.crt --key gone.key
check 2 'one that is not there' "cannot use certificate 'none.crt'" \
	--cert none.crt
exits 2 'a domain that is none' msg-serve -d 'a b' --check-config
like "$err" "--domain 'a b'" 'is named'
exits 2 'a contact that is no URI' \
	msg-serve --contact me@example.org --check-config
like "$err" "--contact 'me@example.org' is no URI such as mailto:" 'is named'
for bad in foo https://a/b 'https://a b' https:// ://a https://a:x; do
	exits 2 "an origin that is none: $bad" \
		msg-serve --origin "$bad" --check-config
	like "$err" "^msg-serve: --origin '$bad' is no origin such as" 'is named'
done
for good in '*' null https://a.example 'http://[::1]:8080'; do
	exits 0 "an origin: $good" msg-serve --origin "$good" --check-config
done
for bad in '' 'a b' :5222 a:x; do
	exits 2 "no other host: '$bad'" \
		msg-serve --see-other-host "$bad" --check-config
	like "$err" "^msg-serve: --see-other-host '$bad' is no host" 'is named'
done
for good in a.example a.example:5222 '[::1]:5222' 192.0.2.1; do
	exits 0 "another host: $good" \
		msg-serve --see-other-host "$good" --check-config
done
for bad in localhost 192.0.2 192.0.2.0/33 ::1%lo; do
	exits 2 "no network: $bad" \
		msg-serve --limit-exempt "$bad" --check-config
	like "$err" "^msg-serve: --limit-exempt: '$bad' is no address or net" \
		'is named'
done
exits 2 'a network with more bits than it says' \
	msg-serve --limit-exempt 192.0.2.1/24 --check-config
like "$err" "'192.0.2.1/24' has more bits than the first 24" 'is named'
exits 2 'a network and none' \
	msg-serve --limit-exempt ::1 --limit-exempt none --check-config
like "$err" "^msg-serve: --limit-exempt: 'none' stands alone" 'is refused'
for good in none 192.0.2.1 192.0.2.0/24 2001:db8::/32 0.0.0.0/0; do
	exits 0 "addresses without limits: $good" \
		msg-serve --limit-exempt "$good" --check-config
done
exits 2 'an address and none' \
	msg-serve -l 127.0.0.1:0 -l none --check-config
like "$err" "^msg-serve: --listen: 'none' stands alone" 'is refused'
exits 2 'what is only for --compact' msg-serve --keep-revisions 5
like "$err" '^msg-serve: --keep-revisions is for --compact' 'is refused alone'
check 2 'an address that is none' "'here' is no address" -l here
check 2 'an address of another machine' \
	'error: --listen: cannot listen on .192.0.2.1:5222' -l 192.0.2.1:5222
check 2 'a web root that is not there' "no directory '/nowhere'" \
	--web-root /nowhere
like "$err" 'the configuration has 1 error$' 'errors are counted'

# A server that runs is checked before it is told to read it all anew.
export MSG_LISTEN_HTTP=none MSG_LISTEN_HTTPS=none
server_start
exits 0 'what a running server uses is no error' msg-serve \
	-l "127.0.0.1:$PORT" -L none --check-config
like "$out" "warning: --listen: cannot listen on '127.0.0.1:$PORT': another" \
	'but told'
like "$out" "warning: the store '.*' is open in another msg-serve" \
	'and so is the store'
server_stop
exits 0 'without it' msg-serve -l "127.0.0.1:$PORT" -L none --check-config
unlike "$out" warning 'all is well'
rm -rf "$XDG_DATA_HOME"
unset "${!MSG_LISTEN@}"

echo 'domian = "x"' >>serve.conf
exits 2 'an unknown setting' msg-serve --config serve.conf --check-config
is "$err" "msg-serve: serve.conf:5: unknown setting 'domian'; did you mean 'domain'?" \
	'with its line and the right one'
echo 'import = "x"' >serve.conf
exits 2 'an option that is no setting' msg-serve --config serve.conf \
	--check-config
like "$err" "'import' is for the command line" 'is told so'
echo 'max-depth = 1' >serve.conf
exits 2 'a value out of range' msg-serve --config serve.conf --check-config
like "$err" "^msg-serve: serve.conf:[1-9][0-9]*: --max-depth: '1' is less than" 'with its limit'
exits 2 'a file that is not there' msg-serve --config nowhere --check-config
like "$err" "nowhere" 'is named'

# --- which of them counts --------------------------------------------------------
mkdir -p "$XDG_CONFIG_HOME/msg"
echo 'domain = "from.file"' >"$XDG_CONFIG_HOME/msg/serve.conf"
domain() {
	MSG_LOG_LEVEL=info server_start --log-level=info --listen-http=none \
		--listen-https=none "$@"
	sed -n 's/.* event=ready domain=\([^ ]*\).*/\1/p' "$T/serve.log" | tail -1
	server_stop
	rm -rf "$XDG_DATA_HOME"
}
is "$(domain)" from.file "the user's own file is read"
is "$(domain --config=none)" localhost '--config=none reads none'
is "$(MSG_DOMAIN=from.env domain)" from.env 'the environment is stronger'
is "$(domain -d EXAMPLE.Org)" example.org 'a domain is prepared as in JIDs'
is "$(MSG_DOMAIN=from.env domain -d from.line)" from.line \
	'the command line is strongest'
# --- what cannot both be meant ---------------------------------------------------
for pair in "--check-config --export=$T/x" "--check-config --verify" \
	"--import=$T/x --backup=$T/y" '-q -v'; do
	# shellcheck disable=SC2086
	exits 2 "$pair is refused" msg-serve $pair
done
test ! -e "$T/x"
result $? 'and nothing is written'
exits 2 'a certificate without its key is refused' msg-serve --cert good.crt \
	--store "$T/new" --listen 127.0.0.1:0 --listen-tls none
like "$err" "^msg-serve: --cert without --key: .*'good.crt'" 'and which is missing said'
done_testing
