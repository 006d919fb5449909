# Completion of Message's tools for bash: the tool itself is asked.

_msg() {
	local words=() i w joined='' cur lead='' line found

	# bash takes --name=value apart at the '='.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		if [[ $w == "=" && ${#words[@]} -gt 0 ]]; then
			words[-1]+='=' joined=yes
		elif [[ $joined ]]; then
			words[-1]+=$w joined=''
		else
			words+=("$w")
		fi
	done
	cur=${words[-1]}
	[[ $cur == --*=* ]] && lead=${cur%%=*}= cur=${cur#*=}

	COMPREPLY=()
	found=$("$1" --complete $((${#words[@]} - 1)) "${words[@]}" \
		2>/dev/null) || return
	while IFS= read -r line; do
		case $line in
		'') ;;
		:file) compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
		:dir) compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
		*) line=${line%%$'\t'*}
			COMPREPLY+=("${line#"$lead"}")
			[[ $line == *[=/] ]] &&
				compopt -o nospace 2>/dev/null ;;
		esac
	done <<<"$found"
}

complete -F _msg msg-serve msg-send msg-watch msg-avro-encode msg-stanza-dump
