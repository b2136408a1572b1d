#!/bin/bash
# Puts what tools/bindings.sh wrote for Swift where the package looks for it.
set -euo pipefail
cd "$(dirname "$0")/.."
from=build/bindings/swift to=bindings/swift/Sources

# place FROM TO: only where it changed, or everything would be compiled again.
place() {
    mkdir -p "$(dirname "$2")"
    cmp -s "$1" "$2" || cp "$1" "$2"
}
place $from/MTProto.swift $to/MTProto/Generated/MTProto.swift
place $from/MTProtoFFI.h $to/MTProtoFFI/MTProtoFFI.h
