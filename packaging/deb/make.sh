#!/usr/bin/env bash
# Makes Debian packages of what "make" has built: libmtproto0.1, libmtproto-dev, mtproto-tools.
#
# Usage: packaging/deb/make.sh BUILD_FOLDER OUTPUT_FOLDER      (make deb calls it)
#
#   MAINTAINER   "Name <address>" of whoever makes the packages (DEBFULLNAME and DEBEMAIL, or the first of Cargo.toml's
#                authors)
#
# Only dpkg-deb is needed. The same input gives the same bytes: the time is that of CHANGELOG.md's last commit, or
# SOURCE_DATE_EPOCH.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:?the build folder} output=${2:?the output folder}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
abi=${version%.*}
maintainer=${MAINTAINER:-}
if [ -z "$maintainer" ] && [ -n "${DEBEMAIL:-}" ]; then maintainer="${DEBFULLNAME:-$DEBEMAIL} <$DEBEMAIL>"; fi
[ -n "$maintainer" ] || maintainer=$(sed -n 's/^authors = \["\([^"]*\)".*/\1/p' "$root/Cargo.toml")
if [ -z "$maintainer" ]; then
    echo "make.sh: who makes these packages? Set MAINTAINER='Name <address>', or DEBFULLNAME and DEBEMAIL" >&2
    exit 2
fi
architecture=$(dpkg --print-architecture)
triplet=$(${CC:-cc} -print-multiarch)
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct -- CHANGELOG.md 2>/dev/null || true)
    # An exported tree has no history.
    SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}
fi
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

PREFIX=/usr LIBDIR=lib/$triplet DESTDIR=$work/all "$root/packaging/install.sh" "$build" >"$work/log"
all=$work/all/usr
# The programs are linked for the build folder: installed ones find the library where the system has it.
if command -v patchelf >/dev/null 2>&1; then
    find "$all/bin" -type f -exec patchelf --remove-rpath {} +
fi
find "$all/share/man" -name '*.1' -exec gzip -9n {} +

# The newest glibc whose symbols are used.
glibc=$(readelf -W --dyn-syms "$all/lib/$triplet/libmtproto.so" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
needs_c="libc6 (>= ${glibc#GLIBC_}), libgcc-s1 (>= 4.2)"

# package NAME SECTION DEPENDS TITLE TEXT PATH...: a package of these paths of the tree.
package() {
    local name=$1 section=$2 depends=$3 title=$4 text=$5 folder=$work/$1 path
    shift 5
    mkdir -p "$folder/DEBIAN" "$folder/usr/share/doc/$name"
    for path in "$@"; do
        # shellcheck disable=SC2086 # the pattern is meant
        (cd "$work/all" && tar -cf - $path) | tar -C "$folder" -xf -
    done
    {
        echo "This package holds libmtproto, under either of two licences:"
        echo
        cat "$root/LICENSE-MIT"
        echo
        echo "Or Apache-2.0, whose text is in /usr/share/common-licenses/Apache-2.0."
    } >"$folder/usr/share/doc/$name/copyright"
    gzip -9nc "$root/CHANGELOG.md" >"$folder/usr/share/doc/$name/changelog.gz"
    cat >"$folder/DEBIAN/control" <<CONTROL
Package: $name
Source: libmtproto
Version: $version
Architecture: $architecture
Multi-Arch: $([ "$section" = net ] && echo foreign || echo same)
Section: $section
Priority: optional
Maintainer: $maintainer
Installed-Size: $(du -sk --apparent-size "$folder/usr" | cut -f1)
Depends: $depends
Description: $title
 $text
CONTROL
    if [ "$section" = libs ]; then
        echo "libmtproto ${abi} $name (>= $version)" >"$folder/DEBIAN/shlibs"
        echo "activate-noawait ldconfig" >"$folder/DEBIAN/triggers"
    fi
    (cd "$folder" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    find "$folder" -type d -exec chmod 755 {} +
    find "$folder" -type f -not -path '*/bin/*' -exec chmod 644 {} +
    find "$folder" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$folder" "$output/${name}_${version}_$architecture.deb"
}

mkdir -p "$output"
package "libmtproto$abi" libs "$needs_c" "transport layers of MTProto, without any I/O" \
    "Envelopes, obfuscation, fake TLS, WebSocket and HTTP, as client and as server." \
    "usr/lib/$triplet/libmtproto.so.*"
package libmtproto-dev libdevel "libmtproto$abi (= $version)" "transport layers of MTProto: development files" \
    "Headers for C and C++, static archive, pkg-config and CMake files." \
    usr/include "usr/lib/$triplet/libmtproto.so usr/lib/$triplet/libmtproto.a" \
    "usr/lib/$triplet/pkgconfig usr/lib/$triplet/cmake"
if [ -n "$(ls -A "$all/bin")" ]; then
    package mtproto-tools net "libmtproto$abi (>= $version), libc6 (>= ${glibc#GLIBC_})" \
        "programs that show and test MTProto transports" "A responder, a probe and a relay." usr/bin usr/share/man
fi
