#!/usr/bin/env bash
# Runs every test of the tree, one line per suite, and ends with "N passed, M failed".
#
# Usage: tools/test.sh [SUITE]...       without a name: all of them, in the order below
#
#   rustfmt clippy rust doc             the Rust side
#   vectors                             our own vectors against the script that computes them
#   header                              tools/check_header.sh
#   c cpp cases                         tests/c and tests/cpp, and the cases that all languages share (tests/cases)
#   examples readme                     the code that the documents quote: the header's example, minimal.c, README.md
#                                       (how README marks its blocks: tools/run_quoted.sh)
#   valgrind sanitizers                 the C tests and programs once more, under memcheck and under ASan + UBSan
#   constant_time                       nothing branches on a secret (tools/check-constant-time.sh)
#   fuzz                                each fuzz target for FUZZ_SECONDS (20), as many at once as there are CPUs
#   arm64                               the Rust tests on aarch64, emulated (tools/test-arm64.sh)
#   kotlin swift                        the bindings, over real sockets against the responder (bindings)
#   demo shellcheck                     tools/demo.sh, behind the bindings, whose samples it runs; and the scripts themselves
#   lint                                the style of Kotlin and Swift
#   raw_peer telethon tdlib relay carriers  the programs against peers that are not ours (tests/interop)
#
# What is missing is installed (Debian and Ubuntu packages, as root) or named. With CI=true a suite or a check that is
# skipped counts as failed. Logs stay in build/logs. Exit status 0 if nothing failed.
set -u

cd "$(dirname "$0")/.." || exit 1
exec </dev/null
unset MAKEFLAGS MFLAGS MAKELEVEL
export LC_ALL=C CARGO_TERM_COLOR=never
logs=build/logs
ci=${CI:-false}
all=(rustfmt clippy rust doc vectors header c cpp cases examples readme valgrind sanitizers constant_time fuzz arm64 kotlin swift demo shellcheck lint raw_peer telethon tdlib relay carriers)
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=("${all[@]}")
for suite in "${suites[@]}"; do
    case " ${all[*]} " in
        *" $suite "*) ;;
        *)
            echo "test.sh: there is no suite $suite; there are: ${all[*]}" >&2
            exit 2
            ;;
    esac
done
mkdir -p "$logs" || exit 1

# --- tools ---

has() { command -v "$1" >/dev/null 2>&1; }

apt_updated=no

# install PACKAGE...: true if they are there afterwards. Quiet; the log is build/logs/install.log.
install() {
    if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
        return 1
    fi
    if [ $apt_updated = no ]; then
        apt-get update -qq >>"$logs/install.log" 2>&1
        apt_updated=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$logs/install.log" 2>&1
}

# need COMMAND PACKAGE...: installs the packages where the command is missing.
need() {
    local command=$1
    shift
    has "$command" || install "$@"
    has "$command"
}

python_works() { has python3 && python3 -c 'import venv, ensurepip' >/dev/null 2>&1; }

find_clang() {
    local name
    for name in clang-22 clang-19 clang; do
        if has "$name"; then
            echo "$name"
            return
        fi
    done
}

# A compiler that can link with ASan and UBSan.
can_sanitize() {
    local try=$logs/sanitizer_try
    echo 'int main(void) { return 0; }' >"$try.c"
    "$1" -fsanitize=address,undefined -o "$try" "$try.c" >"$try.log" 2>&1 && "$try" >>"$try.log" 2>&1
}

prepare() {
    : >"$logs/install.log"
    need cc gcc libc6-dev
    need c++ g++
    need gcc gcc
    need make make
    need readelf binutils
    need timeout coreutils
    need shellcheck shellcheck
    need valgrind valgrind libc6-dbg
    # The newest clang first: its sanitizers need a runtime of their own.
    if [ -z "$(find_clang)" ]; then
        install clang-22 libclang-rt-22-dev || install clang
    elif has clang-22 && ! can_sanitize clang-22; then
        install libclang-rt-22-dev
    fi
    python_works || install python3 python3-venv
    if ! has cargo; then
        echo "cargo is missing: install Rust (rustup, https://rustup.rs)"
        return 1
    fi
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
    has rustup && rustup component add rustfmt clippy >>"$logs/install.log" 2>&1
    return 0
}

# --- suites: each prints what it does, and leaves its sums in passed, failed, skipped and why ---

passed=0 failed=0 skipped=0 why=''

skip() {
    skipped=$((skipped + 1))
    why="${why:+$why; }$1"
    echo "skipped: $1"
}

# one NAME COMMAND...: a check that has only an exit status.
one() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
}

# counted NAME COMMAND...: a program that closes with "N passed, M failed" and perhaps ", K skipped". Exit status 77 and
# a line "skipped: WHY" skip all of it.
counted() {
    local name=$1 output=$logs/counted.log status line
    shift
    "$@" >"$output" 2>&1
    status=$?
    cat "$output"
    if [ $status -eq 77 ]; then
        skip "$(sed -n 's/^skipped: //p' "$output" | tail -n 1)"
        return
    fi
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$output" | tail -n 1)
    if [ -z "$line" ]; then
        failed=$((failed + 1))
        echo "FAILED: $name: exit status $status, and no closing line"
        return
    fi
    # shellcheck disable=SC2086 # the line's words are wanted
    set -- $line
    passed=$((passed + $1))
    failed=$((failed + $3))
    if [ "${5:-0}" -ne 0 ]; then
        skipped=$((skipped + $5))
        why="${why:+$why; }$(sed -n 's/^skipped: //p' "$output" | sort -u | paste -s -d ';')"
    fi
    # A program that fails in silence, as one that valgrind found an error in.
    if [ $status -ne 0 ] && [ "$3" -eq 0 ]; then
        failed=$((failed + 1))
        echo "FAILED: $name: exit status $status"
    fi
}

suite_rustfmt() { one "cargo fmt --check" cargo fmt --check -- --color never; }

suite_clippy() { one "cargo clippy" cargo clippy --quiet --all-targets --locked -- -D warnings; }

suite_doc() { RUSTDOCFLAGS=-Dwarnings one "cargo doc" cargo doc --quiet --no-deps --locked; }

suite_rust() {
    local output=$logs/cargo_test.log status sums
    # Their output is shown because a test without its vectors passes and says "skipped: ...".
    cargo test --locked --no-fail-fast -- --show-output >"$output" 2>&1
    status=$?
    grep -v '^test .* ok$' "$output"
    sums=$(awk '/^test result: / { n++; p += $4; f += $6; i += $8 } END { print n + 0, p + 0, f + 0, i + 0 }' "$output")
    # shellcheck disable=SC2086 # four numbers
    set -- $sums
    passed=$2 failed=$3
    if [ "$4" -ne 0 ]; then
        skipped=$4
        why="$4 tests are marked as ignored"
    fi
    local lines
    lines=$(grep -c '^skipped: ' "$output")
    if [ "$lines" -ne 0 ]; then
        skipped=$((skipped + lines))
        why="${why:+$why; }$(sed -n 's/^skipped: //p' "$output" | sort -u | paste -s -d ';')"
    fi
    if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
        echo "FAILED: cargo test: exit status $status"
    fi
    if [ "$1" -eq 0 ] && [ "$failed" -eq 0 ]; then
        failed=1
        echo "FAILED: no test was run"
    fi
}

suite_vectors() {
    local output=$logs/counted.log
    if ! has python3; then
        skip "python3 is missing (package python3)"
        return
    fi
    python3 -B tests/vectors/generate.py --check >"$output" 2>&1
    local status=$?
    cat "$output"
    passed=$(awk '/as committed$/ { n += $2 } END { print n + 0 }' "$output")
    failed=$(grep -c 'DIFFERS' "$output")
    if [ "$passed" -eq 0 ] || { [ $status -ne 0 ] && [ "$failed" -eq 0 ]; }; then failed=$((failed + 1)); fi
}

# Libraries, programs and tests. A program that does not build is no reason not to build, and run, the others.
build_all() {
    local status=0
    make --no-print-directory all || status=1
    make --no-print-directory --keep-going test-programs || status=1
    return $status
}

suite_header() { counted "header checks" tools/check_header.sh; }

c_tests=(version misuse strangers roundtrip threads faults message_crypto_test loop_test loop_test_poll)
cpp_tests=(smoke hpp)

suite_c() {
    local program
    for program in "${c_tests[@]}"; do counted "$program" build/tests/"$program"; done
}

suite_cpp() {
    local program
    for program in "${cpp_tests[@]}"; do counted "$program" build/tests/"$program"; done
}

suite_cases() {
    if ! has python3; then
        skip "python3 is missing (package python3)"
        return
    fi
    counted "the shared cases from C" make --no-print-directory test-cases
}

need_kotlin() {
    need javac default-jdk-headless
    need mvn maven
}

suite_kotlin() {
    need_kotlin
    counted "the Kotlin bindings" tools/test-kotlin.sh
    counted "the Kotlin sample, shrunk" tools/check-shrink.sh
}

suite_swift() { counted "the Swift bindings" tools/test-swift.sh; }

suite_examples() {
    counted "the header's example" tools/run_quoted.sh header
    counted "minimal.c" tools/run_quoted.sh minimal
}

suite_readme() { counted "README's examples" tools/run_quoted.sh readme; }

# Programs that run the built ones under valgrind. Each error gets exit status 99, each process a log.
suite_valgrind() {
    local folder=build/valgrind program
    if ! has valgrind; then
        skip "valgrind is missing (package valgrind)"
        return
    fi
    rm -rf "$folder"
    mkdir -p "$folder"
    local options="-q --error-exitcode=99 --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all"
    options="$options --track-fds=no --log-file=$PWD/$folder/%p.log"
    for program in "${c_tests[@]/#/build/tests/}" "${cpp_tests[@]/#/build/tests/}" build/bin/mtproto-*; do
        printf '#!/bin/sh\n# Runs the program of this name under valgrind.\nexec valgrind %s %s "$@"\n' \
            "$options" "$PWD/$program" >"$folder/$(basename "$program")"
        chmod +x "$folder/$(basename "$program")"
    done
    for program in "${c_tests[@]}" "${cpp_tests[@]}"; do counted "$program under valgrind" "$folder/$program"; done
    counted "the demo under valgrind" env BIN="$folder" tools/demo.sh
    report_files "$folder"/*.log
}

# report_files FILE...: what valgrind or a sanitizer wrote; none of them may hold anything.
report_files() {
    local file bad=0
    for file in "$@"; do
        [ -s "$file" ] || continue
        bad=1
        echo "--- $file"
        head -n 60 "$file"
    done
    one "nothing is reported" [ $bad -eq 0 ]
}

suite_sanitizers() {
    local folder=build/asan compiler cxx
    compiler=$(find_clang)
    if [ -z "$compiler" ] || ! can_sanitize "$compiler"; then compiler=gcc; fi
    if ! can_sanitize "$compiler"; then
        skip "no compiler has the sanitizers (packages clang-22 and libclang-rt-22-dev, or gcc)"
        return
    fi
    cxx=${compiler/clang/clang++}
    cxx=${cxx/gcc/g++}
    echo "with $compiler"
    rm -rf "$folder"
    mkdir -p "$folder"
    one "the build with sanitizers" make --no-print-directory --keep-going BIN=$folder TESTS=$folder CC="$compiler" CXX="$cxx" \
        CFLAGS='-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all' \
        all test-programs
    # Every process writes what it finds to a file of its own, so that nothing is lost with somebody's stderr.
    export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:log_path=$PWD/$folder/report"
    export UBSAN_OPTIONS="print_stacktrace=1:log_path=$PWD/$folder/report"
    local program
    for program in "${c_tests[@]}" "${cpp_tests[@]}"; do counted "$program with sanitizers" "$folder/$program"; done
    counted "the demo with sanitizers" env BIN=$folder tools/demo.sh
    if has python3; then
        counted "raw_peer.py with sanitizers" python3 -B tests/interop/raw_peer.py $folder/mtproto-responder
    else
        skip "python3 is missing (package python3)"
    fi
    report_files "$folder"/report*
    unset ASAN_OPTIONS UBSAN_OPTIONS
}

suite_constant_time() { counted "constant time" tools/check-constant-time.sh; }

suite_fuzz() { FUZZ_JOBS=${FUZZ_JOBS:-$(nproc)} counted "the fuzz targets" tools/fuzz.sh "${FUZZ_SECONDS:-20}"; }

suite_arm64() { counted "the tests on arm64" tools/test-arm64.sh; }

suite_shellcheck() {
    local script
    if ! has shellcheck; then
        skip "shellcheck is missing (package shellcheck)"
        return
    fi
    for script in tools/*.sh tests/interop/*.sh packaging/*.sh packaging/*/*.sh .ci/run; do one "shellcheck $script" shellcheck "$script"; done
}

suite_lint() {
    need_kotlin
    counted "the style of the bindings" tools/lint-bindings.sh
}

suite_demo() { counted "the demo" tools/demo.sh; }

suite_raw_peer() {
    if ! has python3; then
        skip "python3 is missing (package python3)"
        return
    fi
    counted "raw_peer.py" python3 -B tests/interop/raw_peer.py
}

suite_telethon() { counted "telethon" tests/interop/run.sh; }

suite_tdlib() { counted "tdlib" tests/interop/run_tdlib.sh; }

suite_relay() { counted "relay" tests/interop/run_relay.sh; }

suite_carriers() { counted "carriers" tests/interop/run_carriers.sh; }

# --- the run ---

started=$SECONDS
if ! prepare; then
    echo "0 passed, 1 failed"
    exit 1
fi

total_passed=0 total_failed=0 total_skipped=0
table=() broken=()

# build_needed: whether a suite was asked for that runs what is built.
build_needed() {
    local suite
    for suite in "${suites[@]}"; do
        case $suite in
            header | c | cpp | examples | readme | valgrind | sanitizers | kotlin | swift | demo | raw_peer | telethon | tdlib | relay | carriers) return 0 ;;
        esac
    done
    return 1
}

layout='%-13s %7s %7s %8s %6s  %s\n'

# run_suite NAME FUNCTION: runs it, and prints its line.
run_suite() {
    local name=$1 begin=$SECONDS log=$logs/$1.log dots line
    passed=0 failed=0 skipped=0 why=''
    dots=..............
    "$2" >"$log" 2>&1
    # shellcheck disable=SC2059 # the layout is ours
    line=$(printf "$layout" "$name" "$passed" "$failed" "$skipped" "$((SECONDS - begin))s" "${why:+skipped: $why}")
    table+=("$line")
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    total_skipped=$((total_skipped + skipped))
    printf '%s %s %d passed, %d failed, %d skipped%s, %ds\n' "$name" "${dots:${#name}}" "$passed" "$failed" "$skipped" \
        "${why:+ ($why)}" "$((SECONDS - begin))"
    if [ "$failed" -ne 0 ]; then
        echo "--- the end of $log:"
        tail -n 40 "$log" | sed 's/^/    /'
        echo "---"
        broken+=("$name")
    fi
}

suite_build() { one "make" build_all; }

if build_needed; then run_suite build suite_build; fi
for suite in "${suites[@]}"; do run_suite "$suite" "suite_$suite"; done

echo
# shellcheck disable=SC2059
printf "$layout" suite passed failed skipped time ''
printf '%s\n' "${table[@]}"
echo
# Once more where the output ends, which is what is kept of a long one.
for suite in "${broken[@]}"; do
    echo "FAILED in $suite, of $logs/$suite.log:"
    grep -a -E 'FAILED|FAIL:|DIFFERS|error(\[|:)|ERROR|panicked| failed( |$)|not so:|^not ok' "$logs/$suite.log" |
        grep -v -E '(^|[^0-9])0 failed|with 0 failures' | head -n 12 | cut -c 1-200 | sed 's/^/    /'
done
echo "in $((SECONDS - started)) seconds; logs in $logs"
if [ "$ci" = true ]; then
    [ $total_skipped -eq 0 ] || echo "$total_skipped skipped, which counts as failed here"
    total_failed=$((total_failed + total_skipped))
    echo "$total_passed passed, $total_failed failed"
elif [ $total_skipped -ne 0 ]; then
    echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
else
    echo "$total_passed passed, $total_failed failed"
fi
[ $total_failed -eq 0 ]
