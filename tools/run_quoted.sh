#!/usr/bin/env bash
# Builds and runs the code that the documents quote, against the responder: the header's example, minimal.c, README's.
#
# Usage: tools/run_quoted.sh header|minimal|readme
#
# README's convention: a line of its own
#
#     <!-- runs: NAME -->                   in front of a fenced ```c, ```cpp or ```rust block: a whole program;
#     <!-- runs: NAME in FILE -->           the block is a part: FILE (tests/c/..._main.c), which includes "NAME.inc", is
#                                           built in its place; in Kotlin and Swift it has the line "// quoted: NAME";
#     <!-- quotes: FILE -->                 the block is FILE, or a run of its lines, as it stands there.
#
# Each program is run as NAME HOST PORT, and must exit with 0.
# Closes with "N passed, M failed"; exit status 77 when there is nothing to run.
set -u

cd "$(dirname "$0")/.." || exit 1
what=${1:-}
out=build/quoted
target=${CARGO_TARGET_DIR:-target}
readme=${README:-README.md}
header=${HEADER:-include/mtproto.h}
warnings=(-Wall -Wextra -Wpedantic -Werror)
link=(-Lbuild/lib -lmtproto "-Wl,-rpath,$PWD/build/lib")
passed=0 failed=0 responder='' port=''
mkdir -p "$out"

stop() {
    [ -z "$responder" ] || kill "$responder" 2>/dev/null
    responder=''
}
trap stop EXIT

verdict() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        echo "passed: $1"
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

start() {
    # Emptied here, not by the child alone: the log of the last run has a port too.
    : >"$out/responder.log"
    build/bin/mtproto-responder --listen 127.0.0.1:0 >"$out/responder.log" 2>&1 &
    responder=$!
    for _ in $(seq 100); do
        port=$(sed -n '1s/^listening .*://p' "$out/responder.log")
        [ -z "$port" ] || return 0
        sleep 0.1
    done
    cat "$out/responder.log"
    verdict "the responder starts" 1
    exit 1
}

# run NAME: the program of that name, which was built into $out.
run() {
    timeout 30 "$out/$1" 127.0.0.1 "$port"
    verdict "$1 runs" $?
}

build_c() { # NAME SOURCE
    "${CC:-cc}" -std=c11 "${warnings[@]}" -Wstrict-prototypes -g -Iinclude -I"$out" -o "$out/$1" "$2" "${link[@]}"
}

build() { # LANGUAGE NAME SOURCE
    case $1 in
        c) build_c "$2" "$3" ;;
        cpp | c++) "${CXX:-c++}" -std=c++17 "${warnings[@]}" -g -Iinclude -I"$out" -o "$out/$2" "$3" "${link[@]}" ;;
        rust) rustc --edition 2024 -o "$out/$2" "$3" --extern "mtproto=$target/release/libmtproto.rlib" \
            -L "dependency=$target/release/deps" ;;
        *)
            echo "no way to run a block of $1"
            return 1
            ;;
    esac
}

# Cuts the example out of the header's first comment: from its own comment line on, without the " * " of each line.
header_example() {
    awk '
        /^ \*\// { exit }
        /^ \*     \/\/ / { inside = 1 }
        inside { sub(/^ \* ?/, ""); sub(/^    /, ""); print }
    ' "$header" >"$out/header_example.inc"
    [ -s "$out/header_example.inc" ] && build_c header_example tests/c/header_example_main.c
    verdict "the header's example builds" $?
    start
    run header_example
}

minimal() {
    start
    timeout 30 build/bin/minimal 127.0.0.1 "$port"
    verdict "minimal gets its answer" $?
    [ "$(wc -l <examples-c/minimal.c)" -le 80 ]
    verdict "minimal.c has 80 lines at most" $?
    stop
    # None that the system hands out: somebody may have the responder's by now.
    timeout 30 build/bin/minimal 127.0.0.1 1
    [ $? -eq 2 ]
    verdict "minimal says 2 when nobody listens" $?
    timeout 30 build/bin/minimal
    [ $? -eq 1 ]
    verdict "minimal says 1 when it is used wrongly" $?
}

# Whether the block's lines stand in the file, in one run.
quotes() { # BLOCK FILE
    awk 'NR == FNR { block[NR] = $0; count = NR; next }
        { file[FNR] = $0; lines = FNR }
        END {
            for (start = 0; start + count <= lines; start++) {
                for (i = 1; i <= count && file[start + i] == block[i]; i++) { }
                if (i > count) exit 0
            }
            exit 1
        }' "$1" "$2"
}

readme() {
    [ -f "$readme" ] || {
        echo "skipped: there is no $readme"
        exit 77
    }
    if ! tools/quoted-blocks.sh "$readme" "$out/blocks"; then
        verdict "every mark in $readme has its block" 1
    fi
    set -- "$out"/blocks/*.about
    [ -f "$1" ] || {
        echo "skipped: $readme marks no block by <!-- runs: NAME --> or <!-- quotes: FILE -->"
        exit 77
    }
    start
    for about in "$@"; do
        block=${about%.about}.block
        read -r kind language name in file <"$about"
        # Theirs are run by the suites of these names (tools/quoted-parts.sh).
        case $language in kotlin | swift) continue ;; esac
        if [ "$kind" = quotes ]; then
            [ -f "$name" ] && quotes "$block" "$name"
            verdict "$readme quotes $name as it is" $?
            continue
        fi
        if [ "$in" = in ]; then
            cp "$block" "$out/$name.inc"
        else
            file=$out/$name.source.$language
            [ "$language" != rust ] || file=$out/$name.rs
            cp "$block" "$file"
        fi
        build "$language" "$name" "$file"
        status=$?
        verdict "$readme: $name builds" "$status"
        [ "$status" -ne 0 ] || run "$name"
    done
}

case $what in
    header) header_example ;;
    minimal) minimal ;;
    readme) readme ;;
    *)
        echo "usage: tools/run_quoted.sh header|minimal|readme" >&2
        exit 2
        ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
