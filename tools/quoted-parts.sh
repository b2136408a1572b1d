#!/bin/bash
# Puts the blocks of documents that are marked "runs: NAME in FILE" into the test sources of their language.
#
# Usage: tools/quoted-parts.sh kotlin|swift FOLDER DOCUMENT...
#
# A block takes the place of FILE's line "// quoted: NAME", and what comes out is FOLDER/(the name of FILE): a test, run with
# the others. Exit status 1 when a block has no line, or a line no block.
set -euo pipefail
cd "$(dirname "$0")/.."
language=$1 folder=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/made"
for document; do
    tools/quoted-blocks.sh "$document" "$work/blocks"
    for about in "$work"/blocks/*.about; do
        [ -e "$about" ] || continue
        read -r kind of name in file <"$about"
        [ "$kind $of $in" = "runs $language in" ] || continue
        made=$work/made/$(basename "$file")
        [ -e "$made" ] || cp "$file" "$made"
        if ! grep -q "^ *// quoted: $name\$" "$made"; then
            echo "quoted-parts: $file has no line for $name of $document"
            exit 1
        fi
        sed -i -e "/^ *\/\/ quoted: $name\$/{r ${about%.about}.block" -e 'd}' "$made"
    done
done
if grep -n "^ *// quoted: " -r "$work/made"; then
    echo "quoted-parts: no document has these blocks"
    exit 1
fi
# Only what changed, or all would be compiled again.
mkdir -p "$folder"
for made in "$work"/made/*; do
    cmp -s "$made" "$folder/$(basename "$made")" || cp "$made" "$folder/"
done
