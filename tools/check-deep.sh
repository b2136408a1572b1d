#!/usr/bin/env bash
# The slow proofs, one after the other: sanitizers, other machines, fuzzing, packages, ABI. Ends with a table.
#
# Usage: tools/check-deep.sh [SUITE...]      without a name: all of them, in the order below
#
#   asan             the Rust tests under AddressSanitizer, with leaks
#   tsan             the Rust tests, and contexts that cross threads, under ThreadSanitizer (std rebuilt for it)
#   valgrind_rust    the Rust unit tests under memcheck
#   memory_fails     every allocation of a connection fails once, through the C ABI
#   s390x i686       the Rust tests on a big-endian machine (emulated), and at 32 bits
#   kotlin_32        tools/test-kotlin-32.sh: Kotlin's binding to the C ABI on a JVM of 32 bits
#   mobile           tools/mobile-static.sh: the library for the phones' targets
#   install          tools/test-install.sh
#   abi              tools/check-abi.sh
#   fuzz             tools/fuzz.sh, each target for FUZZ_SECONDS (60)
#   c                tools/check-c.sh: gcc, clang and clang-tidy over all C and C++
#   supply           tools/check-supply.sh: licences, sources, duplicates, SBOM, the oldest Rust
#   coverage         tools/coverage.sh: lines of src/ that the tests reach
#   constant_time    tools/check-constant-time.sh
#   arm64            tools/test-arm64.sh
#   reproducible     two release builds in different folders: the same bytes
#
# What is missing is installed (Debian packages, as root) or named. Logs stay in build/logs/deep. Exit status 0 if nothing
# failed; "N passed, M failed" comes last, with ", K skipped" where something is missing.
set -u

cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
export LC_ALL=C CARGO_TERM_COLOR=never
root=$PWD
logs=$root/build/logs/deep
target=${CARGO_TARGET_DIR:-$root/target}/deep
all=(asan tsan valgrind_rust constant_time memory_fails arm64 s390x i686 kotlin_32 mobile c install abi supply coverage reproducible fuzz)
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=("${all[@]}")
for suite in "${suites[@]}"; do
    case " ${all[*]} " in
        *" $suite "*) ;;
        *)
            echo "check-deep.sh: there is no suite $suite; there are: ${all[*]}" >&2
            exit 2
            ;;
    esac
done
mkdir -p "$logs" || exit 1
machine=$(rustc -vV | sed -n 's/^host: //p')

# A suite leaves its sums in these, and prints what it does.
passed=0 failed=0 why=''

skip() { why=$1; }

# has COMMAND PACKAGE...
has() {
    local command=$1
    shift
    command -v "$command" >/dev/null 2>&1 && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || {
            apt-get update -qq >/dev/null 2>&1
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
        }
    fi
    command -v "$command" >/dev/null 2>&1
}

# cargo_tests LOG COMMAND...: sums up what cargo test says.
cargo_tests() {
    local log=$1 status sums
    shift
    "$@" >"$log" 2>&1
    status=$?
    cat "$log"
    sums=$(awk '/^test result: / { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
    # shellcheck disable=SC2086 # two numbers
    set -- $sums
    passed=$((passed + $1)) failed=$((failed + $2))
    if [ $status -ne 0 ] && [ "$2" -eq 0 ]; then failed=$((failed + 1)); fi
    if [ "$1" -eq 0 ] && [ $failed -eq 0 ]; then failed=1; fi
}

# counted COMMAND...: a program that closes with "N passed, M failed"; exit status 77 and "skipped: WHY" skip it.
counted() {
    local log=$logs/counted.log line status
    "$@" >"$log" 2>&1
    status=$?
    cat "$log"
    if [ $status -eq 77 ]; then
        skip "$(sed -n 's/^skipped: //p' "$log" | tail -n 1)"
        return
    fi
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1)
    # shellcheck disable=SC2086 # the line's words
    set -- ${line:-0 passed, 1 failed}
    passed=$((passed + $1)) failed=$((failed + $3))
    if [ $status -ne 0 ] && [ "$3" -eq 0 ]; then failed=$((failed + 1)); fi
    if [ "${5:-0}" -ne 0 ]; then
        why=$(sed -n 's/^skipped: //p' "$log" | sort -u | paste -s -d ';')
    fi
}

one() {
    if "$@"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED: $*"
    fi
}

# The sanitizers are behind a switch of the compiler that it wants to be asked for by name; the shipped build never is.
suite_asan() {
    cargo_tests "$logs/asan.cargo" env RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR="$target/asan" \
        ASAN_OPTIONS=detect_leaks=1 cargo test --profile emulated --locked --target "$machine" --lib --tests
}

suite_tsan() { tools/san-thread.sh "$target/tsan" >"$logs/tsan.cargo" 2>&1; tsan_sums; }

tsan_sums() {
    cat "$logs/tsan.cargo"
    if grep -q '^skipped: ' "$logs/tsan.cargo"; then
        skip "$(sed -n 's/^skipped: //p' "$logs/tsan.cargo")"
        return
    fi
    local sums
    sums=$(awk '/^test result: / { p += $4; f += $6 } END { print p + 0, f + 0 }' "$logs/tsan.cargo")
    # shellcheck disable=SC2086
    set -- $sums
    passed=$1 failed=$2
    if [ "$passed" -eq 0 ] || grep -q 'WARNING: ThreadSanitizer' "$logs/tsan.cargo"; then failed=$((failed + 1)); fi
}

suite_valgrind_rust() {
    if ! has valgrind valgrind libc6-dbg; then
        skip "valgrind is missing (package valgrind)"
        return
    fi
    local runner="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"
    # One thread: valgrind has one anyway.
    cargo_tests "$logs/valgrind.cargo" env "CARGO_TARGET_$(echo "$machine" | tr a-z- A-Z_)_RUNNER=$runner" \
        CARGO_TARGET_DIR="$target/valgrind" cargo test --profile emulated --locked --target "$machine" --lib -- --test-threads=1
}

suite_memory_fails() {
    CARGO_TARGET_DIR="$target/plain" cargo_tests "$logs/memory.cargo" \
        cargo test --release --manifest-path fuzz/Cargo.toml --test failing_allocator
}

suite_s390x() { cross s390x-unknown-linux-gnu; }
suite_i686() { cross i686-unknown-linux-gnu; }

cross() {
    tools/test-cross.sh "$1" >"$logs/$1.cargo" 2>&1
    local status=$? sums
    cat "$logs/$1.cargo"
    if [ $status -eq 77 ]; then
        skip "$(sed -n 's/^skipped: //p' "$logs/$1.cargo" | tail -n 1)"
        return
    fi
    sums=$(awk '/^test result: / { p += $4; f += $6 } END { print p + 0, f + 0 }' "$logs/$1.cargo")
    # shellcheck disable=SC2086
    set -- $sums
    passed=$1 failed=$2
    if [ $status -ne 0 ] && [ "$2" -eq 0 ]; then failed=1; fi
}

suite_constant_time() { counted tools/check-constant-time.sh; }

suite_arm64() { counted tools/test-arm64.sh; }

# Behind i686, which unpacks its compiler.
suite_kotlin_32() {
    if [ ! -e bindings/kotlin/library/target/test-classes ]; then
        one make --no-print-directory all
        counted tools/test-kotlin.sh
    fi
    [ -n "$why" ] || counted tools/test-kotlin-32.sh
}

suite_mobile() { counted tools/mobile-static.sh; }

suite_c() { counted tools/check-c.sh; }

suite_supply() { counted tools/check-supply.sh; }

suite_coverage() { counted tools/coverage.sh; }

suite_install() {
    one make --no-print-directory all
    counted tools/test-install.sh
}

suite_abi() { counted tools/check-abi.sh; }

suite_fuzz() { FUZZ_JOBS=${FUZZ_JOBS:-$(nproc)} counted tools/fuzz.sh "${FUZZ_SECONDS:-60}"; }

suite_reproducible() {
    local copy
    rm -rf "$target/first" "$target/second"
    for copy in first second; do
        mkdir -p "$target/$copy"
        cp -R Cargo.toml Cargo.lock build.rs cbindgen.toml src include benches tests "$target/$copy/"
        # Paths of the machine are told apart from the bytes of the library.
        (cd "$target/$copy" && env -u CARGO_TARGET_DIR \
            RUSTFLAGS="--remap-path-prefix=$target/$copy=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
            cargo build --quiet --release --lib --locked)
    done
    for file in libmtproto.so libmtproto.a; do
        sha256sum "$target"/{first,second}/target/release/$file
        one cmp "$target/first/target/release/$file" "$target/second/target/release/$file"
    done
}

layout='%-15s %8s %7s %7s  %s\n'
table=() total_passed=0 total_failed=0 total_skipped=0
started=$SECONDS
for suite in "${suites[@]}"; do
    begin=$SECONDS
    passed=0 failed=0 why=''
    echo "$suite ..."
    "suite_$suite" >"$logs/$suite.log" 2>&1
    result=passed
    [ "$failed" -eq 0 ] || result=FAILED
    if [ -n "$why" ]; then
        total_skipped=$((total_skipped + 1))
        [ "$failed" -ne 0 ] || result="skipped: $why"
    fi
    # shellcheck disable=SC2059 # the layout is ours
    table+=("$(printf "$layout" "$suite" "$passed" "$failed" "$((SECONDS - begin))s" "$result")")
    total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
    if [ "$failed" -ne 0 ]; then
        echo "--- the end of $logs/$suite.log:"
        tail -n 40 "$logs/$suite.log" | sed 's/^/    /'
    fi
done

echo
# shellcheck disable=SC2059
printf "$layout" suite passed failed time result
printf '%s\n' "${table[@]}"
echo
echo "in $((SECONDS - started)) seconds; logs in build/logs/deep"
line="$total_passed passed, $total_failed failed"
[ $total_skipped -eq 0 ] || line="$line, $total_skipped skipped"
echo "$line"
[ $total_failed -eq 0 ]
