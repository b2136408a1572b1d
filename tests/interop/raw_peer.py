#!/usr/bin/env python3
"""An independent client on raw sockets that talks to mtproto-responder in every way it must understand, and in some it must survive.

    python3 raw_peer.py [path of mtproto-responder]      default: build/bin/mtproto-responder of this tree

Python standard library only; framing, obfuscation and AES come from tests/vectors/generate.py, nothing from the library.
"""

import hashlib
import os
import socket
import struct
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import raw_crowd  # noqa: E402  (no bytecode of these)
from raw_client import TIMEOUT, Peer, check_res_pq, req_pq_multi, wire  # noqa: E402
from responder import ANY, Cases, Responder, check_accepted  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PADDED = "padded_intermediate"
SECRETS = [wire.SECRET, wire.SECOND_SECRET]


def conversation(responder, envelope, obfuscated, secret_index, dc, byte_by_byte):
    """A key exchange's first step, then an encrypted message nobody knows the key of."""
    secret = None if secret_index is None else SECRETS[secret_index]
    with Peer(responder.address, envelope, obfuscated, secret, dc, byte_by_byte) as peer:
        nonce = os.urandom(16)
        peer.send(req_pq_multi(nonce))
        check_res_pq(peer.read(), nonce)
        check_accepted(responder.accepted(peer.local_address), envelope, obfuscated,
                       (ANY if obfuscated and dc is None else dc), secret_index)
        nonce = os.urandom(16)
        peer.send(req_pq_multi(nonce))
        check_res_pq(peer.read(), nonce)
        peer.send(wire.encrypted_shaped("raw peer", 24 + 16 * 5))
        answer = peer.read()
        assert answer == ("control", -404), "%s %r instead of transport error 404" % answer


def serves(responder, secret_index=None, dc=2):
    """The responder still answers a newcomer."""
    assert responder.is_running(), "the responder ended with status %s" % responder.process.returncode
    conversation(responder, "intermediate", secret_index is not None, secret_index, dc if secret_index is not None else None, False)


def two_at_once(responder, envelope):
    with Peer(responder.address, envelope) as peer:
        nonces = [os.urandom(16), os.urandom(16), os.urandom(16)]
        peer.send_stream(b"".join(peer.frame(req_pq_multi(nonce)) for nonce in nonces))
        fresh = {check_res_pq(peer.read(), nonce) for nonce in nonces}
        assert len(fresh) == 3, "a server_nonce was used twice"


def opening_alone(responder, envelope, obfuscated):
    with Peer(responder.address, envelope, obfuscated, dc=2) as peer:
        opening, peer.opening = peer.opening, b""
        peer.send_raw(opening)
        time.sleep(0.05)
        nonce = os.urandom(16)
        peer.send(req_pq_multi(nonce))
        check_res_pq(peer.read(), nonce)


def with_padding(responder, count, obfuscated):
    with Peer(responder.address, PADDED, obfuscated, dc=2) as peer:
        nonce = os.urandom(16)
        peer.send(req_pq_multi(nonce), padding=os.urandom(count))
        check_res_pq(peer.read(), nonce)


def with_bytes_inside(responder, constructor):
    """Real clients put random bytes behind the nonce, inside the message."""
    with Peer(responder.address, "abridged") as peer:
        nonce = os.urandom(16)
        message = req_pq_multi(nonce)
        body = bytes.fromhex(constructor) + nonce + os.urandom(64)
        peer.send(message[:16] + struct.pack("<I", len(body)) + body)
        check_res_pq(peer.read(), nonce)


# ---------------------------------------------------------------------------------------------------
# Quick acks: a real encrypted message (MTProto 2.0), so that the responder can decrypt it before it confirms it.

def ige_encrypt(key, iv, data):
    round_keys = wire.aes256_expand_key(key)
    cipher, plain = iv[:16], iv[16:]
    out = []
    for start in range(0, len(data), 16):
        block = data[start:start + 16]
        mixed = wire.aes256_encrypt_block(round_keys, bytes(a ^ b for a, b in zip(block, cipher)))
        cipher = bytes(a ^ b for a, b in zip(mixed, plain))
        plain = block
        out.append(cipher)
    return b"".join(out)


def encrypt_message(auth_key, plaintext):
    message_key = wire.quick_ack_hash(auth_key, plaintext)[8:24]
    a = hashlib.sha256(message_key + auth_key[:36]).digest()
    b = hashlib.sha256(auth_key[40:76] + message_key).digest()
    key, iv = a[:8] + b[8:24] + a[24:], b[:8] + a[8:24] + b[24:]
    return hashlib.sha1(auth_key).digest()[12:] + message_key + ige_encrypt(key, iv, plaintext)


def quick_acks(responder, auth_key, envelope, obfuscated):
    with Peer(responder.address, envelope, obfuscated, dc=2) as peer:
        for length in (4, 400, 1004):
            # salt, session, message id, number, length, body, then 12..27 bytes of padding up to a whole block
            plaintext = os.urandom(16) + struct.pack("<QII", int(time.time()) << 32, 1, length) + os.urandom(length)
            plaintext += os.urandom(12 + -(len(plaintext) + 12) % 16)
            peer.send(encrypt_message(auth_key, plaintext), quick_ack=True)
            token = wire.quick_ack_token(auth_key, plaintext)
            answer = peer.read()
            while answer == ("control", 0):
                answer = peer.read()
            assert answer == ("quick_ack", token), "%s %r instead of token %08x" % (*answer, token)


def echoes(responder, envelope, obfuscated, lengths):
    with Peer(responder.address, envelope, obfuscated, dc=2) as peer:
        for length in lengths:
            payload = wire.encrypted_shaped("echo/%d" % length, length)
            peer.send(payload)
            kind, data = peer.read()
            assert kind == "payload" and data == payload, "%d bytes came back as %s of %d" % (length, kind, len(data) if kind == "payload" else 0)


# ---------------------------------------------------------------------------------------------------
# Clients that are none

def garbage(responder, data, must_close, then_serves, close_at_once=False):
    with Peer(responder.address, "full") as peer:
        peer.send_raw(data)
        if not close_at_once:
            closed = peer.read_until_end(TIMEOUT if must_close else 0.2)
            assert closed or not must_close, "the connection stayed open"
    then_serves()


def reset_connection(responder, then_serves):
    """Leaves with a reset in the middle of a frame."""
    with Peer(responder.address, "intermediate") as peer:
        peer.send_raw(b"\xee" * 4 + struct.pack("<I", 400) + bytes(100))
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    then_serves()


def stalled(responder, then_serves):
    """Clients that stop half-way hold nobody up."""
    obfuscated = wire.Obfuscation(os.urandom(6400), PADDED, 2).header
    openings = [b"", b"\xef", b"\xee\xee", obfuscated[:40], obfuscated, b"\xef\x0a\x01", b"\x34\0\0\0\0\0\0"] * 4
    peers = []
    try:
        for data in openings:
            peers.append(Peer(responder.address, "full"))
            if data:
                peers[-1].send_raw(data)
        then_serves()
    finally:
        for peer in peers:
            peer.socket.close()
    then_serves()


def only_json(responder):
    assert not responder.bad_lines, "printed %r" % responder.bad_lines[0]
    assert all(isinstance(event, dict) and "event" in event for event in responder.events), "an object without `event`"


def bad_opening_frames():
    good = wire.frame("full", req_pq_multi(bytes(range(16))))
    bad_crc = good[:-1] + bytes([good[-1] ^ 1])
    return [
        ("abridged length over-long", b"\xef\x7f\x0a\x00\x00" + bytes(40)),
        ("abridged length zero", b"\xef\x00"),
        ("intermediate length misaligned", b"\xee" * 4 + struct.pack("<I", 41) + bytes(41)),
        ("intermediate length above any limit", b"\xee" * 4 + b"\xfc\xff\xff\x7f"),
        ("padded length below 4", b"\xdd" * 4 + struct.pack("<I", 3) + bytes(3)),
        ("full with a wrong CRC", bad_crc),
        ("full with a wrong sequence number", good + wire.frame("full", req_pq_multi(bytes(16)), sequence=5)),
        ("full with a length below 12", struct.pack("<II", 8, 0) + bytes(8)),
        ("full with the quick-ack bit", struct.pack("<II", 52 | 0x80000000, 0) + bytes(44)),
    ]


def run_all(cases, path):
    with Responder(path) as responder:
        for envelope in wire.ENVELOPES:
            for obfuscated in (False, True):
                for byte_by_byte in (False, True):
                    for dc in ((None, -10003) if obfuscated else (None,)):
                        name = "%s, %s, %s%s" % (envelope, "obfuscated" if obfuscated else "plain",
                                                 "byte by byte" if byte_by_byte else "at once", ", dc %d" % dc if dc else "")
                        cases.run(name, conversation, responder, envelope, obfuscated, None, dc, byte_by_byte)
                cases.run("%s, %s, opening alone" % (envelope, "obfuscated" if obfuscated else "plain"),
                          opening_alone, responder, envelope, obfuscated)
            cases.run("%s, three requests in one segment" % envelope, two_at_once, responder, envelope)
        for count in (1, 3, 4, 15, 16, 100, 256):
            cases.run("padded_intermediate, %d bytes of padding" % count, with_padding, responder, count, False)
        cases.run("padded_intermediate, obfuscated, 256 bytes of padding", with_padding, responder, 256, True)
        cases.run("req_pq_multi with random bytes inside", with_bytes_inside, responder, "f18e7ebe")
        cases.run("req_pq with random bytes inside", with_bytes_inside, responder, "78974660")

        def still():
            serves(responder)

        noise = wire.stream("raw peer/noise", 4096)
        for name, data in (("random bytes", noise), ("72 random bytes", noise[:72]), ("GET", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                           ("POST", b"POST /api HTTP/1.1\r\nContent-Length: 40\r\n\r\n" + bytes(40)),
                           ("TLS hello", bytes.fromhex("1603010200010001fc0303") + noise[:506]), ("zeros", bytes(1000)), ("ones", b"\xff" * 1000)):
            cases.run("survives " + name, garbage, responder, data, False, still)
        half = wire.Obfuscation(os.urandom(6400), PADDED, 2).header[:32]
        cases.run("survives half a header, then the end", garbage, responder, half, False, still, True)
        cases.run("survives nothing at all, then the end", garbage, responder, b"", False, still, True)
        cases.run("survives a reset inside a frame", reset_connection, responder, still)
        cases.run("survives clients that stall", stalled, responder, still)
        for name, data in bad_opening_frames():
            cases.run("closes on " + name, garbage, responder, data, True, still)
        cases.run("prints nothing but JSON", only_json, responder)

    with Responder(path, *sum((["--secret", secret.hex()] for secret in SECRETS), [])) as responder:
        for envelope in wire.ENVELOPES:
            for index, dc in ((0, 2), (0, -4), (1, 10002)):
                for byte_by_byte in (False, True):
                    cases.run("%s, secret %d, dc %d, %s" % (envelope, index, dc, "byte by byte" if byte_by_byte else "at once"),
                              conversation, responder, envelope, True, index, dc, byte_by_byte)

        def still():
            serves(responder, 1)

        stranger = wire.Obfuscation(os.urandom(6400), PADDED, 2, os.urandom(16))
        data = stranger.header + stranger.from_client.apply(wire.frame(PADDED, req_pq_multi(bytes(16))))
        cases.run("with secrets: survives a secret it does not know", garbage, responder, data, False, still)
        cases.run("with secrets: survives random bytes", garbage, responder, noise, False, still)

    with tempfile.TemporaryDirectory() as folder:
        auth_key = os.urandom(256)
        key_path = os.path.join(folder, "auth-key")
        with open(key_path, "wb") as file:
            file.write(auth_key)
        try:
            with Responder(path, "--auth-key", key_path) as responder:
                for envelope in wire.ENVELOPES[:3]:
                    for obfuscated in (False, True):
                        cases.run("%s, %s, quick acks" % (envelope, "obfuscated" if obfuscated else "plain"),
                                  quick_acks, responder, auth_key, envelope, obfuscated)
        except RuntimeError as error:
            cases.report("quick acks", error, 0)

    with Responder(path, "--echo") as responder:
        for envelope in wire.ENVELOPES:
            cases.run("%s, plain, echoes up to 1 MiB" % envelope, echoes, responder, envelope, False,
                      (24, 40, 488, 504, 520, 1016, 1032, 65560, (1 << 20) - 8, (1 << 20) + 8, 24))
            cases.run("%s, obfuscated, echoes" % envelope, echoes, responder, envelope, True, (24, 488, 504, 520, 4104, 24))
        # A server may not send it as a packet, so that there is no answer, and no turn behind it.
        code = b"POST /api HTTP/1.1\r\nContent-Length: 4\r\n\r\n" + struct.pack("<i", -404)
        cases.run("HTTP, closes where its answer cannot be sent", garbage, responder, code, True,
                  lambda: echoes(responder, wire.ENVELOPES[0], False, (24,)))

    raw_crowd.run_all(cases, path)


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    path = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin", "mtproto-responder")
    wire.check_aes()
    cases = Cases()
    try:
        run_all(cases, path)
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the responder", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
