#!/bin/bash
# bash, zsh and fish ask the tool what could stand there.
. "${0%/*}/lib.sh"

mkdir "$T/here" "$T/here/dir"
cd "$T/here" || exit 1
: >file.json

# The candidates bash has for the words of a command line, sorted.
in_bash() {
	bash --norc -c '
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_msg "$1"
		printf "%s\n" "${COMPREPLY[@]}"' - \
		"$TOP/completions/msg.bash" "$@" 2>&1 | sort | tr '\n' ' '
}

in_fish() {
	sed "s/TOOL/${1%% *}/g" "$TOP/completions/msg.fish" >c.fish
	fish --no-config -c "source c.fish; complete -C '$1'" 2>&1 |
		cut -f 1 | sort | tr '\n' ' '
}

# zsh's file runs with its helpers replaced by ones that print.
in_zsh() {
	zsh -f -c '
		_describe() { print -l -- "${(@P)3%%:*}" }
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
is "$(in_bash msg-send --as = a)" 'avro ' "bash: a value behind '='"
is "$(in_bash msg-send --as '')" 'avro explain json ' 'bash: a value'
is "$(in_bash msg-send --password-file f)" 'file.json ' 'bash: a file'
is "$(in_bash msg-serve --store '')" 'dir ' 'bash: a directory'
is "$(in_fish 'msg-send --tim')" '--timeout= ' 'fish: an option'
is "$(in_fish 'msg-send get-i')" 'get-item ' 'fish: a command'
is "$(in_zsh msg-send --tim)" '--timeout= ' 'zsh: an option'
is "$(in_zsh msg-send get-i)" 'get-item ' 'zsh: a command'
is "$(in_zsh msg-serve --store '')" 'files -/ ' 'zsh: a directory'

for tool in "$BIN"/msg-*; do
	tool=${tool##*/}
	like "$(in_bash "$tool" --)" '--help .*--version' "$tool is completed"
done
done_testing
