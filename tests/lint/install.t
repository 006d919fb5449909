#!/bin/bash
# "make install" puts everything in its place, and takes it away again.
. "${0%/*}/../cli/lib.sh"

root=$T/root
ok 'make install' make -s install DESTDIR="$root" PREFIX=/usr
for tool in "$TOP"/cmd/*/main.c; do
	tool=${tool%/main.c} tool=${tool##*/}
	section=$("$BIN/$tool" --help | sed -n 's/^The manual: man \(.\).*/\1/p')
	dir=bin
	test "$section" = 8 && dir=sbin
	exits 0 "$tool runs from where it is" "$root/usr/$dir/$tool" --version
	ok "$tool has its page" \
		test -s "$root/usr/share/man/man$section/$tool.$section"
	ok "$tool is completed by bash" \
		test -s "$root/usr/share/bash-completion/completions/$tool"
done
ok 'licence' test -s "$root/usr/share/doc/message/LICENSE"
is "$(cd "$root/usr/share/doc/message" && echo *)" 'LICENSE NEWS.md serve.conf' \
	'what is for who builds it is left out'
ok 'make uninstall' make -s uninstall DESTDIR="$root" PREFIX=/usr
is "$(find "$root" -type f)" '' 'nothing is left'
done_testing
