#!/usr/bin/env bash
# Reads all C and C++ of the tree once more: gcc and clang with all warnings, and clang-tidy with the checks of .clang-tidy.
#
# Usage: tools/check-c.sh      ends with "N passed, M failed" and ", K skipped" where a tool is missing: one for each file
#                              and tool
#
# Only objects are made, and thrown away: nothing has to be built before, and nothing is run.
set -u

cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
tidy=clang-tidy-22 clang=clang-22

has() {
    command -v "$1" >/dev/null 2>&1 && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq >/dev/null 2>&1
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1
    fi
    command -v "$1" >/dev/null 2>&1
}
skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# is NAME COMMAND...: it succeeds, and says nothing.
is() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1 && ! grep -qE '(warning|error):' "$work/log"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        grep -vE '^[0-9]+ warnings? ' "$work/log" | head -n 20 | sed 's/^/    /'
    fi
}

tools/list_statuses.sh include/mtproto.h >"$work/statuses.h"
cp .clang-tidy "$work/"
echo '#include <mtproto.h>' >"$work/header.c"
echo '#include <mtproto.hpp>' >"$work/header.cpp"
# header_example_main.c is half a program: tools/run_quoted.sh compiles it with what it cuts out of the header.
mapfile -t c_files < <(git ls-files 'examples-c/*.c' 'tests/c/*.c' 'packaging/*.c' 'abi/*.c' | grep -v header_example)
c_files+=("$work/header.c")
mapfile -t cpp_files < <(git ls-files 'examples-c/*.cpp' 'tests/cpp/*.cpp' 'packaging/*.cpp')
cpp_files+=("$work/header.cpp")
# This one needs valgrind's header.
! echo '#include <valgrind/memcheck.h>' | cc -E -x c - >/dev/null 2>&1 || c_files+=(tests/constant_time/main.c)

folders=(-Iinclude -Iexamples-c "-I$work")
c_flags=(-std=c11 "${folders[@]}")
cpp_flags=(-std=c++17 -fno-exceptions -fno-rtti "${folders[@]}")
both=(-O2 -c -o /dev/null -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wformat=2
    -Wundef -Wvla -Wdouble-promotion -Wnull-dereference)
c_only=(-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)
# Without -Wlogical-op: it complains of EAGAIN and EWOULDBLOCK, which are one number here and two elsewhere.
gcc_only=(-Wduplicated-cond -Wduplicated-branches -Wjump-misses-init)

for compiler in gcc $clang; do
    if ! has "$compiler"; then
        skip "$compiler is missing (package $compiler)"
        continue
    fi
    own=()
    [ "$compiler" != gcc ] || own=("${gcc_only[@]}")
    for file in "${c_files[@]}"; do
        is "$compiler ${file#"$work"/}" "$compiler" "${both[@]}" "${c_only[@]}" "${own[@]}" "${c_flags[@]}" "$file"
    done
done
for compiler in g++ clang++-22; do
    if ! command -v "$compiler" >/dev/null 2>&1; then
        skip "$compiler is missing (package ${compiler/++-/-})"
        continue
    fi
    # C++20 has std::span, which the header then knows.
    for standard in c++17 c++20; do
        for file in "${cpp_files[@]}"; do
            is "$compiler $standard ${file#"$work"/}" "$compiler" "${both[@]}" "${cpp_flags[@]}" "-std=$standard" "$file"
        done
    done
done
if has $tidy; then
    for file in "${c_files[@]}"; do
        is "clang-tidy ${file#"$work"/}" $tidy --quiet "$file" -- "${c_flags[@]}"
    done
    for file in "${cpp_files[@]}"; do
        is "clang-tidy ${file#"$work"/}" $tidy --quiet "$file" -- "${cpp_flags[@]}"
    done
else
    skip "$tidy is missing (package $tidy)"
fi

line="$passed passed, $failed failed"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed -eq 0 ]
