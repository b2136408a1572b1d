#!/bin/bash
# Unpacks Swift 6 from Debian trixie into a folder of its own, beside the system and without changing it.
#
# Usage: tools/swift-setup.sh            (SWIFT_ROOT names the folder, default /opt/swift-root)
#
# Needs root (the compiler runs in a chroot), apt and Debian's archive keyring; about 1.4 GB.
# A second call does nothing. Exit status: 0 ready; 77 not possible on this machine; 1 failed.
set -euo pipefail

root=${SWIFT_ROOT:-/opt/swift-root}
suite=trixie
# Part of the stamp, so that a change of the list below unpacks anew.
layout=1
stamp=$root/.swift-$suite-$layout
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

cannot() {
    echo "swift: $1" >&2
    exit 77
}

[ -e "$stamp" ] && exit 0
[ "$(id -u)" = 0 ] || cannot "only root can unpack it and enter its chroot"
for needed in apt-get unshare; do
    command -v $needed >/dev/null || cannot "$needed is missing"
done
[ -r "$keyring" ] || cannot "$keyring is missing"

# The machine's own mirror: whatever its apt is set up with.
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror() {
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" | head -n 1
}
uri=$(mirror)
if [ -z "$uri" ]; then
    apt-get -qq update || cannot "apt-get update failed"
    uri=$(mirror)
fi
[ -n "$uri" ] || cannot "apt has no Debian mirror for '$release'"

rm -rf "$root"
mkdir -p "$root"/{apt/lists/partial,apt/cache/archives/partial,etc,tmp,proc,dev,root} \
    "$root"/usr/{bin,sbin,lib,lib64}
for folder in bin sbin lib lib64; do
    ln -s "usr/$folder" "$root/$folder"
done
: >"$root/apt/status"
echo "deb [signed-by=$keyring] $uri $suite main" >"$root/apt/sources.list"

# An apt with a state of its own: to it nothing is installed, so it names every dependency.
private_apt() {
    apt-get -qq -o Dir::Etc::sourcelist="$root/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$root/apt" -o Dir::State::status="$root/apt/status" \
        -o Dir::Cache="$root/apt/cache" -o APT::Sandbox::User=root \
        -o APT::Install-Recommends=false -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}
private_apt update || cannot "$suite cannot be reached"
# swiftlang does not depend on libc's headers, but its linker needs them.
private_apt install -y --download-only swiftlang libc6-dev bash coreutils

# Without what neither builds nor tests: debugger, language servers, documentation, static runtime.
unwanted=(--exclude='*/swift_static' --exclude='*/swift/lib/swift/embedded' --exclude='*lldb*'
    --exclude='*sourcekit*' --exclude='*/bin/clangd' --exclude='*/bin/docc'
    --exclude='./usr/share/doc' --exclude='./usr/share/man')
for package in "$root"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
        tar -x -C "$root" --keep-directory-symlink "${unwanted[@]}"
done

# What the packages' own install scripts would have made.
ln -sf bash "$root/usr/bin/sh"
for tool in swift swift-build swift-test swiftc; do
    ln -sf "../libexec/swift/bin/$tool" "$root/usr/bin/$tool"
done
echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
chmod 1777 "$root/tmp"
rm -rf "$root/apt"
touch "$stamp"
