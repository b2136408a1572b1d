#!/bin/bash
# Builds the library with both faces, and writes the Kotlin and Swift code that fits it.
#
# Usage: tools/bindings.sh [kotlin|swift|test]...      (no word: the library alone)
#
#   build/bindings/lib     libmtproto with both faces, as it is shipped
#   build/bindings/test    "test": the same with the call that panics, for the tests
#   build/bindings/kotlin, build/bindings/swift    what uniffi-bindgen writes
#
# Generated code is not committed: it fits one build of the library only, and checks that when it
# is loaded. It is written from the very library that is tested.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
cargo=${CARGO:-cargo}
out=build/bindings

# library FOLDER FEATURES: a release build, under the names that a linker and a loader look for.
# In a target folder of its own: in one, each set of features would replace what the last one left, and build again.
library() {
    local built name
    built=$(CARGO=$cargo CARGO_TARGET_DIR=$target/bindings-$1 tools/build-shared.sh --features "$2")
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

case " $* " in *" test "*) library test uniffi,test-panic ;; esac
library lib uniffi

# Not optimised: it runs for a tenth of a second. What is as it was keeps its time, or all that is
# made from it would be made again.
name=libmtproto.so
[ -e "$out/lib/$name" ] || name=libmtproto.dylib
for language in "$@"; do
    [ "$language" != test ] || continue
    rm -rf "$out/$language.new"
    "$cargo" run --quiet --locked --features bindgen --bin uniffi-bindgen -- \
        "$language" "$out/lib/$name" "$out/$language.new"
    # UniFFI hands an object on as an argument without a look at whether it was closed: freed memory.
    if [ "$language" = kotlin ]; then
        generated=$(find "$out/kotlin.new" -name '*.kt')
        sed 's/return value\.uniffiCloneHandle()/return value.callWithHandle { it }/' "$generated" >"$out/checked.kt"
        mv "$out/checked.kt" "$generated"
        # One for each object that can be closed.
        if [ "$(grep -c 'return value\.callWithHandle { it }' "$generated")" -ne 4 ]; then
            echo "bindings.sh: UniFFI writes something else by now: see that closed objects are refused as arguments" >&2
            exit 1
        fi
    fi
    if ! diff -r "$out/$language.new" "$out/$language" >/dev/null 2>&1; then
        rm -rf "${out:?}/$language"
        mv "$out/$language.new" "$out/$language"
    fi
    rm -rf "$out/$language.new"
done
