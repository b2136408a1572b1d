#!/usr/bin/env bash
# What 100, 1,000 and 10,000 connections over loopback cost mtproto-relay, and the least server over the library.
#
# Usage: tools/bench-scale.sh       (make bench-scale, which builds the programs)
#
# scale-load opens the connections, each with a secret, in one epoll loop, and exchanges packets; the relay stands between
# it and scale-echo. Clients, server and DC share this machine, so rates are per second of the server's own CPU time;
# those by the wall clock are printed beside them. Within 5 minutes. Where the limit of open files allows no 10,000, as
# many as it allows. Exit status: 0; 1 something broke; 77 not possible here, with the reason.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

cannot() {
    echo "bench-scale: skipped: $1"
    exit 77
}
[ "$(uname)" = Linux ] || cannot "it counts by /proc and epoll, which are Linux's"
[ -r /proc/self/smaps_rollup ] || cannot "there is no /proc/self/smaps_rollup, so memory cannot be read"
for program in build/scale/scale-load build/scale/scale-echo build/bin/mtproto-relay; do
    [ -x $program ] || cannot "$program is not built: make bench-scale"
done
most_files=$(ulimit -Hn)
[ "$most_files" != unlimited ] || most_files=1000000
spare=400 # for connections that are being closed while others are opened
[ "$most_files" -ge $((2 * 1000 + spare)) ] || cannot "ulimit -Hn is $most_files, too few for 1,000 connections through a relay"

secret=00112233445566778899aabbccddeeff
work=$(mktemp -d)
running=()
stop() {
    [ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2>/dev/null || true
    [ ${#running[@]} -eq 0 ] || wait "${running[@]}" 2>/dev/null || true
    running=()
}
trap 'stop; rm -rf "$work"' EXIT

# start NAME COMMAND...: runs it until stop; its address and process id are then in $address and $pid.
start() {
    local output=$work/$1 turn
    shift
    : >"$output"
    "$@" >"$output" &
    pid=$!
    running+=("$pid")
    for turn in {1..100}; do
        address=$(sed -n 's/^listening //p' "$output")
        [ -z "$address" ] || return 0
        sleep 0.05
    done
    echo "bench-scale: $1 does not listen after $turn looks" >&2
    exit 1
}

# measure SERVER CONNECTIONS: appends its figures to $work/figures.
measure() {
    if [ "$1" = relay ]; then
        start dc build/scale/scale-echo
        start relay build/bin/mtproto-relay --secret $secret --dc "2=$address" --max-connections 1000000
    else
        start echo build/scale/scale-echo --secret $secret
    fi
    build/scale/scale-load --connect "$address" --pid "$pid" --connections "$2" --secret $secret --rounds 3 |
        sed "s/^/$1\t/" >>"$work/figures"
    stop
}

started=$SECONDS
for wanted in 100 1000 10000; do
    for server in relay echo; do
        most=$((most_files - spare))
        [ $server = echo ] || most=$((most / 2)) # a relayed connection is two
        measure $server $((wanted < most ? wanted : most))
    done
done

# A packet through the relay and back is two packets to the relay, and one to the server that echoes.
awk -F '\t' '
    function rate(value) {
        if (value == "" || value == 0) return "-"
        return value >= 10000 ? sprintf("%.0f k", value / 1000) : sprintf("%.1f k", value / 1000)
    }
    function bytes(value) { return value == "" || value == 0 ? "-" : sprintf("%.2f GB", value * 65536 / 1e9) }
    function share(value) { return value == "" ? "-" : value " %" }
    function line(row, kind, n, name) {
        split("opened replaced 64x1 64x16 1024x16", names, " ")
        printf "| %s ", row
        for (n = 1; n <= 5; n++) printf "| %s ", rate(kind[row, names[n]])
        printf "| %s ", bytes(kind[row, "65536x4"])
    }
    {
        row = ($1 == "relay" ? "relay" : "echo") " | " $2
        if (!(row in seen)) { seen[row] = 1; rows[++count] = row }
        factor = $1 == "relay" && $3 ~ /x/ ? 2 : 1
        wall[row, $3] = $4 * factor
        core[row, $3] = $5 * factor
        user[row, $3] = $6
    }
    END {
        head = "| server | connections | opened | replaced | 64 B, 1 at once | 64 B, 16 at once | 1 KiB, 16 at once | 64 KiB, 4 at once |"
        print "Per second of the CPU time of the server:\n"
        print head " memory each: idle | after |\n|---|---|---|---|---|---|---|---|---|---|"
        for (r = 1; r <= count; r++) {
            line(rows[r], core)
            print "| " wall[rows[r], "memory-idle"] " B | " wall[rows[r], "memory-after"] " B |"
        }
        print "\nPer second by the clock, clients, server and DC on this machine together:\n"
        print head "\n|---|---|---|---|---|---|---|---|"
        for (r = 1; r <= count; r++) { line(rows[r], wall); print "|" }
        print "\nOf the CPU time of the server, outside the kernel:\n"
        print head "\n|---|---|---|---|---|---|---|---|"
        split("opened replaced 64x1 64x16 1024x16 65536x4", all, " ")
        for (r = 1; r <= count; r++) {
            printf "| %s ", rows[r]
            for (n = 1; n <= 6; n++) printf "| %s ", share(user[rows[r], all[n]])
            print "|"
        }
    }
' "$work/figures"
echo
echo "in $((SECONDS - started)) seconds, on $(nproc) cores with a load of $(cut -d ' ' -f 1 /proc/loadavg)"
