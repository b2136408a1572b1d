#!/usr/bin/env python3
"""Computes the transport test vectors: a second implementation of the wire formats, sharing nothing with the library.

    python3 generate.py            writes the JSON files next to this script
    python3 generate.py --check    computes them again in memory; exit status 1 if a committed file differs

Standard library only. Randomness comes from a labelled SHA-256 counter stream, so every run gives the same bytes.
"""

import hashlib
import json
import os
import struct
import sys
import zlib

# ---------------------------------------------------------------------------------------------------
# AES-256, encryption only (CTR never decrypts a block), written from FIPS-197 and meant to be read, not to be fast.


def _gf_multiply(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11B
        b >>= 1
    return product


def _make_sbox():
    sbox = []
    for value in range(256):
        inverse = 0
        if value:
            # value^254 is the inverse in GF(2^8): the multiplicative group has 255 elements.
            inverse = 1
            for _ in range(254):
                inverse = _gf_multiply(inverse, value)
        mixed = 0x63
        for shift in range(5):
            mixed ^= ((inverse << shift) | (inverse >> (8 - shift))) & 0xFF
        sbox.append(mixed)
    return sbox


SBOX = _make_sbox()
DOUBLE = [_gf_multiply(value, 2) for value in range(256)]


def aes256_expand_key(key):
    """The 15 round keys, 16 bytes each."""
    assert len(key) == 32
    words = [list(key[i:i + 4]) for i in range(0, 32, 4)]
    round_constant = 1
    for i in range(8, 60):
        word = list(words[i - 1])
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= round_constant
            round_constant = DOUBLE[round_constant]
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[i - 8], word)])
    return [sum(words[i:i + 4], []) for i in range(0, 60, 4)]


# ShiftRows as one permutation: byte i of the result comes from byte SHIFT_ROWS[i] (the state is column by column).
SHIFT_ROWS = [(i + 4 * (i % 4)) % 16 for i in range(16)]


def aes256_encrypt_block(round_keys, block):
    state = [a ^ b for a, b in zip(block, round_keys[0])]
    for round_key in round_keys[1:14]:
        state = [SBOX[state[i]] for i in SHIFT_ROWS]
        mixed = []
        for column in range(0, 16, 4):
            a, b, c, d = state[column:column + 4]
            every = a ^ b ^ c ^ d
            mixed += [a ^ every ^ DOUBLE[a ^ b], b ^ every ^ DOUBLE[b ^ c],
                      c ^ every ^ DOUBLE[c ^ d], d ^ every ^ DOUBLE[d ^ a]]
        state = [a ^ b for a, b in zip(mixed, round_key)]
    state = [SBOX[state[i]] for i in SHIFT_ROWS]
    return bytes(a ^ b for a, b in zip(state, round_keys[14]))


class Ctr:
    """AES-256-CTR whose keystream goes on from call to call; the counter is the whole block, big-endian."""

    def __init__(self, key, iv):
        self.round_keys = aes256_expand_key(key)
        self.counter = int.from_bytes(iv, "big")
        self.left = b""

    def apply(self, data):
        keystream = [self.left]
        have = len(self.left)
        while have < len(data):
            keystream.append(aes256_encrypt_block(self.round_keys, self.counter.to_bytes(16, "big")))
            self.counter = (self.counter + 1) % (1 << 128)
            have += 16
        keystream = b"".join(keystream)
        self.left = keystream[len(data):]
        return bytes(a ^ b for a, b in zip(data, keystream))


def check_aes():
    """Known answers: FIPS-197 appendix C.3, and NIST SP 800-38A F.5.5 (CTR-AES256), cut at odd places."""
    block = aes256_encrypt_block(aes256_expand_key(bytes(range(32))), bytes(i * 0x11 for i in range(16)))
    assert block.hex() == "8ea2b7ca516745bfeafc49904b496089", "AES-256 differs from FIPS-197"
    cipher = Ctr(bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
                 bytes(range(0xF0, 0x100)))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                          "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
    answer = cipher.apply(plain[:5]) + cipher.apply(plain[5:37]) + cipher.apply(plain[37:])
    assert answer.hex() == ("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
                            "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"), "CTR differs from SP 800-38A"


# ---------------------------------------------------------------------------------------------------
# Byte sources

def stream(label, length):
    """Bytes that look random and are the same on every run: SHA-256(label || u32 LE block number)."""
    out = b""
    block = 0
    while len(out) < length:
        out += hashlib.sha256(label.encode() + struct.pack("<I", block)).digest()
        block += 1
    return out[:length]


def counter(length):
    """Byte i is i mod 256: large payloads are named by this pattern instead of being spelled out."""
    return (bytes(range(256)) * (length // 256 + 1))[:length]


def encrypted_shaped(label, length):
    """A payload with the outline of an encrypted message: 8 bytes that are not all zero, 16 more, then whole blocks."""
    assert length >= 24 and (length - 24) % 16 == 0
    return b"\x01" + stream(label, length - 1)


def plaintext_message(label, length):
    """A plaintext message of `length` bytes in all: zero key id, message id, length of the body, body."""
    assert length >= 24 and length % 4 == 0
    message_id = bytes([0, 0, 0, 0]) + stream(label + "/id", 3) + b"\x68"
    return bytes(8) + message_id + struct.pack("<I", length - 20) + stream(label, length - 20)


def req_pq_multi(nonce, message_id=bytes.fromhex("00aca807005edd68")):
    return bytes(8) + message_id + struct.pack("<I", 20) + bytes.fromhex("f18e7ebe") + nonce


# ---------------------------------------------------------------------------------------------------
# Envelopes

ENVELOPES = ["abridged", "intermediate", "padded_intermediate", "full"]
OPENING = {"abridged": b"\xef", "intermediate": b"\xee" * 4, "padded_intermediate": b"\xdd" * 4, "full": b""}
TAG = {"abridged": b"\xef" * 4, "intermediate": b"\xee" * 4, "padded_intermediate": b"\xdd" * 4}


def frame(envelope, payload, quick_ack=False, padding=b"", sequence=0):
    """One frame. No limit is checked here: refused.json needs frames that no writer would make."""
    if envelope == "abridged":
        words = len(payload) // 4
        flag = 0x80 if quick_ack else 0
        if words < 127:
            return bytes([words | flag]) + payload
        return bytes([0x7F | flag]) + struct.pack("<I", words)[:3] + payload
    if envelope == "full":
        head = struct.pack("<II", len(payload) + 12, sequence)
        return head + payload + struct.pack("<I", zlib.crc32(head + payload))
    if envelope == "intermediate":
        assert padding == b""
    length = len(payload) + len(padding)
    return struct.pack("<I", length | (0x80000000 if quick_ack else 0)) + payload + padding


# ---------------------------------------------------------------------------------------------------
# Obfuscation

FORBIDDEN_WORDS = [b"HEAD", b"POST", b"GET ", b"OPTI", b"\xdd" * 4, b"\xee" * 4]


def draw_is_forbidden(draw, envelope):
    if draw[0] == 0xEF or draw[:4] in FORBIDDEN_WORDS or draw[4:8] == bytes(4):
        return True
    # Any TLS record start, not only the published 16 03 01 02: servers send every 16 03 0x down their TLS path.
    if draw[0] == 0x16 and draw[1] == 0x03 and draw[2] >> 4 == 0:
        return True
    return envelope == "full" and draw[56:60] in TAG.values()


class Obfuscation:
    """What both sides derive from the entropy, the envelope, the DC number and the secret."""

    def __init__(self, entropy, envelope, dc=None, secret=None):
        self.draws = 1
        while draw_is_forbidden(entropy[:64], envelope):
            entropy = entropy[64:]
            self.draws += 1
        initialization = bytearray(entropy[:64])
        assert len(initialization) == 64
        if envelope != "full":
            initialization[56:60] = TAG[envelope]
        if dc is not None:
            initialization[60:62] = struct.pack("<h", dc)
        self.initialization = bytes(initialization)
        reverse = self.initialization[::-1]
        self.client_key, self.client_iv = self.initialization[8:40], self.initialization[40:56]
        self.server_key, self.server_iv = reverse[8:40], reverse[40:56]
        if secret is not None:
            self.client_key = hashlib.sha256(self.client_key + secret).digest()
            self.server_key = hashlib.sha256(self.server_key + secret).digest()
        self.from_client = Ctr(self.client_key, self.client_iv)
        self.from_server = Ctr(self.server_key, self.server_iv)
        sealed = self.from_client.apply(self.initialization)
        self.header = self.initialization[:56] + sealed[56:]


# ---------------------------------------------------------------------------------------------------
# Quick acks and control frames

def quick_ack_hash(auth_key, plaintext):
    return hashlib.sha256(auth_key[88:120] + plaintext).digest()


def quick_ack_token(auth_key, plaintext):
    return struct.unpack("<I", quick_ack_hash(auth_key, plaintext)[:4])[0] | 0x80000000


def error_word(code):
    return struct.pack("<i", -code)


# ---------------------------------------------------------------------------------------------------
# The files

def describe(payload):
    """A payload as it is written down: hex, or the name of the pattern when it is long."""
    if len(payload) > 600 and payload == counter(len(payload)):
        return {"pattern": "counter", "length": len(payload)}
    return payload.hex()


def describe_wire(wire):
    if len(wire) <= 2200:
        return {"wire": wire.hex()}
    return {"wire_length": len(wire), "wire_head": wire[:16].hex(), "wire_tail": wire[-8:].hex(),
            "wire_sha256": hashlib.sha256(wire).hexdigest()}


def framing():
    vectors = []

    def add(name, envelope, sender, frames, **more):
        """frames: (payload, quick_ack, padding) in order; Full numbers them itself."""
        described = []
        for number, (payload, quick_ack, padding) in enumerate(frames):
            item = {"payload": describe(payload), "quick_ack": quick_ack}
            if envelope == "full":
                item["sequence_number"] = number
            if envelope == "padded_intermediate":
                item["padding"] = padding.hex()
                if padding:
                    item["trimmed"] = payload.hex()
                    item["untrimmed"] = (payload + padding).hex()
            item.update(describe_wire(frame(envelope, payload, quick_ack, padding, number)))
            described.append(item)
        vectors.append(dict(name=name, envelope=envelope, sender=sender,
                            opening=OPENING[envelope].hex() if sender == "client" else "", frames=described, **more))

    for envelope in ENVELOPES:
        for sender in ("client", "server"):
            for length in (4, 24, 40, 504, 508, 512, 1024):
                if length == 4 and sender == "server":
                    continue  # four bytes from a server are a control frame: control.json
                if envelope == "padded_intermediate" and length > 40:
                    # A message that says its own length, so that the trim is exact at lengths that are not 24 + 16k.
                    payload = plaintext_message("framing/%d" % length, length)
                else:
                    payload = counter(length)
                add("%s/%s/%d" % (envelope, sender, length), envelope, sender, [(payload, False, b"")])
            sequence = [(encrypted_shaped("framing/sequence/%s/%d" % (sender, n), 24 + 16 * (2 * n + 1)), False, b"")
                        for n in range(3)]
            add("%s/%s/three_frames" % (envelope, sender), envelope, sender, sequence)
            add("%s/%s/short_long_short" % (envelope, sender), envelope, sender,
                [(encrypted_shaped("framing/mixed/%s/%d" % (sender, n), length), False, b"")
                 for n, length in enumerate((504, 520, 24))])
            add("%s/%s/at_max_payload" % (envelope, sender), envelope, sender,
                [(encrypted_shaped("framing/max/" + sender, 1032), False, b"")], max_payload=1032)
            add("%s/%s/1mib" % (envelope, sender), envelope, sender, [(counter((1 << 20) + 8), False, b"")])
        if envelope != "full":
            for length in (24, 40, 504, 520, 1032):
                add("%s/client/quick_ack/%d" % (envelope, length), envelope, "client",
                    [(encrypted_shaped("framing/ack/%d" % length, length), True, b"")])
            if envelope != "padded_intermediate":
                add("%s/client/quick_ack/508" % envelope, envelope, "client", [(counter(508), True, b"")])
            add("%s/client/quick_ack/among_others" % envelope, envelope, "client",
                [(encrypted_shaped("framing/ack/mixed/%d" % n, 24 + 16 * n), n % 2 == 1, b"") for n in range(4)])

    padded = "padded_intermediate"
    for sender in ("client", "server"):
        for count in range(16):
            for k in (1, 4):
                add("%s/%s/encrypted_%d/padding_%d" % (padded, sender, 24 + 16 * k, count), padded, sender,
                    [(encrypted_shaped("framing/padded/%d/%d" % (k, count), 24 + 16 * k), False,
                      stream("framing/padding/%s/%d/%d" % (sender, k, count), count))])
        for count in list(range(16)) + [16, 17, 31, 100, 128, 253, 254, 255, 256]:
            add("%s/%s/plaintext/padding_%d" % (padded, sender, count), padded, sender,
                [(req_pq_multi(stream("framing/nonce/%d" % count, 16)), False,
                  stream("framing/plaintext padding/%s/%d" % (sender, count), count))])
    for count in (1, 3, 15):
        add("%s/client/quick_ack/padding_%d" % (padded, count), padded, "client",
            [(encrypted_shaped("framing/ack/padded/%d" % count, 56), True, stream("framing/ack/padding/%d" % count, count))])
    # 24 bytes is the shortest encrypted message: with 15 bytes of padding it is still no control frame and loses nothing.
    add("%s/server/encrypted_24/padding_15" % padded, padded, "server",
        [(encrypted_shaped("framing/shortest", 24), False, stream("framing/shortest padding", 15))])

    return {
        "description": "Frames of the four envelopes. `sender` is who writes them; `opening` is what a client sends before its first "
                       "frame on a bare stream. A payload is hex or {pattern: counter, length}: byte i is i mod 256. Long frames are "
                       "given by wire_length, wire_head (16 bytes), wire_tail (8 bytes) and wire_sha256. In padded_intermediate the "
                       "reader gets `payload` with the trim on (`trimmed` where padding is present) and payload plus padding with the "
                       "trim off (`untrimmed`). max_payload is the configured limit under which the frame must still pass.",
        "vectors": vectors,
    }


def control():
    vectors = []

    def add(name, envelope, wire, expect, asked=(), end=False, **more):
        vectors.append(dict(name=name, envelope=envelope, asked=list(asked), wire=wire.hex(), end=end, expect=expect, **more))

    def acked(token):
        return {"kind": "quick_ack", "token": token}

    def failed(code):
        return {"kind": "transport_error", "code": code}

    def got(payload):
        return {"kind": "payload", "payload": payload.hex()}

    tokens = [0xCD571D02, 0x80000000, 0xFFFFFFFF, 0x80000001, 0xEFEFEFEF, 0xFF00007F]
    after = encrypted_shaped("control/after", 40)
    padded = "padded_intermediate"
    for token in tokens:
        little, swapped = struct.pack("<I", token), struct.pack(">I", token)
        name = "quick_ack/%08x" % token
        add("abridged/" + name, "abridged", swapped, [acked(token)], [token])
        add("abridged/%s/then_payload" % name, "abridged", swapped + frame("abridged", after), [acked(token), got(after)], [token])
        for envelope in ("intermediate", padded):
            kind = "raw_" if envelope == padded else ""
            add("%s/%s%s" % (envelope, kind, name), envelope, little, [acked(token)], [token])
            add("%s/%s%s/then_payload" % (envelope, kind, name), envelope, little + frame(envelope, after),
                [acked(token), got(after)], [token])
        add("%s/framed_%s" % (padded, name), padded, frame(padded, b"\xff" * 4 + little), [acked(token)], [token])
    token = tokens[0]
    little = struct.pack("<I", token)
    for count in range(8):
        add("%s/framed_quick_ack/random_%d" % (padded, count), padded,
            frame(padded, b"\xff" * 4 + little + stream("control/ack/%d" % count, count)), [acked(token)], [token])
    add("%s/framed_quick_ack/random_8" % padded, padded, frame(padded, b"\xff" * 4 + little + stream("control/ack/8", 8)),
        [acked(token)], [token], note="16 bytes: the documented maximum, to be understood though not to be sent")
    # What the reference server sends half of the time: the framed form with a word of noise, then a no-op as a decoy.
    decoy = frame(padded, b"\xff" * 4 + little + stream("control/decoy", 4) + b"\x5a\x5a") + frame(padded, bytes(4) + b"\x77")
    add("%s/framed_quick_ack/with_decoy" % padded, padded, decoy + frame(padded, after), [acked(token), got(after)], [token])
    two = [tokens[0], tokens[4]]
    add("abridged/two_quick_acks", "abridged", b"".join(struct.pack(">I", t) for t in reversed(two)),
        [acked(t) for t in reversed(two)], two)
    add("intermediate/two_quick_acks", "intermediate", b"".join(struct.pack("<I", t) for t in reversed(two)),
        [acked(t) for t in reversed(two)], two)
    add("%s/two_quick_acks_both_forms" % padded, padded,
        frame(padded, b"\xff" * 4 + struct.pack("<I", two[1])) + struct.pack("<I", two[0]), [acked(two[1]), acked(two[0])], two)
    add("abridged/quick_ack_nobody_asked_for", "abridged", struct.pack(">I", token) + frame("abridged", after), [got(after)])
    add("intermediate/quick_ack_nobody_asked_for", "intermediate", little + frame("intermediate", after), [got(after)])
    add("%s/raw_quick_ack_nobody_asked_for" % padded, padded, little + frame(padded, after), [got(after)])
    add("%s/framed_quick_ack_nobody_asked_for" % padded, padded, frame(padded, b"\xff" * 4 + little) + frame(padded, after), [got(after)])

    for envelope in ENVELOPES:
        add("%s/no_op" % envelope, envelope, frame(envelope, bytes(4)), [])
        add("%s/no_op_twice_then_payload" % envelope, envelope,
            frame(envelope, bytes(4)) + frame(envelope, bytes(4), sequence=1) + frame(envelope, after, sequence=2), [got(after)])
        for code in (403, 404, 429, 444):
            add("%s/error_%d" % (envelope, code), envelope, frame(envelope, error_word(code)), [failed(code)])
        add("%s/payload_then_error_404" % envelope, envelope, frame(envelope, after) + frame(envelope, error_word(404), sequence=1),
            [got(after), failed(404)])
    for total in range(5, 16):
        noise = total - 4
        add("%s/no_op/total_%d" % (padded, total), padded, frame(padded, bytes(4), padding=stream("control/no-op/%d" % total, noise)), [])
        add("%s/error_404/total_%d" % (padded, total), padded,
            frame(padded, error_word(404), padding=stream("control/404/%d" % total, noise)), [failed(404)])
    for code in (403, 429, 444):
        for total in (5, 10, 15):
            add("%s/error_%d/total_%d" % (padded, code, total), padded,
                frame(padded, error_word(code), padding=stream("control/%d/%d" % (code, total), total - 4)), [failed(code)])

    for code in (403, 404, 429, 444):
        add("full/unframed/error_%d" % code, "full", error_word(code), [failed(code)])
        add("full/unframed/error_%d_then_end" % code, "full", error_word(code), [failed(code), {"kind": "closed"}], end=True)
    add("full/unframed/payload_then_error_404", "full", frame("full", after) + error_word(404), [got(after), failed(404)])
    add("full/unframed/payload_then_error_404_then_end", "full", frame("full", after) + error_word(404),
        [got(after), failed(404), {"kind": "closed"}], end=True)
    add("full/unframed/error_429_three_times", "full", error_word(429) * 3, [failed(429)], may_repeat=True)
    add("full/unframed/error_429_three_times_then_end", "full", error_word(429) * 3, [failed(429), {"kind": "closed"}],
        end=True, may_repeat=True)

    for envelope in ENVELOPES:
        whole = frame(envelope, after)
        add("%s/end_between_frames" % envelope, envelope, whole, [got(after), {"kind": "closed", "reason": "between_frames"}], end=True)
        add("%s/end_inside_frame" % envelope, envelope, whole + frame(envelope, after, sequence=1)[:21],
            [got(after), {"kind": "closed", "reason": "inside_frame"}], end=True)

    return {
        "description": "What a server sends besides messages, as a client must read it. `asked` holds the quick-ack tokens that the "
                       "client asked for before (one payload each, in that order); `wire` is what the server sends then; `end` says that "
                       "the stream ends after it; `expect` lists the events in order (kinds: payload, quick_ack, transport_error, closed). "
                       "An empty list: swallowed. may_repeat: the same transport_error may be reported again for the repeated words.",
        "vectors": vectors,
    }


def refused():
    vectors = []

    def add(name, envelope, reader, wire, reason, before=b"", max_payload=None, refused_after=None, **more):
        """`before` are whole good frames; refused_after counts the bytes of `wire` that suffice to refuse."""
        vector = dict(name="%s/%s/%s" % (envelope, reader, name), envelope=envelope, reader=reader,
                      opening=OPENING[envelope].hex() if reader == "server" else "",
                      before=before.hex(), wire=wire.hex(), reason=reason, **more)
        if max_payload is not None:
            vector["max_payload"] = max_payload
        if refused_after is not None:
            vector["refused_after"] = refused_after
        vectors.append(vector)

    good = encrypted_shaped("refused/good", 40)
    padded = "padded_intermediate"
    for reader in ("client", "server"):
        flags = (False, True) if reader == "server" else (False,)
        for flag in flags:
            asks = "_quick_ack" if flag else ""
            top = 0x80 if flag else 0
            top_word = 0x80000000 if flag else 0
            add("zero" + asks, "abridged", reader, bytes([top]), "length_zero", refused_after=1)
            for words in (1, 10, 126):
                add("overlong_%d%s" % (words, asks), "abridged", reader,
                    bytes([0x7F | top]) + struct.pack("<I", words)[:3] + counter(4 * words), "length_overlong", refused_after=4)
            # The short form says 504 bytes at most, which is below every limit that can be configured (1024).
            add("too_large_long_form" + asks, "abridged", reader, bytes([0x7F | top]) + struct.pack("<I", 257)[:3],
                "length_too_large", max_payload=1024, refused_after=4)
            add("too_large_all_ones" + asks, "abridged", reader, bytes([0x7F | top]) + b"\xff" * 3,
                "length_too_large", max_payload=1024, refused_after=4)
            add("zero" + asks, "intermediate", reader, struct.pack("<I", top_word), "length_zero", refused_after=4)
            for length in (5, 6, 7, 41, 42, 43):
                add("misaligned_%d%s" % (length, asks), "intermediate", reader,
                    struct.pack("<I", length | top_word) + counter(length), "length_misaligned", refused_after=4)
            add("too_large" + asks, "intermediate", reader, struct.pack("<I", 1028 | top_word),
                "length_too_large", max_payload=1024, refused_after=4)
            add("too_large_all_ones" + asks, "intermediate", reader, struct.pack("<I", 0x7FFFFFFC | top_word),
                "length_too_large", max_payload=1024, refused_after=4)
            add("zero" + asks, padded, reader, struct.pack("<I", top_word), "length_zero", refused_after=4)
            for length in (1, 2, 3):
                add("too_short_%d%s" % (length, asks), padded, reader, struct.pack("<I", length | top_word) + counter(length),
                    "length_too_short", refused_after=4)
            add("too_large" + asks, padded, reader, struct.pack("<I", 4096 | top_word),
                "length_too_large", max_payload=1024, refused_after=4)
            add("too_large_all_ones" + asks, padded, reader, struct.pack("<I", 0x7FFFFFFF | top_word),
                "length_too_large", max_payload=1024, refused_after=4)
        # The second frame is held to the same rules as the first.
        add("second_overlong", "abridged", reader, b"\x7f\x0a\x00\x00" + good, "length_overlong", before=frame("abridged", good), refused_after=4)
        add("second_zero", "abridged", reader, b"\x00", "length_zero", before=frame("abridged", good), refused_after=1)
        add("second_zero", "intermediate", reader, bytes(4), "length_zero", before=frame("intermediate", good), refused_after=4)
        add("second_misaligned", "intermediate", reader, struct.pack("<I", 41) + good, "length_misaligned",
            before=frame("intermediate", good), refused_after=4)
        add("second_too_short", padded, reader, struct.pack("<I", 3) + counter(3), "length_too_short", before=frame(padded, good), refused_after=4)

        # Full. As the first frame a server needs the sequence number too before it knows that this is Full: 8 bytes.
        first = 8 if reader == "server" else 4
        before = frame("full", good)
        for length in (0, 4, 8):
            # The sequence number is the right one and 16 bytes are there, so that nothing but the length can be the reason.
            for second, ahead, number, after in (("", b"", 0, first), ("second_", before, 1, 4)):
                name, reason = ("too_short_%d" % length, "length_too_short") if length else ("zero", "length_zero")
                add(second + name, "full", reader, struct.pack("<II", length, number) + bytes(8), reason,
                    before=ahead, refused_after=after)
        for length in (13, 14, 15, 53, 54, 55):
            head = struct.pack("<II", length, 0) + counter(length - 12)
            add("misaligned_%d" % length, "full", reader, head + struct.pack("<I", zlib.crc32(head)), "length_misaligned", refused_after=first)
        add("too_large", "full", reader, struct.pack("<II", 1028 + 12, 0), "length_too_large", max_payload=1024, refused_after=first)
        add("too_large_all_ones", "full", reader, struct.pack("<II", 0x7FFFFFFC, 0), "length_too_large", max_payload=1024, refused_after=first)
        add("second_too_large", "full", reader, struct.pack("<II", 1028 + 12, 1), "length_too_large", before=before,
            max_payload=1024, refused_after=4)
        for number in (0, 2, 3, 0x100, 0xFFFFFFFF):
            add("second_sequence_number_%x" % number, "full", reader, frame("full", good, sequence=number), "sequence_number", before=before)
        if reader == "client":
            # On the server side a first frame with another number is not recognised as Full at all: detection.json.
            for number in (1, 0xFFFFFFFF):
                add("sequence_number_%x" % number, "full", reader, frame("full", good, sequence=number), "sequence_number")
        for bit in (0, 7, 31):
            broken = bytearray(frame("full", good))
            broken[-4 + bit // 8] ^= 1 << bit % 8
            add("checksum_bit_%d" % bit, "full", reader, bytes(broken), "checksum")
        broken = bytearray(frame("full", good))
        broken[20] ^= 0x10
        add("checksum_payload_changed", "full", reader, bytes(broken), "checksum")
        body = struct.pack("<II", 52, 0) + good
        add("checksum_big_endian", "full", reader, body + struct.pack(">I", zlib.crc32(body)), "checksum")
        add("checksum_over_payload_only", "full", reader, body + struct.pack("<I", zlib.crc32(good)), "checksum")
        broken = bytearray(frame("full", good, sequence=1))
        broken[-1] ^= 0x80
        add("second_checksum", "full", reader, bytes(broken), "checksum", before=before)
    for name, ahead, number, after in (("quick_ack_bit", b"", 0, 8), ("second_quick_ack_bit", frame("full", good), 1, 4)):
        body = struct.pack("<II", 52 | 0x80000000, number) + good
        add(name, "full", "server", body + struct.pack("<I", zlib.crc32(body)), "quick_ack_in_full", before=ahead, refused_after=after)

    return {
        "description": "Wire bytes that must be refused. `reader` is who reads them; the stream is opening, before (good frames, delivered), "
                       "wire (refused). reason: length_zero, length_too_large, length_misaligned, length_too_short, length_overlong, "
                       "sequence_number, checksum, quick_ack_in_full. max_payload: the configured limit, otherwise the default. "
                       "refused_after: so many bytes of `wire` suffice, the rest need not arrive.",
        "vectors": vectors,
    }


SECRET = bytes.fromhex("9a1f0c5e7b2d48639f00aa11bb22cc33")
SECOND_SECRET = bytes.fromhex("00112233445566778899aabbccddeeff")
FORBIDDEN_STARTS = ([("ef", b"\xef"), ("efefefef", b"\xef" * 4), ("HEAD", b"HEAD"), ("POST", b"POST"), ("GET_", b"GET "), ("OPTI", b"OPTI"),
                     ("dddddddd", b"\xdd" * 4), ("eeeeeeee", b"\xee" * 4)]
                    + [("16030%x" % x, bytes([0x16, 0x03, x])) for x in range(16)])


def obfuscation():
    vectors = []

    def add(name, envelope, dc, secret, entropy, long=False, note=None):
        o = Obfuscation(entropy, envelope, dc, secret)
        assert 64 * o.draws == len(entropy), name
        vector = dict(name=name, envelope=envelope, dc=dc, secret=secret.hex() if secret else None, entropy=entropy.hex(),
                      draws=o.draws, initialization=o.initialization.hex(), header=o.header.hex(),
                      client_key=o.client_key.hex(), client_iv=o.client_iv.hex(),
                      server_key=o.server_key.hex(), server_iv=o.server_iv.hex())
        if note:
            vector["note"] = note
        for sender, cipher in (("client", o.from_client), ("server", o.from_server)):
            payloads = [plaintext_message("obfuscation/%s" % sender, 40 if sender == "client" else 84),
                        encrypted_shaped("obfuscation/second/%s" % sender, 72)]
            frames = []
            for number, payload in enumerate(payloads):
                plain = frame(envelope, payload, sequence=number)
                frames.append({"payload": payload.hex(), "plain": plain.hex(), "wire": cipher.apply(plain).hex()})
            vector[sender + "_frames"] = frames
            if long:
                payload = counter(5000)
                plain = frame(envelope, payload, sequence=2)
                wire = cipher.apply(plain)
                vector[sender + "_long"] = {"payload": describe(payload), "wire_length": len(wire), "wire_head": wire[:16].hex(),
                                            "wire_sha256": hashlib.sha256(wire).hexdigest()}
                if envelope == "padded_intermediate":
                    payload, padding = encrypted_shaped("obfuscation/padded/" + sender, 40), stream("obfuscation/padding/" + sender, 7)
                    plain = frame(envelope, payload, padding=padding)
                    vector[sender + "_padded"] = {"payload": payload.hex(), "padding": padding.hex(), "plain": plain.hex(),
                                                  "wire": cipher.apply(plain).hex()}
        vectors.append(vector)

    def draw(label):
        """64 bytes that any writer accepts, in every envelope."""
        for attempt in range(100):
            candidate = stream("obfuscation/%s/%d" % (label, attempt), 64)
            if not draw_is_forbidden(candidate, "full"):
                return candidate
        raise AssertionError(label)

    for envelope in ENVELOPES:
        for secret in (None, SECRET):
            for dc in (None, 2, 10002, -4, -10003, 203):
                name = "%s/%s/dc_%s" % (envelope, "secret" if secret else "no_secret", "none" if dc is None else dc)
                add(name, envelope, dc, secret, draw(name), long=dc == 2)

    # Redraws: one forbidden start each, then a good draw; the last vector goes through all of them.
    every = b""
    for number, (name, start) in enumerate(FORBIDDEN_STARTS):
        bad = start + draw("redraw/" + name)[len(start):]
        every += bad
        add("redraw/" + name, ENVELOPES[number % 4], 2, SECRET, bad + draw("after/" + name))
    for envelope in ENVELOPES:
        bad = draw("redraw/second word/" + envelope)
        bad = bad[:4] + bytes(4) + bad[8:]
        every += bad
        add("redraw/second_word_zero/" + envelope, envelope, None, None, bad + draw("after/second word/" + envelope))
    for tag in (0xEF, 0xEE, 0xDD):
        for dc in (None, 2):
            bad = draw("redraw/full/%02x" % tag)
            bad = bad[:56] + bytes([tag]) * 4 + bad[60:]
            add("redraw/full_tag_%02x/dc_%s" % (tag, "none" if dc is None else dc), "full", dc, SECRET if dc else None,
                bad + draw("after/full/%02x" % tag))
        add("keep/drawn_tag_%02x_is_overwritten" % tag, "padded_intermediate", 2, SECRET, bad)
    for envelope in ENVELOPES:
        add("redraw/every_forbidden_start/" + envelope, envelope, 2, SECRET, every + draw("after/every/" + envelope))

    # Starts that only look like the forbidden ones: kept, not redrawn.
    for name, start in (("ee_ee_ee_ef", b"\xee\xee\xee\xef"), ("dd_dd_dd_dc", b"\xdd\xdd\xdd\xdc"), ("HEAd", b"HEAd"), ("GET_tab", b"GET\t"),
                        ("POSt", b"POSt"), ("OPTJ", b"OPTJ"), ("160310", b"\x16\x03\x10"), ("16031f", b"\x16\x03\x1f"), ("160401", b"\x16\x04\x01"),
                        ("PVrG", b"PVrG"), ("first_word_zero", bytes(4)), ("second_word_top_byte", b"\x01\x02\x03\x04\x00\x00\x00\x01"),
                        ("second_word_low_byte", b"\x01\x02\x03\x04\x01\x00\x00\x00"), ("zero_at_1_to_4", b"\x01\x00\x00\x00\x00\x01")):
        add("keep/" + name, "abridged", None, None, start + draw("keep/" + name)[len(start):])

    # Counters that run over: the carry must pass through the whole block.
    base = draw("carry")
    for name, iv in (("whole_block", b"\xff" * 16), ("low_half", b"\x00" * 7 + b"\x01" + b"\xff" * 8), ("low_word", b"\x10" * 12 + b"\xff\xff\xff\xfe")):
        add("carry/client/" + name, "intermediate", 2, None, base[:40] + iv + base[56:])
        # The server's iv is bytes 8..23 of the payload, last byte first.
        add("carry/server/" + name, "intermediate", 2, SECRET, base[:8] + iv[::-1] + base[24:])

    return {
        "description": "Obfuscated connections. entropy: all the bytes that the client draws for its initialization payload, 64 at a time, `draws` "
                       "times. initialization: with tag and dc in place, before encryption; header: as sent. client_key and client_iv serve what "
                       "the client sends, server_key and server_iv what the server sends. In each direction follow, in this order: two frames, "
                       "then (where present) `_long`, a 5000-byte payload given by the SHA-256 of its ciphertext, then `_padded`, a frame with "
                       "padding, to be read only. All other padded_intermediate frames have no padding (a writer with its maximum set to 0 makes them). "
                       "dc: the signed number on the wire, null: bytes 60..61 stay as drawn. Full: bytes 56..59 stay as drawn.",
        "vectors": vectors,
    }


def quick_ack():
    vectors = []
    keys = [("counter", counter(256)), ("reversed_counter", counter(256)[::-1]), ("zeros", bytes(256)), ("ones", b"\xff" * 256),
            ("stream", stream("quick ack/auth key", 256))]
    for key_name, key in keys:
        for length in (32, 48, 64, 128, 256, 1040):
            plaintext = bytes(0xA5 ^ (i & 0xFF) for i in range(length))
            large = quick_ack_hash(key, plaintext)
            token = quick_ack_token(key, plaintext)
            little = struct.pack("<I", token)
            vectors.append({
                "name": "%s/%d" % (key_name, length), "auth_key": key.hex(), "plaintext": plaintext.hex(), "msg_key_large": large.hex(),
                "token": token, "token_bytes": little.hex(), "top_bit_was_set": large[3] >= 0x80,
                "wire": {"abridged": little[::-1].hex(), "intermediate": little.hex(),
                         "padded_intermediate_framed": frame("padded_intermediate", b"\xff" * 4 + little).hex(),
                         "padded_intermediate_raw": little.hex()},
            })
    assert {v["top_bit_was_set"] for v in vectors} == {True, False}
    return {
        "description": "Quick-ack tokens of client messages (MTProto 2.0): the first four bytes of SHA-256(auth_key[88..120] || plaintext), read "
                       "little-endian, top bit set. plaintext is what gets encrypted, with its padding; here byte i is a5 xor i. wire: the "
                       "server's reply in each envelope; the framed form is shown without random bytes.",
        "vectors": vectors,
    }


def detection():
    vectors = []
    plain = ["plain", "plain_full", "obfuscated"]
    secrets_only = ["secret"]
    everything = ["plain", "plain_full", "obfuscated", "secret", "obfuscated_full"]

    def add(name, data, found, needed, accept=None, secrets=(), obfuscated=False, dc=None, secret=None):
        vectors.append({
            "name": name, "server": {"accept": accept or plain, "secrets": [s.hex() for s in secrets]}, "bytes": data.hex(), "needed": needed,
            "expect": {"found": found, "obfuscated": obfuscated, "secret": secret, "dc": dc},
        })

    first = req_pq_multi(stream("detection/nonce", 16))
    for envelope, needed in (("abridged", 1), ("intermediate", 4), ("padded_intermediate", 4), ("full", 8)):
        add("plain/" + envelope, OPENING[envelope] + frame(envelope, first), envelope, needed)
    add("plain/abridged/first_words_all_ef", b"\xef" * 8, "abridged", 1)
    add("plain/intermediate/before_its_first_frame", b"\xee" * 4, "intermediate", 4)
    add("plain/intermediate/quick_ack", b"\xee" * 4 + frame("intermediate", encrypted_shaped("detection/ack", 40), True), "intermediate", 4)
    add("plain/full/encrypted", frame("full", encrypted_shaped("detection/full", 40)), "full", 8)

    def padded_to(data, length):
        return data + stream("detection/fill/%s" % data.hex(), length - len(data)) if len(data) < length else data

    for name, text in (("get", b"GET / HTTP/1.1\r\nHost: example\r\n\r\n"), ("post", b"POST /api HTTP/1.1\r\nContent-Length: 40\r\n\r\n"),
                       ("head", b"HEAD / HTTP/1.0\r\n\r\n"), ("options", b"OPTIONS /apiw1 HTTP/1.1\r\n\r\n")):
        add("http/" + name, text, "http", 4)
    for name, text in (("classic_517", "1603010200010001fc0303"), ("short_hello", "16030100c8010000c40303"), ("large_hello", "16030107000100" "06fc0303"),
                       ("outer_version_3_3", "1603030200010001fc0303")):
        add("tls/" + name, padded_to(bytes.fromhex(text), 80), "tls", 4)

    def draw(label):
        for attempt in range(100):
            candidate = stream("detection/%s/%d" % (label, attempt), 64)
            if not draw_is_forbidden(candidate, "full"):
                return candidate
        raise AssertionError(label)

    def opened(label, envelope, dc, secret, payload=first, sequence=0):
        o = Obfuscation(draw(label), envelope, dc, secret)
        return o.header + o.from_client.apply(frame(envelope, payload, sequence=sequence))

    secrets = [SECRET, SECOND_SECRET, stream("detection/third secret", 16)]
    for envelope in ENVELOPES[:3]:
        for dc in (2, -4, 10002, -10003, 203, 0, -32768, 32767):
            add("obfuscated/%s/dc_%d" % (envelope, dc), opened("no secret/%s/%d" % (envelope, dc), envelope, dc, None), envelope, 64,
                obfuscated=True, dc=dc)
        for index, secret in enumerate(secrets):
            dc = (2, -4, 10002)[index]
            data = opened("secret/%s/%d" % (envelope, index), envelope, dc, secret)
            add("secret_%d/%s" % (index, envelope), data, envelope, 64, secrets_only, secrets, True, dc, index)
            add("secret_%d/%s/everything_accepted" % (index, envelope), data, envelope, 64, everything, secrets, True, dc, index)
        data = opened("bare/" + envelope, envelope, 5, None)
        add("obfuscated/%s/secrets_configured_too" % envelope, data, envelope, 64, everything, secrets, True, 5)
        add("unknown/no_secret_used/%s" % envelope, data, "unknown", 64, secrets_only, secrets)
        data = opened("unknown secret/" + envelope, envelope, 2, stream("detection/stranger", 16))
        add("unknown/other_secret/%s" % envelope, data, "unknown", 64, secrets_only, secrets)
        add("unknown/other_secret/%s/none_configured" % envelope, data, "unknown", 64)
    full = everything
    add("obfuscated/full", opened("full", "full", 2, None), "full", 72, full, [], True, 2)
    add("obfuscated/full/secrets_configured_too", opened("full too", "full", -4, None), "full", 72, full, secrets, True, -4)
    for index, secret in enumerate(secrets):
        add("secret_%d/full" % index, opened("full/%d" % index, "full", 2, secret), "full", 72, full, secrets, True, 2, index)
        add("secret_%d/full/encrypted" % index,
            opened("full/encrypted/%d" % index, "full", -10003, secret, encrypted_shaped("detection/full secret", 1048)),
            "full", 72, full, secrets, True, -10003, index)
    add("unknown/full/not_accepted", opened("full off", "full", 2, None), "unknown", 64)
    add("unknown/full/wrong_sequence_number", opened("full seq", "full", 2, None, sequence=1), "unknown", 72, full, secrets)
    add("unknown/full/other_secret", opened("full stranger", "full", 2, stream("detection/stranger", 16)), "unknown", 72, full, secrets)
    # A bare Full frame that does not start at number 0 cannot be recognised; nor can other HTTP methods or near misses of the tags.
    add("unknown/plain_full_sequence_number_1", frame("full", encrypted_shaped("detection/plain full", 104), sequence=1), "unknown", 64)
    for name, data in (("random", stream("detection/random", 96)), ("put", b"PUT / HTTP/1.1\r\n"), ("ee_ee_ee_ef", b"\xee\xee\xee\xef"),
                       ("dd_dd_dd_dc", b"\xdd\xdd\xdd\xdc"), ("zeros_then_noise", bytes(4) + b"\x01"), ("ones", b"\xff" * 96)):
        add("unknown/" + name, padded_to(data, 96), "unknown", 64)
        add("unknown/%s/everything_accepted" % name, padded_to(data, 96), "unknown", 72, everything, secrets)

    return {
        "description": "The first bytes of a connection and what a server must say. accept: plain (three tags), plain_full, obfuscated (no secret), "
                       "secret, obfuscated_full (Full under whichever of the two is accepted). found: an envelope, http, tls or unknown. needed: so many "
                       "bytes suffice; for an envelope, one byte fewer is not enough. secret: index into server.secrets, null without one. dc: null "
                       "where the stream carries none.",
        "vectors": vectors,
    }


FILES = {"framing.json": framing, "control.json": control, "refused.json": refused, "obfuscation.json": obfuscation,
         "quick_ack.json": quick_ack, "detection.json": detection}


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__.strip())
    check_aes()
    here = os.path.dirname(os.path.abspath(__file__))
    different = 0
    for name, make in FILES.items():
        made = make()
        names = [vector["name"] for vector in made["vectors"]]
        assert len(names) == len(set(names)), "%s: a name is used twice" % name
        text = json.dumps(made, indent=1) + "\n"
        path = os.path.join(here, name)
        if sys.argv[1:]:
            try:
                with open(path, encoding="ascii", newline="") as file:
                    same = file.read() == text
            except OSError:
                same = False
            print("%s: %d vectors, %s" % (name, len(names), "as committed" if same else "DIFFERS from the committed file"))
            different += not same
        else:
            with open(path, "w", encoding="ascii", newline="") as file:
                file.write(text)
            print("%s: %d vectors" % (name, len(names)))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
