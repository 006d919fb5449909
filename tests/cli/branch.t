#!/bin/bash
# Branches: whose they are, who changes them, and what a publish says.
. "${0%/*}/lib.sh"
server_start
pin=$(sed -n 's/^pin = "\(.*\)"/\1/p' "$XDG_DATA_HOME/msg/client.conf")
cd "$T" || exit 1
echo wherefore-art-thou >pw
chmod 600 pw

# as USER WORD...: msg-send of that user.
mkdir bin
cat >bin/as <<EOF
#!/bin/bash
user=\$1
shift
exec msg-send -s localhost:$PORT -j "\$user@localhost" --password-file pw \\
	--pin "$pin" "\$@"
EOF
chmod +x bin/as
PATH=$T/bin:$PATH
ok 'three more users' msg-send set-user '[
	{"method":"create","data":{"name":"alice","roles":["write:/news"],
		"password":"wherefore-art-thou"}},
	{"method":"create","data":{"name":"editor","roles":["write:/"],
		"password":"wherefore-art-thou"}},
	{"method":"create","data":{"name":"nobody",
		"password":"wherefore-art-thou"}}]'

# Whose: a user there is.
exits 1 'an owner who is not there' msg-send branch create x owner=nosuch
like "$err" "no user 'nosuch'" 'is named'
exits 0 'a branch of hers' msg-send branch create hers owner=Alice
is "$(msg-send --field owner branch hers)" alice 'by the name she is known by'
exits 1 'not even later' msg-send branch save hers owner=nosuch
like "$err" "/owner: there is no user 'nosuch'" 'and where it is wrong'
exits 1 'she gives it to nobody else' as alice branch save hers owner=editor
like "$err" 'administrator' 'since she does not know who there is'
exits 1 'staging is everybody'\''s' msg-send branch save staging owner=alice

# Who changes it.
exits 0 'alice changes hers' as alice -b hers save /news title=Hers
exits 0 'so does an administrator' msg-send -b hers save /about title=A
exits 1 'nobody else does' as editor -b hers save /news title=Not
like "$err" "branch 'hers' is of 'alice'" 'and is told whose it is'
exits 0 'who may read everything reads it' as editor -b hers get /news
exits 0 'the same' msg-send -q branch create theirs owner=editor
exits 1 'what is not hers is not there' as alice -b theirs get /news
like "$err" "there is no branch 'theirs'" 'by no name'
msg-send -q branch create shared owner=
exits 0 'on what is nobody'\''s the paths decide' \
	as alice -b shared save /news title=Shared
exits 1 'alone' as alice -b shared save /about title=Shared
msg-send -q branch create into owner=editor publish=hers
as editor -q -b into save /news title=In
exits 1 'publishing is a change of the other' as editor publish into
like "$err" "branch 'hers' is of 'alice'" 'and refused as such'

# A name is taken, by whomever.
exits 0 'a branch called as another user' as editor branch create nobody
exits 1 'is not his' as nobody branch nobody
like "$err" "no branch 'nobody'" 'and not there for him'

# What may not be changed is not taken over, nor shown.
exits 1 'changes she has no right to' as alice publish hers
like "$err" 'no right to take over' 'are no missing item'
msg-send -q save /about title=B
exits 1 'nor in conflict' as alice publish hers
like "$err" 'no right to take over' 'the same'
unlike "$err" '"A"|"B"|about' 'and no sides'
exits 1 'publish of staging' as alice publish staging
unlike "$err" 'no such item' 'says what is missing: a right'
exits 1 'of someone without a role' as nobody publish staging
unlike "$err" 'no such item' 'the same'

# Sides by path and by key; what is not understood is refused.
msg-send -q branch create draft
msg-send -q -b draft save /about title=Mine
msg-send -q -b draft save /news/article-1 title=Mine
msg-send -q save /about title=Theirs
msg-send -q save /news/article-1 title=Theirs
exits 1 'a conflict' msg-send publish draft
like "$err" $'  /about: .*"title"\n' 'has its path'
like "$err" 'publish BRANCH PATH=mine' 'and it is said how to choose'
key=$(msg-send --field _key get /about)
exits 1 'no such side' msg-send publish draft "$key=banana"
like "$err" '/take: "banana" is no side' 'is named'
exits 1 'no such item' msg-send publish draft /abuot=mine
like "$err" "there is no item '/abuot'" 'is named'
exits 1 'nor key' msg-send publish draft bogus=mine
like "$err" "there is no item 'bogus'" 'is named'
exits 1 'no list' msg-send set-branch \
	'[{"method":"publish","data":{"_name":"draft","take":["/about"]}}]'
like "$err" 'expected object, got array' 'is told'
exits 1 'one side is not all' msg-send publish draft /about=mine
like "$err" '/news/article-1:' 'the other is left'
unlike "$err" '  /about:' 'alone'
exits 0 'both' msg-send publish draft /about=mine /news/article-1=theirs
is "$(msg-send -r get '/about/@title, /news/article-1/@title')" \
	$'["Mine"]\n["Theirs"]' 'each as chosen'

# That all stays as it is here is remembered.
msg-send -q -b draft save /about title=Mine2
msg-send -q save /about title=Theirs2
exits 0 'theirs alone' msg-send publish draft /about=theirs
is "$(jq --argjson last "$(msg-send --max 1 --field rev log)" \
	'.items == 0 and .rev > $last' <<<"$out")" true 'is a commit without items'
exits 0 'and no conflict comes back' msg-send publish draft

# Moved apart: either path means it.
msg-send -q -b draft mv /about /here
msg-send -q mv /about /there
exits 1 'moved to two places' msg-send publish draft
like "$err" '  /here: ' 'is told as it is on the branch'
exits 0 'and chosen by where it is' msg-send publish draft /there=theirs
is "$(msg-send --field _path get '/there')" /there 'it stays'

# Users are items, and none of what may be read with the tree.
users="get('$(msg-send get-user alice | jq -r ._key)')/../*/@email"
for i in 1 2 3; do
	exits 0 'an administrator sees them' msg-send -b repository get "$users"
	like "$out" alice@localhost 'all'
done
exits 1 'who reads the tree does not' as editor -b repository get "$users"
like "$err" 'for administrators' 'and is told why'
exits 1 'nor hears of them' as editor -b repository set-watch //.
like "$err" 'for administrators' 'likewise'

# What was forked outlives what it was forked from.
msg-send -q branch create trunk
msg-send -q -b trunk save /news/article-2 title=Trunk
rev=$(msg-send --field _rev -b trunk get /news/article-2)
for b in one two; do msg-send -q branch create $b from=trunk; done
msg-send -q branch save one publish=two
msg-send -q -b one save /news/article-2 title=One
msg-send -q set-branch '[{"method":"remove","data":{"_name":"trunk"}}]'
exits 0 'the log of a branch whose parent is gone' msg-send -b one log
like "$out" "\"rev\":$rev," 'has what was done there'
exits 0 'the same of an item' msg-send -b one log /news/article-2
like "$out" "\"rev\":$rev," 'likewise'
exits 0 'and of what is below one' msg-send -b one log /news//.
like "$out" "\"rev\":$rev," 'too'
exits 0 'its children can be merged' msg-send publish one
exits 1 'not to itself' msg-send branch save two publish=two
like "$err" "/publish: branch 'two' cannot publish to itself" 'as is told'
exits 1 'nor in a circle' msg-send branch save two publish=one
like "$err" 'cannot publish to what publishes to it' 'as well'
is "$(msg-send --field title -b two get /news/article-2)" One 'into one another'
done_testing
