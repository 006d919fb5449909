# Completion of Message's tools for bash: the tool itself is asked.

# The words of a line as the shell will read them, into words; whether a quote
# is open; and how much of the last word stands before what readline replaces.
_msg_read() {
	local line=$1 word='' some='' c i

	words=() quote='' kept=0
	for ((i = 0; i < ${#line}; i++)); do
		c=${line:i:1}
		if [[ $c == "$quote" ]]; then
			quote=''
		elif [[ $quote == "'" ]]; then
			word+=$c
		elif [[ $c == \\ ]] && [[ ! $quote ||
			${line:i + 1:1} == [\\\"\$\`] ]]; then
			((i++))
			word+=${line:i:1} some=yes
		elif [[ $quote ]]; then
			word+=$c
		elif [[ $c == [[:space:]] ]]; then
			[[ $some ]] && words+=("$word")
			word='' some='' kept=0
		elif [[ $c == [\'\"] ]]; then
			quote=$c some=yes kept=${#word}
		else
			word+=$c some=yes
			[[ $COMP_WORDBREAKS == *"$c"* ]] && kept=${#word}
			[[ $c == @ ]] && ((kept--))	# readline takes it along
		fi
	done
	words+=("$word")
}

# A candidate as it can stand where it goes, into REPLY.
_msg_quote() {
	local c i

	REPLY=''
	for ((i = 0; i < ${#1}; i++)); do
		c=${1:i:1}
		case $quote$c in
		"''") c="'\\''" ;;
		\'*) ;;
		\"[\\\"\$\`] | [][\\\'\"\$\`\ \!\#\&\(\)\*\;\<\>?^{\|}~])
			c=\\$c ;;
		esac
		REPLY+=$c
	done
}

# Files or directories (-f, -d) that go on what is typed of a path.
_msg_paths() {
	local cur=$2 before='' name

	case $cur in
	--*=*) before=${cur%%=*}= ;;
	@*) before=@ ;;
	*=@*) before=${cur%%=@*}=@ ;;
	esac
	compopt -o filenames 2>/dev/null
	while IFS= read -r name; do
		name=$before$name
		COMPREPLY+=("${name:kept}")
	done < <(compgen "$1" -- "${cur#"$before"}")
}

_msg() {
	local words quote kept line REPLY

	_msg_read "${COMP_LINE:0:COMP_POINT}"
	COMPREPLY=()
	while IFS= read -r line; do
		case $line in
		:file) _msg_paths -f "${words[-1]}" ;;
		:dir) _msg_paths -d "${words[-1]}" ;;
		*) line=${line%%$'\t'*}
			_msg_quote "${line:kept}"
			COMPREPLY+=("$REPLY")
			[[ $line == *[=/] ]] &&
				compopt -o nospace 2>/dev/null ;;
		esac
	done < <("$1" --complete $((${#words[@]} - 2)) "${words[@]:1}" \
		2>/dev/null)

	# With one candidate readline closes the quote, which a folder's path
	# is too early for.
	[[ $quote && ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] &&
		COMPREPLY+=("${COMPREPLY[0]} ")
}

complete -F _msg msg-serve msg-send msg-watch msg-avro-encode msg-stanza-dump
