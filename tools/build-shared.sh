#!/usr/bin/env bash
# Builds the shared library as it is shipped, and prints where it is.
#
# Usage: tools/build-shared.sh [CARGO_OPTION]...      for example --no-default-features --features capi
#
# "cargo build" makes all kinds of the library in one go, and optimises none of them as a whole then: one of the kinds is
# for Rust programs, which do that themselves. The shared library alone can be, by the profile "shared" (Cargo.toml).
set -eu

cd "$(dirname "$0")/.."
# Less is inlined than by itself (225): 5 % smaller, and no figure of docs/performance.md moved.
${CARGO:-cargo} rustc --quiet --profile shared --lib --crate-type cdylib --locked "$@" -- -C llvm-args=-inline-threshold=100 >&2
folder=${CARGO_TARGET_DIR:-$PWD/target}/${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}shared
for name in libmtproto.so libmtproto.dylib; do
    if [ -e "$folder/$name" ]; then echo "$folder/$name"; fi
done
