# Message - build, run, check, install.  "make help" lists the targets.

include config.mk
MAKEFLAGS += --no-print-directory

# A directory of cmd/ is a tool; with a main.c it is a program too.
PARTS	:= $(patsubst cmd/%/,%,$(wildcard cmd/*/))
TOOLS	:= $(patsubst cmd/%/main.c,%,$(wildcard cmd/*/main.c))
JOBS	?= $(shell getconf _NPROCESSORS_ONLN)

# --- variants: each has objects of its own ----------------------------------
ifdef SAN
VARIANT	= san
EXTRA	= -fsanitize=address,undefined -fno-sanitize-recover=all \
	  -fno-omit-frame-pointer
OPT	= -O1 -g
else ifdef TSAN
VARIANT	= tsan
EXTRA	= -fsanitize=thread -fno-omit-frame-pointer
OPT	= -O1 -g
else ifdef FUZZ
CC	= clang
VARIANT	= fuzz
EXTRA	= -fsanitize=fuzzer-no-link,address,undefined \
	  -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT	= -O1 -g
else
VARIANT	= release
endif
B	= build/$(VARIANT)$(if $(findstring clang,$(CC)),-clang)
BIN	= $(if $(filter build/release,$(B)),bin,$(B)/bin)

# --- flags -------------------------------------------------------------------
# pkg-config is asked only by what builds; "make deps" runs without it.
PC	= $(sort $(PC_common) $(foreach t,$(PARTS),$(PC_$(t))))
GOALS	= $(or $(MAKECMDGOALS),all)
ifneq (,$(filter-out run check check-vectors deps deps-% bench soak fuzz dist deb check-deb \
    clean help,$(GOALS)))
ifneq (0,$(shell pkg-config --exists $(PC) >/dev/null 2>&1; echo $$?))
$(shell pkg-config --print-errors --exists $(PC) >&2)
$(error libraries are missing; "make deps" installs them on Debian)
endif
# What to define is ours to say: readline's would contradict CSTD.
PCFLAGS	:= $(filter-out -D%,$(shell pkg-config --cflags $(PC)))
endif
CFLAGS_ALL = $(CSTD) $(OPT) $(WARN) $(if $(EXTRA),,$(HARDEN)) $(EXTRA) \
	  -iquote common $(PCFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(EXTRA) $(if $(EXTRA),,-pie -Wl,-z,relro,-z,now) \
	  -Wl,--as-needed -pthread $(LDFLAGS)
COMPILE	= $(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# What a program of part $(1) is linked with; of what STATIC_$(1) names the
# static library, where there is one.
libs	= $(foreach l,$(shell pkg-config --libs $(PC_common) $(PC_$(1))) \
	  $(LIBS_$(1)) $(LIBS_common) $(LIBS),$(call lib_of,$(l),$(STATIC_$(1))))
lib_of	= $(or $(if $(filter $(2:%=-l%),$(1)),$(filter /%,$(shell \
	  $(CC) -print-file-name=$(1:-l%=lib%.a)))),$(1))

# One short line for each thing made; V=1 shows the commands.
say	= $(if $(V),,@printf '  %-4s %s\n' $(1) $@; )mkdir -p $(@D); 

all: $(TOOLS:%=$(BIN)/%)

# --- the library and the tools -----------------------------------------------
lib_src	:= $(wildcard common/*/*.c)
lib	= $(B)/libmsg.a
$(lib): $(lib_src:%.c=$(B)/%.o)

define tool
$(1)_src := $$(filter-out cmd/$(1)/main.c,$$(wildcard cmd/$(1)/*.c cmd/$(1)/*/*.c))
$(B)/$(1).a: $$($(1)_src:%.c=$(B)/%.o)
$(BIN)/$(1): $(B)/cmd/$(1)/main.o $(B)/$(1).a $(lib)
	$$(call say,LD)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $$(call libs,$(1))
endef
$(foreach t,$(PARTS),$(eval $(call tool,$(t))))

$(B)/%.a:
	$(call say,AR)rm -f $@; $(AR) rcs $@ $^

$(B)/cmd/%.o: cmd/%.c Makefile config.mk VERSION
	$(call say,CC)$(COMPILE) -iquote cmd/$(firstword $(subst /, ,$*))

$(B)/%.o: %.c Makefile config.mk VERSION
	$(call say,CC)$(COMPILE)

# --- unit tests: tests/unit/PART/x.c is of common/PART/x.c or, when PART is a
# tool's directory, of that tool ----------------------------------------------
unit_src := $(wildcard tests/unit/*/*.c tests/crash/*.c)
unit	= $(unit_src:%.c=$(B)/%)
unit: $(unit)
CMOCKA	= $(shell pkg-config --libs cmocka)

$(B)/tests/unit/%.o: tests/unit/%.c Makefile config.mk VERSION
	$(call say,CC)$(COMPILE) -iquote tests/unit -iquote cmd/$(firstword $(subst /, ,$*))

define unit_part
$(B)/tests/unit/$(1)/%: $(B)/tests/unit/$(1)/%.o \
    $$(if $$(filter $(1),$$(PARTS)),$(B)/$(1).a) $(lib)
	$$(call say,LD)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $$(CMOCKA) \
	    $$(call libs,$(1))
endef
$(foreach p,$(notdir $(patsubst %/,%,$(wildcard tests/unit/*/))),\
    $(eval $(call unit_part,$(p))))

# Those that kill what they test are of the server's parts.
$(B)/tests/crash/%.o: tests/crash/%.c Makefile config.mk VERSION
	$(call say,CC)$(COMPILE) -iquote tests/unit -iquote cmd/msg-serve
$(B)/tests/crash/%: $(B)/tests/crash/%.o $(B)/msg-serve.a $(lib)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(CMOCKA) \
	    $(call libs,msg-serve)

# --- fuzz targets: with clang they fuzz, else they replay their corpus -------
fuzz_src := $(wildcard tests/fuzz/*.c)
fuzz	= $(fuzz_src:%.c=$(B)/%)
$(B)/tests/fuzz/%.o: tests/fuzz/%.c Makefile config.mk VERSION
	$(call say,CC)$(COMPILE) $(PARTS:%=-iquote cmd/%)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(PARTS:%=$(B)/%.a) $(lib) \
    $(if $(FUZZ),,$(B)/tests/fuzz/replay/main.o)
	$(call say,LD)$(CC) $(LDFLAGS_ALL) $(if $(FUZZ),-fsanitize=fuzzer) \
	    -o $@ $(filter %.o,$^) $(filter %.a,$^) \
	    $(foreach t,$(PARTS),$(call libs,$(t)))

FUZZ_SECONDS ?= 60
fuzz: deps-fuzz
	@$(MAKE) $(J) FUZZ=1 fuzz-run
fuzz-run: $(fuzz)
	@for f in $(fuzz); do \
		name=$${f##*/}; mkdir -p $(B)/corpus/$$name; echo "  FUZZ $$name"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 \
		    -timeout=10 -max_len=65536 -print_final_stats=1 -verbosity=0 \
		    -artifact_prefix=$(B)/crash-$$name- \
		    $(B)/corpus/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

# --- check: all tests, one summary -------------------------------------------
# Sub-makes do the work, so that what deps installs is seen by them.
J	= $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
TESTS	= $(sort $(wildcard tests/*/*.t))
PROVE	= env -u MAKEFLAGS -u MFLAGS CMOCKA_MESSAGE_OUTPUT=TAP \
	  PYTHONDONTWRITEBYTECODE=1 tests/run -j$(JOBS)

check: deps-check
	@$(MAKE) $(J) all interop-tools
	@$(MAKE) $(J) SAN=1 all unit replay
	@$(MAKE) $(J) TSAN=1 all
	@$(MAKE) SAN=1 prove
prove:
	@$(PROVE) $(TESTS) $(unit) $(fuzz) </dev/null
replay: $(fuzz)

check-unit check-fuzz:
	@$(MAKE) $(J) SAN=1 prove-$(@:check-%=%)
prove-unit: unit
	@$(PROVE) $(unit) </dev/null
prove-fuzz: replay
	@$(PROVE) $(fuzz) </dev/null
check-interop: interop-tools
check-%: all
	@$(MAKE) $(J) SAN=1 all
	@$(MAKE) $(J) TSAN=1 all
	@$(PROVE) $(sort $(wildcard tests/$*/*.t)) </dev/null
lint: all
	@$(PROVE) $(sort $(wildcard tests/lint/*.t)) </dev/null

# Mixed load for as long as that: memory and descriptors must not grow.
SOAK_SECONDS ?= 600
soak: deps-check
	@$(MAKE) $(J) all
	@SOAK_SECONDS=$(SOAK_SECONDS) TEST_SECONDS=$$(($(SOAK_SECONDS) + 300)) \
	    $(PROVE) -v tests/soak/soak.t </dev/null

# Cross-checks with files of the Avro project, where somebody has them.
VECTORS	?= ../shared/data/avro
check-vectors: deps-check
	@$(MAKE) $(J) SAN=1 all unit
	@tests/vectors/run $(VECTORS)

bench: deps-bench
	@$(MAKE) $(J) all bench-tools
	@tests/bench/run $(BENCH)

# tests/bench/x.c and tests/bench/y/main.c are programs: build/.../bench/x, y;
# with all tools' parts, for those that measure one without its wire.
bench_one := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/*.c))
bench_dir := $(patsubst tests/bench/%/main.c,%,$(wildcard tests/bench/*/main.c))
$(bench_one:%=$(B)/tests/bench/%.o): $(B)/tests/bench/%.o: tests/bench/%.c
	$(call say,CC)$(COMPILE) $(PARTS:%=-iquote cmd/%)
define bench_tool
$(B)/bench/$(1): $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/$(1).c tests/bench/$(1)/*.c)) \
    $$(PARTS:%=$(B)/%.a) $(lib)
	$$(call say,LD)$$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ \
	    $$(foreach t,$$(PARTS),$$(call libs,$$(t)))
endef
$(foreach t,$(bench_one) $(bench_dir),$(eval $(call bench_tool,$(t))))
bench-tools: $(addprefix $(B)/bench/,$(bench_one) $(bench_dir))

# tests/interop/x.c and x.cc are clients of libraries that are not ours:
# build/.../interop/x.
PC_gloox	= gloox
PC_qxmpp	= qxmpp Qt5Core Qt5Network Qt5Xml
PC_strophe	= libstrophe
PC_gsasl	= libgsasl libssl
interop_src := $(wildcard tests/interop/*.c tests/interop/*.cc)
interop-tools: $(patsubst tests/interop/%,$(B)/interop/%,$(basename $(interop_src)))
$(B)/interop/%: tests/interop/%.c Makefile
	$(call say,CC)$(CC) $(CSTD) -O1 -Wall -Wextra -Werror -o $@ $< \
	    $(shell pkg-config --cflags --libs $(PC_$*))
$(B)/interop/%: tests/interop/%.cc Makefile
	$(call say,CXX)$(CXX) -std=c++17 -O1 -fPIC -Wall -Wextra -Werror -o $@ $< \
	    $(shell pkg-config --cflags --libs $(PC_$*))

# --- run ----------------------------------------------------------------------
run: deps
	@$(MAKE) $(J) all
	@exec bin/msg-serve -v $(ARGS)

# --- packages: nothing is done when nothing is missing -------------------------
define install_packages
@missing=; for p in $(1); do \
	case "$$(dpkg-query -W -f '$${Status}' $$p 2>/dev/null)" in \
	*' ok installed') ;; *) missing="$$missing $$p";; esac; done; \
test -z "$$missing" && exit 0; \
command -v apt-get >/dev/null || { echo "install these, please:$$missing" >&2; exit 1; }; \
echo "  APT $$missing"; as=; test "$$(id -u)" = 0 || as=sudo; \
export DEBIAN_FRONTEND=noninteractive; \
$$as apt-get -qq update </dev/null && \
$$as apt-get -qq install -y --no-install-recommends $$missing </dev/null >/dev/null
endef

deps:
	$(call install_packages,$(DEPS))
deps-check:
	$(call install_packages,$(DEPS) $(DEPS_check))
deps-bench:
	$(call install_packages,$(DEPS) $(DEPS_bench))
deps-fuzz:
	$(call install_packages,$(DEPS) $(DEPS_fuzz))
deps-deb:
	$(call install_packages,$(DEPS) $(DEPS_deb))

# --- install --------------------------------------------------------------------
to	= $(DESTDIR)
UNITS	= $(notdir $(wildcard dist/systemd/*.service dist/systemd/*.socket))
install: all
	install -d $(to)$(BINDIR) $(to)$(SBINDIR) $(to)$(DOCDIR) \
	    $(to)$(BASHDIR) $(to)$(ZSHDIR) $(to)$(FISHDIR)
	install -m 755 $(filter-out bin/msg-serve,$(TOOLS:%=bin/%)) $(to)$(BINDIR)
	install -m 755 bin/msg-serve $(to)$(SBINDIR)
	for p in man/*.[1-8]; do \
		install -d $(to)$(MANDIR)/man$${p##*.}; \
		install -m 644 $$p $(to)$(MANDIR)/man$${p##*.}; done
	install -m 644 NEWS.md LICENSE $(to)$(DOCDIR)
	for t in $(TOOLS); do \
		install -m 644 completions/msg.bash $(to)$(BASHDIR)/$$t; \
		sed s/TOOL/$$t/g completions/msg.fish >$(to)$(FISHDIR)/$$t.fish; \
	done
	install -m 644 completions/_msg $(to)$(ZSHDIR)/_msg
	install -m 644 dist/serve.conf $(to)$(DOCDIR)
	install -d $(to)$(UNITDIR)
	for u in $(UNITS); do \
		sed 's|@SBINDIR@|$(SBINDIR)|g' dist/systemd/$$u \
		    >$(to)$(UNITDIR)/$$u; done
uninstall:
	rm -f $(TOOLS:%=$(to)$(BINDIR)/%) $(to)$(SBINDIR)/msg-serve \
	    $(TOOLS:%=$(to)$(BASHDIR)/%) $(TOOLS:%=$(to)$(FISHDIR)/%.fish) \
	    $(to)$(ZSHDIR)/_msg $(UNITS:%=$(to)$(UNITDIR)/%)
	for p in man/*.[1-8]; do \
		rm -f $(to)$(MANDIR)/man$${p##*.}/$${p##*/}; done
	rm -rf $(to)$(DOCDIR)

# --- to others ------------------------------------------------------------------
# The same tarball whoever makes it: what git has, with its commit's time.
NAME	= message-$(VERSION)
dist:
	@mkdir -p build
	git archive --format=tar --prefix=$(NAME)/ HEAD | gzip -9n \
	    >build/$(NAME).tar.gz

# Debian packages of that tarball, in build/deb; dist/debian says what is where.
comma	= ,
empty	=
deb: deps-deb dist
	rm -rf build/deb
	mkdir -p build/deb
	cp build/$(NAME).tar.gz build/deb/message_$(VERSION).orig.tar.gz
	tar -C build/deb -xzf build/$(NAME).tar.gz
	cp -r build/deb/$(NAME)/dist/debian build/deb/$(NAME)/debian
	sed -i 's/@BUILD_DEPENDS@/$(subst $(empty) ,$(comma) ,$(strip \
	    $(filter-out gcc make,$(DEPS))))/' build/deb/$(NAME)/debian/control
	cd build/deb/$(NAME) && env -u MAKEFLAGS -u MAKEOVERRIDES \
	    DEB_BUILD_OPTIONS=parallel=$(JOBS) dpkg-buildpackage -us -uc -b

# The packages in a Debian of their own: lintian, install, serve, purge.
check-deb: deb
	tests/deb/run build/deb

clean:
	rm -rf build bin

help:
	@echo 'make               build the tools in bin/'
	@echo 'make run           install what is missing, build, start the server (ARGS=...)'
	@echo 'make check         install what is missing, build, run every test'
	@echo 'make check-PART    one part of the tests: unit cli xmpp interop web hostile soak crash lint fuzz'
	@echo 'make lint          the checks of sources and manual pages'
	@echo 'make bench         measure (BENCH=...); installs others to compare with'
	@echo 'make soak          mixed load for SOAK_SECONDS=$(SOAK_SECONDS): nothing grows'
	@echo 'make fuzz          fuzz each parser for FUZZ_SECONDS=$(FUZZ_SECONDS) (clang)'
	@echo 'make deps          install the Debian packages a build needs'
	@echo 'make dist          a tarball of what is committed, in build/'
	@echo 'make deb           Debian packages of it, in build/deb/; check-deb tries them'
	@echo 'make install       PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); uninstall takes it away'
	@echo 'make clean         remove what was built'
	@echo 'SAN=1, TSAN=1      with address and undefined, or thread, sanitizer, in build/'
	@echo 'CC=clang V=1       another compiler; show the commands'

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all unit check prove replay prove-unit prove-fuzz check-unit \
	check-fuzz check-vectors lint soak \
	bench bench-tools interop-tools fuzz fuzz-run run deps deps-check deps-bench \
	deps-fuzz deps-deb install uninstall dist deb check-deb clean help
.SECONDARY:
