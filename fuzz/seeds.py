#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets out of tests/vectors: python3 fuzz/seeds.py [--check]

A seed is what a target reads: its choices first, then bytes. Nothing is fetched, and the same seeds come each time.
"""
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent
VECTORS = ROOT.parent / "tests" / "vectors"
SHORT = {"abridged": "abridged", "intermediate": "intermediate", "padded_intermediate": "padded", "full": "full"}
# Longer ones are found sooner by mutation than they are read.
LONGEST = 600
MOST = 40

seeds = {}


def add(target, data):
    if len(data) <= LONGEST:
        name = hashlib.sha256(data).hexdigest()[:16]
        seeds.setdefault(target, {})[name] = data


def vectors(name):
    return json.loads((VECTORS / f"{name}.json").read_text())["vectors"]


def words(*numbers):
    return bytes(numbers)


# In clear, in one piece, with the end behind it; and one byte at a time through reserve and commit.
DECODE = [words(0, 0, 255, 255, 255, 2), words(2, 1, 0, 2, 6, 3), words(12, 2, 9, 255, 255, 0)]
# knobs mode cut cut cut how seed
CARRIER = [words(0, 0, 255, 255, 255, 2, 0), words(8, 0, 0, 3, 30, 1, 1)]


def frames():
    for vector in vectors("framing"):
        wire = b"".join(bytes.fromhex(f["wire"]) for f in vector["frames"] if "wire" in f)
        reader = "server" if vector["sender"] == "client" else "client"
        for front in DECODE[:1]:
            add(f"{SHORT[vector['envelope']]}_{reader}", front + wire)
        if vector["sender"] == "client" and len(wire) < 200:
            add("server_opening", CARRIER[0] + bytes.fromhex(vector["opening"]) + wire)
        if vector["envelope"] == "full" and len(wire) < 200:
            add("full_grammers", words(0, 0) + wire)
    for vector in vectors("control"):
        for front in DECODE[:2]:
            add(f"{SHORT[vector['envelope']]}_client", front + bytes.fromhex(vector["wire"]))
    for vector in vectors("refused"):
        wire = bytes.fromhex(vector["before"]) + bytes.fromhex(vector["wire"])
        add(f"{SHORT[vector['envelope']]}_{vector['reader']}", DECODE[0] + wire)
    for vector in vectors("detection"):
        for front in CARRIER:
            add("server_opening", front + bytes.fromhex(vector["bytes"]))


REQUESTS = [
    b"GET /apiws HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary\r\n\r\n",
    b"POST /api HTTP/1.1\r\nHost: example.org\r\nContent-Length: 40\r\n\r\n" + bytes(40),
    b"POST /api HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + bytes(20) + b"\r\n0\r\n\r\n",
    b"OPTIONS /apiw HTTP/1.1\r\n\r\n",
    b"HEAD / HTTP/1.0\r\n\r\n",
    b"POST /of/ours HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\x01\x02\x03\x04",
]
RESPONSES = [
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: binary\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + bytes(range(40)),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n14\r\n0123456789abcdefghij\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(24),
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n\x6c\xfe\xff\xff",
    b"HTTP/1.0 429 Slow\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x6c\xfe\xff\xff",
]
FRAMES = [
    b"\x82\x04abcd",
    b"\x02\x02ab\x80\x02cd",
    b"\x89\x03hey\x8a\x00",
    b"\x88\x0c\x03\xe8       404",
    b"\x82\x7e\x00\x80" + bytes(128),
    b"\x82\x84\x01\x02\x03\x04abcd",
    b"\x82\xfe\x00\x80\x01\x02\x03\x04" + bytes(128),
    b"\x89\x83\x01\x02\x03\x04hey\x88\x82\x01\x02\x03\x04\x02\xea",
]
RECORDS = [
    b"\x17\x03\x03\x00\x04abcd",
    b"\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x40" + bytes(64),
    b"\x15\x03\x03\x00\x02\x02\x28",
    b"\x17\x03\x03\x00\x00\x17\x03\x03\x40\x00" + bytes(64),
]


def carriers():
    for front in CARRIER:
        for request in REQUESTS:
            add("server_opening", front + request)
            add("http_requests", front + request)
        for response in RESPONSES:
            for target in ("http_answer", "http_responses", "websocket_answer", "fake_tls_stranger"):
                add(target, front + response)
        for frame in FRAMES:
            add("websocket_frames_server", front + frame)
            add("websocket_frames_client", front + frame)
        for record in RECORDS:
            for target in ("fake_tls_stranger", "fake_tls_records_server", "fake_tls_records_client", "fake_tls_answer"):
                add(target, front + record)
    # One of ours, with nothing changed, then with a few bytes.
    for seed in range(3):
        for mode in (1, 9):
            for change in (b"", words(0, 5, 0x83), words(0, 80, 1, 1, 4, 7)):
                front = words(0, mode, 255, 255, 255, 2, seed)
                add("fake_tls_hello", front + change)
                add("fake_tls_answer", front + change)


def secrets_and_links():
    key = "0123456789abcdef0123456789abcdef"
    forms = [key, "dd" + key, "DD" + key.upper(), "ee" + key + b"example.org".hex(), "ee" + key,
             "7tEcbLvZ7-f-1bwNsiCwlmVnb29nbGUuY29t", "7tEcbLvZ7+f+1bwNsiCwlmVnb29nbGUuY29t", "3QEjRWeJq83vASNFZ4mrze8=",
             " " + key + "\n", key + "ff", "%64d" + key]
    for form in forms:
        add("secrets", form.encode())
        add("links", f"port=443&secret={form}".encode())
        add("links", f"tg://proxy?server=1.2.3.4&port=443&secret={form}".encode())
    for form in forms[:4]:
        add("secrets", bytes.fromhex(form))
    add("links", b"https://t.me/proxy?server=proxy.example&port=80&secret=" + key.encode() + b"#x")
    add("links", b"t.me/socks?server=%5B2001%3Adb8%3A%3A1%5D&port=1080&user=a%20b&pass=c+d")
    add("links", b"server=a.example&port=1080&user=u&pass=p")
    add("links", b"HTTP://WWW.Telegram.DOG:443//proxy/?server=a..b&PORT=1x&secret=dd")


def the_rest():
    for layer in range(6):
        for envelope in range(4):
            acts = words(0, 3, 9, 5, 250, 1, 6, 250, 0, 7, 7, 2, 8, 5, 8, 250, 0, 9, 250, 1, 7, 7, 1, 3, 5, 1, 2, 3, 4, 3, 0)
            add("round_trip", words(layer, envelope, 0, 1) + acts)
    for how in (0, 1, 2, 3, 0x40, 0x43, 0x7d):
        add("ctr", words(1, 2, 3, 4, how & 1, 0xff, 0xf0, how & 1) + words(how, 40, how, 200, how, 3) * 3)
    # A config, a client and a server, packets and events both ways, and the end.
    for layer in range(6):
        add("c_calls", words(layer, 0, 0, 1, 0, 0) + words(*range(64)))
        add("c_calls", words(layer, 1, 2, 1) + words(*range(63, 0, -1)) * 2)


frames()
carriers()
secrets_and_links()
the_rest()
# Some of each kind do: the digests spread them evenly.
seeds = {target: dict(sorted(group.items())[:MOST]) for target, group in sorted(seeds.items())}

folder = ROOT / "seeds"
if sys.argv[1:] == ["--check"]:
    found = {(p.parent.name, p.name): p.read_bytes() for p in folder.glob("*/*")}
    wanted = {(target, name): data for target, group in seeds.items() for name, data in group.items()}
    missing = {target for target in (p.stem for p in (ROOT / "fuzz_targets").glob("*.rs")) if target not in seeds}
    print(f"{len(wanted)} seeds for {len(seeds)} targets; without seeds: {sorted(missing) or 'none'}")
    sys.exit(found != wanted or bool(missing))
for target, group in seeds.items():
    (folder / target).mkdir(parents=True, exist_ok=True)
    for name, data in group.items():
        (folder / target / name).write_bytes(data)
    print(f"{target}: {len(group)}")
