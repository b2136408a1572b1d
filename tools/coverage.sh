#!/usr/bin/env bash
# Line coverage of src/ by the Rust tests and the C and C++ tests: a table by folder, with the bar for five of them.
#
# Usage: tools/coverage.sh           fails where a folder is below its bar; ends with "N passed, M failed"
#        tools/coverage.sh fuzz      by the fuzz targets instead, each over its seeds and what it has found
#                                    (FUZZ_CORPUS, build/fuzz/corpus): a line for each, and the table, without a bar
#
# Lines of test modules do not count, neither as covered nor as lines. Needs an llvm of rustc's own version: rustup's
# component llvm-tools, or Debian's package llvm-NN (installed, as root). Exit status 77 and "skipped: WHY" without one.
# The lines that nothing reaches are listed in build/coverage/missed.txt.
set -u

cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
work=$PWD/build/coverage
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/coverage
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
machine=$(rustc -vV | sed -n 's/^host: //p')

find_tools() {
    local own
    own=$(rustc --print sysroot)/lib/rustlib/$machine/bin
    if [ -x "$own/llvm-cov" ]; then
        profdata=$own/llvm-profdata cov=$own/llvm-cov
    else
        profdata=$(command -v "llvm-profdata-$llvm") && cov=$(command -v "llvm-cov-$llvm")
    fi
}
if ! find_tools && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "llvm-$llvm" >/dev/null 2>&1
fi
if ! find_tools; then
    echo "skipped: llvm-cov of LLVM $llvm is missing (rustup component llvm-tools, or package llvm-$llvm)"
    exit 77
fi

rm -rf "$work"
mkdir -p "$work"/{rust,c}-profiles || exit 1
export RUSTFLAGS=-Cinstrument-coverage
# What the compiler's own helpers and build scripts write is no concern of ours.
export LLVM_PROFILE_FILE=$work/unused/%m.profraw
fail() {
    echo "FAILED: $1"
    echo "0 passed, 1 failed"
    exit 1
}

# The two builds of the library have counters that do not fit each other: one report each, added up.
# report NAME OBJECT...
report() {
    local name=$1 object objects=()
    shift
    for object in "$@"; do objects+=(--object "$object"); done
    "$profdata" merge --sparse "$work/$name-profiles"/*.profraw -o "$work/$name.profdata" || fail "llvm-profdata, $name"
    "$cov" export --format=lcov --instr-profile="$work/$name.profdata" "${objects[@]}" --sources "$PWD/src" \
        >"$work/$name.lcov" || fail "llvm-cov, $name"
}

by_fuzzing() {
    local corpus=${FUZZ_CORPUS:-$PWD/build/fuzz/corpus} target inputs folder reports=()
    echo "building"
    cargo build --quiet --release --locked --manifest-path fuzz/Cargo.toml --bins --features grammers >"$work/log" 2>&1 ||
        { tail -n 20 "$work/log"; fail "the targets do not build"; }
    for target in $(tools/fuzz.sh --list); do
        inputs=()
        for folder in "$corpus/$target" "fuzz/seeds/$target" "fuzz/regressions/$target"; do
            [ ! -d "$folder" ] || inputs+=("$folder")
        done
        mkdir -p "$work/$target-profiles"
        LLVM_PROFILE_FILE=$work/$target-profiles/one.profraw \
            "$CARGO_TARGET_DIR/release/$target" -runs=0 "${inputs[@]}" >"$work/log" 2>&1 ||
            { tail -n 20 "$work/log"; fail "$target"; }
        report "$target" "$CARGO_TARGET_DIR/release/$target"
        reports+=("$work/$target.lcov")
    done
    exec python3 -B tools/coverage_table.py --targets "$work/missed.txt" "${reports[@]}"
}

case ${1:-} in
    '') ;;
    fuzz) by_fuzzing ;;
    *)
        echo "coverage.sh: fuzz, or nothing, not $1" >&2
        exit 2
        ;;
esac

echo "building"
cargo test --quiet --profile emulated --locked --lib --tests --no-run --message-format=json >"$work/built.json" 2>"$work/log" ||
    { tail -n 20 "$work/log"; fail "the tests do not build"; }
make --no-print-directory BUILD="$work/c" all test-programs >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log"; fail "the C tests do not build"; }

echo "running"
export LLVM_PROFILE_FILE=$work/rust-profiles/%p-%m.profraw
mapfile -t programs < <(sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' "$work/built.json")
for program in "${programs[@]}"; do
    "$program" --quiet >"$work/log" 2>&1 || { tail -n 20 "$work/log"; fail "$(basename "$program")"; }
done
report rust "${programs[@]}"

export LLVM_PROFILE_FILE=$work/c-profiles/%p-%m.profraw
for program in "$work"/c/tests/*; do
    [ -x "$program" ] || continue
    case $(basename "$program") in
        cases) python3 -B tests/cases/generate.py --lines | "$program" >"$work/log" 2>&1 ;;
        *) "$program" >"$work/log" 2>&1 ;;
    esac || { tail -n 20 "$work/log"; fail "$(basename "$program")"; }
done
report c "$work/c/lib/libmtproto.so"

exec python3 -B tools/coverage_table.py "$work/missed.txt" "$work/rust.lcov" "$work/c.lcov"
