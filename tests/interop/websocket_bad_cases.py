#!/usr/bin/env python3
"""What no WebSocket client may send, by raw sockets: mtproto-responder names each error of its own and goes on serving.

    python3 websocket_bad_cases.py [folder of the programs]      default: build/bin of this tree

After the cases of the Autobahn test suite, for the parts that are spoken here; Python standard library only. Also what a
client may do, but seldom does: one byte at a time, everything at once, the end of its side before the answer.
"""

import base64
import contextlib
import hashlib
import os
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)
from websocket_stream import (FRAME_ERROR, ROOT, TIMEOUT, ClientStream, Events, check_accepted, check_answer,  # noqa: E402
                              question)

KEY = base64.b64encode(bytes(range(16))).decode()
# RFC 6455, section 1.3.
ACCEPT = base64.b64encode(hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def request(path="/apiws", **fields):
    """The opening; a field of None is left out."""
    usual = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Key": KEY,
             "Sec_WebSocket_Version": "13", "Sec_WebSocket_Protocol": "binary"}
    lines = ["%s: %s" % (name.replace("_", "-"), value) for name, value in {**usual, **fields}.items() if value is not None]
    return ("GET %s HTTP/1.1\r\n%s\r\n\r\n" % (path, "\r\n".join(lines))).encode()


def frame(opcode, payload=b"", final=True, masked=True, reserved=0, length=None):
    """One frame. `length` overrides the field: (7 bits, the bytes that follow)."""
    first = bytes([(0x80 if final else 0) | reserved | opcode])
    if length is None:
        count = len(payload)
        length = (count, b"")
        if count > 125:
            length = (126, struct.pack(">H", count)) if count < 65536 else (127, struct.pack(">Q", count))
    head = first + bytes([(0x80 if masked else 0) | length[0]]) + length[1]
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def read_head(peer):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = peer.recv(1)
        assert byte, "the end within %r" % head
        head += byte
    return head.decode()


def read_exactly(peer, count):
    data = b""
    while len(data) < count:
        part = peer.recv(count - len(data))
        assert part, "the end after %d of %d bytes" % (len(data), count)
        data += part
    return data


def read_frame(peer):
    """(opcode, payload) of a whole, final frame without a mask, as servers send them."""
    first, second = read_exactly(peer, 2)
    assert first & 0xF0 == 0x80 and not second & 0x80, "first bytes %02x %02x" % (first, second)
    count = second
    if count == 126:
        count = struct.unpack(">H", read_exactly(peer, 2))[0]
    elif count == 127:
        count = struct.unpack(">Q", read_exactly(peer, 8))[0]
    return first & 0x0F, read_exactly(peer, count)


def ends(peer):
    """Whether the responder ends the connection, whatever it says before."""
    with contextlib.suppress(ConnectionError):
        while peer.recv(65536):
            pass
    return True


@contextlib.contextmanager
def connected(responder):
    with socket.create_connection(responder.address, timeout=TIMEOUT) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield peer


@contextlib.contextmanager
def opened(responder):
    with connected(responder) as peer:
        peer.sendall(request())
        head = read_head(peer)
        assert head.startswith("HTTP/1.1 101 ") and "Sec-WebSocket-Accept: " + ACCEPT in head, repr(head)
        yield peer


def read_packet(peer, stream):
    while True:
        opcode, payload = read_frame(peer)
        assert opcode == BINARY, "opcode %d" % opcode
        packets = stream.unpack(payload)
        if packets:
            return packets[0]


def serves(responder):
    with opened(responder) as peer:
        stream, (nonce, packet) = ClientStream(), question()
        peer.sendall(frame(BINARY, stream.pack(packet)))
        check_answer(read_packet(peer, stream), nonce)
        check_accepted(responder, peer.getsockname(), "websocket")


def bad(responder, data, text, code, begun):
    """It ends in a close frame with `code`. `begun`: an answered packet goes before, so that the stream itself is open."""
    events = Events(responder)
    with opened(responder) as peer:
        if begun:
            stream, (nonce, packet) = ClientStream(), question()
            peer.sendall(frame(BINARY, stream.pack(packet)))
            check_answer(read_packet(peer, stream), nonce)
        peer.sendall(data)
        opcode, payload = read_frame(peer)
        assert (opcode, payload) == (CLOSE, struct.pack(">H", code)), "%d %r" % (opcode, payload)
        assert ends(peer)
    events.wait(event="error", status=FRAME_ERROR, text=text)
    events.wait(event="closed", reason="error")
    serves(responder)


def refused(responder, data, status):
    events = Events(responder)
    with connected(responder) as peer:
        peer.sendall(data)
        head = read_head(peer)
        assert head.startswith("HTTP/1.1 %d " % status), repr(head)
        ends(peer)
    events.wait(event="closed", reason="refused")
    serves(responder)


def byte_by_byte(responder):
    with connected(responder) as peer:
        stream, (nonce, packet) = ClientStream(), question()
        for byte in request():
            peer.sendall(bytes([byte]))
            time.sleep(0.0003)  # long enough for the other side to be woken for it
        read_head(peer)
        for byte in frame(BINARY, stream.pack(packet)):
            peer.sendall(bytes([byte]))
            time.sleep(0.0003)
        check_answer(read_packet(peer, stream), nonce)


def all_at_once(responder):
    """Request, ping, two packets in pieces, close: in one segment, before any answer."""
    with connected(responder) as peer:
        stream, questions = ClientStream(), [question(), question()]
        data = b"".join(stream.pack(packet) for _, packet in questions)
        peer.sendall(request() + frame(PING, b"one") + frame(BINARY, data[:70], final=False) +
                     frame(CONTINUATION, data[70:]) + frame(CLOSE, b"\x03\xe8bye"))
        read_head(peer)
        opcode, payload = read_frame(peer)
        assert (opcode, payload) == (PONG, b"one"), "%d %r" % (opcode, payload)
        # The close frame came before the answers could be made: they may be left out, the goodbye may not.
        packets = []
        while opcode != CLOSE:
            opcode, payload = read_frame(peer)
            if opcode == BINARY:
                packets += stream.unpack(payload)
        assert payload[:2] == b"\x03\xe8", "close %r" % payload
        for packet, (nonce, _) in zip(packets, questions):
            check_answer(packet, nonce)
        assert ends(peer)


def half_closed(responder):
    """The end of the client's side, right behind its question: the answer still comes, then the end."""
    with opened(responder) as peer:
        stream, (nonce, packet) = ClientStream(), question()
        peer.sendall(frame(BINARY, stream.pack(packet)))
        peer.shutdown(socket.SHUT_WR)
        check_answer(read_packet(peer, stream), nonce)
        assert ends(peer)


def ping_alone(responder):
    """No event comes of it, and yet it has an answer."""
    with opened(responder) as peer:
        for payload in (b"", b"x" * 125):
            peer.sendall(frame(PING, payload))
            assert read_frame(peer) == (PONG, payload)


def pings_unread(responder):
    """A flood of pings by a client that reads nothing meanwhile. The latest of those that come together is answered."""
    with opened(responder) as peer:
        peer.sendall(frame(PING, bytes(125)) * 50000 + frame(PING, b"last"))
        serves(responder)
        while (pong := read_frame(peer)) != (PONG, b"last"):
            assert pong == (PONG, bytes(125)), "%d %r" % pong


def close_alone(responder):
    events = Events(responder)
    with opened(responder) as peer:
        peer.sendall(frame(CLOSE, b"\x03\xe8"))
        assert read_frame(peer) == (CLOSE, b"\x03\xe8"), "no close frame comes back"
        assert peer.recv(1) == b"", "the responder, a server, does not end the connection first"
    events.wait(event="closed")


def stalled(responder):
    """Clients that stop half-way hold nobody up."""
    starts = [b"GET /ap", request()[:-1], request(), request() + b"\x82", request() + frame(BINARY, bytes(100))[:50]] * 4
    with contextlib.ExitStack() as stack:
        for data in starts:
            stack.enter_context(connected(responder)).sendall(data)
        serves(responder)
    serves(responder)


def endless_head(responder):
    with connected(responder) as peer:
        peer.sendall(b"GET /apiws HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(2000):
                peer.sendall(b"X-Header: something that goes on for ever and ever\r\n")
        assert read_head(peer).startswith("HTTP/1.1 431 ")
    serves(responder)


BAD = [
    ("reserved bit 1", frame(BINARY, b"1234", reserved=0x40), "reserved bits", 1002),
    ("reserved bit 2", frame(BINARY, b"1234", reserved=0x20), "reserved bits", 1002),
    ("reserved bit 3 of a ping", frame(PING, reserved=0x10), "reserved bits", 1002),
    ("opcode 3", frame(3, b"1234"), "no WebSocket opcode 0x3", 1002),
    ("opcode 7", frame(7), "no WebSocket opcode 0x7", 1002),
    ("opcode 11", frame(11), "no WebSocket opcode 0xb", 1002),
    ("opcode 15", frame(15, b"1234"), "no WebSocket opcode 0xf", 1002),
    ("a frame without a mask", frame(BINARY, b"1234", masked=False), "without a mask", 1002),
    ("a ping without a mask", frame(PING, masked=False), "without a mask", 1002),
    ("a text message", frame(TEXT, b"text"), "text message", 1003),
    ("a fragmented ping", frame(PING, b"1", final=False), "fragmented", 1002),
    ("a fragmented close", frame(CLOSE, final=False), "fragmented", 1002),
    ("a ping of 126 bytes", frame(PING, bytes(126)), "over 125", 1002),
    ("a continuation of nothing", frame(CONTINUATION, b"1234"), "not begun", 1002),
    ("a message within a message", frame(BINARY, b"", final=False) + frame(BINARY, b"1234"), "within another", 1002),
    ("a length with its top bit", frame(BINARY, length=(127, b"\x80" + bytes(7))), "top bit", 1002),
    ("an oversize frame", frame(BINARY, length=(127, struct.pack(">Q", 1 << 40))), "are allowed", 1009),
    ("a length in too many bytes", frame(BINARY, bytes(5), length=(126, b"\0\x05")), "longer than it has to be", 1002),
    ("a close of one byte", frame(CLOSE, b"\x03"), "one byte", 1002),
    ("close code 999", frame(CLOSE, struct.pack(">H", 999)), "999 is no close code", 1002),
    ("close code 1005", frame(CLOSE, struct.pack(">H", 1005)), "1005 is no close code", 1002),
    ("close code 5000", frame(CLOSE, struct.pack(">H", 5000)), "5000 is no close code", 1002),
    ("a close reason that is no UTF-8", frame(CLOSE, b"\x03\xe8\xce\xba\xe1\xed\xa0\x80"), "not UTF-8", 1007),
    ("a close reason cut within a character", frame(CLOSE, b"\x03\xe8\xe2\x82"), "not UTF-8", 1007),
]

REFUSED = [
    ("another path", request("/"), 404),
    ("no upgrade", request(Upgrade=None), 426),
    ("version 8", request(Sec_WebSocket_Version="8"), 426),
    ("no key", request(Sec_WebSocket_Key=None), 400),
    ("a short key", request(Sec_WebSocket_Key="AAAA"), 400),
    ("no subprotocol", request(Sec_WebSocket_Protocol=None), 400),
    ("a body", request(Content_Length="4") + b"body", 400),
    ("a broken head", b"GET /apiws HTTP/1.1\r\nno colon\r\n\r\n", 400),
]


def run_all(cases, path):
    with Responder(path) as responder:
        for name, data, text, code in BAD:
            cases.run("closes on " + name, bad, responder, data, text, code, True)
        cases.run("closes on a frame without a mask, at the start", bad, responder, frame(BINARY, b"1", masked=False),
                  "without a mask", 1002, False)
        for name, data, status in REFUSED:
            cases.run("refuses %s: %d" % (name, status), refused, responder, data, status)
        cases.run("WebSocket byte by byte", byte_by_byte, responder)
        cases.run("WebSocket all at once", all_at_once, responder)
        cases.run("WebSocket, half-closed", half_closed, responder)
        cases.run("a ping alone", ping_alone, responder)
        cases.run("a close frame alone", close_alone, responder)
        cases.run("pings of a client that does not read", pings_unread, responder)
        cases.run("WebSocket clients that stall", stalled, responder)
        cases.run("an endless head: 431", endless_head, responder)
        cases.run("prints nothing but JSON", lambda: [None][len(responder.bad_lines)])


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    cases = Cases()
    try:
        run_all(cases, os.path.join(programs, "mtproto-responder"))
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the responder", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
