# config.mk - what a packager may want to change.

VERSION	:= $(shell cat VERSION)
PREFIX	?= /usr/local
BINDIR	?= $(PREFIX)/bin
SBINDIR	?= $(PREFIX)/sbin
MANDIR	?= $(PREFIX)/share/man
DOCDIR	?= $(PREFIX)/share/doc/message
BASHDIR	?= $(PREFIX)/share/bash-completion/completions
ZSHDIR	?= $(PREFIX)/share/zsh/site-functions
UNITDIR	?= $(PREFIX)/lib/systemd/system
FISHDIR	?= $(PREFIX)/share/fish/vendor_completions.d

WARN	= -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wformat=2 \
	  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	  -Wpointer-arith -Wwrite-strings -Wimplicit-fallthrough \
	  -Wno-missing-field-initializers -Werror
HARDEN	= -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
OPT	?= -O2 -g
CSTD	= -std=c11 -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -DMSG_VERSION='"$(VERSION)"'

# Which library for which tool or part of common/ (pkg-config names; HACKING.md says why each).
PC_common	= openssl libxml-2.0 libuv lmdb avro-c jansson libidn2
LIBS_common	= -lunistring -lwslay -lresolv -lmd
PC_msg-serve	= libconfuse
LIBS_msg-serve	= -lm
PC_cli		= libconfuse libstrophe
PC_avro		= zlib liblzma libzstd snappy
LIBS_avro	= -lbz2
PC_msg-send	= libstrophe libconfuse readline
PC_msg-watch	= libstrophe libconfuse
PC_msg-avro-encode = zlib liblzma libzstd
LIBS_msg-avro-encode = -lbz2
PC_msg-stanza-dump = libpcap

# Taken from their static libraries, where there are such: to find and map five
# files more is most of what a record alone costs.  Empty: all are shared.
STATIC_msg-avro-encode ?= z lzma zstd bz2 md

# Debian packages, for "make deps": to build, to test, to measure, to fuzz,
# to package.
DEPS	= gcc make pkg-config libssl-dev libxml2-dev libuv1-dev liblmdb-dev \
	  libavro-dev libjansson-dev libidn2-dev libunistring-dev \
	  libconfuse-dev libwslay-dev libstrophe-dev libreadline-dev \
	  zlib1g-dev liblzma-dev libzstd-dev libbz2-dev libmd-dev \
	  libpcap-dev
DEPS_check = libcmocka-dev perl python3 openssl
DEPS_check += bash zsh fish expect jq mandoc systemd tmux
DEPS_check += python3-slixmpp python3-aioxmpp python3-nbxmpp
DEPS_check += g++ libgloox-dev libqxmpp-dev libgsasl-dev
DEPS_check += go-sendxmpp sendxmpp mcabber profanity
DEPS_check += testssl.sh nmap prosody
DEPS_check += python3-avro libsnappy-dev
DEPS_check += chromium $(if $(shell command -v npm),,nodejs npm)
DEPS_bench = prosody ejabberd nats-server
DEPS_bench += g++ libsimdjson-dev python3-avro $(if $(shell command -v npm),,nodejs npm)
DEPS_fuzz = clang libclang-rt-dev
DEPS_deb = git dpkg-dev debhelper lintian debootstrap systemd-container
