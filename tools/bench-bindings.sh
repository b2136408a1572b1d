#!/bin/bash
# Measures what a burst costs in Kotlin and Swift, by UniFFI and by the C ABI, against the same work in C.
#
# Usage: tools/bench-bindings.sh
#
# A burst: one side pushes packets, its wire bytes are taken and given to the other side, which
# returns each packet. "copy": with bytes of its own; "view": only looked at; "burst": as "copy", but all
# packets by one call into the library (in C that is no faster); "array": through Kotlin's ByteArray on
# both ends instead of direct buffers. Obfuscated Intermediate; with BENCH_PLAIN
# in the environment without obfuscation, so that no cipher hides what a call costs.
# Then the bars: each "holds" or is "MISSED", in this run; a busy machine misses them by chance.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v "${CC:-cc}" >/dev/null || { echo "bench: skipped: there is no C compiler"; exit 77; }
out=build/bindings
tools/bindings.sh kotlin swift >&2
${CC:-cc} -std=c11 -O2 -Iinclude -o $out/bench-c bindings/bench/bench.c -L$out/lib -lmtproto -Wl,-rpath,"$PWD/$out/lib"
results=$(mktemp)
trap 'rm -f "$results"' EXIT
$out/bench-c | tee "$results" >&2

if command -v mvn >/dev/null; then
    (cd bindings/kotlin && mvn -q -B test-compile) >&2
    library=bindings/kotlin/library/target
    java -Djna.library.path="$PWD/$out/lib" \
        -cp "$library/classes:$library/test-classes:$(cat $library/class-path)" org.libmtproto.BenchKt |
        tee -a "$results" >&2
else
    echo "kotlin: skipped: there is no mvn" >&2
fi
run=()
swift --version >/dev/null 2>&1 || run=("$PWD/tools/swift-run.sh")
if [ ${#run[@]} = 0 ] || tools/swift-setup.sh >&2; then
    tools/swift-sources.sh
    export MTPROTO_LIBRARY=lib KEEP="MTPROTO_LIBRARY BENCH_PLAIN"
    (cd bindings/swift && "${run[@]}" swift run -c release --scratch-path .build/bench bench 2>/dev/null) | tee -a "$results" >&2
else
    echo "swift: skipped: no Swift 6 here, and none can be unpacked" >&2
fi

# Against C's row of the same load; all but "view" hand out copies.
awk '
    { key = $3 " " $4; path = ($2 == "view") ? "view" : "copy"; if ($1 == "c") c[path " " key] = $5; line[NR] = $0; count = NR }
    END {
        printf "%-8s %-7s %14s %12s %10s %10s %8s\n", "language", "path", "burst", "ns a burst", "ns a pkt", "MB/s", "of C"
        for (i = 1; i <= count; i++) {
            split(line[i], f, " ")
            path = (f[2] == "view") ? "view" : "copy"
            printf "%-8s %-7s %7d x %4d %12d %10.1f %10.0f %8.2f\n", f[1], f[2], f[3], f[4], f[5], f[5] / f[4], \
                f[3] * f[4] * 1000 / f[5], c[path " " f[3] " " f[4]] / f[5]
            share[f[1] " " f[2] " " f[3] " " f[4]] = c[path " " f[3] " " f[4]] / f[5]
        }
        print ""
        bar("kotlin copy 65536 1", 0.5, "Kotlin, bursts of 64 KiB: at least 0.5")
        bar("swift copy 65536 1", 0.8, "Swift, bursts of 64 KiB: at least 0.8")
        bar("swift view 64 100", 1 / 3, "Swift, 64 bytes in a burst of 100, looked at: at most 3 times the cost in C")
        bar("swift copy 64 100", 1 / 3, "the same with a Data of its own for each")
    }
    function bar(row, least, text) {
        if (row in share) printf "%s: %.2f of C\047s rate, %s\n", text, share[row], (share[row] >= least ? "holds" : "MISSED")
    }' "$results"
