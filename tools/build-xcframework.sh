#!/bin/bash
# Builds MTProtoCore.xcframework for iOS (device, simulator) and macOS, with both faces. On a Mac with Xcode and rustup.
#
# Usage: tools/build-xcframework.sh [FOLDER]         (default build/xcframework)
#
# Each slice is a static framework, not a bare library: a module map in a framework collides with nobody else's. The binary
# serves two modules, whose names nobody else has: MTProtoFFI (UniFFI) is the framework's own; CMTProto (the C ABI) is a header
# and a module map in the Swift package.
# Was not run where it was written: there is no Xcode there.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(uname)" = Darwin ] || { echo "xcframework: only a Mac has xcodebuild"; exit 77; }

out=${1:-build/xcframework}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
ios=15.0 macos=12.0
rm -rf "$out"
mkdir -p "$out"

# A clean environment: what Xcode sets for its own target would reach build scripts and mix the platforms.
build() {
    env -i PATH="$PATH" HOME="$HOME" IPHONEOS_DEPLOYMENT_TARGET=$ios MACOSX_DEPLOYMENT_TARGET=$macos \
        RUSTFLAGS="--remap-path-prefix=$PWD=. --remap-path-prefix=$HOME=~" \
        cargo rustc --release --lib --locked --features uniffi --crate-type staticlib --target "$1"
}
rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin
for target in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin; do
    build $target
done
cargo run --quiet --locked --features bindgen --bin uniffi-bindgen -- \
    swift target/aarch64-apple-darwin/release/libmtproto.a "$out/swift"

# One slice: slice NAME PLATFORM MINIMUM TARGET...
slice() {
    local framework=$out/$1/MTProtoFFI.framework platform=$2 minimum=$3 root
    shift 3
    root=$framework
    # On macOS a framework has versions, and links to the current one.
    if [ "$platform" = MacOSX ]; then
        root=$framework/Versions/A
        mkdir -p "$root"
        ln -s A "$framework/Versions/Current"
        for entry in Headers Modules Resources MTProtoFFI; do
            ln -s "Versions/Current/$entry" "$framework/$entry"
        done
    fi
    mkdir -p "$root/Headers" "$root/Modules"
    local libraries=()
    for target in "$@"; do libraries+=("target/$target/release/libmtproto.a"); done
    lipo -create "${libraries[@]}" -output "$root/MTProtoFFI"
    cp "$out/swift/MTProtoFFI.h" "$root/Headers/"
    cat >"$root/Modules/module.modulemap" <<MAP
framework module MTProtoFFI {
  header "MTProtoFFI.h"
  export *
}
MAP
    local resources=$root
    if [ "$platform" = MacOSX ]; then
        resources=$root/Resources
        mkdir -p "$resources"
    fi
    cp bindings/swift/Sources/MTProto/PrivacyInfo.xcprivacy "$resources/"
    cat >"$resources/Info.plist" <<PLIST
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>CFBundleExecutable</key><string>MTProtoFFI</string>
  <key>CFBundleIdentifier</key><string>org.libmtproto.MTProtoFFI</string>
  <key>CFBundleInfoDictionaryVersion</key><string>6.0</string>
  <key>CFBundleName</key><string>MTProtoFFI</string>
  <key>CFBundlePackageType</key><string>FMWK</string>
  <key>CFBundleShortVersionString</key><string>$version</string>
  <key>CFBundleSupportedPlatforms</key><array><string>$platform</string></array>
  <key>CFBundleVersion</key><string>$version</string>
  <key>MinimumOSVersion</key><string>$minimum</string>
</dict>
</plist>
PLIST
    frameworks+=(-framework "$framework")
}
frameworks=()
slice ios iPhoneOS $ios aarch64-apple-ios
slice simulator iPhoneSimulator $ios aarch64-apple-ios-sim x86_64-apple-ios
slice macos MacOSX $macos aarch64-apple-darwin x86_64-apple-darwin

xcodebuild -create-xcframework "${frameworks[@]}" -output "$out/MTProtoCore.xcframework"
[ -z "${SIGN_IDENTITY:-}" ] || codesign --timestamp --sign "$SIGN_IDENTITY" "$out/MTProtoCore.xcframework"
(cd "$out" && ditto -c -k --keepParent MTProtoCore.xcframework MTProtoCore.xcframework.zip)
echo "checksum for Package.swift: $(swift package compute-checksum "$out/MTProtoCore.xcframework.zip")"
