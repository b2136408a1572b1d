#!/usr/bin/env bash
# Prints the Meson wrap file of this version: packaging/meson/make.sh > subprojects/mtproto.wrap   (make wrap)
#
#   MTPROTO_URL   where Git fetches libmtproto from (Cargo.toml's "repository", if it names one)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
manifest=$here/../../Cargo.toml
field() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$manifest" | head -n 1; }
url=${MTPROTO_URL:-$(field repository)}
if [ -z "$url" ]; then
    echo "make.sh: where does Git fetch libmtproto from? Set MTPROTO_URL: Cargo.toml names no repository" >&2
    exit 2
fi
sed -e "s,@URL@,$url,; s,@VERSION@,$(field version)," "$here/mtproto.wrap.in"
