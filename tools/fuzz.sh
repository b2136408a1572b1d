#!/usr/bin/env bash
# Runs the fuzz targets (fuzz/), one line each: executions, coverage, time, result; ends with a table of these lines and
# "N passed, M failed".
#
# Usage: tools/fuzz.sh [SECONDS [TARGET...]]     without names: all of them, each for SECONDS (60)
#        tools/fuzz.sh --list                    their names
#
#   FUZZ_JOBS    how many run at a time (1)
#   FUZZ_CORPUS  where finds are kept, a folder for each target (build/fuzz/corpus)
#
# No nightly compiler and no cargo-fuzz is needed: libFuzzer's own instrumentation is a flag of the stable compiler.
# The target c_calls is built with AddressSanitizer too, for which the compiler wants RUSTC_BOOTSTRAP=1.
# Each target starts from the committed seeds (fuzz/seeds), and first runs what was found before (fuzz/regressions).
# What it finds is left in build/fuzz/findings; the logs in build/fuzz/logs.
set -u

cd "$(dirname "$0")/.." || exit 1
all=()
for file in fuzz/fuzz_targets/*.rs; do
    all+=("$(basename "$file" .rs)")
done
if [ "${1:-}" = --list ]; then
    printf '%s\n' "${all[@]}"
    exit 0
fi
seconds=${1:-60}
case $seconds in
    '' | *[!0-9]* | 0)
        echo "fuzz.sh: SECONDS is a number from 1, not $seconds" >&2
        exit 2
        ;;
esac
[ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
    if [ ! -f "fuzz/fuzz_targets/$target.rs" ]; then
        echo "fuzz.sh: there is no target $target; there are: ${all[*]}" >&2
        exit 2
    fi
done
work=$PWD/build/fuzz
corpus=${FUZZ_CORPUS:-$work/corpus}
jobs=${FUZZ_JOBS:-1}
mkdir -p "$work/logs" "$work/findings" "$work/results" "$work/rows" || exit 1
rm -f "$work"/results/* "$work"/rows/*

if ! command -v c++ >/dev/null 2>&1; then
    if [ "$(id -u)" -ne 0 ] || ! { apt-get update -qq && apt-get install -y -qq g++; } >"$work/logs/install.log" 2>&1; then
        echo "fuzz.sh: a C++ compiler is missing, which libFuzzer is built with (package g++)" >&2
        echo "0 passed, 1 failed"
        exit 1
    fi
fi

machine=$(rustc -vV | sed -n 's/^host: //p')
coverage="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
coverage="$coverage -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
coverage="$coverage -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"

# build FOLDER FLAGS TARGET...: a folder for each set of flags, so that neither build undoes the other.
build() {
    local folder=$1 flags=$2 target names=()
    shift 2
    for target in "$@"; do
        names+=(--bin "$target")
        [ "$target" != full_grammers ] || names+=(--features grammers)
    done
    RUSTFLAGS="$flags" CARGO_TARGET_DIR="$folder" cargo build --quiet --release --target "$machine" \
        --manifest-path fuzz/Cargo.toml "${names[@]}"
}

plain=() sanitized=()
for target in "${targets[@]}"; do
    case $target in
        c_calls) sanitized+=("$target") ;;
        *) plain+=("$target") ;;
    esac
done
# Beside the target folder that is in use, wherever it is.
folder=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
echo "building ${#targets[@]} targets"
built=yes
[ ${#plain[@]} -eq 0 ] || build "$folder/plain" "$coverage" "${plain[@]}" || built=no
[ ${#sanitized[@]} -eq 0 ] ||
    RUSTC_BOOTSTRAP=1 build "$folder/address" "$coverage -Zsanitizer=address" "${sanitized[@]}" || built=no
if [ $built = no ]; then
    echo "FAILED: the targets do not build"
    echo "0 passed, 1 failed"
    exit 1
fi

row() { printf '%-24s %12s %7s %9s %7s %7s  %s\n' "$@"; }

# run TARGET: prints its line, and leaves "passed" or "failed" in the results.
run() {
    local target=$1 kind=plain started=$SECONDS log program status executions covered features result cpu
    [ "$target" != c_calls ] || kind=address
    program=$folder/$kind/$machine/release/$target
    log=$work/logs/$target.log
    mkdir -p "$corpus/$target" "$work/findings/$target"
    : >"$log"
    status=0
    if compgen -G "fuzz/regressions/$target/*" >/dev/null; then
        "$program" fuzz/regressions/"$target"/* >>"$log" 2>&1 || status=$?
    fi
    if [ $status -eq 0 ]; then
        local seeds=()
        [ ! -d "fuzz/seeds/$target" ] || seeds=("fuzz/seeds/$target")
        "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
            -artifact_prefix="$work/findings/$target/" "$corpus/$target" "${seeds[@]}" >>"$log" 2>&1 || status=$?
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    covered=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f2)
    features=$(grep -o 'ft: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f2)
    # A target that runs nothing finds nothing.
    if [ $status -eq 0 ] && [ "${executions:-0}" -gt 100 ]; then
        result=passed
    else
        result=failed
    fi
    echo $result >"$work/results/$target"
    # What it had of a CPU: where several share one, that is less than the clock says. The target is the only child of this
    # subshell that takes long; its times are in the second line, as "1m2.345s".
    times >"$work/rows/$target"
    cpu=$(awk 'NR == 2 { split($1, part, /[ms]/); printf "%d", part[1] * 60 + part[2] }' "$work/rows/$target")
    row "$target" "${executions:-0}" "${covered:-0}" "${features:-0}" "$((SECONDS - started))s" "${cpu}s" "$result" |
        tee "$work/rows/$target"
    if [ $result = failed ]; then
        grep -E 'panicked|ERROR: |SUMMARY|assertion|left:|right:|Test unit written' "$log" | head -n 12 | sed 's/^/    /'
        echo "    the whole log: ${log#"$PWD"/}"
    fi
}

begin=$SECONDS
row target executions edges features time cpu result
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    run "$target" &
done
wait

passed=$(cat "$work"/results/* | grep -c '^passed$')
failed=$((${#targets[@]} - passed))

# Once more, in order, and below what failed: several at a time end as they like.
if [ ${#targets[@]} -gt 1 ]; then
    echo
    row target executions edges features time cpu result
    for target in "${targets[@]}"; do cat "$work/rows/$target"; done
    echo
fi
echo "${#targets[@]} targets of $seconds seconds each, $jobs at a time, in $((SECONDS - begin)) seconds"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
