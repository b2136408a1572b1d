#!/usr/bin/env bash
# Installs what "make" has built: library, headers, pkg-config and CMake files, programs, man pages.
#
# Usage: packaging/install.sh BUILD_FOLDER          (make install PREFIX=... DESTDIR=... calls it)
#
#   PREFIX      where it will be (/usr/local)
#   DESTDIR     put in front of every path written to, for packagers
#   LIBDIR      below PREFIX (lib), INCLUDEDIR (include), BINDIR (bin), MANDIR (share/man)
#   PROGRAMS    the programs to install; none of them: "" (those of BUILD_FOLDER/bin that begin with mtproto-)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
build=${1:?the build folder}
prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-lib} includedir=${INCLUDEDIR:-include} bindir=${BINDIR:-bin} mandir=${MANDIR:-share/man}
case $prefix in
    /*) ;;
    *)
        echo "install.sh: PREFIX is an absolute path, not $prefix" >&2
        exit 2
        ;;
esac
for folder in "$libdir" "$includedir" "$bindir" "$mandir"; do
    case $folder in
        /* | *..*)
            echo "install.sh: $folder is not below PREFIX: the installed files could not be moved" >&2
            exit 2
            ;;
    esac
done
to=${DESTDIR:-}$prefix
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
major=${version%%.*} rest=${version#*.}
minor=${rest%%.*}
shared=libmtproto.so.$version
soname=libmtproto.so.$major.$minor
# Version 0.x: each minor version is an ABI of its own. From 1.0 on the major version is.
[ "$major" = 0 ] || soname=libmtproto.so.$major

# What a program needs besides libmtproto.a: what rustc says of the standard library on this system.
private='-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc'
pointer=$(printf 'int x = sizeof(void *);\n' | ${CC:-cc} -E -dM -x c - | sed -n 's/#define __SIZEOF_POINTER__ //p')

# up FOLDER: the way back from there to the prefix.
# shellcheck disable=SC2001 # every part of the path
up() { echo "$1" | sed 's,[^/][^/]*,..,g'; }

# fill TEMPLATE WAY_TO_THE_PREFIX
fill() {
    sed -e "s,@VERSION@,$version,g; s,@MAJOR@,$major,g; s,@MINOR@,$minor,g; s,@TO_PREFIX@,$2,g" \
        -e "s,@LIBDIR@,$libdir,g; s,@INCLUDEDIR@,$includedir,g; s,@SHARED@,$shared,g; s,@SONAME@,$soname,g" \
        -e "s,@PRIVATE_LIBS@,$private,g; s,@PRIVATE_LIBS_CMAKE@,$(echo "$private" | sed 's/-l//g; s/ /;/g'),g" \
        -e "s,@POINTER_SIZE@,${pointer:-8},g" "$1"
}

mkdir -p "$to/$libdir/pkgconfig" "$to/$libdir/cmake/mtproto" "$to/$includedir"
install -m 644 "$build/lib/$shared" "$to/$libdir/$shared"
ln -sf "$shared" "$to/$libdir/$soname"
ln -sf "$soname" "$to/$libdir/libmtproto.so"
install -m 644 "$build/lib/libmtproto.a" "$to/$libdir/libmtproto.a"
install -m 644 "$root/include/mtproto.h" "$root/include/mtproto.hpp" "$to/$includedir/"
fill "$here/pkgconfig/mtproto.pc.in" "$(up "$libdir/pkgconfig")" >"$to/$libdir/pkgconfig/mtproto.pc"
way=$(up "$libdir/cmake/mtproto")
for file in mtproto-config mtproto-config-version; do
    fill "$here/cmake/$file.cmake.in" "$way" >"$to/$libdir/cmake/mtproto/$file.cmake"
done
chmod 644 "$to/$libdir/pkgconfig/mtproto.pc" "$to/$libdir/cmake/mtproto/"*.cmake

mkdir -p "$to/$bindir" "$to/$mandir/man1"
for program in ${PROGRAMS-"$build"/bin/mtproto-*}; do
    [ -f "$program" ] || continue
    install -m 755 "$program" "$to/$bindir/"
done
for page in "$root"/docs/man/*.1; do
    [ -f "$page" ] || continue
    install -m 644 "$page" "$to/$mandir/man1/"
done
echo "installed into $to"
