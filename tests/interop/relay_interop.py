#!/usr/bin/env python3
"""Sends clients and strangers through mtproto-relay, with mtproto-responder as its DC and a site of our own behind it.

    python relay_interop.py [folder of the programs]      default: build/bin of this tree

Telethon's part needs the environment that `run_relay.sh` makes, and is skipped without it. All else is Python's standard
library.
"""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True

import relay_strangers as strangers  # noqa: E402  (no compiled files in the source tree)
from raw_client import Peer  # noqa: E402
from relay_bench import (CONNECTIONS, KEY, MOST_GROWTH, PADDED, PLAIN, SECRETS, TLS, WRONG_TLS, Bench, events_of,  # noqa: E402
                         memory, see)
from relay_site import NO_SITE, Recorder, Site  # noqa: E402
from responder import Cases, Responder  # noqa: E402


def probe_case(bench, secret, index, carrier, envelope, words):
    at_relay, at_dc = len(bench.relay.events), len(bench.dc.events)
    bench.probe(secret, *words)
    found = see(bench.relay, at_relay, event="accepted")
    expected = {"envelope": envelope, "carrier": carrier, "secret": index, "dc": 2}
    assert {key: found[key] for key in expected} == expected, "the relay says %r" % found
    if carrier == "fake_tls":
        assert found["server_name"] == "site.example.com" and abs(found["clock_skew"]) <= 2, "the relay says %r" % found
    found = see(bench.dc, at_dc, event="accepted")
    assert (found["envelope"], found["dc"], found["secret"]) == (envelope, 2, None), "the DC says %r" % found
    see(bench.dc, at_dc, event="payload", constructor="be7e8ef1", length=40)
    see(bench.relay, at_relay, event="closed", reason="client", up=40, down=84)


def unknown_dc(bench):
    start = len(bench.relay.events)
    report = bench.probe(TLS, "--dc", "7", expected="transport_error")
    assert report["transport_error"] == 444, report["failure"]
    see(bench.relay, start, event="closed", reason="unknown_dc")


def dead_dc(bench):
    free = socket.create_server(("127.0.0.1", 0))
    address = "2=%s:%d" % free.getsockname()
    free.close()
    with Responder(os.path.join(os.path.dirname(bench.probe_path), "mtproto-relay"), "--secret", TLS, "--dc", address) as relay:
        bench.probe(TLS, relay=relay, expected="closed_after_header")


def clock_case(bench, offset, low, high):
    start = len(bench.relay.events)
    report = bench.probe(TLS, "--unix-time-offset=%d" % offset, expected="clock")
    assert low <= report["clock_offset"] <= high, "clock_offset is %d" % report["clock_offset"]
    assert "clock is off by about" in report["failure"], report["failure"]
    found = see(bench.relay, start, event="not_ours", reason="clock")
    assert abs(found["clock_skew"] - offset) <= 3, "the relay says %r" % found
    report = bench.probe(TLS, "--unix-time-offset=%d" % offset, "--no-diagnose", expected="real_site")
    assert "a real site answered" in report["failure"], report["failure"]


def wrong_secret(bench):
    start = len(bench.relay.events)
    report = bench.probe(WRONG_TLS, expected="wrong_secret")
    assert "no proxy behind this site" in report["failure"], report["failure"]
    refused = events_of(bench.relay, start, event="not_ours", reason="unknown_secret")
    assert 2 <= len(refused) <= 45, "%d hellos" % len(refused)


def wrong_plain_secret(bench):
    for secret in (KEY[::-1], "dd" + KEY[::-1]):
        report = bench.probe(secret, relay=bench.silent, expected="silence_after_header", *("--timeout", "1"))
        assert "wrong secret, or not a proxy" in report["failure"], report["failure"]
    report = bench.probe(WRONG_TLS, "--timeout", "1", relay=bench.silent, expected="silence_after_hello")
    assert "wrong secret" in report["failure"], report["failure"]


def not_a_proxy(bench):
    """The probe against what is no proxy."""
    bench.probe(TLS, address=bench.site.address, expected="wrong_secret")
    with Recorder(None, answer=b"SSH-2.0-OpenSSH_9.2p1\r\n") as ssh:
        report = bench.probe(TLS, address=ssh.address, expected="not_a_proxy")
        assert "not a proxy at all" in report["failure"], report["failure"]
    with Recorder(None, answer=b"HTTP/1.1 400 Bad Request\r\n\r\n") as http:
        for secret in (TLS, PLAIN):
            report = bench.probe(secret, address=http.address, expected="not_a_proxy")
            assert "HTTP server answered" in report["failure"], report["failure"]
    with Recorder(None, answer=b"") as closer:
        report = bench.probe(TLS, address=closer.address, expected="closed_after_hello")
        assert report["failure"].startswith("closed after the hello"), report["failure"]
        report = bench.probe(PADDED, address=closer.address, expected="closed_after_header")
        assert report["failure"].startswith("closed after the header"), report["failure"]


def half_closed(bench):
    """A client that says it is done still gets the answer, then the end."""
    with Peer(bench.echo.address, "intermediate", obfuscated=True, secret=bytes.fromhex(PLAIN), dc=2) as peer:
        peer.send(b"\x11" * 64)
        peer.socket.shutdown(socket.SHUT_WR)
        assert peer.read() == ("payload", b"\x11" * 64), "another answer"
        assert peer.socket.recv(1) == b"", "no end"


def openssl_ctr(key, iv, data):
    """AES-256-CTR of so many bytes that Python's own would take minutes."""
    return subprocess.run(["openssl", "enc", "-aes-256-ctr", "-K", key.hex(), "-iv", iv.hex()], input=data,
                          stdout=subprocess.PIPE, check=True).stdout


def back_pressure(bench):
    """A client that sends and does not read is stopped; nothing is lost once it reads."""
    # More than the buffers of all sockets on the way and back hold together.
    frames, length = 1600, 64 * 1024
    payload = os.urandom(length)
    before = memory(bench.echo)
    with Peer(bench.echo.address, "intermediate", obfuscated=True, secret=bytes.fromhex(PLAIN), dc=2) as peer:
        cipher = peer.cipher
        # The first 64 bytes of the stream have gone over the opening.
        data = peer.opening + openssl_ctr(cipher.client_key, cipher.client_iv, bytes(64) + peer.frame(payload) * frames)[64:]
        peer.socket.setblocking(False)
        sent, quiet = 0, time.monotonic()
        while sent < len(data) and time.monotonic() - quiet < 1:
            try:
                count = peer.socket.send(data[sent:sent + length])
                sent, quiet = sent + count, time.monotonic() if count else quiet
            except BlockingIOError:
                time.sleep(0.02)
        assert sent < len(data), "nothing stopped %d bytes" % sent
        growth = memory(bench.echo) - before
        assert growth < MOST_GROWTH, "the relay grew by %d bytes" % growth
        received = bytearray()
        end = time.monotonic() + (60 if MOST_GROWTH < 1 << 40 else 300)
        while len(received) < frames * (length + 4) and time.monotonic() < end:
            try:
                received += peer.socket.recv(1 << 20)
            except BlockingIOError:
                time.sleep(0.002)
            try:
                sent += peer.socket.send(data[sent:sent + length]) if sent < len(data) else 0
            except BlockingIOError:
                pass
        plain = openssl_ctr(cipher.server_key, cipher.server_iv, bytes(received))
        assert plain == peer.frame(payload) * frames, "%d bytes came back, or others" % len(plain)


def still_open(bench):
    """Many clients that stop mid-hello and stay: others are served meanwhile."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    connections = []
    try:
        for _ in range(CONNECTIONS):
            connections.append(socket.create_connection(bench.relay.address, timeout=10))
            connections[-1].sendall(b"\x16\x03\x01\x06\x00\x01\x00")
        for secret in SECRETS:
            bench.probe(secret)
        each = memory(bench.relay) // CONNECTIONS
        assert each < 65536 or MOST_GROWTH == 1 << 40, "%d bytes for each connection" % each
    finally:
        for connection in connections:
            connection.close()


def still_serves(bench):
    for relay in (bench.relay, bench.silent):
        for secret in SECRETS:
            bench.probe(secret, relay=relay)
    for program in (bench.relay, bench.silent, bench.dc):
        assert not program.bad_lines, "no JSON: %r" % program.bad_lines[:3]


def stops(bench):
    for program in (bench.relay, bench.silent, bench.echo):
        program.process.terminate()
        assert program.process.wait(10) == 0, "exit status %d" % program.process.returncode


def telethon_part(cases, bench):
    try:
        import telethon_interop as telethon
    except ImportError as error:
        print("skipped: Telethon's part: %s" % error)
        return 1
    randomized = telethon.ConnectionTcpMTProxyRandomizedIntermediate
    telethon.SECRETS[:] = [PLAIN, PADDED[2:]]
    asyncio.run(telethon.run_cases(cases, bench.relay, [
        (telethon.ConnectionTcpMTProxyAbridged, 2, 0, "", "abridged", True, 2),
        (telethon.ConnectionTcpMTProxyIntermediate, -4, 0, "", "intermediate", True, -4),
        (randomized, 10002, 0, "", "padded_intermediate", True, 10002),
        (randomized, -10003, 1, "dd", "padded_intermediate", True, -10003),
    ]))
    return 0


def run_all(cases, bench):
    padded = "padded_intermediate"
    for envelope in ("abridged", "intermediate", padded):
        cases.run("probe, 16-byte secret, %s" % envelope, probe_case, bench, PLAIN, 0, "tcp", envelope, ["--envelope", envelope])
    cases.run("probe, dd secret", probe_case, bench, PADDED, 1, "tcp", padded, [])
    for profile in ("chrome", "safari", "classic"):
        cases.run("probe, ee secret, %s" % profile, probe_case, bench, TLS, 2, "fake_tls", padded, ["--tls-profile", profile])
    cases.run("a DC that the relay does not know: 444", unknown_dc, bench)
    cases.run("a DC that is not there: closed after the header", dead_dc, bench)
    skipped = telethon_part(cases, bench)
    cases.run("a client that half-closes gets its answer", half_closed, bench)
    if NO_SITE:
        print("skipped: a site with TLS, a cipher for many bytes: %s" % NO_SITE)
        skipped += 1
    else:
        cases.run("a client that does not read is stopped", back_pressure, bench)
        for offset, low, high in ((-300, 180, 420), (300, -420, -180), (-1500, 1380, 1620), (1200, -1320, -1080),
                                  (-7200, 7080, 7320), (12600, -12720, -12480), (50400, -50520, -50280)):
            cases.run("probe, clock off by %d s: it says so" % offset, clock_case, bench, offset, low, high)
        cases.run("probe, wrong ee secret: it says so", wrong_secret, bench)
        cases.run("what is no proxy: the probe says what", not_a_proxy, bench)
        cases.run("a TLS 1.3 client: the site answers, byte for byte", strangers.real_tls, bench)
    cases.run("wrong secrets, no site: silence, and words for it", wrong_plain_secret, bench)
    cases.run("an HTTP request: the site answers", strangers.http_request, bench)
    cases.run("2 MiB of garbage go to the site", strangers.garbage, bench)
    cases.run("a hello of 2 MiB of garbage goes to the site", strangers.tls_garbage, bench)
    cases.run("2 MiB of garbage, no site: swallowed", strangers.swallowed_garbage, bench)
    cases.run("a replayed hello goes to the site", strangers.replayed, bench, TLS, True)
    cases.run("... with a new time too", strangers.replayed_with_new_time, bench)
    cases.run("a replayed 16-byte secret's opening goes to the site", strangers.replayed, bench, PLAIN, False)
    cases.run("a replayed dd secret's opening goes to the site", strangers.replayed, bench, PADDED, False)
    cases.run("a client that goes mid-hello: the site gets what there was", strangers.stopped_hello, bench)
    cases.run("%d clients that stop mid-hello hold nobody up" % CONNECTIONS, still_open, bench)
    cases.run("after all that the relays serve", still_serves, bench)
    cases.run("... and stop when they are asked to", stops, bench)
    return skipped


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    folder = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    cases, skipped = Cases(), 0
    try:
        with Site() as site:
            bench = Bench(folder, site)
            try:
                skipped = run_all(cases, bench)
            finally:
                bench.stop()
    except (OSError, RuntimeError) as error:
        # A program that does not start is a failure with a reason, not a traceback.
        cases.report("starting the programs", error, 0)
    if skipped:
        print("%d passed, %d failed, %d skipped" % (cases.passed, cases.failed, skipped))
        return 1 if cases.failed else 0
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
