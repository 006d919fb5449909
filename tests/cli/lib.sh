# lib.sh - TAP for tests in bash, and a msg-serve of their own.
#
#	#!/bin/bash
#	. "${0%/*}/../cli/lib.sh"
#	server_start --no-demo
#	exits 0 'the root is there' msg-send get-item /
#	is "$(jq -r '.[0]._path' <<<"$out")" / 'its path'
#	done_testing
#
# Every test has a directory of its own, $T, with HOME and all of XDG in it,
# which goes when the test ends, as do the processes it started with
# "background".  Nothing here sleeps: what is waited for is read.

set -u
TOP=$PWD
BIN=$TOP/${BIN:-bin}
PATH=$BIN:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/msg-test.XXXXXX") || exit 1
for v in "${!MSG_@}"; do unset "$v"; done
unset v NO_COLOR
export PATH HOME=$T/home XDG_CONFIG_HOME=$T/config XDG_DATA_HOME=$T/data
export XDG_STATE_HOME=$T/state XDG_CACHE_HOME=$T/cache LC_ALL=C.UTF-8 TERM=dumb
export MSG_LISTEN=127.0.0.1:0 MSG_LISTEN_TLS=127.0.0.1:0
export MSG_LISTEN_HTTP=127.0.0.1:0 MSG_LISTEN_HTTPS=127.0.0.1:0
mkdir -p "$HOME"

_count=0 _failed=0 _ended='' SERVER=''
_background=()

_cleanup() {
	local pid
	if test -n "$SERVER"; then server_stop >/dev/null; fi
	for pid in "${_background[@]}"; do kill "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$T"
	test -n "$_ended" ||
		echo "not ok $((_count + 1)) - ended before done_testing"
}
trap _cleanup EXIT
trap 'exit 1' INT TERM

# diag TEXT: a comment, for whoever reads why it failed.
diag() {
	printf '%s\n' "$@" | sed 's/^/#   /'
}

# result STATUS NAME: one test, passed when STATUS is 0.
result() {
	_count=$((_count + 1))
	if test "$1" -eq 0; then
		echo "ok $_count - $2"
		return 0
	fi
	_failed=$((_failed + 1))
	echo "not ok $_count - $2"
	return 1
}

# ok NAME COMMAND...: passes when COMMAND ends with 0.
ok() {
	local name=$1
	shift
	"$@" >"$T/ok.out" 2>&1
	result $? "$name" || diag "$*" "$(tail -20 "$T/ok.out")"
}

# is GOT WANT NAME: passes when the texts are equal.
is() {
	test "$1" = "$2"
	result $? "$3" || diag "got:  $1" "want: $2"
}

# like TEXT ERE NAME: passes when a part of TEXT matches.
like() {
	[[ $1 =~ $2 ]]
	result $? "$3" || diag "got: $1" "want: $2"
}

unlike() {
	! [[ $1 =~ $2 ]]
	result $? "$3" || diag "got: $1" "not: $2"
}

# run COMMAND...: sets $out, $err and $status; stdin is the caller's.  What
# takes longer than a minute is stuck.
run() {
	local parts
	timeout -k 5 60 "$@" >"$T/out" 2>"$T/err"
	status=$?
	mapfile -td '' parts <"$T/out"		# without a process more
	printf -v out %s "${parts[@]}"
	out=${out%$'\n'} err=$(<"$T/err")
}

# exits STATUS NAME COMMAND...: run, and passes when it ended so.
exits() {
	local want=$1 name=$2
	shift 2
	run "$@"
	test "$status" -eq "$want"
	result $? "$name" ||
		diag "$*" "exit status $status, not $want" "$out$err"
}

# background COMMAND...: ended with the test; $! is its process id.
background() {
	"$@" &
	_background+=($!)
}

# wait_line FILE ERE: wait until a line of FILE, which something is writing,
# matches; sets $line.  1 when two minutes bring none.
wait_line() {
	local from tail found
	exec {from}< <(exec timeout 120 tail -n +1 -F "$1" 2>/dev/null)
	tail=$!
	line=$(grep -m 1 -E -- "$2" <&"$from")
	found=$?
	kill "$tail" 2>/dev/null
	exec {from}<&-
	return $found
}

# taken PID SIGNAL: wait until the process has taken the signal it was sent; one
# more of its kind would be the same one before.
taken() {
	local bit pending
	bit=$((1 << ($(kill -l "$2") - 1))) pending=$bit
	while ((pending & bit)); do
		pending=$(sed -n 's/^ShdPnd:.*\(.\{8\}\)$/0x\1/p' \
			"/proc/$1/status" 2>/dev/null)
		pending=${pending:-0}
	done
}

# runs PID: whether it does, and is not one that ended and was not waited for.
runs() {
	grep -q '^State:[[:space:]][^ZX]' "/proc/$1/status" 2>/dev/null
}

# stopped PID: stop it, and wait until no thread of it runs.
stopped() {
	kill -STOP "$1"
	while grep -q '^State:[[:space:]][^TZX]' "/proc/$1"/task/*/status \
		2>/dev/null; do :; done
}

# ended PID: wait until it has, at most a minute; sets $status.
ended() {
	timeout 60 tail -f --pid="$1" /dev/null
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	status=$?
}

# again PID SIGNAL: send it until it has ended, as somebody does who presses
# Ctrl-C until it helps, at most a minute; sets $status.
again() {
	local last=$((SECONDS + 60))
	while runs "$1" && ((SECONDS < last)); do
		kill -"$2" "$1" 2>/dev/null
		read -rt 0.02 <> <(:)
	done
	ended "$1"
}

# server_start [OPTION...]: sets $PORT (STARTTLS), $TLS_PORT, $SERVER (its
# process id); what it says goes to $T/serve.log, what it prints to
# $T/serve.out.  Its store is where msg-send and all others look for it; a
# store that was served before is served at the same address again.
server_start() {
	server_try "$@" && return
	diag "msg-serve $* did not start:" "$(cat "$T/serve.log")"
	exit 1
}

# server_try [OPTION...]: the same, but 1 when it ends instead of being ready;
# $status is its exit status then.
server_try() {
	local line ready= conf=$XDG_DATA_HOME/msg/client.conf address=
	test -e "$conf" && address=$(sed -n 's/^server = "\(.*\)"/\1/p' "$conf")
	rm -f "$T/serve.fifo"
	mkfifo "$T/serve.fifo"
	msg-serve --listen="${address:-127.0.0.1:0}" --listen-tls=127.0.0.1:0 "$@" \
		>>"$T/serve.out" 2>"$T/serve.fifo" </dev/null &
	SERVER=$!
	exec 9<"$T/serve.fifo"
	while read -r line <&9; do
		printf '%s\n' "$line" >>"$T/serve.log"
		if [[ $line =~ ready ]]; then
			ready=$line
			break
		fi
	done
	if test -z "$ready"; then
		wait "$SERVER"
		status=$? SERVER=''
		exec 9<&-
		return 1
	fi
	cat <&9 >>"$T/serve.log" &
	_server_log=$!
	exec 9<&-
	PORT='' TLS_PORT=''
	[[ $ready =~ \ starttls=[^\ ]*:([0-9]+) ]] && PORT=${BASH_REMATCH[1]}
	[[ $ready =~ \ tls=[^\ ]*:([0-9]+) ]] && TLS_PORT=${BASH_REMATCH[1]}
	return 0
}

# server_stop [SIGNAL]: ends it and waits; sets $status.
server_stop() {
	kill "-${1:-TERM}" "$SERVER"
	wait "$SERVER" 2>/dev/null
	status=$?
	wait "$_server_log"
	SERVER=''
}

# done_testing: the plan; the last line of every test.
done_testing() {
	echo "1..$_count"
	_ended=yes
	test "$_failed" -eq 0
	exit
}
