#!/bin/bash
# Shrinks and renames the Kotlin sample with everything it uses, by the rules that the AAR hands to R8, and runs what is left.
#
# Usage: tools/check-shrink.sh        (MTPROTO_RESPONDER names the responder, default build/bin)
#
# By ProGuard, which reads the same rules: R8 comes with the Android SDK. Without the rules the same must fail, or they
# would not be what it works by.
# Last line: "N passed, M failed". Exit status: 0; 1 a check failed; 77 with a line "skipped: WHY" where it cannot be done.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
here=$PWD/bindings/kotlin out=$PWD/build/bindings/shrink
responder=${MTPROTO_RESPONDER:-$PWD/build/bin/mtproto-responder}
passed=0 failed=0

cannot() {
    echo "skipped: $1"
    exit 77
}
[ -x "$responder" ] || cannot "$responder is not there"
mkdir -p "$out"
tools/sample.sh kotlin >"$out/log" 2>&1 || {
    status=$?
    cat "$out/log"
    exit $status
}
[ -s "$out/proguard" ] || (cd "$here/shrink" && mvn -q -B -ntp \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile="$out/proguard") >"$out/log" 2>&1 ||
    cannot "Maven cannot fetch ProGuard"

# jar NAME: the library's dependency of that name.
jar() { tr : '\n' <"$here/library/target/class-path" | grep "/$1-[0-9.]*jar\$"; }

# shrink JAR OPTION...
shrink() {
    local jar=$1
    shift
    java -cp "$(cat "$out/proguard")" proguard.ProGuard -dontnote -keep 'class ProbeKt { public static void main(java.lang.String[]); }' \
        -injars "$here/sample/target/classes" -injars "$here/library/target/classes" \
        -injars "$(jar kotlin-stdlib)(!META-INF/**)" -injars "$(jar annotations)(!META-INF/**)" -injars "$(jar jna)(!META-INF/**)" \
        -libraryjars '<java.home>/jmods/java.base.jmod(!**.jar;!module-info.class)' \
        -libraryjars '<java.home>/jmods/java.logging.jmod(!**.jar;!module-info.class)' \
        -outjars "$jar" "$@"
}

verdict() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        echo "passed: $1"
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

"$responder" --listen 127.0.0.1:0 >"$out/responder.log" &
id=$!
trap 'kill $id 2>/dev/null' EXIT
for _ in $(seq 100); do
    address=$(sed -n '1s/^listening //p' "$out/responder.log")
    [ -z "$address" ] || break
    sleep 0.1
done

probe() { java -Djna.library.path=build/bindings/lib -cp "$1" ProbeKt "$address"; }

shrink "$out/app.jar" -include "$here/android/libmtproto/consumer-rules.pro"
verdict "it shrinks without a warning" $?
probe "$out/app.jar"
verdict "the shrunk sample gets its answer" $?
shrink "$out/bare.jar" -dontwarn '**' >"$out/log" 2>&1
[ -s "$out/bare.jar" ] && ! probe "$out/bare.jar" >>"$out/log" 2>&1
verdict "without the rules it does not" $?
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
