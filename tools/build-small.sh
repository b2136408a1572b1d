#!/usr/bin/env bash
# Builds the smallest shared library: Rust's standard library is built anew, for size and without its printer of backtraces.
#
# Usage: tools/build-small.sh [c|both]...      (default: both of these)
#
#   build/small/c/libmtproto.so       the C ABI alone
#   build/small/both/libmtproto.so    with the Kotlin and Swift face
#
# For makers of apps who count every byte. Nothing else changes: a panic still unwinds and becomes a status, its message
# still goes to stderr; only RUST_BACKTRACE is without effect. Rust calls building std unstable, so a compiler has to be
# let do it (RUSTC_BOOTSTRAP); "rustup component add rust-src" gives the sources, without rustup Debian's rustc-web and
# rust-web-src. The C and C++ tests are run with each library where "make test-programs" has built them.
# Last line: "small: N passed, M failed". Exit status: 0; 1 a build or a test failed; 77 not possible here.
set -euo pipefail
cd "$(dirname "$0")/.."

cannot() {
    echo "small: skipped: $1"
    exit 77
}

# The compiler, and the sources that fit it.
if ! [ -e "$(rustc --print sysroot)/lib/rustlib/src/rust/library/std" ]; then
    if ! [ -e /usr/lib/rustlib/src/rust/library/std ] || ! [ -x /usr/bin/rustc ]; then
        if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then cannot "the sources of std are not installed"; fi
        if ! apt-get -qq update || ! apt-get -qq install -y --no-install-recommends rustc-web rust-web-src >/dev/null; then
            cannot "apt cannot install rust-web-src"
        fi
    fi
    export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
fi
export RUSTC_BOOTSTRAP=1
CARGO_BUILD_TARGET=$("${RUSTC:-rustc}" -vV | sed -n 's/^host: //p')
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/small
export CARGO_BUILD_TARGET CARGO_TARGET_DIR
case $CARGO_BUILD_TARGET in *linux*) ;; *) cannot "it strips and tests an ELF library" ;; esac

passed=0 failed=0
count() {
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# The tests find the library by its SONAME, and by this path before their own.
try() {
    local name status
    for name in version misuse roundtrip threads message_crypto_test smoke hpp; do
        [ -x build/tests/$name ] || continue
        status=0
        LD_LIBRARY_PATH=$1 build/tests/$name >"$1/$name.log" 2>&1 || status=$?
        echo "small: $1: $name: $(tail -n 1 "$1/$name.log")"
        count $status
    done
}

# build FOLDER FEATURES
build() {
    local library version folder=$PWD/build/small/$1
    if ! library=$(tools/build-shared.sh --no-default-features --features "$2" \
        -Zbuild-std=std,panic_unwind -Zbuild-std-features=panic-unwind,optimize_for_size); then
        echo "small: $1: not built"
        count 1
        return
    fi
    mkdir -p "$folder"
    strip --strip-all -o "$folder/libmtproto.so" "$library"
    version=$(sed -n 's/^version = "\([0-9]*\.[0-9]*\).*/\1/p' Cargo.toml | head -n 1)
    ln -sf libmtproto.so "$folder/libmtproto.so.$version"
    echo "small: $1: $(stat -c %s "$folder/libmtproto.so") bytes, by rustc $("${RUSTC:-rustc}" -V | cut -d ' ' -f 2)"
    count 0
    try "build/small/$1"
}

kinds=("$@")
[ $# -gt 0 ] || kinds=(c both)
for kind in "${kinds[@]}"; do
    case $kind in
        c) build c capi ;;
        both) build both uniffi ;;
        *)
            echo "build-small.sh: c or both, not $kind" >&2
            exit 1
            ;;
    esac
done
echo "small: $passed passed, $failed failed"
exit $((failed != 0))
