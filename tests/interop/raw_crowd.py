"""Very many clients of mtproto-responder at once, more than it has descriptors for, and clients that say nothing."""

import contextlib
import os
import resource
import select
import time

from raw_client import TIMEOUT, Peer, check_res_pq, req_pq_multi, wire
from responder import Responder

CROWD = 500
FEW_DESCRIPTORS = 40
IDLE = 2


@contextlib.contextmanager
def descriptor_limit(soft):
    """At most so many descriptors, here and in what is started here; whoever wants may raise it again."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def ask(peer):
    nonce = os.urandom(16)
    peer.send(req_pq_multi(nonce))
    return nonce


def reasons(responder):
    return [event["reason"] for event in responder.events if event["event"] == "closed"]


def wait_for_closed(responder, count):
    with responder.changed:
        responder.changed.wait_for(lambda: len(reasons(responder)) >= count, timeout=TIMEOUT)


def all_at_once(responder):
    """Each asks when all are there, and the last one is answered as the first."""
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(Peer(responder.address, envelope)) for envelope in wire.ENVELOPES * (CROWD // 4)]
        nonces = [ask(peer) for peer in peers]
        for peer, nonce in reversed(list(zip(peers, nonces))):
            check_res_pq(peer.read(), nonce)
    wait_for_closed(responder, CROWD)
    assert reasons(responder) == ["between_frames"] * CROWD, "%d closed" % len(reasons(responder))


def too_many(responder):
    """Whoever finds no descriptor left waits until another client has gone."""
    resource.prlimit(responder.process.pid, resource.RLIMIT_NOFILE, (FEW_DESCRIPTORS, FEW_DESCRIPTORS))
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(Peer(responder.address, "abridged")) for _ in range(2 * FEW_DESCRIPTORS)]
        nonces = [ask(peer) for peer in peers]
        assert not select.select([peers[-1].socket], [], [], 0.3)[0], "the last one was served"
        for peer, nonce in zip(peers, nonces):
            check_res_pq(peer.read(), nonce)
            peer.socket.close()


def idle(responder):
    """Who says nothing at all, stops half-way, or rests on an answer is closed; who goes on, bit by bit, is not."""
    with Peer(responder.address, "full") as silent, Peer(responder.address, "full") as half, \
            Peer(responder.address, "full") as resting, Peer(responder.address, "intermediate") as slow:
        half.send_raw(bytes.fromhex("34000000000000"))
        nonce = ask(resting)
        check_res_pq(resting.read(), nonce)
        request = slow.opening + slow.frame(req_pq_multi(bytes(16)))
        step = len(request) // 16
        for start in range(0, len(request), step):
            slow.send_raw(request[start:start + step])
            time.sleep((IDLE + 1.5) / 16)  # the time is looked at once a second
        check_res_pq(slow.read(), bytes(16))
        for peer in (silent, half, resting):
            assert peer.read_until_end(TIMEOUT), "an idle connection stayed open"
    wait_for_closed(responder, 4)
    assert reasons(responder).count("idle") == 3, reasons(responder)


def run_all(cases, path):
    with descriptor_limit(64), Responder(path) as responder:
        with descriptor_limit(2 * CROWD):
            cases.run("%d clients at once" % CROWD, all_at_once, responder)
    with Responder(path) as responder:
        if hasattr(resource, "prlimit"):  # Linux
            cases.run("%d clients, and descriptors for half of them" % (2 * FEW_DESCRIPTORS), too_many, responder)
    with Responder(path, "--idle", str(IDLE)) as responder:
        cases.run("closes clients that are idle for %d seconds" % IDLE, idle, responder)
