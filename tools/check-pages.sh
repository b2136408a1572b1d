#!/bin/bash
# Checks that every load segment of every shared library in a folder is aligned to 16 KB, as Android wants on 64 bits.
#
# Usage: tools/check-pages.sh FOLDER       Exit status 1 when one is not, or when there is none.
# Last line: "pages: N passed, M failed".
set -euo pipefail
readelf=$(command -v llvm-readelf || command -v readelf)
passed=0 failed=0
while IFS= read -r -d '' library; do
    case $library in *armeabi-v7a* | */x86/*) continue ;; esac
    if ! "$readelf" -lW "$library" | awk '/LOAD/ && $NF != "0x4000" && $NF != "0x10000" { bad = 1 } END { exit bad }'; then
        echo "pages: $library is not aligned to 16 KB"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
done < <(find "${1:?usage: check-pages.sh FOLDER}" -name '*.so' -print0)
[ $((passed + failed)) -gt 0 ] || { echo "pages: no library in $1"; exit 1; }
echo "pages: $passed passed, $failed failed"
exit $((failed != 0))
