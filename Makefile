# libmtproto: "make" builds, "make demo" shows, "make test" proves.
#
#   make            build/lib/libmtproto.{so,a} and the programs in build/bin
#   make demo       every envelope and obfuscation over loopback, as a table
#   make test       all tests; ends with "N passed, M failed"
#   make header     include/mtproto.h, anew from src/capi
#   make bench      one table of ratios with their bars, within 10 minutes (docs/performance.md)
#   make bench-scale            100 to 10,000 connections through mtproto-relay on this machine, within 5 minutes
#   make small      build/small: the smallest shared libraries, with a standard library of their own (tools/build-small.sh)
#   make check-size             the stripped library against its ledger
#   make check-instructions     instructions a frame against their baseline, by valgrind
#   make check-deep             sanitizers, other machines, fuzzing, packages, ABI, coverage; ends with a table
#   make coverage               lines of src/ that the tests reach, by folder, with their bar
#   make clean

CARGO  ?= cargo
CC     ?= cc
CFLAGS ?= -O2 -g

# Always on: the examples are what C programmers copy.
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
C_STD    = -std=c11

BUILD   = build
LIB     = $(BUILD)/lib
BIN     = $(BUILD)/bin
TARGET  = $(or $(CARGO_TARGET_DIR),target)
BUILT   = $(TARGET)$(addprefix /,$(CARGO_BUILD_TARGET))
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
SONAME  = libmtproto.so.$(shell echo $(VERSION) | cut -d. -f1,2)

COMMON_SOURCES    = $(wildcard examples-c/common/*.c)
RESPONDER_SOURCES = examples-c/responder.c $(wildcard examples-c/responder/*.c)
PROBE_SOURCES     = examples-c/probe.c $(wildcard examples-c/probe/*.c)
RELAY_SOURCES     = examples-c/relay.c $(wildcard examples-c/relay/*.c)
EXAMPLE_HEADERS   = $(wildcard examples-c/*/*.h) include/mtproto.h

PROGRAMS = $(BIN)/mtproto-responder $(BIN)/mtproto-probe $(BIN)/mtproto-relay $(BIN)/minimal

.PHONY: bench bench-scale small check-size check-instructions all lib demo test test-programs header clean FORCE

all: lib $(PROGRAMS)

lib: $(LIB)/libmtproto.so $(LIB)/libmtproto.a

# Cargo knows best what is out of date: it is always asked, and the files are
# only replaced when they changed.
$(LIB)/libmtproto.so $(LIB)/libmtproto.a &: FORCE
	$(CARGO) build --release --lib --locked
	@mkdir -p $(LIB)
	@CARGO="$(CARGO)" tools/build-shared.sh >/dev/null
	@cmp -s $(BUILT)/shared/libmtproto.so $(LIB)/libmtproto.so.$(VERSION) || \
	    cp $(BUILT)/shared/libmtproto.so $(LIB)/libmtproto.so.$(VERSION)
	@cmp -s $(BUILT)/release/libmtproto.a $(LIB)/libmtproto.a || \
	    cp $(BUILT)/release/libmtproto.a $(LIB)/libmtproto.a
	@ln -sf libmtproto.so.$(VERSION) $(LIB)/$(SONAME)
	@ln -sf $(SONAME) $(LIB)/libmtproto.so

LINK = -L$(LIB) -lmtproto '-Wl,-rpath,$$ORIGIN/../lib'

$(BIN)/mtproto-responder: $(RESPONDER_SOURCES) $(COMMON_SOURCES) $(EXAMPLE_HEADERS) | lib
	@mkdir -p $(BIN)
	$(CC) $(C_STD) $(WARNINGS) $(CFLAGS) -Iinclude -Iexamples-c -o $@ $(filter %.c,$^) $(LINK)

$(BIN)/mtproto-probe: $(PROBE_SOURCES) $(COMMON_SOURCES) $(EXAMPLE_HEADERS) | lib
	@mkdir -p $(BIN)
	$(CC) $(C_STD) $(WARNINGS) $(CFLAGS) -Iinclude -Iexamples-c -o $@ $(filter %.c,$^) $(LINK)

$(BIN)/mtproto-relay: $(RELAY_SOURCES) $(COMMON_SOURCES) $(EXAMPLE_HEADERS) | lib
	@mkdir -p $(BIN)
	$(CC) $(C_STD) $(WARNINGS) $(CFLAGS) -Iinclude -Iexamples-c -o $@ $(filter %.c,$^) $(LINK)

$(BIN)/minimal: examples-c/minimal.c include/mtproto.h | lib
	@mkdir -p $(BIN)
	$(CC) $(C_STD) $(WARNINGS) $(CFLAGS) -Iinclude -o $@ $< $(LINK)

demo: all
	@tools/demo.sh

# The C and C++ tests. BIN, TESTS, CC, CXX and CFLAGS given on the command line
# build them, and the programs, for the sanitizers into a folder of their own.
CXX    ?= c++
TESTS   = $(BUILD)/tests
C_TESTS = $(patsubst tests/c/%.c,$(TESTS)/%,$(filter-out %_main.c,$(wildcard tests/c/*.c)))

test-programs: $(C_TESTS) $(TESTS)/smoke $(TESTS)/message_crypto_test $(TESTS)/loop_test $(TESTS)/loop_test_poll

$(TESTS)/%: tests/c/%.c $(wildcard tests/c/*.h) $(TESTS)/statuses.h include/mtproto.h | lib
	$(CC) $(C_STD) $(WARNINGS) -Werror $(CFLAGS) -Iinclude -I$(TESTS) -o $@ $< $(LINK) -pthread

$(TESTS)/smoke: tests/cpp/smoke.cpp tests/c/check.h include/mtproto.h | lib
	@mkdir -p $(TESTS)
	$(CXX) -std=c++17 $(filter-out -Wstrict-prototypes,$(WARNINGS)) -Werror $(CFLAGS) -Iinclude -o $@ $< $(LINK)

$(TESTS)/message_crypto_test: examples-c/tests/message_crypto_test.c $(COMMON_SOURCES) $(EXAMPLE_HEADERS) | lib
	@mkdir -p $(TESTS)
	$(CC) $(C_STD) $(WARNINGS) $(CFLAGS) -Iinclude -Iexamples-c -o $@ $(filter %.c,$^) $(LINK)

# With epoll where there is one, and with poll().
$(TESTS)/loop_test_poll: WHICH_LOOP = -DLOOP_USE_POLL
$(TESTS)/loop_test $(TESTS)/loop_test_poll: examples-c/tests/loop_test.c examples-c/common/loop.c $(EXAMPLE_HEADERS)
	@mkdir -p $(TESTS)
	$(CC) $(C_STD) $(WARNINGS) -Werror $(CFLAGS) $(WHICH_LOOP) -Iexamples-c -o $@ $(filter %.c,$^)

$(TESTS)/statuses.h: include/mtproto.h tools/list_statuses.sh
	@mkdir -p $(TESTS)
	tools/list_statuses.sh $< > $@

test:
	@tools/test.sh $(SUITES)

bench:
	@tools/bench.sh

# What the relay and a server cost under very many connections: Linux only.
SCALE         = $(BUILD)/scale
SCALE_SOURCES = benches/scale/wire.c $(COMMON_SOURCES)

$(SCALE)/scale-load: benches/scale/load.c benches/scale/crowd.c benches/scale/process.c
$(SCALE)/scale-echo: benches/scale/echo.c
$(SCALE)/scale-load $(SCALE)/scale-echo: $(SCALE_SOURCES) $(wildcard benches/scale/*.h) $(EXAMPLE_HEADERS) | lib
	@mkdir -p $(SCALE)
	$(CC) $(C_STD) $(WARNINGS) -Werror $(CFLAGS) -Iinclude -Iexamples-c -o $@ $(filter %.c,$^) $(LINK)

bench-scale: $(SCALE)/scale-load $(SCALE)/scale-echo $(BIN)/mtproto-relay
	@tools/bench-scale.sh

# Tested with the C programs, where the compiler for it is to be had.
small: test-programs
	@tools/build-small.sh

check-size:
	@tools/check-size.sh

check-instructions:
	@tools/count-instructions.sh

header:
	$(CARGO) build --features header
	@git diff --stat -- include/mtproto.h

clean:
	rm -rf $(BUILD)
	$(CARGO) clean

# ---- what others install, and what proves it deeply: each a program of its own, with its own words ----

PREFIX     ?= /usr/local
DEB_FOLDER ?= $(BUILD)/deb

.PHONY: install deb wrap test-install fuzz check-deep check-abi coverage docs

install: all
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' packaging/install.sh $(BUILD)

deb: all
	@packaging/deb/make.sh $(BUILD) $(DEB_FOLDER)

# Whose packages, and from where: MAINTAINER="Name <address>", MTPROTO_URL=... (packaging/deb, packaging/meson).
wrap:
	@packaging/meson/make.sh

test-install: all
	@BUILD_FOLDER=$(BUILD) tools/test-install.sh $(WAYS)

FUZZ_SECONDS ?= 60
fuzz:
	@tools/fuzz.sh $(FUZZ_SECONDS) $(TARGETS)

coverage:
	@tools/coverage.sh

check-deep:
	@tools/check-deep.sh $(DEEP_SUITES)

check-abi: lib
	@tools/check-abi.sh

docs:
	@tools/docs.sh

# The C++ header and its example: without exceptions and RTTI, as it promises.
test-programs: $(TESTS)/hpp $(BIN)/probe-cpp

CXX_BARE = $(CXX) -std=c++17 -fno-exceptions -fno-rtti $(filter-out -Wstrict-prototypes,$(WARNINGS)) -Werror $(CFLAGS) -Iinclude

$(TESTS)/hpp: tests/cpp/hpp.cpp tests/cpp/lifetimes.h tests/c/check.h include/mtproto.hpp include/mtproto.h | lib
	@mkdir -p $(TESTS)
	$(CXX_BARE) -o $@ $< $(LINK)

$(BIN)/probe-cpp: examples-c/probe.cpp include/mtproto.hpp include/mtproto.h | lib
	@mkdir -p $(BIN)
	$(CXX_BARE) -o $@ $< $(LINK)

# ---- the bindings, and the cases that all languages share: tools/bindings.sh builds what they need ----

.PHONY: test-kotlin test-kotlin-32 test-swift test-cases bench-bindings check-size-bindings check-shrink lint-bindings mobile

test-kotlin test-kotlin-32 test-swift bench-bindings check-size-bindings check-shrink lint-bindings:
	@tools/$@.sh

test-kotlin test-swift: $(BIN)/mtproto-responder

test-cases: $(TESTS)/cases
	@tests/cases/generate.py --check
	@tests/cases/generate.py --lines | $(TESTS)/cases

mobile:
	@tools/mobile-static.sh
