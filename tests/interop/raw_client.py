"""One client on raw sockets that speaks every envelope, plain and obfuscated; nothing of it is the library's."""

import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vectors"))

import generate as wire  # noqa: E402  (the path must be set first)

TIMEOUT = 10


class Peer:
    """One connection. `byte_by_byte` sends every byte in a segment of its own."""

    def __init__(self, address, envelope, obfuscated=False, secret=None, dc=None, byte_by_byte=False):
        self.envelope = envelope
        self.byte_by_byte = byte_by_byte
        self.sequence_out = self.sequence_in = 0
        self.cipher = None
        # The opening waits here for the first frame, as a real client lets both leave together.
        self.opening = wire.OPENING[envelope]
        if obfuscated:
            # Enough entropy for a hundred redraws, which cannot all be forbidden.
            self.cipher = wire.Obfuscation(os.urandom(6400), envelope, dc, secret)
            self.opening = self.cipher.header
        self.socket = socket.create_connection(address, timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local_address = self.socket.getsockname()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_raw(self, data):
        if not self.byte_by_byte:
            self.socket.sendall(data)
            return
        for byte in data:
            self.socket.sendall(bytes([byte]))
            # Long enough for the other side to be woken for this byte alone.
            time.sleep(0.0003)

    def send_stream(self, data):
        """Bytes of the stream under the obfuscation, with the opening in front of the first ones."""
        opening, self.opening = self.opening, b""
        self.send_raw(opening + (self.cipher.from_client.apply(data) if self.cipher else data))

    def frame(self, payload, quick_ack=False, padding=b""):
        data = wire.frame(self.envelope, payload, quick_ack, padding, self.sequence_out)
        self.sequence_out += 1
        return data

    def send(self, payload, **options):
        self.send_stream(self.frame(payload, **options))

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the responder closed the connection after %d of %d bytes" % (len(data), count))
            data += part
        return self.cipher.from_server.apply(data) if self.cipher else data

    def read(self):
        """One frame: ("quick_ack", token), ("control", word) or ("payload", bytes)."""
        if self.envelope == "full":
            length, sequence = struct.unpack("<II", head := self.receive(8))
            assert length >= 16 and length % 4 == 0, "length %d in Full" % length
            assert sequence == self.sequence_in, "sequence number %d instead of %d" % (sequence, self.sequence_in)
            self.sequence_in += 1
            rest = self.receive(length - 8)
            assert struct.unpack("<I", rest[-4:])[0] == wire.zlib.crc32(head + rest[:-4]), "wrong CRC"
            return self.sort(rest[:-4])
        if self.envelope == "abridged":
            first = self.receive(1)
            if first[0] & 0x80:
                return "quick_ack", struct.unpack(">I", first + self.receive(3))[0]
            if first[0] < 127:
                words = first[0]
            else:
                words = struct.unpack("<I", self.receive(3) + b"\0")[0]
                assert words >= 127, "over-long length"
            assert words, "zero length"
            return self.sort(self.receive(4 * words))
        length = struct.unpack("<I", self.receive(4))[0]
        if length & 0x80000000:
            return "quick_ack", length
        data = self.receive(length)
        if self.envelope == "intermediate":
            assert length and length % 4 == 0, "length %d" % length
            return self.sort(data)
        assert length >= 4, "length %d" % length
        if length < 16:
            word = struct.unpack("<i", data[:4])[0]
            if word == -1 and length >= 8:
                return "quick_ack", struct.unpack("<I", data[4:8])[0]
            return "control", word
        exact = 20 + struct.unpack("<I", data[16:20])[0] if data[:8] == bytes(8) else length - (length - 24) % 16
        assert exact <= length <= exact + 15, "%d bytes of padding" % (length - exact)
        return "payload", data[:exact]

    @staticmethod
    def sort(data):
        return ("control", struct.unpack("<i", data)[0]) if len(data) == 4 else ("payload", data)

    def read_until_end(self, seconds):
        """True if the responder closed the connection within that time."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(4096):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False


def take_string(data):
    """A short TL string and what follows it."""
    length = data[0]
    assert length < 254, "long TL string"
    return data[1:1 + length], data[(length + 4) // 4 * 4:]


def check_res_pq(answer, nonce):
    kind, payload = answer
    assert kind == "payload", "%s %r instead of a resPQ" % answer
    key_id, message_id, length = struct.unpack("<QQI", payload[:20])
    assert key_id == 0 and message_id % 4 == 1, "message id %016x is no answer's" % message_id
    assert length == len(payload) - 20, "message length %d of %d" % (length, len(payload) - 20)
    body = payload[20:]
    assert body[:4] == bytes.fromhex("63241605"), "constructor %s" % body[:4].hex()
    assert body[4:20] == nonce, "another nonce"
    server_nonce = body[20:36]
    assert server_nonce not in (bytes(16), nonce), "server_nonce is not fresh"
    pq, rest = take_string(body[36:])
    number = int.from_bytes(pq, "big")
    assert 2 <= number < 1 << 63 and pow(2, number - 1, number) != 1, "pq %d is no product of two primes" % number
    vector, count = struct.unpack("<II", rest[:8])
    assert vector == 0x1CB5C415 and count >= 1 and len(rest) == 8 + 8 * count, "no list of fingerprints"
    return server_nonce


def req_pq_multi(nonce):
    # Message ids of clients are divisible by 4 and count seconds in their upper half.
    return wire.req_pq_multi(nonce, struct.pack("<Q", (int(time.time()) << 32) + (os.getpid() << 2)))
