#!/usr/bin/env python3
"""HTTP clients that are not ours, against mtproto-responder: curl, Python's http.client, raw sockets, Telethon's ConnectionHttp.

    python http_interop.py [folder of the programs]      default: build/bin of this tree

Without curl or Telethon their cases are skipped. `run_carriers.sh` makes the environment that they need.
"""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)
from websocket_stream import (REQ_PQ_MULTI, ROOT, TIMEOUT, Events, check_accepted, check_answer, question,  # noqa: E402
                              unknown_message)

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Access-Control-Allow-Headers": "origin, content-type", "Access-Control-Max-Age": "1728000"}


# --- curl ---

def curl(*words):
    """What curl prints for this, under its own clock; no proxy of the environment's."""
    done = subprocess.run(["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "curl ends with %d: %s" % (done.returncode, done.stderr.strip())
    return done.stdout


def url(responder, path="/api"):
    return "http://%s:%d%s" % (*responder.address, path)


def curl_asks(responder, folder, *words):
    nonce, packet = question()
    ask, answer = os.path.join(folder, "ask"), os.path.join(folder, "answer")
    with open(ask, "wb") as file:
        file.write(packet)
    events = Events(responder)
    status = curl("--data-binary", "@" + ask, "--output", answer, "--write-out", "%{http_code}", *words, url(responder))
    assert status == "200", "status %s" % status
    with open(answer, "rb") as file:
        check_answer(file.read(), nonce)
    events.wait(event="accepted", carrier="http", envelope=None)
    events.wait(event="payload", constructor=REQ_PQ_MULTI)
    events.wait(event="closed")


def curl_echoes(responder, folder, length, *words):
    """Above 1 MiB curl sends "Expect: 100-continue" and waits."""
    ask, answer = os.path.join(folder, "ask"), os.path.join(folder, "answer")
    payload = b"\x01" + os.urandom(length - 1)
    with open(ask, "wb") as file:
        file.write(payload)
    said = curl("--data-binary", "@" + ask, "--output", answer, "--write-out", "%{http_code} %{time_total}", *words,
                url(responder))
    status, seconds = said.split()
    assert status == "200", "status %s" % status
    # A curl whose 100 does not come goes on after a second.
    assert float(seconds) < 0.9, "it took %s seconds" % seconds
    with open(answer, "rb") as file:
        assert file.read() == payload, "other bytes came back"


def curl_keeps_alive(responder, folder):
    """Three requests; the number of connections that each had to make."""
    ask = os.path.join(folder, "ask")
    with open(ask, "wb") as file:
        file.write(question()[1])
    said = curl("--data-binary", "@" + ask, "--write-out", "%{http_code} %{num_connects}\n", *["--output", os.devnull] * 3,
                *[url(responder)] * 3)
    assert said == "200 1\n200 0\n200 0\n", "curl says %r" % said


def curl_refused(responder, status, *words):
    found = curl("--output", os.devnull, "--write-out", "%{http_code}", *words)
    assert found == str(status), "status %s" % found
    serves(responder)


# --- Python's http.client ---

@contextlib.contextmanager
def connection(responder):
    client = http.client.HTTPConnection(*responder.address, timeout=TIMEOUT)
    client.connect()
    try:
        yield client
    finally:
        client.close()


def post(client, body, path="/api", **options):
    client.request("POST", path, body=body, **options)
    response = client.getresponse()
    return response.status, response.read(), response


def serves(responder):
    with connection(responder) as client:
        nonce, packet = question()
        status, body, _ = post(client, packet)
        assert status == 200, "status %d" % status
        check_answer(body, nonce)


def keep_alive(responder):
    """One connection: questions, a browser's too, then a message with an unknown key, which ends it."""
    events = Events(responder)
    with connection(responder) as client:
        local_address = client.sock.getsockname()
        for path in ("/api", "/apiw1", "/api_test", "/apiw_test1"):
            nonce, packet = question()
            status, body, response = post(client, packet, path)
            assert status == 200 and response.getheader("Content-Type") == "application/octet-stream", "status %d" % status
            check_answer(body, nonce)
            found = {name: response.getheader(name) for name in CORS}
            assert found == (CORS if "w" in path else dict.fromkeys(CORS)), "%s: %r" % (path, found)
            assert client.sock.getsockname() == local_address, "another connection"
        check_accepted(responder, local_address, "http")
        status, body, response = post(client, unknown_message())
        assert (status, body, response.getheader("Connection")) == (404, b"", "close"), "%d %r" % (status, body)
    events.wait(event="closed", reason="answered")


def chunked(responder):
    with connection(responder) as client:
        for size in (1, 7, 1000):
            nonce, packet = question()
            pieces = (packet[at:at + size] for at in range(0, len(packet), size))
            status, body, _ = post(client, pieces, headers={"Transfer-Encoding": "chunked"}, encode_chunked=True)
            assert status == 200, "status %d" % status
            check_answer(body, nonce)


def other_method(responder):
    """As the second request: as the first one, PUT is not the beginning of anything that is spoken here."""
    with connection(responder) as client:
        nonce, packet = question()
        status, body, _ = post(client, packet)
        check_answer(body, nonce)
        client.request("PUT", "/api", body=packet)
        response = client.getresponse()
        assert (response.status, response.getheader("Allow")) == (405, "POST, OPTIONS"), "status %d" % response.status
    serves(responder)


def preflight(responder):
    with connection(responder) as client:
        client.request("OPTIONS", "/apiw", headers={"Origin": "http://page.example.com", "Access-Control-Request-Method": "POST"})
        response = client.getresponse()
        assert (response.status, response.read()) == (200, b""), "status %d" % response.status
        assert {name: response.getheader(name) for name in CORS} == CORS, "fields %r" % response.getheaders()
        nonce, packet = question()
        status, body, _ = post(client, packet, "/apiw")
        assert status == 200, "status %d" % status
        check_answer(body, nonce)


def lets_go(responder):
    """Connection: close. The responder answers, and ends the connection first."""
    events = Events(responder)
    with connection(responder) as client:
        nonce, packet = question()
        status, body, _ = post(client, packet, headers={"Connection": "close"})
        assert status == 200
        check_answer(body, nonce)
    events.wait(event="closed", reason="answered")


def refused(responder, status, method, path, body, headers):
    events = Events(responder)
    with connection(responder) as client:
        client.request(method, path, body=body, headers=headers)
        response = client.getresponse()
        assert (response.status, response.read()) == (status, b""), "status %d" % response.status
    events.wait(event="closed", reason="refused")
    serves(responder)


# --- raw sockets ---

def request(packet, *fields, path="/api", version="1.1"):
    lines = ["POST %s HTTP/%s" % (path, version), "Content-Length: %d" % len(packet), *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + packet


def read_response(file):
    status = int(file.readline().split()[1])
    length = 0
    while (line := file.readline().strip()):
        name, _, value = line.decode().partition(": ")
        length = int(value) if name.lower() == "content-length" else length
    return status, file.read(length)


@contextlib.contextmanager
def raw(responder):
    with socket.create_connection(responder.address, timeout=TIMEOUT) as peer, peer.makefile("rb") as file:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield peer, file


def byte_by_byte(responder):
    with raw(responder) as (peer, file):
        nonce, packet = question()
        for byte in request(packet):
            peer.sendall(bytes([byte]))
            time.sleep(0.0003)  # long enough for the other side to be woken for it
        status, body = read_response(file)
        assert status == 200
        check_answer(body, nonce)


def at_once(responder, half_close):
    """Three requests in one segment, and perhaps the end of the client's side: three answers, in order."""
    with raw(responder) as (peer, file):
        questions = [question() for _ in range(3)]
        peer.sendall(b"".join(request(packet) for _, packet in questions))
        if half_close:
            peer.shutdown(socket.SHUT_WR)
        for nonce, _ in questions:
            status, body = read_response(file)
            assert status == 200
            check_answer(body, nonce)
        if half_close:
            assert file.read() == b"", "more than the answers"


def old_version(responder):
    with raw(responder) as (peer, file):
        nonce, packet = question()
        peer.sendall(request(packet, version="1.0"))
        status, body = read_response(file)
        assert status == 200
        check_answer(body, nonce)
        assert file.read() == b"", "the connection of HTTP/1.0 does not end"


def refused_in_a_flood(responder):
    """The client sends a megabyte more: the status must not be lost by a reset."""
    with raw(responder) as (peer, file):
        body = bytes(1 << 20)
        peer.sendall(b"POST /other HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        status, _ = read_response(file)
        assert status == 404, "status %d" % status
        assert file.read() == b""
    serves(responder)


def slow_reader(responder):
    """It asks for much and reads nothing for a while; others are served meanwhile."""
    payload = b"\x01" + bytes((1 << 22) - 1)
    with raw(responder) as (peer, file):
        peer.sendall(request(payload))
        time.sleep(0.2)
        with raw(responder) as (other, other_file):
            other.sendall(request(payload[:400]))
            assert read_response(other_file) == (200, payload[:400])
        assert read_response(file) == (200, payload), "other bytes came back"


def late_reader(responder):
    """Thousands of requests by a client that reads nothing until it can send no more: every one is answered, in order."""
    with raw(responder) as (peer, file):
        questions = [question() for _ in range(20000)]
        sender = threading.Thread(target=peer.sendall, args=(b"".join(request(packet) for _, packet in questions),), daemon=True)
        sender.start()
        sender.join(0.5)
        serves(responder)
        for nonce, _ in questions:
            status, body = read_response(file)
            assert status == 200
            check_answer(body, nonce)
        sender.join(TIMEOUT)


def inside_a_body(responder):
    events = Events(responder)
    with raw(responder) as (peer, _):
        peer.sendall(request(question()[1])[:-10])
    events.wait(event="closed", reason="inside_frame")
    serves(responder)


REFUSED = [
    ("another path", 404, "POST", "/other", b"1234", {}),
    ("a long path", 414, "POST", "/a-path-that-is-too-long", b"1234", {}),
    ("a body of 3 bytes", 404, "POST", "/api", b"123", {}),
    ("no body", 404, "POST", "/api", b"", {}),
    ("OPTIONS elsewhere", 404, "OPTIONS", "/other", b"", {}),
    ("too large a body", 413, "POST", "/api", b"", {"Content-Length": str(1 << 40)}),
    ("an unknown expectation", 417, "POST", "/api", b"1234", {"Expect": "a wonder"}),
    ("65 fields", 431, "POST", "/api", b"1234", {"X-%d" % number: "" for number in range(65)}),
]


def run_curl(cases, responder, echo, folder):
    cases.run("curl --data-binary", curl_asks, responder, folder)
    cases.run("curl, chunked", curl_asks, responder, folder, "--header", "Transfer-Encoding: chunked")
    cases.run("curl, HTTP/1.0", curl_asks, responder, folder, "--http1.0")
    cases.run("curl, three requests on one connection", curl_keeps_alive, responder, folder)
    cases.run("curl, 100-continue", curl_asks, responder, folder, "--header", "Expect: 100-continue")
    cases.run("curl, 2 MiB with 100-continue", curl_echoes, echo, folder, 1 << 21)
    cases.run("curl, 2 MiB chunked", curl_echoes, echo, folder, 1 << 21, "--header", "Transfer-Encoding: chunked")
    cases.run("curl, GET: 404", curl_refused, responder, 404, url(responder))


def skip(what, why):
    print("skipped: %s: %s" % (what, why), flush=True)
    return 1


def run_all(cases, path):
    skipped = 0
    with Responder(path) as responder, Responder(path, "--echo") as echo:
        if shutil.which("curl"):
            with tempfile.TemporaryDirectory() as folder:
                run_curl(cases, responder, echo, folder)
        else:
            skipped += skip("HTTP by curl", "it is missing (package curl)")
        cases.run("http.client, keep-alive, then 404", keep_alive, responder)
        cases.run("http.client, chunked", chunked, responder)
        cases.run("http.client, OPTIONS and CORS", preflight, responder)
        cases.run("http.client, Connection: close", lets_go, responder)
        cases.run("http.client, PUT: 405", other_method, responder)
        for name, *case in REFUSED:
            cases.run("http.client, %s: %d" % (name, case[0]), refused, responder, *case)
        cases.run("HTTP byte by byte", byte_by_byte, responder)
        cases.run("HTTP, three requests at once", at_once, responder, False)
        cases.run("HTTP, three requests at once, half-closed", at_once, responder, True)
        cases.run("HTTP/1.0", old_version, responder)
        cases.run("HTTP, refused in a flood", refused_in_a_flood, responder)
        cases.run("HTTP, a slow reader", slow_reader, echo)
        cases.run("HTTP, 20000 requests by a late reader", late_reader, responder)
        cases.run("HTTP, the end inside a body", inside_a_body, responder)
        try:
            from http_telethon import telethon
        except ImportError:
            skipped += skip("HTTP by Telethon", "it is not installed")
        else:
            cases.run("Telethon's ConnectionHttp", telethon, responder)
    return skipped


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    cases = Cases()
    skipped = 0
    try:
        skipped = run_all(cases, os.path.join(programs, "mtproto-responder"))
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the responder", error, 0)
    status = cases.close()
    if skipped:
        print("%d passed, %d failed, %d skipped" % (cases.passed, cases.failed, skipped), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
