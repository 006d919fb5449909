#!/bin/bash
# bash, zsh and fish ask the tool what could stand there.
. "${0%/*}/lib.sh"

mkdir "$T/here" "$T/here/dir"
cd "$T/here" || exit 1
: >file.json

# The candidates bash has for a command line, sorted.
in_bash() {
	bash --norc -c '
		. "$1"
		shift
		COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		COMP_WORDBREAKS=$COMP_BREAKS
		_msg "$1"
		printf "%s\n" "${COMPREPLY[@]}"' - \
		"$TOP/completions/msg.bash" "$@" 2>&1 | sort | tr '\n' ' '
}
export COMP_BREAKS=$' \t\n"\'@><=;|&(:'

in_fish() {
	sed "s/TOOL/${1%% *}/g" "$TOP/completions/msg.fish" >c.fish
	fish --no-config -c "source c.fish; complete -C '$1'" 2>&1 |
		cut -f 1 | sort | tr '\n' ' '
}

# zsh's file runs with its helpers replaced by ones that print.
in_zsh() {
	zsh -f -c '
		_describe() { print -l -- "${(@P)2%%:*}" }
		_files() { print files "$@" }
		compset() { }
		file=$1
		shift
		words=("$@") CURRENT=$#
		f() { emulate -L zsh; source $file }
		f' - "$TOP/completions/_msg" "$@" 2>&1 | sort | tr '\n' ' '
}

is "$(in_bash msg-send --tim)" '--timeout= ' 'bash: an option'
is "$(in_bash msg-send get-i)" 'get-item ' 'bash: a command'
is "$(in_bash msg-send --as=a)" 'avro ' "bash: a value behind '='"
is "$(in_bash msg-send --as '')" 'avro explain json ' 'bash: a value'
is "$(in_bash msg-send --password-file f)" 'file.json ' 'bash: a file'
is "$(in_bash msg-serve --store '')" 'dir ' 'bash: a directory'
is "$(in_fish 'msg-send --tim')" '--timeout= ' 'fish: an option'
is "$(in_fish 'msg-send get-i')" 'get-item ' 'fish: a command'
is "$(in_fish 'msg-serve --store d')" 'dir/ ' 'fish: a directory'
is "$(in_zsh msg-send --tim)" '--timeout= ' 'zsh: an option'
is "$(in_zsh msg-send get-i)" 'get-item ' 'zsh: a command'
is "$(in_zsh msg-serve --store '')" 'files -/ ' 'zsh: a directory'

# --- what the server has -------------------------------------------------------
is "$(in_bash msg-send get /ne)" ' ' 'without a server there are no paths'
server_start
export MSG_COMPLETION_TIME=60s
is "$(in_bash msg-send get /ne)" '/news/ ' 'bash: a path'
is "$(in_bash msg-send mv /news/article-1 /m)" '/more/ ' 'bash: where to'
is "$(in_fish 'msg-send get /news/ar')" '/news/article-1 /news/article-2 /news/article-3 ' \
	'fish: paths'
is "$(in_zsh msg-send save /ab)" '/about ' 'zsh: a path'
is "$(in_bash msg-send create Pa)" 'Page ' 'a kind'
is "$(in_bash msg-send create Page /x ti)" 'title= ' 'a field of a kind'
is "$(in_bash msg-send save /about ti)" 'title= ' 'a field of an item'
is "$(in_bash msg-send get /about/@ti)" '@title ' 'a value of an item'
is "$(in_bash msg-send get /@def)" '@default_name ' 'of the root, too'
is "$(in_bash msg-send edit /about ti)" 'title ' 'a field to be edited'
is "$(in_bash msg-send publish st)" 'staging ' 'a branch'
is "$(in_bash msg-send -b st)" 'staging ' 'the branch of an option'
is "$(in_bash msg-send --branch=l)" 'live ' "and behind '='"
is "$(in_fish 'msg-send --branch=l')" '--branch=live ' 'fish: a branch of an option'
is "$(in_zsh msg-send get / --branch '')" 'live staging ' 'zsh: all of them'
is "$(in_bash msg-send --server st)" ' ' 'of no other option'
is "$(in_bash msg-send user ad)" 'add admin ' 'a user, beside the words'
is "$(in_bash msg-send branch rm l)" 'live ' 'behind two words'
conf=$XDG_DATA_HOME/msg/client.conf
mkdir -p "$XDG_CONFIG_HOME/msg"
{ echo 'default = none'
	echo 'context none { server = "127.0.0.1:1" jid = a@b password-file = x }'
	echo "context own { $(grep = "$conf" | sed "s|client.password|$XDG_DATA_HOME/msg/&|" | tr '\n' ' ') }"
} >"$XDG_CONFIG_HOME/msg/config"
is "$(in_bash msg-send get /ne)" ' ' 'of no other server than that of the context'
is "$(in_bash msg-send -c own get /ne)" '/news/ ' 'which an option may name'
is "$(in_bash msg-send -c own -b li)" 'live ' 'for branches, too'
is "$(MSG_CONTEXT=own in_bash msg-send get /ne)" '/news/ ' 'or a variable'
is "$(in_bash msg-send -c own --password-command 'touch asked' -j x@localhost get /ne; ls asked 2>&1)" \
	" ls: cannot access 'asked': No such file or directory" 'nobody is asked for a password'
rm "$XDG_CONFIG_HOME/msg/config"

# A server that takes connections and says nothing.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k \
	-out c -subj /CN=localhost -days 2 2>openssl.log
mkfifo held
exec 7<>held
openssl s_server -accept 127.0.0.1:0 -cert c -key k <held >s_server.out 2>&1 &
_background+=($!)
wait_line s_server.out '^ACCEPT'
unset MSG_COMPLETION_TIME
exits 0 'a server that does not answer in time' msg-send --complete 5 \
	-s "127.0.0.1:${line##*:}" --connect-timeout 1h get /n
is "$out" '' 'offers nothing'
exec 7<&-

for tool in "$BIN"/msg-*; do
	tool=${tool##*/}
	like "$(in_bash "$tool" --)" '--help .*--version' "$tool is completed"
done
done_testing
