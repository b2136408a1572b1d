#!/usr/bin/env bash
# Checks that what programs were compiled against still holds: symbols, codes, layouts, types, an old header.
#
# Usage: tools/check-abi.sh             ends with "N passed, M failed" and ", K skipped" where something is missing
#        tools/check-abi.sh --update    writes new lines into abi/status.txt, constants.txt and symbols.txt
#        tools/check-abi.sh --baseline  writes abi/libmtproto.abi and abi/old/: at a release, never to silence a check
#
#   BASE          what the lists are compared with: a commit or tag (the newest tag v*, or else HEAD)
#   BUILD_FOLDER  what make has built into (build)
#
# Within one ABI version (the major one, and before 1.0 the minor one too) lists only grow. Where Cargo.toml of BASE
# names another, it is a new one, and the comparison is left out.
set -u

cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C
build=${BUILD_FOLDER:-build}
header=${HEADER:-include/mtproto.h}
abi=${ABI_FOLDER:-abi}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# verdict NAME STATUS [LOG]
verdict() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        [ -z "${3:-}" ] || head -n 30 "$3" | sed 's/^/    /'
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# The header's constants as the compiler sees them: "NAME VALUE", in the header's order.
constants() {
    sed -n 's/^#define \(MTPROTO_[A-Z0-9_]*\) \(.\+\)$/\1 \2/p' "$1" |
        grep -v -e '^MTPROTO_VERSION_' -e '^MTPROTO_H ' | sed 's/(\(.*\))/\1/; s/\([0-9]\)u$/\1/'
}
statuses() { constants "$1" | grep -E '^MTPROTO_(OK|NO_EVENT|EVENTS_PENDING|NEED_SPACE|ERROR_[A-Z0-9_]*) '; }
others() { constants "$1" | grep -vE '^MTPROTO_(OK|NO_EVENT|EVENTS_PENDING|NEED_SPACE|ERROR_[A-Z0-9_]*) '; }
functions() { grep -v '^ \*' "$1" | grep -oE '\bmtproto_[a-z0-9_]+\(' | tr -d '(' | sort -u; }
version_of() { sed -n 's/^version = "\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p' | head -n 1; }
abi_of() { version_of | { read -r major minor && [ "$major" = 0 ] && echo "0.$minor" || echo "$major"; }; }

# The library with its types written down, for abigail.
with_types() {
    CARGO_PROFILE_RELEASE_DEBUG=2 CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/abi \
        cargo build --quiet --release --lib >"$work/log" 2>&1 || return 1
    echo "${CARGO_TARGET_DIR:-$PWD/target}/abi/release/libmtproto.so"
}

# has COMMAND PACKAGE
has() {
    command -v "$1" >/dev/null 2>&1 && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >"$work/log" 2>&1 || {
            apt-get update -qq >>"$work/log" 2>&1
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >>"$work/log" 2>&1
        }
    fi
    command -v "$1" >/dev/null 2>&1
}

# Without what is not ours, and without places in the source: neither is an ABI.
describe() {
    abidw --headers-dir include --drop-private-types --no-corpus-path --no-comp-dir-path --no-architecture \
        --no-elf-needed --no-show-locs --short-locs --no-write-default-sizes --out-file "$work/all.abi" "$1" || return 1
    awk '/<abi-instr /{ ours = /path=.(src\/|mtproto)/; skip = !ours } !skip { print } /<\/abi-instr>/{ skip = 0 }' \
        "$work/all.abi" >"$2"
}

# grown OLD NEW: what is in OLD and no longer in NEW.
lost() { grep -vxFf "$2" "$1"; }

case ${1:-} in
    --update)
        statuses "$header" >"$work/status"
        others "$header" >"$work/constants"
        functions "$header" >"$work/symbols"
        for list in status constants symbols; do
            [ ! -f "$abi/$list.txt" ] || if lost "$abi/$list.txt" "$work/$list"; then
                echo "check-abi.sh: these lines of $abi/$list.txt are no longer true: not updated" >&2
                exit 1
            fi
            # New lines come last: the list is the history too.
            touch "$abi/$list.txt"
            lost "$work/$list" "$abi/$list.txt" >"$work/new"
            cat "$work/new" >>"$abi/$list.txt"
        done
        # But for names, which are sorted.
        cp "$work/symbols" "$abi/symbols.txt"
        exit 0
        ;;
    --baseline)
        has abidw abigail-tools || exit 1
        library=$(with_types) || exit 1
        describe "$library" "$abi/libmtproto.abi" || exit 1
        mkdir -p "$abi/old"
        cp "$header" "$abi/old/mtproto.h"
        exit 0
        ;;
esac

# --- the lists are what the header says ---
for list in status constants; do
    if [ $list = status ]; then statuses "$header"; else others "$header"; fi | sort >"$work/now"
    [ -s "$work/now" ]
    verdict "constants are found in the header" $?
    sort "$abi/$list.txt" 2>/dev/null | diff - "$work/now" >"$work/log"
    verdict "$abi/$list.txt is what the header says (new ones: tools/check-abi.sh --update)" $? "$work/log"
done
cut -d' ' -f2 "$abi/status.txt" | sort | uniq -d >"$work/log"
[ ! -s "$work/log" ]
verdict "no status code is used twice" $? "$work/log"

# --- old lines are still there ---
base=${BASE:-$(git describe --tags --match 'v*' --abbrev=0 2>/dev/null || echo HEAD)}
if ! git rev-parse --quiet --verify "$base^{commit}" >/dev/null 2>&1; then
    skip "there is no history to compare with"
elif [ "$(git show "$base:Cargo.toml" | abi_of)" != "$(abi_of <Cargo.toml)" ]; then
    echo "a new ABI version: nothing has to stay"
else
    for list in status constants symbols; do
        if ! git show "$base:abi/$list.txt" >"$work/old" 2>/dev/null; then
            echo "$list.txt is new since $base"
            continue
        fi
        ! lost "$work/old" "$abi/$list.txt" >"$work/log"
        verdict "every line of abi/$list.txt of $base is still there" $? "$work/log"
    done
fi

# --- layouts ---
for bits in 64 32; do
    # Freestanding: no C library for the other size is needed.
    if ! echo | gcc -m$bits -x c -fsyntax-only - 2>/dev/null; then
        skip "the compiler does not know -m$bits"
        continue
    fi
    gcc -m$bits -std=c11 -ffreestanding -Wall -Wextra -Werror -I "$(dirname "$header")" -fsyntax-only \
        "$abi/layout.c" >"$work/log" 2>&1
    verdict "the layouts at $bits bits (abi/layout.c)" $? "$work/log"
done

# --- an old program ---
if [ ! -f "$build/lib/libmtproto.so" ]; then
    skip "$build/lib/libmtproto.so is not built"
else
    for source in packaging/hello/hello.c abi/old_program.c; do
        name=$(basename "$source" .c)
        gcc -std=c11 -Wall -Werror -I abi/old "$source" -o "$work/$name" -L "$build/lib" -lmtproto >"$work/log" 2>&1
        verdict "$name.c compiles against abi/old/mtproto.h" $? "$work/log"
        LD_LIBRARY_PATH=$build/lib "$work/$name" >"$work/log" 2>&1
        verdict "$name, compiled against the old header, runs with this library" $? "$work/log"
    done
fi

# --- types ---
if [ "${TYPES:-yes}" = no ]; then
    :
elif ! has abidiff abigail-tools; then
    skip "abidiff is missing (package abigail-tools)"
elif ! library=$(with_types); then
    verdict "the library with its types builds" 1 "$work/log"
else
    describe "$library" "$work/now.abi" >"$work/log" 2>&1
    verdict "abigail reads the library" $? "$work/log"
    grep -c "<function-decl .*elf-symbol-id='mtproto_" "$work/now.abi" >"$work/count"
    [ "$(cat "$work/count")" -ge "$(wc -l <"$abi/symbols.txt")" ]
    verdict "the types of all functions are seen" $?
    # Additions are welcome; 4: something changed, 8: incompatibly.
    abidiff --suppressions "$abi/opaque.supp" --no-added-syms "$abi/libmtproto.abi" "$work/now.abi" >"$work/log" 2>&1
    verdict "abidiff: nothing changed since the baseline" $? "$work/log"
fi

line="$passed passed, $failed failed"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed -eq 0 ]
