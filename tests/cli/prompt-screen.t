#!/bin/bash
# msg-send in tmux: what is on the screen when an event comes in the middle of
# a line that is typed.
. "${0%/*}/lib.sh"

server_start
export TERM=screen
session=(tmux -S "$T/tmux" -f /dev/null)
screen() { "${session[@]}" capture-pane -p; }
keys() { "${session[@]}" send-keys "$@"; }

# shows ERE: wait until the screen, its lines joined by '~', matches.
shows() {
	local end=$((SECONDS + 60))
	until text=$(screen | tr '\n' '~'); [[ $text =~ $1 ]]; do
		((SECONDS < end)) || return 1
		read -rt 0.05 <> <(:)
	done
	return 0
}

seen() {
	shows "$1"
	result $? "$2" || diag "$(screen)"
}

"${session[@]}" new-session -d -x 40 -y 20 msg-send || exit 1
seen 'msg>~' 'the prompt'
keys 'watch /news/*' Enter
seen '1  /news/\*~msg>~' 'a watch'
keys 'get /a-line-that-is-longer-than-the-window-is-wide'
seen 'msg> get /a-line-that-is-longer-than-the~-window-is-wide~' 'a line of two rows'
msg-send -m event save /news/article-1 title=New >/dev/null
seen 'article-~1 "event"~msg> get /a-line-that-is-longer-than-the~-window-is-wide~~' \
	'the event stands above, the line once and whole'
is "$(screen | grep -c longer-than)" 1 'nothing of the old one is left'
keys Left Left Left Left BSpace X
seen 'than-the~-window-isXwide~' 'and it is edited where the cursor was'
keys Enter
seen '\[\]~msg>~' 'and done'
keys C-d
until "${session[@]}" has-session 2>&1 | grep -q .; do
	read -rt 0.05 <> <(:)
done
result 0 'Ctrl-D ends it'
done_testing
