#!/bin/bash
# Checks the style of what is written by hand in Kotlin (ktlint) and Swift (swift-format), and that the samples are short.
# Repairs nothing.
#
# Usage: tools/lint-bindings.sh
#
# ktlint comes by Maven, swift-format with the compiler. Their settings: bindings/kotlin/.editorconfig, bindings/swift/.swift-format.
# Last line: "N passed, M failed", and ", K skipped" if so. Exit status: 0; 1 a check failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0

verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

for sample in bindings/kotlin/sample/src/main/kotlin/Probe.kt bindings/swift/sample/Probe.swift; do
    [ "$(wc -l <$sample)" -le 60 ]
    verdict "$sample has 60 lines at most" $?
done

ktlint=1.5.0
jar=$PWD/build/tools/ktlint-cli-$ktlint-all.jar
if ! [ -e "$jar" ] && command -v mvn >/dev/null; then
    # Its colours are reset even where there are none, without the end of a line.
    mvn -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
        -Dartifact=com.pinterest.ktlint:ktlint-cli:$ktlint:jar:all -DoutputDirectory="$PWD/build/tools" 2>&1 | sed 's/\x1b\[[0-9;]*m//g' ||
        echo "lint-bindings: Maven cannot fetch ktlint"
fi
if [ -e "$jar" ] && command -v java >/dev/null; then
    (cd bindings/kotlin && java -jar "$jar" --log-level=error --relative 'library/src/**/*.kt' 'sample/src/**/*.kt' 'android/**/*.kts')
    verdict ktlint $?
else
    skip "there is no ktlint (java, mvn, Maven Central)"
fi

run=()
if ! swift --version >/dev/null 2>&1; then run=("$PWD/tools/swift-run.sh"); fi
if [ ${#run[@]} -eq 0 ] || tools/swift-setup.sh; then
    (cd bindings/swift && "${run[@]}" swift format lint --strict --recursive Package.swift bench sample \
        Sources/MTProto/*.swift Tests/MTProtoTests/*.swift Tests/quoted)
    verdict swift-format $?
else
    skip "no Swift 6 here, and none can be unpacked"
fi

more=''
[ $skipped -eq 0 ] || more=", $skipped skipped"
echo "$passed passed, $failed failed$more"
[ $failed -eq 0 ]
