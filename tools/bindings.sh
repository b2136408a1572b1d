#!/bin/bash
# Builds the library with both faces, and writes the Kotlin and Swift code that fits it.
#
# Usage: tools/bindings.sh [kotlin|swift]...      (no word: the libraries alone)
#
#   build/bindings/lib     libmtproto with both faces, as it is shipped
#   build/bindings/test    the same with the call that panics, for the tests
#   build/bindings/kotlin, build/bindings/swift    what uniffi-bindgen writes
#
# Generated code is not committed: it fits one build of the library only, and checks that when it
# is loaded. It is written from the very library that is tested.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
out=build/bindings

# library FOLDER FEATURES: a release build, under the names that a linker and a loader look for.
library() {
    local built name
    built=$(CARGO=$cargo tools/build-shared.sh --features "$2")
    name=$(basename "$built")
    mkdir -p "$out/$1"
    if ! cmp -s "$built" "$out/$1/$name"; then
        cp "$built" "$out/$1/$name.new"
        mv "$out/$1/$name.new" "$out/$1/$name"
    fi
    local version
    version=$(sed -n 's/^version = "\([0-9]*\.[0-9]*\).*/\1/p' Cargo.toml | head -n 1)
    ln -sf "$name" "$out/$1/$name.$version"
}

library test uniffi,test-panic
library lib uniffi

# Not optimised: it runs for a tenth of a second.
name=libmtproto.so
[ -e "$out/lib/$name" ] || name=libmtproto.dylib
for language in "$@"; do
    "$cargo" run --quiet --locked --features bindgen --bin uniffi-bindgen -- \
        "$language" "$out/lib/$name" "$out/$language"
done
