#!/usr/bin/env bash
# Checks what the library is made of: licences, sources and duplicates (deny.toml), the SBOM, the oldest Rust that does.
#
# Usage: tools/check-supply.sh      ends with "N passed, M failed", and ", K skipped" where a tool is missing
#
#   DENY_VERSION   the cargo-deny that is installed into the target folder where none is in PATH (0.20.2; minutes)
#
# Advisories are not looked up: their database is fetched from where a build machine may not reach.
# rust-version is checked with that compiler, which rustup installs: the library with both faces is built, and the Rust
# tests are run. Without rustup: Clippy refuses what the standard library had not then, and no dependency may ask for more.
set -u

cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0 skipped=0
tools=${CARGO_TARGET_DIR:-$PWD/target}/tools
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

is() {
    local name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
}
skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

deny=$(command -v cargo-deny || true)
if [ -z "$deny" ]; then
    deny=$tools/bin/cargo-deny
    [ -x "$deny" ] || CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --root "$tools" \
        "cargo-deny@${DENY_VERSION:-0.20.2}"
fi
if [ -x "$deny" ]; then
    cargo fetch --quiet --locked
    for what in bans licenses sources; do is "cargo deny: $what" "$deny" --offline check "$what"; done
else
    skip "cargo-deny cannot be installed"
fi

if command -v python3 >/dev/null 2>&1; then
    is "licences and checksums of the SBOM" python3 -B packaging/sbom.py --check
    # shellcheck disable=SC2016 # for that shell to expand
    is "the SBOM is the same twice" sh -c 'a=$(python3 -B packaging/sbom.py | sha256sum) &&
        b=$(python3 -B packaging/sbom.py | sha256sum) && [ "$a" = "$b" ]'
    is "docs/dependencies.md has every direct dependency" python3 -B - <<'PYTHON'
import pathlib, re, sys, tomllib
direct = tomllib.loads(pathlib.Path("Cargo.toml").read_text())["dependencies"]
document = pathlib.Path("docs/dependencies.md").read_text()
rows = set(re.findall(r"^\| `([\w-]+)` \|", document.split("## What is not there")[0], re.M))
for name in sorted(set(direct) ^ rows):
    print(f"{name}: {'not in the document' if name in direct else 'no dependency'}")
sys.exit(set(direct) != rows)
PYTHON
else
    skip "python3 is missing (package python3)"
fi

# --- the audit map ---
unsafe_lines() { git ls-files "$@" | grep -v tests | xargs grep -hw unsafe | grep -vc '^ *//'; }
is "SECURITY.md tells how many lines say unsafe: $(unsafe_lines src/capi) and $(unsafe_lines src/uniffi_api)" \
    grep -q "$(unsafe_lines src/capi) lines say .unsafe.*: $(unsafe_lines src/uniffi_api)\. Denied elsewhere" SECURITY.md
is "no unsafe elsewhere" test "$(git ls-files src | grep -vE '^src/(capi|uniffi_api)/|tests' | xargs grep -hw unsafe |
    grep -vcE '^ *//|unsafe_code')" -eq 0

# --- the oldest Rust ---
asked_for_more() {
    cargo metadata --locked --offline --format-version 1 --features uniffi 2>/dev/null |
        tr ',' '\n' | sed -n 's/^"rust_version":"\([0-9.]*\)"}*$/\1/p' | sort -V | tail -n 1
}
most=$(asked_for_more)
echo "rust-version is $oldest; a dependency asks for $most"
is "no dependency asks for more than rust-version" \
    test "$(printf '%s\n' "$most" "$oldest" | sort -V | tail -n 1)" = "$oldest"
is "Clippy: nothing of std that is newer than rust-version" cargo clippy --quiet --locked --lib --features uniffi -- \
    -D clippy::incompatible_msrv
has_oldest() { cargo "+$oldest" --version >/dev/null 2>&1; }
if command -v rustup >/dev/null 2>&1 && ! has_oldest; then
    rustup toolchain install "$oldest" --profile minimal >/dev/null 2>&1
fi
if has_oldest; then
    export CARGO_TARGET_DIR=$tools/oldest
    is "Rust $oldest: the library with both faces" cargo "+$oldest" check --quiet --locked --lib --features uniffi
    is "Rust $oldest: the tests" cargo "+$oldest" test --quiet --locked --lib --tests
else
    skip "Rust $oldest cannot be installed: the oldest compiler was not tried"
fi

line="$passed passed, $failed failed"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed -eq 0 ]
