#!/usr/bin/env bash
# Counts the instructions of one frame, and compares them with benches/baseline/instructions.txt: a slow-down shows on a
# noisy machine too.
#
# Usage: tools/count-instructions.sh [--update]
#
# Fails where a count is more than 5 % above its baseline; says so where it is more than 5 % below, to be updated.
#
# Valgrind shows no AVX-512 and no VAES to a program, so the AES-NI way of the cipher is what is counted. With other CPU
# features than the baseline's the counts cannot be compared: then they are printed, and nothing fails.
set -eu

cd "$(dirname "$0")/.."
export LC_ALL=C
baseline=benches/baseline/instructions.txt
target=${CARGO_TARGET_DIR:-$PWD/target}
margin=5

command -v valgrind >/dev/null || {
    echo "count-instructions.sh: valgrind is missing" >&2
    exit 2
}
# The newest program of that name: Cargo puts a hash behind it.
cargo bench --quiet --locked --features bench --bench instructions --no-run
program=$(find "$target/release/deps" -maxdepth 1 -name 'instructions-*' -type f -executable -printf '%T@ %p\n' |
    sort -rn | head -n 1 | cut -d ' ' -f 2-)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count WORK BYTES FRAMES: instructions of the whole program.
count() {
    valgrind --tool=callgrind --callgrind-out-file="$work/out" "$program" "$@" 2>"$work/log" >/dev/null ||
        { cat "$work/log" >&2 && exit 1; }
    sed -n 's/^.*Collected *: *\([0-9]*\).*$/\1/p' "$work/log"
}

features=$(valgrind --quiet --tool=none "$program" features)
{
    echo "# Instructions a frame, obfuscated Intermediate, in bursts of 50; made by tools/count-instructions.sh --update."
    echo "# CPU under valgrind: $features"
    for bytes in 64 1024; do
        for what in pack unpack; do
            few=$(count $what $bytes 1000)
            many=$(count $what $bytes 3000)
            echo "$what $bytes $(((many - few) / 2000))"
        done
    done
} >"$work/new"
# The program packs what it unpacks; that part is known by now.
awk '/^#/ { print; next } $1 == "pack" { packed = $3; print; next } { print $1, $2, $3 - packed }' "$work/new" >"$work/counts"

if [ "${1:-}" = --update ]; then
    mkdir -p "$(dirname "$baseline")"
    cp "$work/counts" "$baseline"
    cat "$baseline"
    exit
fi
if ! grep -qx "# CPU under valgrind: $features" "$baseline"; then
    echo "Other CPU features than the baseline's ($features): not compared."
    cat "$work/counts"
    exit
fi
awk -v margin=$margin '
    /^#/ { next }
    NR == FNR { known[$1 " " $2] = $3; next }
    {
        before = known[$1 " " $2]
        change = before ? ($3 - before) * 100 / before : 100
        word = "ok"
        if (change > margin) { word = "SLOWER"; bad = 1 }
        if (change < -margin) word = "faster: update the baseline"
        printf "%-7s %5d bytes  %6d instructions, baseline %6d  %+6.1f %%  %s\n", $1, $2, $3, before, change, word
    }
    END { exit bad }
' "$baseline" "$work/counts"
