# Message - build, install, run, check.  "make help" lists the targets.

include config.mk

# A directory of cmd/ with a main.c is a tool.
TOOLS	:= $(patsubst cmd/%/main.c,%,$(wildcard cmd/*/main.c))

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
else
VARIANT	= release
endif
B	= build/$(VARIANT)
BIN	= $(if $(EXTRA),$(B)/bin,bin)

# --- flags; pkg-config is asked only when something is built ----------------
PC	= $(sort $(PC_common) $(foreach t,$(TOOLS),$(PC_$(t))) cmocka)
PCFLAGS	:= $(shell pkg-config --cflags $(PC) 2>/dev/null)
CFLAGS_ALL = $(CSTD) $(OPT) $(WARN) $(if $(EXTRA),,$(HARDEN)) $(EXTRA) \
	  -Icommon $(PCFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(EXTRA) $(if $(EXTRA),,-pie -Wl,-z,relro,-z,now) \
	  -Wl,--as-needed -pthread $(LDFLAGS)
libs	= $(shell pkg-config --libs $(PC_common) $(PC_$(1)))

all: $(TOOLS:%=$(BIN)/%)

# --- the library and the tools ----------------------------------------------
lib_src	:= $(wildcard common/*/*.c)
lib	= $(B)/libmsg.a
$(lib): $(lib_src:%.c=$(B)/%.o)

define tool
$(1)_src := $$(filter-out cmd/$(1)/main.c,$$(wildcard cmd/$(1)/*.c cmd/$(1)/*/*.c))
$(B)/$(1).a: $$($(1)_src:%.c=$(B)/%.o)
$(BIN)/$(1): $(B)/cmd/$(1)/main.o $(B)/$(1).a $(lib)
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $$(call libs,$(1)) $$(LIBS_$(1)) $$(LIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool,$(t))))

$(B)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/cmd/%.o: cmd/%.c Makefile config.mk VERSION
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Icmd/$(firstword $(subst /, ,$*)) -MMD -MP -c -o $@ $<

$(B)/%.o: %.c Makefile config.mk VERSION
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# --- unit tests: tests/unit/PART/x.c tests common/PART/x.c or, when PART is
# a tool's directory, that tool's; see HACKING.md ----------------------------
unit_src := $(wildcard tests/unit/*/*.c)
unit	:= $(unit_src:%.c=$(B)/%)
unit: $(unit)
$(B)/tests/unit/%.o: tests/unit/%.c Makefile config.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Itests/unit -Icmd/$(firstword $(subst /, ,$*)) -MMD -MP -c -o $@ $<
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(TOOLS:%=$(B)/%.a) $(lib)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(wildcard $(B)/$(firstword $(subst /, ,$*)).a) \
	    $(lib) $(shell pkg-config --libs $(PC)) \
	    $(sort $(foreach t,$(TOOLS),$(LIBS_$(t)))) $(LIBS)

check-unit: $(unit)
	CMOCKA_MESSAGE_OUTPUT=TAP prove -e '' $(unit)

clean:
	rm -rf build bin

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: all unit check-unit clean
.SECONDARY:
