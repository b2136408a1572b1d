#!/usr/bin/env python3
"""Node's package `ws`, which is not ours, as client of mtproto-responder and as server for mtproto-probe.

    NODE_PATH=... python3 websocket_node.py [folder of the programs]      default: build/bin of this tree

Node knows WebSocket alone (websocket_node.cjs); the obfuscated stream inside is made here. Exit status 77: no node, no `ws`.
"""

import os
import queue
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)
from websocket_probe import ask  # noqa: E402
from websocket_stream import (FRAME_ERROR, HERE, ROOT, TIMEOUT, ClientStream, Events, ServerStream,  # noqa: E402
                              check_answer, error_word, question, res_pq, unknown_message)


class Node:
    """One WebSocket of Node's."""

    def __init__(self, *words):
        self.process = subprocess.Popen(["node", os.path.join(HERE, "websocket_node.cjs"), *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put("")

    def say(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")

    def hear(self, *verbs):
        """The rest of the next line that begins with one of these words."""
        while True:
            line = self.lines.get(timeout=TIMEOUT)
            assert line, "node ended"
            verb, _, rest = line.partition(" ")
            if verb in verbs:
                return rest

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def client(responder):
    return Node("client", "ws://%s:%d/apiws" % responder.address)


def receive(node, stream):
    while True:
        packets = stream.unpack(bytes.fromhex(node.hear("message")))
        if packets:
            return packets[0]


def send(node, data, size, fragments):
    pieces = [data[at:at + size].hex() for at in range(0, len(data), size)]
    if fragments:
        node.say("fragments", *pieces)
    else:
        for piece in pieces:
            node.say("message", piece)


def conversation(responder, size, fragments):
    with client(responder) as node:
        stream = ClientStream()
        opened = node.hear("open")
        assert opened == "binary -", "opened with %r" % opened  # it offers compression, and gets none
        for _ in range(3):
            nonce, packet = question()
            send(node, stream.pack(packet), size, fragments)
            check_answer(receive(node, stream), nonce)
        node.say("ping", "c0ffee")
        assert node.hear("pong") == "c0ffee"
        send(node, stream.pack(unknown_message()), 1000, False)
        assert receive(node, stream) == error_word(404)
        end = node.hear("close")
        assert end == "1000        404", "closed with %r" % end


def goodbye(responder):
    events = Events(responder)
    with client(responder) as node:
        node.hear("open")
        node.say("message", ClientStream().pack(question()[1]).hex())
        node.hear("message")
        node.say("close", "1000", "bye")
        end = node.hear("close")
        assert end.startswith("1000"), "closed with %r" % end
    events.wait(event="closed", reason="between_frames")


def text(responder):
    events = Events(responder)
    with client(responder) as node:
        node.say("text", "hello")
        end = node.hear("close")
        assert end.startswith("1003"), "closed with %r" % end
    events.wait(event="error", status=FRAME_ERROR, text="text message")


def elsewhere(responder):
    with Node("client", "ws://%s:%d/other" % responder.address) as node:
        assert "404" in node.hear("error")


def probed(probe, size, fragments, code):
    """A code: the stream gets no answer, the close frame has one."""
    with Node("server") as node:
        address = ("127.0.0.1", int(node.hear("listening")))
        answers = []

        def serve():
            stream = ServerStream()
            packets = []
            while not packets:
                packets = stream.unpack(bytes.fromhex(node.hear("message")))
            if code:
                node.say("close", "1000", "%10d" % code)
            else:
                # Before the answer, with which the probe has what it wants, and leaves.
                node.say("ping", "00")
                answers.append(node.hear("pong"))
                send(node, stream.pack(res_pq(packets[0])), size, fragments)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        status, report, _ = ask(probe, address, ["--websocket", "--envelope", "intermediate"])
        thread.join(TIMEOUT)
    found = (status, report["result"], report["transport_error"])
    expected = (3, "transport_error", code) if code else (0, "ok", None)
    assert found == expected, "the probe says %r: %s" % (found, report["failure"])
    assert code or answers == ["00"], "pongs %r" % answers


def run_all(cases, programs):
    ways = (("whole messages", 1000, False), ("messages of 7 bytes", 7, False), ("fragments of 9 bytes", 9, True))
    with Responder(os.path.join(programs, "mtproto-responder")) as responder:
        for name, size, fragments in ways:
            cases.run("ws client, " + name, conversation, responder, size, fragments)
        cases.run("ws client, close handshake", goodbye, responder)
        cases.run("ws client, text message refused", text, responder)
        cases.run("ws client, wrong path", elsewhere, responder)
    probe = os.path.join(programs, "mtproto-probe")
    for name, size, fragments in ways:
        cases.run("ws server, " + name, probed, probe, size, fragments, 0)
    for code in (404, 429):
        cases.run("ws server, close reason %d" % code, probed, probe, 0, False, code)


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    try:
        found = subprocess.run(["node", "-e", "require('ws')"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        problem = None if found.returncode == 0 else "node has no package ws"
    except OSError:
        problem = "node is missing (package nodejs)"
    if problem:
        print("skipped: " + problem)
        return 77
    cases = Cases()
    try:
        run_all(cases, programs)
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the programs", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
