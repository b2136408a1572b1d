#!/bin/bash
# Runs the Kotlin tests that need no socket on a JVM of 32 bits, as armeabi-v7a has: there the C ABI has another binding.
#
# Usage: tools/test-kotlin-32.sh
#
#   CROSS_ROOT   the compilers that tools/test-cross.sh unpacks (/opt/mtproto-cross)
#   JVM32_ROOT   where a JVM for i386 is unpacked (/opt/mtproto-jvm32; 400 MB), beside the system
#
# Tests the classes that tools/test-kotlin.sh has compiled. Needs root, apt and unshare.
# Last line: "N passed, M failed". Exit status: 0; 1 a test failed; 77 with a line "skipped: WHY" where it cannot be done.
set -euo pipefail
cd "$(dirname "$0")/.."
tree=$PWD compilers=${CROSS_ROOT:-/opt/mtproto-cross} jvm=${JVM32_ROOT:-/opt/mtproto-jvm32}
target=i686-unknown-linux-gnu classes=bindings/kotlin/library/target
made=$(realpath -m "${CARGO_TARGET_DIR:-target}/bindings-32")
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

skip() {
    echo "skipped: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip "only root can enter another system's folder"
[ -e "$compilers/.ready" ] || skip "there is no compiler for it: tools/test-cross.sh $target"
[ -e $classes/test-classes ] || skip "nothing is compiled: tools/test-kotlin.sh"
[ -r $keyring ] || skip "this is no Debian"

unpack_jvm() {
    local uri apt package
    uri=$(sed -n 's/^deb \[.*\] \([^ ]*\) .*/\1/p' "$compilers/etc/apt/sources.list")
    rm -rf "$jvm"
    mkdir -p "$jvm"/{apt/lists/partial,apt/cache/archives/partial,etc,tmp,proc,dev,root,usr/bin,usr/sbin,usr/lib,usr/lib64}
    for package in bin sbin lib lib64; do ln -s usr/$package "$jvm/$package"; done
    : >"$jvm/apt/status"
    echo "deb [arch=i386 signed-by=$keyring] $uri bookworm main" >"$jvm/apt/sources.list"
    apt=(apt-get -qq -o "Dir::Etc::sourcelist=$jvm/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State=$jvm/apt" -o "Dir::State::status=$jvm/apt/status" -o "Dir::Cache=$jvm/apt/cache"
        -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Acquire::Languages=none
        -o APT::Architecture=i386 -o APT::Architectures::=i386)
    "${apt[@]}" update || skip "Debian bookworm cannot be reached"
    "${apt[@]}" install -y -d openjdk-17-jre-headless coreutils || skip "Debian bookworm has no JVM for i386 today"
    for package in "$jvm"/apt/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" |
            tar -x -C "$jvm" --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man
    done
    # The library is linked against the compilers' libc, which is newer.
    for package in ld-linux.so.2 libc.so.6 libm.so.6; do
        cp -fL "$compilers/usr/i686-linux-gnu/lib/$package" "$jvm/usr/lib/i386-linux-gnu/"
    done
    cp -fL "$compilers/usr/i686-linux-gnu/lib/ld-linux.so.2" "$jvm/usr/lib/"
    rm -rf "$jvm/apt"
    touch "$jvm/.ready"
}
[ -e "$jvm/.ready" ] || unpack_jvm

# inside ROOT COMMAND...: there, with the project, what was built and what was fetched at their own paths.
inside() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount bash -euc '
        root=$1 here=$2 made=$3
        shift 3
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        for folder in "$here" "$made" "$HOME/.cargo" "$HOME/.m2"; do
            mkdir -p "$folder" "$root$folder"
            mount --bind "$folder" "$root$folder"
        done
        exec chroot "$root" /usr/bin/env --chdir="$here" HOME="$HOME" CARGO_HOME="$HOME/.cargo" CARGO_TARGET_DIR="$made" \
            CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
            CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER=i686-linux-gnu-gcc PATH=/usr/bin:/bin "$@"
    ' bash "$1" "$tree" "$made" "${@:2}"
}

# It has to be right, not fast.
cargo fetch --quiet --locked
inside "$compilers" cargo rustc --quiet --offline --locked --release --lib --crate-type cdylib \
    --features uniffi,test-panic --target $target

console=junit-platform-console-standalone-1.11.4.jar
# Its output ends in a terminal's escape codes, without a newline.
[ -e build/tools/$console ] || mvn -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact=org.junit.platform:junit-platform-console-standalone:1.11.4 -DoutputDirectory="$tree/build/tools" >/dev/null 2>&1 ||
    skip "Maven cannot fetch JUnit's console"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
inside "$jvm" /usr/lib/jvm/java-17-openjdk-i386/bin/java -Djna.library.path="$made/$target/release" \
    -Dmtproto.cases="$tree/tests/cases" -jar "build/tools/$console" execute --details=summary --disable-banner --disable-ansi-colors \
    -cp "$classes/classes:$classes/test-classes:$(cat $classes/class-path)" \
    -c org.libmtproto.BurstTest -c org.libmtproto.CasesTest -c org.libmtproto.TransportTest >"$log" 2>&1 || status=$?
[ $status -eq 0 ] || cat "$log"
awk '/tests successful/ { passed = $2 } /tests failed/ { failed = $2; found = 1 }
    END { if (!found || passed + failed == 0) failed++; print passed + 0 " passed, " failed + 0 " failed" }' "$log"
exit $((status != 0))
