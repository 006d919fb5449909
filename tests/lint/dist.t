#!/bin/bash
# What dist/ has: units that systemd likes and fences well, a configuration
# that msg-serve takes, packages that leave out nothing.  Building and trying
# the packages is "make check-deb".
. "${0%/*}/../cli/lib.sh"
unset "${!MSG_LISTEN@}"

root=$T/root
make -s install DESTDIR="$root" PREFIX=/usr UNITDIR=/lib/systemd/system \
	DOCDIR=/usr/share/doc/message-doc \
	ZSHDIR=/usr/share/zsh/vendor-completions >"$T/install.log" 2>&1
result $? 'make install' || diag "$(tail -5 "$T/install.log")"

# --- units ------------------------------------------------------------------------
mkdir "$T/units"
for u in "$root"/lib/systemd/system/*; do
	sed "s|/usr/sbin/msg-serve|$BIN/msg-serve|" "$u" >"$T/units/${u##*/}"
	grep -q '@[A-Z]*@' "$u"
	test $? = 1
	result $? "${u##*/} has its paths"
done
ok 'systemd takes the units' systemd-analyze verify --man=no \
	--recursive-errors=no "$T"/units/*
is "$(systemd-analyze verify --man=no "$T"/units/* 2>&1 |
	grep -F "$T/units")" '' 'and has nothing to say of them'
exits 0 'the service is exposed by 2.0 at most' systemd-analyze security \
	--no-pager --offline=1 --threshold=20 "$T/units/msg-serve.service"
diag "$(tail -1 <<<"$out")"
exits 0 'sysusers.d' systemd-sysusers --root="$root" --dry-run \
	"$TOP/dist/systemd/sysusers.conf"

# --- the configuration ----------------------------------------------------------------
exits 0 'the example configuration is right' msg-serve \
	--config="$TOP/dist/serve.conf" --store="$T/store" --check-config
sed -n 's/^#\([a-z-]* = .*\)/\1/p' "$TOP/dist/serve.conf" |
	grep -v '/etc/msg' >"$T/all.conf"
exits 0 'and so are its comments' msg-serve --config="$T/all.conf" \
	--store="$T/store" --check-config
like "$(wc -l <"$T/all.conf")" '^[1-9][0-9]*$' 'there are some'

# --- packages --------------------------------------------------------------------------
debian=$TOP/dist/debian
is "$(sed -n '1s/.*(\(.*\)-[0-9]*).*/\1/p' "$debian/changelog")" \
	"$(cat VERSION)" 'their version is VERSION'
cd "$root" || exit 1
for f in $(find . -type f | sed 's|^\./||'); do
	n=0
	while read -r glob _; do
		# shellcheck disable=SC2053
		[[ $f == $glob ]] && n=$((n + 1))
	done < <(cat "$debian"/*.install "$debian/not-installed")
	test $n -eq 1 || echo "$f: in $n packages"
done >"$T/wrong"
is "$(cat "$T/wrong")" '' 'each installed file is in one package'
cd "$TOP" || exit 1
for s in "$debian"/*.postrm; do
	ok "${s##*/}" sh -n "$s"
done

# --- the tarball ------------------------------------------------------------------------
if test -e .git; then
	ok 'make dist' make -s dist
	tar=build/message-$(cat VERSION).tar.gz
	once=$(sha256sum <"$tar")
	rm "$tar"
	make -s dist
	is "$(sha256sum <"$tar")" "$once" 'is the same each time'
	is "$(tar -tzf "$tar" | grep -cv "^message-$(cat VERSION)/")" 0 \
		'has one directory'
fi
done_testing
