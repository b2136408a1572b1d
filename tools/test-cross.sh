#!/usr/bin/env bash
# The Rust tests for another machine, from Debian testing's compilers in a folder of their own.
#
# Usage: tools/test-cross.sh s390x-unknown-linux-gnu|i686-unknown-linux-gnu [cargo test argument...]
#
#   CROSS_ROOT   where the other suite's packages are unpacked (/opt/mtproto-cross; 2.5 GB)
#
# The tests are optimised, with every check of a debug build on (profile "emulated").
#
# s390x is big-endian and runs under qemu; i686 has 32 bits and runs as it is. Nothing of the system's own packages is
# touched. Needs root, apt and unshare; exit status 77 and "skipped: WHY" where they are not.
set -euo pipefail

cd "$(dirname "$0")/.."
target=$1
shift
prefix=${CROSS_ROOT:-/opt/mtproto-cross}
suite=forky
packages=(rustc cargo gcc qemu-user bash coreutils
    libstd-rust-dev:i386 libstd-rust-dev:s390x gcc-i686-linux-gnu libc6-dev-i386-cross
    gcc-s390x-linux-gnu libc6-dev-s390x-cross)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

skip() {
    echo "skipped: $1"
    exit 77
}
[ "$(id -u)" -eq 0 ] || skip "only root can unpack another suite's packages"
command -v apt-get >/dev/null || skip "this is no Debian"
[ -e $keyring ] || skip "this is no Debian"
unshare -m true 2>/dev/null || skip "no mount namespaces here"

# shellcheck disable=SC2016 # for apt-get to expand
# The same archive that this system has its packages from.
archive() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep '/debian/*$' | head -n 1; }

unpack() {
    local uri apt package
    uri=$(archive)
    if [ -z "$uri" ]; then
        apt-get -qq update
        uri=$(archive)
    fi
    [ -n "$uri" ] || skip "no archive is configured"
    rm -rf "$prefix"
    mkdir -p "$prefix"/{etc/apt,tmp,proc,dev,root,usr/bin,usr/sbin,usr/lib,usr/lib64} "$prefix"/apt/{lists/partial,cache/archives/partial}
    for package in bin sbin lib lib64; do ln -s usr/$package "$prefix/$package"; done
    : >"$prefix/apt/status"
    echo "deb [arch=amd64,i386,s390x signed-by=$keyring] $uri $suite main" >"$prefix/etc/apt/sources.list"
    apt=(apt-get -qq -o "Dir::Etc::sourcelist=$prefix/etc/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State=$prefix/apt" -o "Dir::State::status=$prefix/apt/status" -o "Dir::Cache=$prefix/apt/cache"
        -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Acquire::Languages=none
        -o APT::Architectures::=amd64 -o APT::Architectures::=i386 -o APT::Architectures::=s390x)
    "${apt[@]}" update || skip "Debian $suite cannot be reached"
    "${apt[@]}" install -y -d "${packages[@]}" || skip "Debian $suite lacks a package today"
    for package in "$prefix"/apt/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" |
            tar -x -C "$prefix" --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man
    done
    # What installation scripts would have set, which are not run.
    ln -sf bash "$prefix/usr/bin/sh"
    ln -sf gcc "$prefix/usr/bin/cc"
    echo 'root:x:0:0:root:/root:/bin/bash' >"$prefix/etc/passwd"
    chmod 1777 "$prefix/tmp"
    rm -rf "$prefix/apt"
    touch "$prefix/.ready"
}
[ -e "$prefix/.ready" ] || unpack

cargo fetch --quiet --locked
home=${CARGO_HOME:-$HOME/.cargo}
folder=${CARGO_TARGET_DIR:-$PWD/target}/cross
mkdir -p "$folder"
# shellcheck disable=SC2016 # expanded by the inner shell
exec unshare -m bash -c '
    prefix=$1 tree=$2 home=$3 folder=$4
    shift 4
    mount -t proc proc "$prefix/proc"
    mount --rbind /dev "$prefix/dev"
    for place in "$tree" "$home" "$folder"; do
        mkdir -p "$prefix$place"
        mount --bind "$place" "$prefix$place"
    done
    exec chroot "$prefix" /usr/bin/env -C "$tree" HOME=/root CARGO_HOME="$home" CARGO_TARGET_DIR="$folder" \
        PATH=/usr/bin:/bin CARGO_TERM_COLOR=never \
        CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_LINKER=s390x-linux-gnu-gcc \
        CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_RUNNER=qemu-s390x \
        CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER=i686-linux-gnu-gcc "$@"
' _ "$prefix" "$PWD" "$home" "$folder" cargo test --profile emulated --offline --locked --target "$target" "${@:---tests}"
