#!/bin/bash
# The context that msg-serve leaves for msg-send: renewed when address, domain or
# certificate are others, until somebody changes it.
. "${0%/*}/lib.sh"
conf=$XDG_DATA_HOME/msg/client.conf
log=$T/serve.log

# serve LISTEN TLS [OPTION...]: with a log of its own; sets $starttls, $tls: where.
serve() {
	rm -f "$log"
	background msg-serve --listen="$1" --listen-tls="$2" "${@:3}" \
		2>"$log" </dev/null
	pid=$!
	wait_line "$log" event=ready
	[[ $line =~ \ starttls=([^ ]*)\ tls=([^ ]*) ]]
	starttls=${BASH_REMATCH[1]} tls=${BASH_REMATCH[2]}
}

stop() {
	kill "$pid"
	ended "$pid"
}

# setting NAME: as the file says it.
setting() {
	sed -n "s/^$1 = \"\\(.*\\)\"/\\1/p" "$conf"
}

serve 127.0.0.1:0 none
first=$(cat "$conf") address=$starttls
stop
serve "$address" none
is "$(cat "$conf")" "$first" 'where all is as it was, nothing is renewed'
is "$(wc -l <"$log")" 1 'nor told'
stop

# --- renewed ------------------------------------------------------------------
serve 127.0.0.2:0 none
is "$(setting server)" "$starttls" 'another address is written'
is "$(stat -c %a "$conf")" 600 'for the owner alone'
like "$(cat "$log")" "event=\"client.conf renewed\" server=$starttls" 'and told'
exits 0 'msg-send needs no option' msg-send get-item /about/@name
stop

serve "$starttls" none --domain=example.net
is "$(setting jid)" admin@example.net 'another domain is written'
exits 0 'msg-send needs no option then' msg-send get-item /about/@name
stop

pin=$(setting pin)
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$T/key" \
	-out "$T/cert" 2>/dev/null
serve "$starttls" none --cert="$T/cert" --key="$T/key"
unlike "$(setting pin)" "$pin" 'the pin of another certificate is written'
exits 0 'msg-send trusts it' msg-send get-item /about/@name
stop

serve none 127.0.0.1:0
is "$(setting server) $(setting pin)" "$tls $pin" \
	'direct TLS alone is written, and the own certificate again'
exits 0 'msg-send speaks it' msg-send get-item /about/@name
stop
serve 127.0.0.1:0 none
exits 0 'and STARTTLS again' msg-send get-item /about/@name
stop

# --- not served ---------------------------------------------------------------
was=$(cat "$conf")
ok 'an export' msg-serve --export "$T/export"
for how in "--import=$T/export" "--key=$T/none" "--cert=$T/cert"; do
	run msg-serve --listen=127.0.0.2:0 --listen-tls=none "$how" </dev/null
	unlike "$status" '^0$' "a start with ${how%%=*} is refused"
	unlike "$err" renewed 'nothing is told of the context'
	is "$(cat "$conf")" "$was" 'which stays as it was'
done

# --- left ---------------------------------------------------------------------
address=$starttls
echo 'timeout = 20s' >>"$conf"
mine=$(cat "$conf")
serve "$address" none
is "$(cat "$conf")" "$mine" 'what somebody has changed stays'
is "$(wc -l <"$log")" 1 'and is not told of while it fits'
exits 0 'msg-send reads it' msg-send get-item /about/@name
stop
serve "$address" none --domain=example.org
is "$(cat "$conf")" "$mine" 'it stays when it does not fit'
like "$(cat "$log")" \
	'level=warn event="client.conf is not as the server is now".*changed' \
	'which is told'
like "$(cat "$log")" "server=$address domain=example.org" 'with what would fit'
stop

rm "$conf"
serve "$address" none
test ! -e "$conf"
result $? 'one that was removed is not made again'
stop
is "$status" 0 'the server ends in order'
done_testing
