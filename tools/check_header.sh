#!/usr/bin/env bash
# Checks include/mtproto.h: compiles everywhere, is what the sources say, exports what it declares, documents all of it.
#
# Usage: tools/check_header.sh
#
# For tries on copies: HEADER, SHARED, STATIC, SYMBOLS and ROWS (the program that lists the rows of the misuse table)
# name other files; DRIFT=no leaves out the comparison with the sources.
# Closes with "N passed, M failed, K skipped".
set -u

cd "$(dirname "$0")/.." || exit 1
header=${HEADER:-include/mtproto.h}
shared=${SHARED:-build/lib/libmtproto.so}
static=${STATIC:-build/lib/libmtproto.a}
symbols=${SYMBOLS:-abi/symbols.txt}
rows=${ROWS:-build/tests/misuse}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

passed=0 failed=0 skipped=0

# verdict NAME STATUS [LOG]: counts, and says what failed.
verdict() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        [ -z "${3:-}" ] || sed 's/^/    /' "$3"
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# --- compiles without a warning, first and twice ---
include_folder=$(dirname "$header")
printf '#include <%s>\n#include <%s>\nint main(void) { return MTPROTO_OK; }\n' \
    "$(basename "$header")" "$(basename "$header")" | tee "$work/use.c" >"$work/use.cpp"

compiles() {
    "$@" -Wall -Wextra -Wpedantic -Werror -I "$include_folder" -fsyntax-only >"$work/log" 2>&1
    verdict "compiles: $*" $? "$work/log"
}

clang=$(command -v clang-22 || command -v clang)
for compiler in gcc "$clang"; do
    if [ -z "$compiler" ] || ! command -v "$compiler" >/dev/null; then
        skip "a compiler is missing: install gcc and clang"
        continue
    fi
    for standard in c99 c11 c17; do
        compiles "$compiler" -std=$standard -Wstrict-prototypes -Wmissing-prototypes -Wundef "$work/use.c"
    done
    # By the C compiler's driver: no C++ library is needed for a header of C.
    compiles "$compiler" -x c++ -std=c++17 -Wundef "$work/use.cpp"
done

# --- is what the sources say ---
# On a copy of the crate: the tree's own header is in use, and a build script that was run before is not run again only
# because the header was changed by hand.
if [ "${DRIFT:-yes}" = yes ]; then
    copy=build/header
    rm -rf "$copy"
    mkdir -p "$copy/include"
    cp -R Cargo.toml Cargo.lock build.rs cbindgen.toml src "$copy/"
    # Cargo wants to see every target that the manifest names.
    for folder in benches examples tests; do
        [ ! -d "$folder" ] || cp -R "$folder" "$copy/"
    done
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target} cargo check --quiet --locked --lib --features header \
        --manifest-path "$copy/Cargo.toml" >"$work/log" 2>&1
    # A header that came is enough here: whether the library builds is said elsewhere.
    [ -f "$copy/include/mtproto.h" ]
    verdict "the header can be made from src/capi" $? "$work/log"
    diff -u "$header" "$copy/include/mtproto.h" >"$work/log" 2>&1
    verdict "the header is what src/capi says ('make header' makes it anew)" $? "$work/log"
fi

# --- declares what is exported ---
gcc -E -P "$header" 2>/dev/null | grep -o 'mtproto_[a-z0-9_]* *(' | tr -d ' (' | sort -u >"$work/declared"
# readelf, not nm: where LLVM's plugin is installed, nm takes objects that carry bitcode for empty ones.
readelf -W --dyn-syms "$shared" | awk '$5 ~ /GLOBAL|WEAK/ && $7 != "UND" && $8 != "" { sub(/@.*/, "", $8); print $8 }' |
    sort -u >"$work/exported"
readelf -W -s "$static" 2>/dev/null |
    awk '$5 ~ /GLOBAL|WEAK/ && $7 != "UND" && $8 ~ /^mtproto_/ { print $8 }' | sort -u >"$work/archived"
[ -s "$work/declared" ]
verdict "functions are found in the header" $?
sort -c -u "$symbols" 2>"$work/log"
verdict "$symbols is sorted, each name once" $? "$work/log"
for set in declared exported archived; do
    diff "$symbols" "$work/$set" >"$work/log"
    verdict "$set functions are those of $symbols" $? "$work/log"
done

# --- documents all of it ---
# One line for each lack. A handle's own parameter needs no @param; nor does one value beside it, which the first
# sentence tells of.
cat >"$work/lint.awk" <<'AWK'
/^\/\*\*/ { comment = ""; inside = 1 }
inside { comment = comment "\n" $0; if (/\*\//) inside = 0; next }
/^[a-z].*mtproto_[a-z0-9_]*\(/ { declaration = ""; reading = 1 }
reading { declaration = declaration " " $0 }
reading && /;/ { reading = 0; look(); comment = "" }
/^#define|^}/ { comment = "" }

function look(    name, list, count, parts, i, parameter, others, returned) {
    functions++
    name = declaration
    sub(/\(.*/, "", name)
    returned = name
    sub(/.*[ *]/, "", name)
    sub(/[^ *]*$/, "", returned)
    if (comment !~ /[A-Za-z]/) { print name ": no comment"; return }
    if (returned !~ /^ *void *$/ && comment !~ /@return/) print name ": returns something, and has no @return"
    if (returned ~ /^ *void *$/ && comment ~ /@return/) print name ": returns nothing, and has a @return"
    list = declaration
    sub(/^[^(]*\(/, "", list)
    sub(/\)[^)]*$/, "", list)
    count = split(list, parts, ",")
    others = 0
    for (i = 1; i <= count; i++) {
        if (parts[i] ~ /^ *void *$/ || (i == 1 && parts[i] ~ /mtproto_(config|transport) \*[a-z]*$/)) continue
        others++
    }
    for (i = 1; i <= count; i++) {
        if (parts[i] ~ /^ *void *$/ || (i == 1 && parts[i] ~ /mtproto_(config|transport) \*[a-z]*$/)) continue
        parameter = parts[i]
        sub(/.*[ *]/, "", parameter)
        if (comment !~ ("@param " parameter "  ?") && (others > 1 || comment ~ /@param/)) print name ": no @param " parameter
    }
    while (match(comment, /@param [a-z_]+/)) {
        parameter = substr(comment, RSTART + 7, RLENGTH - 7)
        comment = substr(comment, RSTART + RLENGTH)
        if (list !~ ("[ *]" parameter "(,|$)")) print name ": @param " parameter " is no parameter"
    }
}
END { if (functions < 10) print "only " functions + 0 " functions found: the lint does not understand the header" }
AWK
awk -f "$work/lint.awk" "$header" >"$work/log"
[ ! -s "$work/log" ]
verdict "every function is documented" $? "$work/log"

# --- each documented status is shown by a row of the misuse table ---
if [ -x "$rows" ]; then
    "$rows" --list | sort -u >"$work/rows"
    # Statuses that no call can bring about on purpose are left out, and so are constants that are no status.
    tools/list_statuses.sh "$header" | sed 's/^STATUS(\(.*\))$/\1/' >"$work/statuses"
    awk '
        NR == FNR { is_status[$1]; next }
        /^\/\*\*/ { comment = ""; inside = 1 }
        inside { comment = comment " " $0; if (/\*\//) inside = 0; next }
        /^[a-z].*mtproto_[a-z0-9_]*\(/ {
            name = $0
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            if (comment ~ /@return/) {
                text = comment
                sub(/.*@return/, "", text)
                if (text ~ /fatal +\**[ *]*status/) print name, "FATAL"
                while (match(text, /MTPROTO_[A-Z_0-9]+/)) {
                    status = substr(text, RSTART, RLENGTH)
                    text = substr(text, RSTART + RLENGTH)
                    if (!(status in is_status) && status !~ /^MTPROTO_ERROR_/) continue
                    if (status !~ /^MTPROTO_(OK|ERROR_(ENTROPY|OUT_OF_MEMORY|PANIC))$/) print name, status
                }
            }
            comment = ""
        }
        /^#define|^}/ { comment = "" }
    ' "$work/statuses" "$header" | sort -u >"$work/documented"
    [ -s "$work/documented" ]
    verdict "statuses are found in the header's comments" $?
    # Both fatal statuses of the table stand for all of them.
    sed -n 's/ MTPROTO_ERROR_\(LENGTH_ZERO\|NOT_OURS\)$/ FATAL/p' "$work/rows" | sort -u - "$work/rows" >"$work/shown"
    # A documented MTPROTO_ERROR_SECRET_* stands for each row's status that begins so.
    awk 'NR == FNR { if (/_$/) family[$0]; next }
        { print; for (name in family) if (index($0, name) == 1) print name }' "$work/documented" "$work/shown" |
        sort -u >"$work/shown_families"
    comm -23 "$work/documented" "$work/shown_families" >"$work/log"
    [ ! -s "$work/log" ]
    verdict "every documented status has a row in tests/c/misuse_rows.h" $? "$work/log"
    # And the other way round: what the table expects is what the comment says.
    grep -v ' MTPROTO_\(OK\|ERROR_LENGTH_ZERO\|ERROR_NOT_OURS\)$' "$work/rows" | comm -13 "$work/documented" - |
        awk 'NR == FNR { if (/_$/) family[$0]; next }
            { for (name in family) if (index($0, name) == 1) next; print }' "$work/documented" - >"$work/log"
    [ ! -s "$work/log" ]
    verdict "every status that a row expects is documented" $? "$work/log"
else
    skip "$rows is not built"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
