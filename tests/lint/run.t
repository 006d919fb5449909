#!/bin/bash
# tests/run: what fails, breaks off or is stuck is told, with why; nothing that
# a file started outlives it.
. "${0%/*}/../cli/lib.sh"

cd "$T" || exit 1
mkdir t

# file NAME: a test that does what standard input says.
file() {
	{
		echo '#!/bin/bash'
		cat
	} >"t/$1"
	chmod +x "t/$1"
}

# tested NAME...: how they end, and what is said of them.
tested() {
	run "$TOP/tests/run" -j2 "${@/#/t/}"
	last=${out##*What failed:}
}

file good <<<'echo ok 1; echo noise >&2; echo 1..1'
tested good
is "$status" 0 'what is well'
unlike "$out$err" noise 'is told in a line'

file bad <<'END'
echo 'ok 1'
echo 'not ok 2 - here'
echo '# because'
echo 'ok 3'
echo '# of no interest'
echo 'careful' >&2
echo 1..3
exit 1
END
tested bad good
is "$status" 1 'what fails'
is "$last" $'\nt/bad: exit status 1\nnot ok 2 - here\n# because\n| careful' \
	'is told at the end, with its reasons'
is "$(grep -c '^# because' <<<"$out")" 2 'and before, when it happens'

file crash <<<'echo ok 1; kill -SEGV $$'
file broken <<<'echo ok 1; cat /nowhere; exit 3'
file short <<<'echo 1..2; echo ok 1'
tested crash broken short good
is "$status" 1 'what ends too early'
like "$last" $'t/crash: killed by signal 11\nended after 1 tests of \?' \
	'by a signal'
like "$last" $'t/broken: exit status 3\n[^|]*\| cat: /nowhere: No such file' \
	'by itself, with its last words'
like "$last" 't/short: ended after 1 tests of 2' 'before its plan is done'
tested none
is "$status" 1 'what is not there'
like "$last" "t/none: No such file" 'is told'

file stuck <<'END'
trap 'echo tidy >&2; exit' TERM
echo ok 1
mkfifo never
echo $$ >pids
setsid bash -c 'echo $$ >>pids; exec 1>&-; read <never' &
read <>never
END
export TEST_SECONDS=5
tested stuck good
is "$status" 1 'what is stuck'
like "$last" $'t/stuck: still ran after 5 s, and was ended:\n  [0-9]+ /bin/bash t/stuck\n' \
	'is ended, and told with what ran'
like "$last" '\| tidy' 'after it could tidy up'
file leaves <<'END'
mkfifo silent
setsid bash -c 'echo $$ >>pids; echo >silent; read <>silent' &
read <silent
echo ok 1
echo 1..1
END
unset TEST_SECONDS
tested leaves
is "$status" 0 'one that leaves a process holds nobody up'
is "$(for pid in $(cat pids); do runs "$pid" && echo "$pid"; done)" '' \
	'and nothing is left of either'
done_testing
