#!/usr/bin/env bash
# Installs into a clean folder, moves it, and builds hello programs against it the ways that people do, elsewhere.
#
# Usage: tools/test-install.sh [WAY...]     ways: layout pkg-config cmake meson subdirectory fetch wrap deb cargo-c
#                                        (without: all)
#
# Ends with "N passed, M failed" and ", K skipped" where something is missing. Needs cc, c++, make, cargo; and
# pkg-config, cmake, meson with ninja, cargo-cinstall for their ways. BUILD_FOLDER is what make has built into (build).
set -u

cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
root=$PWD
build=${BUILD_FOLDER:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
hello=$root/packaging/hello
passed=0 failed=0 skipped=0
ways=("$@")
[ ${#ways[@]} -gt 0 ] || ways=(layout pkg-config cmake meson subdirectory fetch wrap deb cargo-c)

# is NAME COMMAND...
is() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        tail -n 20 "$work/log" | sed 's/^/    /'
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# has COMMAND PACKAGE: it is there, perhaps after it was installed.
has() {
    command -v "$1" >/dev/null 2>&1 && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >"$work/log" 2>&1 || {
            apt-get update -qq >>"$work/log" 2>&1
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >>"$work/log" 2>&1
        }
    fi
    command -v "$1" >/dev/null 2>&1
}

# runs PROGRAM: it says hello, with the library beside it if there is one.
runs() { "$1" | tee "$work/said" && grep -q '^hello from libmtproto [0-9.]*: 1 packet$' "$work/said"; }

# needs PROGRAM yes|no: whether it wants the shared library.
needs() {
    local wanted=no
    readelf -d "$1" | grep -q 'NEEDED.*libmtproto\.so\.' && wanted=yes
    [ $wanted = "$2" ]
}

# Under a DESTDIR and a PREFIX, then moved: what has a path in it does not survive.
echo "installing"
if ! make --no-print-directory BUILD="$build" PREFIX=/opt/of-old DESTDIR="$work/stage" install >"$work/log" 2>&1; then
    tail -n 20 "$work/log" | sed 's/^/    /'
    echo "FAILED: make install"
    echo "0 passed, 1 failed"
    exit 1
fi
prefix=$work/moved/here
mkdir -p "$work/moved"
mv "$work/stage/opt/of-old" "$prefix"
export LD_LIBRARY_PATH=$prefix/lib

way_layout() {
    local file version
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
    for file in lib/libmtproto.so lib/libmtproto.so."${version%.*}" lib/libmtproto.so."$version" lib/libmtproto.a \
        include/mtproto.h include/mtproto.hpp lib/pkgconfig/mtproto.pc lib/cmake/mtproto/mtproto-config.cmake; do
        is "$file is there" test -s "$prefix/$file"
    done
    is "the SONAME is that of the version" sh -c "readelf -d '$prefix/lib/libmtproto.so' |
        grep -q 'SONAME.*\\[libmtproto.so.${version%.*}\\]'"
    is "nothing else was written" sh -c "! find '$work/stage' -type f | grep ."
    is "no path of this machine in text files" sh -c "! grep -rIl -e '$root' -e /opt/of-old '$prefix' | grep ."
    is "every program has its page" sh -c "for program in '$prefix'/bin/*; do
        test -s '$prefix/share/man/man1/'\$(basename \$program).1 || { echo \$program; exit 1; }; done"
    is "a PREFIX that is no absolute path is refused" sh -c "! PREFIX=here packaging/install.sh '$build'"
}

way_pkg-config() {
    local kind flags language
    if ! has pkg-config pkg-config; then
        skip "pkg-config is missing (package pkg-config)"
        return
    fi
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    mkdir -p "$work/pc" && cd "$work/pc" || return
    is "the version" sh -c "[ \"\$(pkg-config --modversion mtproto)\" = '$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)' ]"
    for language in c cpp; do
        local compiler=cc
        [ $language = c ] || compiler=c++
        # shellcheck disable=SC2046 # flags are words
        is "pkg-config, $language, shared: builds" $compiler -Wall -Werror "$hello/hello.$language" -o shared_$language \
            $(pkg-config --cflags --libs mtproto)
        is "pkg-config, $language, shared: links it" needs ./shared_$language yes
        is "pkg-config, $language, shared: runs" runs ./shared_$language
        # The archive by its name, and what else it needs, as --static says.
        flags=$(pkg-config --static --libs mtproto | sed 's/-lmtproto/-l:libmtproto.a/')
        # shellcheck disable=SC2046,SC2086
        is "pkg-config, $language, static: builds" $compiler -Wall -Werror "$hello/hello.$language" -o static_$language \
            $(pkg-config --cflags mtproto) $flags
        is "pkg-config, $language, static: needs no shared one" needs ./static_$language no
        is "pkg-config, $language, static: runs" env -u LD_LIBRARY_PATH "$BASH" -c "$(declare -f runs); work='$work'; runs ./static_$language"
    done
    cd "$root" || exit 1
    unset PKG_CONFIG_PATH kind
}

# cmake_project FOLDER LINE...: a project with both programs, found by these lines.
cmake_project() {
    local folder=$1
    shift
    mkdir -p "$folder"
    {
        echo 'cmake_minimum_required(VERSION 3.16)'
        echo 'project(hello C CXX)'
        echo 'set(CMAKE_CXX_STANDARD 17)'
        printf '%s\n' "$@"
        for kind in shared static; do
            echo "add_executable(c_$kind $hello/hello.c)"
            echo "target_link_libraries(c_$kind PRIVATE mtproto::$kind)"
            echo "add_executable(cpp_$kind $hello/hello.cpp)"
            echo "target_link_libraries(cpp_$kind PRIVATE mtproto::$kind)"
        done
    } >"$folder/CMakeLists.txt"
}

# cmake_builds NAME FOLDER OPTION...
cmake_builds() {
    local name=$1 folder=$2 program
    shift 2
    is "$name: configures" cmake -S "$folder" -B "$folder/build" "$@"
    is "$name: builds" cmake --build "$folder/build"
    for program in c cpp; do
        is "$name: ${program}_shared runs" runs "$folder/build/${program}_shared"
        is "$name: ${program}_shared links it" needs "$folder/build/${program}_shared" yes
        is "$name: ${program}_static runs" runs "$folder/build/${program}_static"
        is "$name: ${program}_static needs no shared one" needs "$folder/build/${program}_static" no
    done
}

way_cmake() {
    if ! has cmake cmake; then
        skip "cmake is missing (package cmake)"
        return
    fi
    local version
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
    cmake_project "$work/cmake" "find_package(mtproto ${version%.*} REQUIRED)"
    cmake_builds "find_package" "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix"
    cmake_project "$work/cmake_newer" "find_package(mtproto ${version%.*}.99 REQUIRED)"
    is "find_package: a newer one is not found" sh -c \
        "! cmake -S '$work/cmake_newer' -B '$work/cmake_newer/build' -DCMAKE_PREFIX_PATH='$prefix'"
}

way_subdirectory() {
    if ! has cmake cmake; then
        skip "cmake is missing (package cmake)"
        return
    fi
    cmake_project "$work/sub" "add_subdirectory($root mtproto)"
    cmake_builds "add_subdirectory" "$work/sub"
}

# The last commit: what is not committed cannot be fetched.
way_fetch() {
    local commit
    if ! has cmake cmake; then
        skip "cmake is missing (package cmake)"
        return
    fi
    if ! commit=$(git -C "$root" rev-parse HEAD 2>/dev/null); then
        skip "this is no Git repository: nothing to fetch"
        return
    fi
    cmake_project "$work/fetch" 'include(FetchContent)' \
        "FetchContent_Declare(mtproto GIT_REPOSITORY \"file://$root\" GIT_TAG $commit)" 'FetchContent_MakeAvailable(mtproto)'
    cmake_builds "FetchContent" "$work/fetch"
}

# meson_project FOLDER
meson_project() {
    mkdir -p "$1"
    cp "$hello/hello.c" "$1/"
    cat >"$1/meson.build" <<'MESON'
project('hello', 'c')
executable('hello', 'hello.c', dependencies: dependency('mtproto', static: get_option('prefer_static')))
MESON
    printf "option('unused', type: 'boolean', value: false)\n" >"$1/meson_options.txt"
}

way_meson() {
    if ! has meson meson || ! has ninja ninja-build; then
        skip "meson is missing (packages meson, ninja-build)"
        return
    fi
    local kind wanted
    meson_project "$work/meson"
    for kind in false true; do
        wanted=yes
        [ $kind = false ] || wanted=no
        is "meson, static $kind: configures" env PKG_CONFIG_PATH="$prefix/lib/pkgconfig" \
            meson setup -Dprefer_static=$kind "$work/meson/$kind" "$work/meson"
        is "meson, static $kind: builds" ninja -C "$work/meson/$kind"
        is "meson, static $kind: runs" runs "$work/meson/$kind/hello"
        is "meson, static $kind: links as asked" needs "$work/meson/$kind/hello" $wanted
    done
}

# The tree as a subproject, with the build file that the wrap would put there.
way_wrap() {
    if ! has meson meson || ! has ninja ninja-build; then
        skip "meson is missing (packages meson, ninja-build)"
        return
    fi
    meson_project "$work/wrap"
    mkdir -p "$work/wrap/subprojects/mtproto"
    # Cargo wants to see every target that the manifest names.
    cp -R Cargo.toml Cargo.lock build.rs src include benches tests "$work/wrap/subprojects/mtproto/"
    cp packaging/meson/packagefiles/mtproto/meson.build "$work/wrap/subprojects/mtproto/"
    is "make wrap" sh -c "make --no-print-directory MTPROTO_URL=https://git.invalid/mtproto wrap >'$work/mtproto.wrap'"
    is "the wrap file names its place and version" grep -q 'git.invalid' "$work/mtproto.wrap"
    is "make wrap without a place is refused" sh -c "grep -q '^repository = ' Cargo.toml || ! make MTPROTO_URL= wrap"
    sed -e '/^\[wrap-git\]/,/^patch_directory/d' "$work/mtproto.wrap" >"$work/wrap/subprojects/mtproto.wrap"
    sed -i '1i [wrap-file]\ndirectory = mtproto' "$work/wrap/subprojects/mtproto.wrap"
    is "meson wrap: configures" env PKG_CONFIG_PATH=/nowhere meson setup "$work/wrap/build" "$work/wrap"
    is "meson wrap: builds" ninja -C "$work/wrap/build"
    is "meson wrap: runs" runs "$work/wrap/build/hello"
    is "meson wrap: needs no shared one" needs "$work/wrap/build/hello" no
}

way_deb() {
    local package folder=$work/deb machine
    if ! command -v dpkg-deb >/dev/null 2>&1; then
        skip "dpkg-deb is missing: not on Debian"
        return
    fi
    is "make deb without a maintainer is refused" sh -c "grep -q '^authors = ' Cargo.toml ||
        ! env -u MAINTAINER -u DEBEMAIL packaging/deb/make.sh '$build' '$folder'"
    export MAINTAINER='Tests <tests@localhost.invalid>'
    is "make deb" make --no-print-directory BUILD="$build" DEB_FOLDER="$folder" deb
    machine=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || ${CC:-cc} -print-multiarch)
    for package in "$folder"/*.deb; do
        is "$(basename "$package"): unpacks" dpkg-deb -x "$package" "$work/unpacked"
        is "$(basename "$package"): has a description" sh -c "dpkg-deb -f '$package' Description | grep ."
        is "$(basename "$package"): is of root's" sh -c "! dpkg-deb -c '$package' | grep -v ' root/root '"
    done
    is "the packages: a program builds and runs" env PKG_CONFIG_PATH="$work/unpacked/usr/lib/$machine/pkgconfig" \
        LD_LIBRARY_PATH="$work/unpacked/usr/lib/$machine" "$BASH" -c "$(declare -f runs); work='$work'
            cc '$hello/hello.c' -o '$work/deb_hello' \$(pkg-config --cflags --libs mtproto) && runs '$work/deb_hello'"
    # The same bytes again: a package that depends on the hour cannot be checked by anybody.
    (cd "$folder" && sha256sum -- *.deb) >"$work/first"
    rm -f "$folder"/*.deb
    is "make deb, again" make --no-print-directory BUILD="$build" DEB_FOLDER="$folder" deb
    unset MAINTAINER
    is "the packages are the same, byte for byte" sh -c "cd '$folder' && sha256sum -c '$work/first'"
}

# The same names as "make install" gives, for those who install Rust libraries by cargo-c.
way_cargo-c() {
    local folder=$work/cargo-c file soname version
    if ! command -v cargo-cinstall >/dev/null 2>&1; then
        skip "cargo-cinstall is missing (cargo install --locked cargo-c: 0.10 or later)"
        return
    fi
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
    soname=libmtproto.so.${version%.*}
    is "cargo cinstall" env CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/cargo-c" cargo-cinstall cinstall --release \
        --locked --prefix=/usr --libdir=lib --destdir="$folder"
    for file in lib/libmtproto.so "lib/$soname" "lib/libmtproto.so.$version" lib/libmtproto.a lib/pkgconfig/mtproto.pc; do
        is "cargo-c: $file is there" test -s "$folder/usr/$file"
    done
    is "cargo-c: the SONAME" sh -c "readelf -d '$folder/usr/lib/libmtproto.so' | grep -q 'SONAME.*\\[$soname\\]'"
    for file in mtproto.h mtproto.hpp; do is "cargo-c: $file is ours" cmp "include/$file" "$folder/usr/include/$file"; done
    is "cargo-c: a program builds and runs" env PKG_CONFIG_PATH="$folder/usr/lib/pkgconfig" \
        LD_LIBRARY_PATH="$folder/usr/lib" "$BASH" -c "$(declare -f runs); work='$work'
            cc '$hello/hello.c' -o '$work/cargo_c_hello' \$(pkg-config --define-variable=prefix='$folder/usr' \
                --cflags --libs mtproto) && runs '$work/cargo_c_hello'"
}

for way in "${ways[@]}"; do
    if ! declare -F "way_$way" >/dev/null; then
        echo "test-install.sh: there is no way $way" >&2
        exit 2
    fi
    echo "$way"
    "way_$way"
done

line="$passed passed, $failed failed"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed -eq 0 ]
