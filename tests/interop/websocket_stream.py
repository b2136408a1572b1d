"""What the carriers' interop tests share: the obfuscated stream in Python, questions and answers, the responder's events."""

import os
import struct
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "vectors"))

import generate as wire  # noqa: E402  (the path must be set first)
from raw_client import check_res_pq, req_pq_multi  # noqa: E402

TIMEOUT = 10
FRAME_ERROR = -231
REQ_PQ_MULTI = "be7e8ef1"
PQ = 0x17ED48941A08F981


class ClientStream:
    """The client's end: Intermediate under obfuscation. The header leaves with the first packet."""

    def __init__(self, dc=2):
        # Enough entropy for a hundred redraws, which cannot all be forbidden.
        self.cipher = wire.Obfuscation(os.urandom(6400), "intermediate", dc)
        self.header = self.cipher.header
        self.received = b""

    def pack(self, payload):
        header, self.header = self.header, b""
        return header + self.cipher.from_client.apply(wire.frame("intermediate", payload))

    def unpack(self, data):
        """The packets that are whole now."""
        self.received += self.cipher.from_server.apply(data)
        return take_frames(self)


class ServerStream:
    """The server's end: the keys come out of the client's header."""

    def __init__(self):
        self.raw = self.received = b""
        self.from_client = None
        self.dc = None

    def unpack(self, data):
        if self.from_client is None:
            self.raw += data
            if len(self.raw) < 64:
                return []
            header, data = self.raw[:64], self.raw[64:]
            self.from_client = wire.Ctr(header[8:40], header[40:56])
            self.from_server = wire.Ctr(header[::-1][8:40], header[::-1][40:56])
            opened = self.from_client.apply(header)
            assert opened[56:60] == b"\xee" * 4, "the tag is %s, not Intermediate's" % opened[56:60].hex()
            self.dc = struct.unpack("<h", opened[60:62])[0]
        self.received += self.from_client.apply(data)
        return take_frames(self)

    def pack(self, payload):
        return self.from_server.apply(wire.frame("intermediate", payload))


def take_frames(stream):
    frames = []
    while len(stream.received) >= 4:
        length = struct.unpack("<I", stream.received[:4])[0]
        if len(stream.received) < 4 + length:
            break
        frames.append(stream.received[4:4 + length])
        stream.received = stream.received[4 + length:]
    return frames


def question():
    """A nonce, and the packet that asks for a resPQ with it."""
    nonce = os.urandom(16)
    return nonce, req_pq_multi(nonce)


def check_answer(packet, nonce):
    check_res_pq(("payload", packet), nonce)


def res_pq(request):
    """A server's answer to req_pq_multi."""
    assert request[20:24] == bytes.fromhex(REQ_PQ_MULTI)[::-1], "not req_pq_multi but %s" % request[20:24].hex()
    body = (bytes.fromhex("63241605") + request[24:40] + os.urandom(16) + b"\x08" + PQ.to_bytes(8, "big") + bytes(3) +
            struct.pack("<IIQ", 0x1CB5C415, 1, 0xD09D1D85DE64FD85))
    message_id = (int(time.time()) << 32) + 1
    return bytes(8) + struct.pack("<QI", message_id, len(body)) + body


def unknown_message():
    """What looks encrypted, with a key that nobody knows."""
    return b"\x01" + os.urandom(23 + 16 * 5)


def error_word(code):
    return struct.pack("<i", -code)


class Events:
    """The events of a responder from now on."""

    def __init__(self, responder):
        self.responder = responder
        with responder.changed:
            self.start = len(responder.events)

    def wait(self, timeout=5, **fields):
        """The first event with these fields; the text of an error needs to be in it only."""
        def fits(event):
            text = fields.get("text")
            others = {key: value for key, value in fields.items() if key != "text"}
            return (text is None or text in event.get("text", "")) and all(event.get(k, "-") == v for k, v in others.items())

        def find():
            return next((e for e in self.responder.events[self.start:] if fits(e)), None)

        with self.responder.changed:
            self.responder.changed.wait_for(lambda: find() or self.responder.ended, timeout=timeout)
            found = find()
        assert found, "no event %r; there are %r" % (fields, self.responder.events[self.start:])
        return found

    def seen(self):
        with self.responder.changed:
            return list(self.responder.events[self.start:])


def check_accepted(responder, local_address, carrier, dc=2):
    event = responder.accepted(local_address)
    assert event, "no `accepted` line for this connection"
    websocket = carrier == "websocket"
    expected = {"carrier": carrier, "envelope": "intermediate" if websocket else None, "obfuscated": websocket,
                "dc": dc if websocket else None, "secret": None}
    found = {key: event.get(key, "-") for key in expected}
    assert found == expected, "accepted says %r, expected %r" % (found, expected)
