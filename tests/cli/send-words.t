#!/bin/bash
# msg-send: the words a person types, edit and diff, and what is refused.
. "${0%/*}/lib.sh"

cd "$T" || exit 1
server_start

# --- help ----------------------------------------------------------------------
nowhere=(env XDG_DATA_HOME="$T/none" XDG_CONFIG_HOME="$T/none")
exits 0 'help needs no server' "${nowhere[@]}" msg-send help
for word in 'get QUERY' 'branch create NAME' 'help \[WORD\]' 'get-item QUERY' 'set-trace '; do
	like $'\n'"$out" $'\n'"$word" "has '$word'"
done
is "$(msg-send help branch | cut -d' ' -f1 | sort -u)" branch 'help of one word'
exits 2 'help of what is no word' "${nowhere[@]}" msg-send help gett
like "$err" "unknown command 'gett'; did you mean 'get'\?" 'says so'
exits 2 'help of two' msg-send help get set
exits 0 'help in a pipe' msg-send <<<'help get-item'
like "$out" '^get-item QUERY ' 'is the same'
like "$(msg-send --complete 1 help publ)" '^publish' 'its words are completed'

# --- words for every command -------------------------------------------------
exits 0 'set' msg-send set '[{"method":"save","data":{"_path":"/about","title":"One"}}]'
exits 0 'log of an item' msg-send --max 1 --field changes.0.change log /about
is "$out" save 'says what was done'
exits 0 'schema' msg-send schema Page
is "$(jq -r .name <<<"$out")" Page 'is the kind'
echo '{"type":"record","name":"Note","base":"Item","fields":[{"name":"text","type":"string","default":""}]}' >note
exits 0 'schema set' msg-send schema set @note
sed -i 's/"type":"string","default":""/"type":"int","default":0/' note
exits 1 'a version that does not go with the one before' msg-send schema set @note
like "$err" $'\n  Note, version [0-9a-f]{16}: /text: ' 'every reason is told'
unlike "$err" 'before|publish|mine' 'and none as a conflict of a publish'
exits 0 'status' msg-send status
exits 0 'status for people' msg-send -f text status
like "$out" $'^version +[0-9.]+\n.*up for  .*\nstore +[0-9.]+[kMG]?B of .*\nrequests +[0-9]' \
	'is a table'
like "$out" $'\ncommand +count +refused .*\nget-' 'of commands, too'
exits 0 'branch create' msg-send branch create draft
exits 0 'branch' msg-send branch draft
is "$(jq -r .publish <<<"$out")" staging 'and where it goes'
exits 0 'all branches' msg-send branch
is "$(jq -r '.[]._name' <<<"$out" | grep -c draft)" 1 'with the new one'
exits 0 'branch save' msg-send branch save draft publish=live
exits 0 'and back' msg-send branch save draft publish=staging
exits 0 'a change on the branch' msg-send -b draft save /about title=Draft
exits 0 'publish' msg-send publish draft
is "$(msg-send -r get /about/@title)" Draft 'brings it over'
msg-send -b draft save /about title=Mine >/dev/null
msg-send save /about title=Theirs >/dev/null
exits 1 'publish in conflict' msg-send publish draft
like "$err" $'"title"\n    before +"Draft"\n    mine +"Mine"\n    theirs +"Theirs"' \
	'shows both sides and what was before'
key=$(msg-send --field _key get /about)
exits 0 'publish taking a side' msg-send publish draft "$key=mine"
is "$(msg-send -r get /about/@title)" Mine 'takes it'
exits 0 'branch rm' msg-send branch rm draft
exits 1 'and it is gone' msg-send branch draft
echo romeo-and-juliet >new
chmod 600 new
exits 0 'user add' msg-send user add romeo email=romeo@localhost password=@new
is "$(msg-send user romeo | jq -r .email)" romeo@localhost 'user'
exits 0 'user save' msg-send user save romeo full_name='Romeo Montague' roles:='["read:/"]'
exits 0 'he comes in' msg-send -s "localhost:$PORT" -j romeo@localhost \
	--password-file new --pin "$(sed -n 's/^pin = "\(.*\)"/\1/p' "$XDG_DATA_HOME/msg/client.conf")" get /about
echo wherefore-art-thou >new2
chmod 600 new2
exits 0 'user passwd' msg-send user passwd romeo password=@new2
exits 0 'user save takes a line of a file, too' msg-send user save romeo password=@new full_name=R
exits 0 'and it is the password' msg-send -s "localhost:$PORT" -j romeo@localhost \
	--password-file new --pin "$(sed -n 's/^pin = "\(.*\)"/\1/p' "$XDG_DATA_HOME/msg/client.conf")" get /about
head -c 1100 /dev/zero | tr '\0' p >long
chmod 600 long
exits 2 'a password that is too long' msg-send user passwd romeo password=@long
like "$err" "'long': a password has at most 1024 bytes" 'names the file'
exits 2 'a password is no argument' msg-send user save romeo password=secret-secret
like "$err" 'user passwd NAME' 'says what to do'
exits 2 'nor of a new user' msg-send user add tybalt password=secret-secret
(umask 077; printf 'caf\351-and-more\n' >latin1)
exits 5 'a password that is no UTF-8' msg-send user passwd romeo password=@latin1
like "$err" 'byte 4 of the password is no UTF-8' 'is not made another'
exits 2 'nobody is asked where there is no terminal' setsid msg-send user passwd romeo </dev/null
like "$err" 'no terminal to ask' 'says so'
exits 2 'user save of a name' msg-send user save romeo name=tybalt
like "$err" "^msg-send: 'name' says which one is meant" 'which it is found by'
exits 2 'nor of a new one' msg-send user add paris name=x password=@new
exits 0 'user rm' msg-send user rm romeo
exits 2 'a field twice' msg-send save /about title=x title:='"y"'
is "$err" "msg-send: 'title' is given twice" 'is told as it was typed'
exits 2 'a conflict decided twice' msg-send publish b1 /a=mine /a=theirs
exits 2 'publish with what is no side' msg-send publish b1 foo
exits 2 'create with what is no field' msg-send create Page /t3 title
like "$err" "'title' is no FIELD=VALUE" 'wrong usage'
for field in _kind=Folder _name=x _key=x _path=/x; do
	exits 2 "save of $field" msg-send save /about $field
	like "$err" "'${field%=*}' is no field that save changes; mv" \
		'which would change nothing'
done
exits 2 'branch save of a name' msg-send branch save b1 _name=b2
exits 0 'words with attributes on a line' msg-send < <(
	echo "save --message='by line' /about title='a b'"
	echo 'get /about/@title')
is "$(tail -1 <<<"$out")" '["a b"]' 'are done in order'
is "$(msg-send --max 1 --field message log)" 'by line' 'with the message'
exits 0 'a query on a line stays as it is' msg-send < <(
	echo "get //Page[@title = \"a b\"]/@name")
is "$out" '["about"]' 'blanks and quotes too'

exits 2 'a word that is none' msg-send gte /
like "$err" "unknown command 'gte'; did you mean 'get'" 'is told with the nearest'
exits 5 'on a line, too' msg-send - <<<'publihs x'
like "$err" "line 1: unknown command 'publihs'; did you mean 'publish'" 'with the nearest'

# --- several at once, and back ------------------------------------------------
for i in 1 2 3; do echo "create Page /s$i"; done | msg-send -q
echo 'create Folder /into' | msg-send -q
exits 2 'several items into what is no folder' msg-send mv /s1 /s2 /into
like "$err" "several items go into a folder: '/into/'" 'says how it is meant'
exits 0 'mv of several' msg-send -m moved mv /s1 /s2 /into/
exits 0 'cp of several' msg-send cp /into/s1 /s3 /news/
is "$(msg-send --field _path get '/into/* | /news/s1 | /news/s3' | sort | tr '\n' ' ')" \
	'/into/s1 /into/s2 /news/s1 /news/s3 ' 'are where they belong'
exits 1 'one of them that is not there' msg-send mv /s3 /nowhere /into/
is "$(msg-send -r get /s3/@name)" s3 'and none is moved'
msg-send save /s3 title=One >/dev/null
one=$(msg-send --max 1 --field rev log)
msg-send save /news/s1 title=Two >/dev/null
two=$(msg-send --max 1 --field rev log)
exits 0 'revert' msg-send -m back revert "$two" "$one"
is "$(msg-send get '/s3 | /news/s1' | jq -c 'map(.title)')" '["S3","S1"]' 'undoes them'
is "$(msg-send --max 1 --field message log)" back 'as one commit'
exits 5 'revert of what is no revision' msg-send revert x
like "$err" "'x' is no revision" 'says so'
exits 1 'revert of what has been changed since' msg-send revert "$one"
like "$err" 'changed since' 'is refused'

# --- for people -----------------------------------------------------------------
msg-send -m 'to be read' mv /about /about-us >/dev/null
msg-send mv /about-us /about >/dev/null
exits 0 'log for people' msg-send --format text --max 2 log /about
like "$out" $'\n[0-9]+  2[0-9-]+ [0-9:]+Z  admin@localhost  to be read\n    move   /about to /about-us$' \
	'who, when, why and what'
exits 0 'branches for people' msg-send --format text branch
like "$out" $'^branch   publishes to  revision  owner\nlive +[0-9]+ +\nstaging  live ' 'a table'
exits 0 'users for people' msg-send --format text user
like "$out" $'^user   admin  full name  roles\nadmin  true  ' 'a table'
exits 0 'one of them' msg-send --format text user admin
like "$out" '^\{' 'is shown whole'
exits 0 'and a field of them' msg-send --format text --field name user
is "$out" admin 'is bare'

# --- --template ------------------------------------------------------------------
exits 0 '--template' msg-send --template Page
is "$(jq -c '.[0].data' <<<"$out")" \
	'{"_kind":"Page","_path":"/","title":"","description":"","content":""}' 'has every field'
exits 0 'and is taken' msg-send set "${out/'"/"'/'"/from-template"'}"
exits 1 '--template of no kind' msg-send --template Nothing
exits 2 '--template with a command' msg-send --template Page get /

# --- what cannot be sent -------------------------------------------------------
exits 5 'a control character in an attribute' msg-send -m $'\x01' get /
like "$err" '^msg-send: --message: .*U\+0001 at byte 1' 'is named'
exits 5 'bytes that are no UTF-8 in a value' msg-send save /about title=$'a\xff'
like "$err" "^msg-send: 'title': byte 2 of the value is no UTF-8" 'are not replaced'
exits 5 'nor in an attribute' msg-send -m $'\xc3' get /
exits 5 'nor in an argument' msg-send get $'/\xff'
exits 0 'the stream lives on' msg-send -m ok get /
exits 0 'a control character in a value' msg-send save /about title:='"a\u001b[31mb\u009bc\nd"'
is "$(msg-send --field title get /about)" $'a\x1b[31mb\xc2\x9bc\nd' 'is there for a script'
script -qec 'msg-send --field title get /about' /dev/null </dev/null >shown
is "$(tr -d '\r' <shown)" $'a\\u001b[31mb\\u009bc\nd' 'and does not reach a terminal'

# --- diff ------------------------------------------------------------------------
msg-send save /about title=First description=Same >/dev/null
first=$(msg-send --field _rev get /about)
msg-send save /about title=Second >/dev/null
msg-send mv /about /about2 >/dev/null
msg-send save /about2 title=Third >/dev/null
exits 0 'diff of the last change' msg-send diff /about2
is "$(jq -c .changes <<<"$out")" '[{"field":"title","before":"Second","after":"Third"}]' \
	'fields before and after'
exits 0 'diff since a revision' msg-send diff /about2 "$first"
is "$(jq -c '[.changes[]|select(.field=="title" or .field=="_path")]' <<<"$out")" \
	'[{"field":"_path","before":"/about","after":"/about2"},{"field":"title","before":"First","after":"Third"}]' \
	'through a move'
exits 0 'diff between two' msg-send --format text diff /about "$first" $((first + 1))
is "$out" "/about  $first..$((first + 1))
- title: \"First\"
+ title: \"Second\"" 'for people'
exits 0 'a revision as somebody types it' msg-send diff /about2 "000$first"
like "$out" "\"from\":$first," 'is the number that it is'
exits 0 'diff of what the first revision made' msg-send diff /
exits 1 'diff of nothing' msg-send diff /nowhere
like "$err" "no item at '/nowhere'.*'diff /nowhere REV'" 'says what could be asked'
msg-send create Page /gone title=Was >/dev/null
msg-send rm /gone >/dev/null
exits 0 'diff of what was removed' msg-send diff /gone
is "$(jq -c '[._path, .to - .from, (.changes[] | select(.field == "title"))]' <<<"$out")" \
	'["/gone",1,{"field":"title","before":"Was","after":null}]' 'shows it'
removed=$(msg-send --max 1 --field rev log)
exits 0 'diff of it since a revision' msg-send --format text diff /gone $((removed - 1))
is "${out%%$'\n'*}" "/gone  $((removed - 1))..$removed" 'goes until it was removed'
exits 5 'diff of many' msg-send diff '/news/*'
exits 5 'diff since nonsense' msg-send diff /about2 x
msg-send rm /about2 >/dev/null
exits 0 'diff of what is gone' msg-send diff /about2 $((first + 3))
is "$(jq -c '.changes[]|select(.field=="title")' <<<"$out")" \
	'{"field":"title","before":"Third","after":null}' 'is a diff to nothing'
exits 0 'a name that the server makes another' msg-send create Page "/news/it's x"
is "$err" "msg-send: stored as '/news/it-s-x'" 'is told'
exits 0 'and one that stays' msg-send create Page /news/stays
is "$err" '' 'is not'
exits 2 'create with a key of one'"'"'s own' msg-send create Page /k _key=foo
like "$err" "'_key' is no field that a new item can be given" 'is refused'
exits 2 'no dry run' msg-send -n diff /about2

# --- edit --------------------------------------------------------------------------
msg-send create Page /e title=Old description=D >/dev/null
cat >editor <<'END'
#!/bin/sh
# Does what $DO says to the file, which it leaves a copy of.
cp "$1" seen
eval "$DO"
END
chmod +x editor
export EDITOR="$T/editor"
unset VISUAL
kept() { find "$XDG_STATE_HOME/msg/edit" -type f; }

export DO='sed -i s/Old/New/ "$1"'
exits 0 'edit' msg-send -m edited edit /e
is "$(jq -r .title seen)" Old 'the editor has the JSON'
is "$(msg-send -r get /e/@title)" New 'and what is typed is saved'
is "$(msg-send --max 1 --field message log /e)" edited 'with its message'
is "$(kept)" '' 'no file stays'
rev=$(msg-send --field _rev get /e)
export DO=:
exits 0 'edit of nothing' msg-send edit /e
like "$err" 'nothing was changed' 'says so'
is "$(msg-send --field _rev get /e)" "$rev" 'and makes no revision'
export DO='sed -i s/New/Newer/ "$1"; exit 3'
exits 5 'an editor that fails' msg-send edit /e
is "$(msg-send -r get /e/@title)" New 'changes nothing'
like "$err" "$(kept)" 'and the file is named'
rm -f $(kept)
export DO='exit 3'
exits 5 'one that fails before anything was typed' msg-send edit /e
is "$(kept)" '' 'leaves no file'
unlike "$err" kept 'and none is named'
export DO='rm "$1"'
exits 5 'one that leaves no file' msg-send edit /e
is "$err" 'msg-send: the editor left no file; nothing is changed' 'says so alone'
exits 5 'an editor that is not there' env EDITOR=/nowhere/vi msg-send edit /e
is "$(kept)" '' 'leaves no file either'
export DO='printf "{\"title\": " >"$1"'
exits 5 'what is no JSON' msg-send edit /e
like "$err" 'line 1, column' 'is told with its place'
is "$(cat $(kept))" '{"title": ' 'and kept'
rm -f $(kept)
export DO='sed -i "s/\"New\"/[12]/" "$1"'
exits 1 'what does not fit the schema' msg-send edit /e
like "$err" 'not-acceptable.*title' 'is told with its field'
is "$(jq -c .title $(kept))" "[12]" 'and kept'
rm -f $(kept)
export DO='sed -i s/_kind/_kin/ "$1"'
exits 5 'what cannot be edited' msg-send edit /e
rm -f $(kept)
export DO='sed -i s/New/Mine/ "$1"; EDITOR=false msg-send save /e title=Theirs description=E >/dev/null'
exits 1 'somebody is faster' msg-send edit /e
like "$err" $'title: changed by both\n    before +"New"\n    mine +"Mine"\n    theirs +"Theirs"\n' \
	'both sides are shown'
like "$err" 'description: changed by others alone' 'and what others did besides'
is "$(msg-send -r get /e/@title)" Theirs 'nothing of theirs is lost'
is "$(jq -r .title $(kept))" Mine 'nor of mine'
like "$err" "$(kept)" 'and the file is named'
is "$(stat -c %a "$(kept)")" 600 'which others cannot read'
rm -f $(kept)
msg-send save /e content=$'one\ntwo' >/dev/null
export DO='echo three >>"$1"'
exits 0 'edit of a field' msg-send edit /e content
is "$(cat seen; echo x)" $'one\ntwo\nx' 'the editor has its text'
is "$(msg-send -r get /e/@content; echo x)" $'one\ntwo\nthree\nx' 'which is saved as it is'
is "$(kept)" '' 'no file stays'
export DO=:
exits 0 'edit of a field, and nothing done' msg-send edit /e content
like "$err" 'nothing was changed' 'adds no newline'
export DO='printf "\377" >"$1"'
exits 5 'what is no UTF-8' msg-send edit /e content
rm -f $(kept)
export DO='echo new >"$1"'
msg-send save /e content= >/dev/null
exits 0 'edit of a field that is empty' msg-send edit /e content
is "$(msg-send -r get /e/@content)" new 'fills it'
exits 5 'edit of what is no text' msg-send edit / contents
exits 5 'edit of a field that is none' msg-send edit /e nothing
exits 1 'edit of nothing there' msg-send edit /nowhere
exits 0 'edit from a pipe' msg-send - <<<'get /e/@name'
done_testing
