#!/bin/bash
# Runs a command in the folder where swift-setup.sh unpacked Swift, with this project mounted inside.
#
# Usage: tools/swift-run.sh COMMAND [ARGUMENT]...     e.g. tools/swift-run.sh swift build
#
# The project stands at the same path inside, and the command starts in the current folder, which
# must be within the project. The mounts are private to the command: none is left behind.
# KEEP names environment variables to hand on.
set -euo pipefail

export SWIFT_ROOT=${SWIFT_ROOT:-/opt/swift-root}
project=$(cd "$(dirname "$0")/.." && pwd)
export project here=$PWD
case $here/ in
"$project"/*) ;;
*) echo "swift-run: start it within $project" >&2; exit 2 ;;
esac

kept=()
for name in ${KEEP:-}; do
    [ -n "${!name+set}" ] && kept+=("$name=${!name}")
done

# Foundation closes every descriptor that there could be before it starts a program: with a limit of
# a billion that takes minutes.
ulimit -n 4096

# swiftc finds its libraries through /proc/self/exe, so /proc has to be there.
# (MOUNT: another folder to show inside, at the same path.)
# shellcheck disable=SC2016 # expanded inside
exec unshare --mount bash -euc '
    mount -t proc proc "$SWIFT_ROOT/proc"
    mount --rbind /dev "$SWIFT_ROOT/dev"
    for folder in "$project" ${MOUNT:-}; do
        mkdir -p "$SWIFT_ROOT$folder"
        mount --bind "$folder" "$SWIFT_ROOT$folder"
    done
    exec chroot "$SWIFT_ROOT" /usr/bin/env --ignore-environment --chdir="$here" \
        HOME=/root LANG=C.UTF-8 PATH=/usr/bin:/bin "$@"
' bash "${kept[@]}" "$@"
