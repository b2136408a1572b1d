#!/usr/bin/env python3
"""Python's http.server, which is not ours, answers mtproto-probe --http in every way that a server may, and in some it may not.

    python3 http_servers.py [folder of the programs]      default: build/bin of this tree

Python standard library only. Also what the probe's options refuse, and its list of endpoints.
"""

import contextlib
import http.server
import json
import os
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from responder import Cases  # noqa: E402  (no compiled files in the source tree)
from websocket_probe import ask  # noqa: E402
from websocket_stream import ROOT, TIMEOUT, error_word, res_pq  # noqa: E402


class Handler(http.server.BaseHTTPRequestHandler):
    """Hands each request to the server's own function; the answer is its business."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), len(body), self.client_address))
        self.server.answer(self, body)

    def log_message(self, *_):
        pass

    def start(self, status, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


@contextlib.contextmanager
def server(answer, version):
    handler = type("Versioned", (Handler,), {"protocol_version": version})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.daemon_threads = True
        running.answer, running.requests = answer, []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(TIMEOUT)


# --- answers ---

def with_length(handler, body):
    answer = res_pq(body)
    handler.start(200, Content_Length=len(answer))
    handler.wfile.write(answer)


def in_chunks(size):
    def answer(handler, body):
        handler.start(200, Transfer_Encoding="chunked")
        data = res_pq(body)
        for piece in (data[at:at + size] for at in range(0, len(data), size)):
            handler.wfile.write(b"%x;an=extension\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\nX-Trailer: x\r\n\r\n")
    return answer


def until_the_end(handler, body):
    handler.start(200)
    handler.wfile.write(res_pq(body))
    handler.close_connection = True


def continued(handler, body):
    """With an interim answer that nobody asked for."""
    handler.send_response_only(100)
    handler.end_headers()
    with_length(handler, body)


def status(code, text=b"no\n", **fields):
    def answer(handler, _):
        handler.start(code, Content_Length=len(text), **fields)
        handler.wfile.write(text)
    return answer


def then(*answers):
    """One after the other."""
    left = list(answers)
    return lambda handler, body: left.pop(0)(handler, body)


def cut_off(handler, body):
    answer = res_pq(body)
    handler.start(200, Content_Length=len(answer))
    handler.wfile.write(answer[:40])
    handler.close_connection = True


def nothing(handler, _):
    handler.close_connection = True


def other_nonce(handler, body):
    with_length(handler, body[:24] + bytes(16) + body[40:])


def silence(_handler, _):
    threading.Event().wait(2)


def probed(probe, options, answer, expected, text="", version="HTTP/1.1"):
    with server(answer, version) as running:
        exit_status, report, _ = ask(probe, running.server_address, ["--http", *options])
        requests = running.requests
    found = (exit_status, report["verdict"], report["transport_error"])
    assert found == expected, "the probe says %r, expected %r: %s" % (found, expected, report["failure"])
    assert text in (report["failure"] or ""), "the probe says %r" % report["failure"]
    assert report["carrier"] == "http" and report["envelope"] is None, "carrier %r" % report["carrier"]
    path, fields, length, address = requests[0]
    assert path == ("/apiw" if "/apiw" in options else "/api") and length == 40, "asked %s with %d bytes" % (path, length)
    wanted = "dc.example.com" if "--host" in options else "127.0.0.1:%d" % running.server_address[1]
    assert fields["Host"] == wanted, "Host %r" % fields["Host"]
    assert all(other[3] == address for other in requests), "it used another connection"
    return requests


def two_requests(probe):
    requests = probed(probe, ["--unknown-key"], then(with_length, status(404)), (3, "transport_error", 404), "HTTP status 404")
    assert len(requests) == 2, "%d requests" % len(requests)


# --- the probe's words ---

def refuses(probe, words, text):
    done = subprocess.run([probe, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert (done.returncode, done.stdout) == (1, ""), "exit status %d" % done.returncode
    assert text in done.stderr, done.stderr


def paths(probe, words, path):
    """HOST:PORT is never taken for the path, wherever it stands."""
    with server(with_length, "HTTP/1.1") as running:
        address = "127.0.0.1:%d" % running.server_address[1]
        done = subprocess.run([probe, *(address if word == "HERE" else word for word in words)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 0, "exit status %d: %s" % (done.returncode, done.stdout + done.stderr)
        assert running.requests[0][0] == path, "asked at %s" % running.requests[0][0]


def lists_endpoints(probe):
    def listed(*words):
        done = subprocess.run([probe, "--list-endpoints", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT, check=True)
        return done.stdout

    lines = listed("2").splitlines()
    for line in ("tcp 149.154.167.51:443", "websocket wss://venus.web.telegram.org/apiws", "http http://149.154.167.51:80/api",
                 "websocket ws://[2001:67c:4e8:f002::a]:80/apiws", "http_from_browser https://venus.web.telegram.org/apiw"):
        assert line.split() in [other.split() for other in lines], "no line %r in %r" % (line, lines)
    assert len(set(lines)) == len(lines), "a line comes twice"
    report = json.loads(listed("4", "--media", "--json"))
    assert (report["dc"], report["media"], report["test"]) == (4, True, False)
    assert {"kind": "websocket", "endpoint": "wss://vesta-1.web.telegram.org/apiws"} in report["endpoints"]
    report = json.loads(listed("1", "--test", "--json"))
    assert {"kind": "http", "endpoint": "https://pluto.web.telegram.org/api_test"} in report["endpoints"]


OK = (0, "ok", None)


def run_all(cases, probe):
    for name, answer, version in (
            ("Content-Length", with_length, "HTTP/1.1"), ("one chunk", in_chunks(1000), "HTTP/1.1"),
            ("chunks of 1 byte", in_chunks(1), "HTTP/1.1"), ("no length, HTTP/1.1", until_the_end, "HTTP/1.1"),
            ("no length, HTTP/1.0", until_the_end, "HTTP/1.0"), ("an interim answer", continued, "HTTP/1.1")):
        cases.run("http.server, " + name, probed, probe, [], answer, OK, "", version)
    cases.run("http.server, /apiw", probed, probe, ["/apiw"], with_length, OK)
    cases.run("http.server, another host", probed, probe, ["--host", "dc.example.com"], with_length, OK)
    cases.run("http.server, two requests, the second 404", two_requests, probe)
    for name, answer, expected, text in (
            ("status 404", status(404), (3, "transport_error", 404), "not served at this path"),
            ("status 429", status(429), (3, "transport_error", 429), "HTTP status 429"),
            ("status 502 with a page", status(502, b"<p>" * 1000), (3, "transport_error", 502), "HTTP status 502"),
            ("redirect", status(301, Location="https://web.example.com/"), (3, "redirected", 301), "redirects"),
            ("200 with error 404 in its body", status(200, error_word(404)), (3, "transport_error", 404), "transport error 404"),
            ("200 with nothing", status(200, b""), (4, "wrong_answer", None), "without a packet"),
            ("200 with a page", status(200, b"<p>hello</p>"), (4, "wrong_answer", None), "an HTTP server"),
            ("200 with a page of odd length", status(200, b"<p>hello</p>\n"), (4, "wrong_answer", None), "multiple of 4"),
            ("another nonce", other_nonce, (4, "wrong_answer", None), "another nonce"),
            ("an answer that is cut off", cut_off, (2, "wrong_answer", None), "inside an answer"),
            ("the end", nothing, (2, "closed_after_request", None), "closed after the request")):
        cases.run("http.server, " + name, probed, probe, [], answer, expected, text)
    cases.run("http.server, silence", probed, probe, ["--timeout", "1"], silence, (5, "silence_after_request", None))
    for words, path in ((["--http", "HERE"], "/api"), (["HERE", "--http"], "/api"), (["--http=/apiw", "HERE"], "/apiw"),
                        (["--http", "/apiw1", "HERE"], "/apiw1"), (["HERE", "--http", "/x?y"], "/x?y")):
        cases.run("mtproto-probe %s" % " ".join(words), paths, probe, words, path)
    for words, text in ((["--http", "--websocket", "x:1"], "only one of them"), (["--http=api", "x:1"], "begins with a slash"),
                        (["--websocket", "--plain", "x:1"], "obfuscated streams only"), (["--http"], "which HOST:PORT"),
                        (["--http", "--envelope", "full", "x:1"], "leave --envelope"), (["--host", "x", "x:1"], "--host"),
                        (["--http", "--quick-ack", "x:1"], "no quick acks"), (["--list-endpoints", "9"], "no such endpoint")):
        cases.run("mtproto-probe %s" % " ".join(words), refuses, probe, words, text)
    cases.run("mtproto-probe --list-endpoints", lists_endpoints, probe)


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    cases = Cases()
    try:
        run_all(cases, os.path.join(programs, "mtproto-probe"))
    except OSError as error:
        cases.report("starting the probe", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
