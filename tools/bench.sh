#!/usr/bin/env bash
# Prints one table of ratios, with the bars beside them and which hold; draws docs/throughput.svg.
#
# Usage: tools/bench.sh [--quick]
#
# Within 10 minutes, most of which builds OpenSSL's and AWS-LC's bindings the first time. What cannot be built here (no
# OpenSSL headers, no C compiler) is left out, and the table says "not measured".
set -u

cd "$(dirname "$0")/.." || exit 1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/compare
manifest=benches/compare/Cargo.toml

for features in aws-lc,openssl openssl aws-lc ""; do
    if cargo build --quiet --release --locked --manifest-path $manifest --no-default-features --features "$features"; then
        echo "compared with: ctr, grammers${features:+, ${features//,/, }}"
        break
    fi
done
exec "$CARGO_TARGET_DIR/release/mtproto-compare" --plot docs/throughput.svg "$@"
