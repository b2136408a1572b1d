#!/bin/bash
# Builds and runs the sample of Kotlin or Swift: a probe, written as an app would use the bindings.
#
# Usage: tools/sample.sh kotlin|swift [HOST:PORT|LINK]        (without a target it is only built)
#
# Builds only what is out of date, and installs nothing. Exit status: the sample's own (0 an answer came); 77 with a line
# "skipped: WHY" on stdout where there is no compiler; 1 when it does not build.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
language=${1:-}
shift
out=$PWD/build/bindings log=build/bindings/sample-$language.log

cannot() {
    echo "skipped: the $1 sample: $2"
    exit 77
}

failed() {
    cat "$log" >&2
    echo "sample.sh: the sample of $language does not build" >&2
    exit 1
}

# quietly COMMAND...: what it says only matters when it fails.
quietly() { "$@" >"$log" 2>&1 || failed; }

of_kotlin() {
    command -v java >/dev/null || cannot Kotlin "there is no java"
    command -v mvn >/dev/null || cannot Kotlin "there is no mvn"
    quietly tools/bindings.sh kotlin
    local here=bindings/kotlin made=bindings/kotlin/sample/target/classes/ProbeKt.class
    # Maven alone takes longer than the sample: it is only asked when a source is newer than what it made.
    if ! [ -e $made ] || ! [ -e $here/library/target/class-path ] || [ -n "$(find "$out/kotlin" $here/pom.xml $here/library/pom.xml $here/library/src/main \
        $here/sample/pom.xml $here/sample/src -type f -newer $made)" ]; then
        if ! (cd $here && mvn -B -ntp process-classes) >"$log" 2>&1; then
            grep -a -q -E 'Could not (transfer|resolve)|Unknown host|resolution is disabled' "$log" &&
                cannot Kotlin "Maven cannot fetch what it needs"
            failed
        fi
    fi
    [ $# -eq 0 ] || exec java -Djna.library.path="$out/lib" \
        -cp "$here/sample/target/classes:$here/library/target/classes:$(cat $here/library/target/class-path)" ProbeKt "$@"
}

of_swift() {
    local run=()
    if ! swift --version >/dev/null 2>&1; then
        if ! [ -e "${SWIFT_ROOT:-/opt/swift-root}/usr/bin/swift" ] || [ "$(id -u)" -ne 0 ]; then
            cannot Swift "there is no Swift 6 (tools/swift-setup.sh unpacks one)"
        fi
        run=("$PWD/tools/swift-run.sh")
    fi
    quietly tools/bindings.sh swift
    quietly tools/swift-sources.sh
    export MTPROTO_LIBRARY=lib KEEP=MTPROTO_LIBRARY
    log=$PWD/$log
    cd bindings/swift || exit 1
    quietly "${run[@]}" swift build --product probe
    [ $# -eq 0 ] || exec "${run[@]}" .build/debug/probe "$@"
}

mkdir -p build/bindings
case $language in
    kotlin | swift) "of_$language" "$@" ;;
    *)
        echo "usage: tools/sample.sh kotlin|swift [HOST:PORT|LINK]" >&2
        exit 2
        ;;
esac
