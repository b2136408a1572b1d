#!/usr/bin/env bash
# Compares the stripped shared library, the C ABI alone, with benches/baseline/size.txt, the ledger.
#
# Usage: tools/check-size.sh [--update]
#
# Fails where the library is more than 2 % above the ledger. The figures are of the ledger's host and rustc; elsewhere
# they are printed, and nothing fails.
set -eu

cd "$(dirname "$0")/.."
export LC_ALL=C
ledger=benches/baseline/size.txt

library=$(tools/build-shared.sh --no-default-features --features capi)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strip -o "$work/libmtproto.so" "$library"
where="$(rustc -vV | sed -n 's/^host: //p') rustc $(rustc -V | cut -d ' ' -f 2)"
{
    echo "# Bytes of the stripped shared library, and of its largest sections; made by tools/check-size.sh --update."
    echo "# On $where"
    echo "libmtproto.so $(wc -c <"$work/libmtproto.so")"
    readelf -SW "$work/libmtproto.so" | sed 's/^ *\[ *[0-9]*\] *//' |
        awk '$1 ~ /^\.(text|rodata|eh_frame|gcc_except_table|rela\.dyn|data\.rel\.ro)$/ { print $1, $5 }' |
        while read -r section size; do echo "$section $((16#$size))"; done
} >"$work/size"

if [ "${1:-}" = --update ]; then
    mkdir -p "$(dirname "$ledger")"
    cp "$work/size" "$ledger"
    cat "$ledger"
    exit
fi
if ! grep -qxF "# On $where" "$ledger"; then
    echo "Another host or compiler than the ledger's ($where): not compared."
    cat "$work/size"
    exit
fi
awk '
    /^#/ { next }
    NR == FNR { known[$1] = $2; next }
    {
        change = known[$1] ? ($2 - known[$1]) * 100 / known[$1] : 0
        word = ""
        if ($1 == "libmtproto.so" && change > 2) { word = "LARGER: find out why, or update the ledger"; bad = 1 }
        if ($1 == "libmtproto.so" && change < -2) word = "smaller: update the ledger"
        printf "%-18s %8d bytes, ledger %8d  %+6.1f %%  %s\n", $1, $2, known[$1], change, word
    }
    END { exit bad }
' "$ledger" "$work/size"
