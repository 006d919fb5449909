# config.mk - what a packager may want to change.

VERSION	:= $(shell cat VERSION)
PREFIX	?= /usr/local
BINDIR	?= $(PREFIX)/bin
SBINDIR	?= $(PREFIX)/sbin
MANDIR	?= $(PREFIX)/share/man
DOCDIR	?= $(PREFIX)/share/doc/message
BASHDIR	?= $(PREFIX)/share/bash-completion/completions
ZSHDIR	?= $(PREFIX)/share/zsh/site-functions
FISHDIR	?= $(PREFIX)/share/fish/vendor_completions.d

WARN	= -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wformat=2 \
	  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	  -Wpointer-arith -Wwrite-strings -Wimplicit-fallthrough \
	  -Wno-missing-field-initializers -Werror
HARDEN	= -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
OPT	?= -O2 -g
CSTD	= -std=c11 -D_DEFAULT_SOURCE -DMSG_VERSION='"$(VERSION)"'

# Which library for which tool (pkg-config names; HACKING.md says why each).
PC_common	= openssl libxml-2.0 libuv lmdb avro-c jansson
PC_msg-serve	= libidn2 libconfuse
LIBS_msg-serve	= -lwslay -lunistring
PC_msg-send	= libstrophe readline
PC_msg-watch	= libstrophe
PC_msg-avro-encode = zlib liblzma libzstd snappy
LIBS_msg-avro-encode = -lbz2
PC_msg-stanza-dump =
