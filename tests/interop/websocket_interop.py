#!/usr/bin/env python3
"""The `websockets` package, which is not ours, as client of mtproto-responder and as server for mtproto-probe.

    python websocket_interop.py [folder of the programs]      default: build/bin of this tree

The obfuscated stream is made in Python (websocket_stream.py). `run_carriers.sh` makes the environment that this needs.
"""

import contextlib
import http
import os
import socket
import sys
import threading

import websockets
from websockets.sync.client import connect
from websockets.sync.server import serve

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)
from websocket_probe import ask  # noqa: E402
from websocket_stream import (FRAME_ERROR, ROOT, TIMEOUT, ClientStream, Events, ServerStream,  # noqa: E402
                              check_accepted, check_answer, error_word, question, res_pq, unknown_message)


def open_socket(responder, path="/apiws", subprotocols=("binary",), **more):
    return connect("ws://%s:%d%s" % (*responder.address, path), subprotocols=list(subprotocols), proxy=None,
                   open_timeout=TIMEOUT, close_timeout=TIMEOUT, **more)


def receive(peer, stream):
    """The next packet, out of as many messages as it takes."""
    while True:
        packets = stream.unpack(peer.recv(timeout=TIMEOUT))
        if packets:
            assert len(packets) == 1, "%d packets at once" % len(packets)
            return packets[0]


def cut(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


def ask_for_res_pq(peer, stream, send):
    nonce, packet = question()
    send(peer, stream.pack(packet))
    check_answer(receive(peer, stream), nonce)


def whole(peer, data):
    peer.send(data)


def in_messages(size):
    def send(peer, data):
        for piece in cut(data, size):
            peer.send(piece)
    return send


def in_fragments(size):
    return lambda peer, data: peer.send(cut(data, size))


def two_sizes(peer, data):
    """A header in one message, the packet in fragments of another, an empty message between."""
    peer.send(data[:64])
    peer.send(b"")
    peer.send(cut(data[64:], 5) or [b""])


# --- our responder, their client ---

def conversation(responder, send, path="/apiws"):
    """Three questions, then an encrypted message nobody knows the key of: the error in the stream, and in the close frame."""
    with open_socket(responder, path) as peer:
        stream = ClientStream()
        for _ in range(3):
            ask_for_res_pq(peer, stream, send)
        check_accepted(responder, peer.local_address, "websocket")
        # A last, empty fragment may come too late: the responder has said goodbye by then.
        with contextlib.suppress(websockets.ConnectionClosed):
            send(peer, stream.pack(unknown_message()))
        answer = receive(peer, stream)
        assert answer == error_word(404), "%s instead of transport error 404" % answer.hex()
        with contextlib.suppress(websockets.ConnectionClosed):
            raise AssertionError("%r instead of the end" % peer.recv(timeout=TIMEOUT))
        said = (peer.close_code, peer.close_reason)
        assert said == (1000, "       404"), "closed with %r %r" % said


def pings(responder):
    with open_socket(responder) as peer:
        assert peer.ping(b"before anything").wait(TIMEOUT), "no pong"
        stream = ClientStream()
        nonce, packet = question()
        data = stream.pack(packet)
        for piece in cut(data, 30):
            peer.send(piece)
            assert peer.ping().wait(TIMEOUT), "no pong within a packet"
        check_answer(receive(peer, stream), nonce)


def close_handshake(responder):
    events = Events(responder)
    with open_socket(responder) as peer:
        stream = ClientStream()
        ask_for_res_pq(peer, stream, whole)
        peer.close(1001, "going away")
        assert peer.close_code == 1001, "closed with %r" % peer.close_code
    events.wait(event="closed", reason="between_frames")


def extensions(responder):
    """It offers compression, as every browser does, and must get none."""
    with open_socket(responder, compression="deflate") as peer:
        assert peer.protocol.extensions == [], "agreed to %r" % peer.protocol.extensions
        assert peer.subprotocol == "binary", "subprotocol %r" % peer.subprotocol
        ask_for_res_pq(peer, ClientStream(), whole)


def refused(responder, status, more):
    events = Events(responder)
    try:
        with open_socket(responder, **more):
            pass
    except websockets.InvalidStatus as error:
        assert error.response.status_code == status, "status %d" % error.response.status_code
    else:
        raise AssertionError("it was opened")
    events.wait(event="closed", reason="refused")


def text_message(responder):
    events = Events(responder)
    with open_socket(responder) as peer:
        peer.send("text")
        with contextlib.suppress(websockets.ConnectionClosed):
            raise AssertionError("%r instead of the end" % peer.recv(timeout=TIMEOUT))
    events.wait(event="error", status=FRAME_ERROR, text="text message")


def not_obfuscated(responder):
    """A plain Intermediate stream within the WebSocket."""
    events = Events(responder)
    with open_socket(responder) as peer:
        peer.send(b"\xee" * 4 + bytes(100))
        with contextlib.suppress(websockets.ConnectionClosed):
            raise AssertionError("%r instead of the end" % peer.recv(timeout=TIMEOUT))
    events.wait(event="error", status=-224)


def many_at_once(responder):
    with contextlib.ExitStack() as stack:
        peers = [(stack.enter_context(open_socket(responder)), ClientStream()) for _ in range(20)]
        for peer, stream in peers:
            ask_for_res_pq(peer, stream, two_sizes)


def echoes(responder):
    """Lengths around those where the length of a frame changes its form."""
    with open_socket(responder, max_size=None) as peer:
        stream = ClientStream()
        for length in (24, 120, 124, 128, 65528, 65532, 65536, 100000):
            payload = b"\x01" + os.urandom(length - 1)
            peer.send(cut(stream.pack(payload), 40000))
            assert receive(peer, stream) == payload, "%d bytes came back as others" % length


# --- their server, our probe ---

@contextlib.contextmanager
def server(handle, **more):
    """Their server; `handle` gets each connection. Gives its address, and what went wrong in it."""
    problems = []

    def guarded(peer):
        try:
            handle(peer)
        except websockets.ConnectionClosed:
            pass
        except Exception as error:
            problems.append("%s: %s" % (type(error).__name__, error))

    options = {"subprotocols": ["binary"], **more}
    with serve(guarded, "127.0.0.1", 0, **options) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running.socket.getsockname(), problems
        running.shutdown()
        thread.join(TIMEOUT)


def probed(probe, options, handle, expected, text="", more=None):
    with server(handle, **(more or {})) as (address, problems):
        status, report, _ = ask(probe, address, options)
        assert not problems, "the server says %s" % problems[0]
    found = (status, report["result"], report["verdict"], report["transport_error"])
    assert found == expected, "the probe says %r, expected %r: %s" % (found, expected, report["failure"])
    assert text in (report["failure"] or ""), "the probe says %r" % report["failure"]
    assert report["carrier"] == "websocket", "carrier %r" % report["carrier"]


def requests(peer, stream):
    while True:
        yield from stream.unpack(peer.recv())


def answering(send):
    def handle(peer):
        assert peer.request.path == "/apiws", "path %r" % peer.request.path
        stream = ServerStream()
        for packet in requests(peer, stream):
            assert stream.dc == 4, "dc %r" % stream.dc
            send(peer, stream.pack(res_pq(packet)))
    return handle


def ping_first(peer, data):
    assert peer.ping().wait(TIMEOUT), "no pong"
    peer.send(data[:10])
    assert peer.ping(b"within a packet").wait(TIMEOUT), "no pong"
    peer.send(data[10:])


def closing(reason, stream_first=False):
    def handle(peer):
        stream = ServerStream()
        for _ in requests(peer, stream):
            if stream_first:
                peer.send(stream.pack(error_word(404)))
            peer.close(1000, reason)
    return handle


def says_nothing(_):
    """What the probe does not come to, or does not listen to."""


def answer_status(status, **fields):
    def process(connection, _):
        response = connection.respond(status, "no\n")
        for name, value in fields.items():
            response.headers[name] = value
        return response
    return process


@contextlib.contextmanager
def raw_server(answer, close):
    """A server that sends this, whatever it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def run():
            peer, _ = listener.accept()
            with peer:
                peer.recv(4096)
                if answer:
                    peer.sendall(answer)
                if not close:
                    peer.settimeout(TIMEOUT)
                    while peer.recv(4096):
                        pass
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield listener.getsockname()
        thread.join(TIMEOUT)


def probed_raw(probe, answer, close, expected, text):
    with raw_server(answer, close) as address:
        status, report, _ = ask(probe, address, ["--websocket", "--timeout", "1"])
    found = (status, report["verdict"])
    assert found == expected and text in report["failure"], "the probe says %r: %s" % (found, report["failure"])


OK = (0, "ok", "ok", None)
ERROR = (3, "transport_error", "transport_error", 404)


def run_responder_cases(cases, path):
    with Responder(path, "--path", "/elsewhere") as responder:
        for name, send in (("whole messages", whole), ("messages of 1 byte", in_messages(1)),
                           ("messages of 63 bytes", in_messages(63)), ("messages of 65 bytes", in_messages(65)),
                           ("fragments of 1 byte", in_fragments(1)),
                           ("fragments of 64 bytes", in_fragments(64)), ("header, nothing, fragments", two_sizes)):
            cases.run("websockets client, " + name, conversation, responder, send)
        for path_asked in ("/apiws_test", "/apiws_premium", "/elsewhere"):
            cases.run("websockets client, " + path_asked, conversation, responder, whole, path_asked)
        cases.run("websockets client, pings", pings, responder)
        cases.run("websockets client, close handshake", close_handshake, responder)
        cases.run("websockets client, compression offered", extensions, responder)
        cases.run("websockets client, 20 at once", many_at_once, responder)
        cases.run("websockets client, wrong path: 404", refused, responder, 404, {"path": "/other"})
        cases.run("websockets client, path of HTTP: 404", refused, responder, 404, {"path": "/api"})
        cases.run("websockets client, no subprotocol: 400", refused, responder, 400, {"subprotocols": ()})
        cases.run("websockets client, other subprotocol: 400", refused, responder, 400, {"subprotocols": ("chat",)})
        cases.run("websockets client, text message refused", text_message, responder)
        cases.run("websockets client, plain stream refused", not_obfuscated, responder)
    with Responder(path, "--echo") as responder:
        cases.run("websockets client, echoes up to 100000 bytes", echoes, responder)


def run_probe_cases(cases, probe):
    usual = ["--websocket", "--envelope", "intermediate", "--dc", "4"]
    for name, send in (("whole messages", whole), ("messages of 1 byte", in_messages(1)),
                       ("fragments of 7 bytes", in_fragments(7)), ("pings", ping_first)):
        cases.run("websockets server, " + name, probed, probe, usual, answering(send), OK)
    cases.run("websockets server, close reason 404", probed, probe, usual, closing("       404"), ERROR)
    cases.run("websockets server, error in stream and reason", probed, probe, usual, closing("       404", True), ERROR)
    cases.run("websockets server, close without a reason", probed, probe, usual, closing(""),
              (2, "not_connected", "closed_after_header", None))
    cases.run("websockets server, text message", probed, probe, usual, lambda peer: peer.send("hello"),
              (4, "wrong_answer", "wrong_answer", None), "text message")
    refusal = (4, "wrong_answer", "no_websocket", None)
    cases.run("websockets server, status 403", probed, probe, usual, says_nothing, refusal,
              "HTTP status 403", {"process_request": answer_status(http.HTTPStatus.FORBIDDEN)})
    cases.run("websockets server, status 404", probed, probe, ["--websocket", "/other"], says_nothing, refusal,
              "at this path", {"process_request": answer_status(http.HTTPStatus.NOT_FOUND)})
    cases.run("websockets server, redirect", probed, probe, usual, says_nothing, (4, "wrong_answer", "redirected", None),
              "elsewhere", {"process_request": answer_status(http.HTTPStatus.FOUND, Location="https://web.example.com/")})
    cases.run("websockets server, no subprotocol", probed, probe, usual, says_nothing, refusal, "subprotocol",
              {"subprotocols": None, "select_subprotocol": lambda *_: None})
    for name, answer, close, expected, text in (
            ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n", False, (4, "not_a_proxy"), "SSH server"),
            ("a TLS alert", bytes.fromhex("15030100020232"), True, (4, "not_a_proxy"), "TLS server"),
            ("noise", b"\x99" * 50, False, (4, "not_a_proxy"), "not an HTTP server"),
            ("the end", b"", True, (2, "closed_after_request"), "closed after the request"),
            ("silence", b"", False, (5, "silence_after_request"), "silence after the request")):
        cases.run("a server that answers with %s" % name, probed_raw, probe, answer, close, expected, text)


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    cases = Cases()
    try:
        run_responder_cases(cases, os.path.join(programs, "mtproto-responder"))
        run_probe_cases(cases, os.path.join(programs, "mtproto-probe"))
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the programs", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
