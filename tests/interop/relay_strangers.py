"""Strangers at mtproto-relay: each must reach the site behind it byte for byte, and get the site's answer."""

import os
import socket

from relay_bench import GARBAGE, MOST_GROWTH, TLS, memory, see, wait_until
from relay_site import Recorder, Site, tls_exchange

def strange(bench, reason, data, answer, end=True):
    """Sends bytes; they must reach the site as they are, and its answer must come back as it is."""
    start, known = len(bench.relay.events), bench.site.count()
    with socket.create_connection(bench.relay.address, timeout=10) as peer:
        for at in range(0, len(data), 65536):
            peer.sendall(data[at:at + 65536])
        if end:
            peer.shutdown(socket.SHUT_WR)
        got = b""
        while len(got) < len(answer) or end:
            part = peer.recv(65536)
            if not part:
                break
            got += part
        # By the site itself, which the relay only hands on.
        assert got[:len(answer)] == answer, "the answer is %r" % got[:100]
    visit = wait_until(lambda: bench.site.visit(known, data))
    assert visit, "the site did not get these %d bytes" % len(data)
    found = see(bench.relay, start, event="not_ours")
    assert found["reason"] == reason, "the relay says %r" % found


def http_request(bench):
    strange(bench, "http", b"GET / HTTP/1.1\r\nHost: site.example.com\r\n\r\n", Site.PAGE)


def garbage(bench):
    before = memory(bench.relay)
    strange(bench, "unknown_opening", b"\x99" + os.urandom(GARBAGE), b"")
    growth = memory(bench.relay) - before
    assert growth < MOST_GROWTH, "the relay grew by %d bytes" % growth


def tls_garbage(bench):
    """The beginning of a hello, then nonsense: larger than any hello."""
    strange(bench, "malformed_hello", b"\x16\x03\x01\x02\x00" + os.urandom(GARBAGE), b"")


def swallowed_garbage(bench):
    before = memory(bench.silent)
    with socket.create_connection(bench.silent.address, timeout=10) as peer:
        peer.sendall(os.urandom(GARBAGE))
        peer.settimeout(0.5)
        try:
            assert peer.recv(1) == b"x", "the relay answered or closed"
        except TimeoutError:
            pass
    growth = memory(bench.silent) - before
    assert growth < MOST_GROWTH, "the relay grew by %d bytes" % growth


def real_tls(bench):
    """A TLS 1.3 client of OpenSSL's: its handshake and its page are the site's, byte for byte."""
    start, known = len(bench.relay.events), bench.site.count()
    sent, received, version, page = tls_exchange(bench.relay.address, "site.example.com")
    assert version == "TLSv1.3", version
    assert page == Site.PAGE, "the page is %r" % page[:60]
    visit = wait_until(lambda: bench.site.visit(known, sent))
    assert visit, "the site did not get the client's bytes"
    assert visit.sent.startswith(received), "the client did not get the site's bytes"
    see(bench.relay, start, event="not_ours", reason="unknown_secret")


def recorded(bench, secret):
    """The first flight of our probe, recorded on its way; it was accepted."""
    with Recorder(bench.relay.address) as recorder:
        bench.probe(secret, address=recorder.address)
        return recorder.first_flight


def replayed(bench, secret, split):
    first = recorded(bench, secret)
    if split:  # what follows the hello is made from the answer, and nothing to be replayed
        first = first[:5 + int.from_bytes(first[3:5], "big")]
    strange(bench, "replayed", first, b"")
    strange(bench, "replayed", first, b"")


def replayed_with_new_time(bench):
    """The time is outside the digest: whoever recorded a hello can give it a new one."""
    first = bytearray(recorded(bench, TLS))
    first = first[:5 + int.from_bytes(first[3:5], "big")]
    first[11 + 28] ^= 1
    strange(bench, "replayed", bytes(first), b"")


def stopped_hello(bench):
    """A client that goes in the middle of a hello: the site gets what there was of it."""
    hello = recorded(bench, TLS)
    hello = hello[:5 + int.from_bytes(hello[3:5], "big")]
    for cut in (1, 4, 5, 11, 43, 44, 517, len(hello) - 1):
        strange(bench, "incomplete", hello[:cut], b"")
    # Not a byte: when to hang up is the site's to say.
    strange(bench, "before_opening", b"", b"")
