#!/bin/bash
# Takes the marked blocks out of a document. What the marks mean: tools/run_quoted.sh.
#
# Usage: tools/quoted-blocks.sh DOCUMENT FOLDER
#
# FOLDER gets NUMBER.block and NUMBER.about, "runs|quotes LANGUAGE REST...", and of an earlier call it keeps nothing.
# Exit status 1 when a mark has no block.
set -euo pipefail
rm -rf "$2"
mkdir -p "$2"
awk -v folder="$2" '
    /^<!-- (runs|quotes): .* -->$/ { kind = $2; rest = $0; sub(/^<!-- [a-z]*: /, "", rest); sub(/ -->$/, "", rest); next }
    /^```/ && !inside && kind != "" {
        number++; inside = 1; language = $0; sub(/^```/, "", language); sub(/[, ].*/, "", language)
        sub(/:$/, "", kind)
        print kind, (language == "" ? "text" : language), rest > (folder "/" number ".about")
        kind = ""; next
    }
    /^```/ && inside { inside = 0; next }
    inside { print > (folder "/" number ".block"); next }
    NF { if (kind != "" ) { print "nothing follows: " rest; bad = 1; kind = "" } }
    END { exit bad }
' "$1"
