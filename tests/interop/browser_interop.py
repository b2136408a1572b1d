#!/usr/bin/env python3
"""A real browser, headless Chromium, opens WebSockets to mtproto-responder and asks it over HTTP from a page of another origin.

    python3 browser_interop.py [folder of the programs]      default: build/bin of this tree

The page (browser_page.html) only sends bytes that are prepared here, and posts back what came: the responder must be
understood by the browser's own WebSocket and fetch. Python standard library only. Exit status 77: no Chromium.
"""

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)
from websocket_stream import (HERE, REQ_PQ_MULTI, ROOT, ClientStream, Events, check_answer, error_word,  # noqa: E402
                              question, unknown_message)

SECONDS = 60  # a browser's first start on a busy machine
NAMES = ["chromium", "chromium-browser", "google-chrome"]
# It shall do nothing but show the page, and ask nobody else.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server"]


class Site(http.server.ThreadingHTTPServer):
    """Serves the page and the plan, and takes the reports."""

    daemon_threads = True

    def __init__(self, plan):
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan = plan
        self.reports = {}
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait(self, name, seconds):
        with self.changed:
            self.changed.wait_for(lambda: name in self.reports, timeout=seconds)
            return self.reports.get(name)


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/":
            with open(os.path.join(HERE, "browser_page.html"), "rb") as file:
                self.answer("text/html", file.read())
        elif self.path == "/plan":
            self.answer("application/json", json.dumps(self.server.plan).encode())
        else:
            self.send_error(404)

    def do_POST(self):
        report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.changed:
            self.server.reports[self.path.rpartition("/")[2]] = report
            self.server.changed.notify_all()
        self.answer("text/plain", b"")

    def log_message(self, *_):
        pass


class Talk:
    """A WebSocket of the page's: what it shall send, and how to read what comes."""

    def __init__(self, responder, size, path="/apiws", protocols=("binary",), refused=False):
        self.stream = ClientStream()
        self.nonces = []
        data = b""
        for _ in range(3):
            nonce, packet = question()
            self.nonces.append(nonce)
            data += self.stream.pack(packet)
        if refused:
            data += self.stream.pack(unknown_message())
        pieces = [data[at:at + size].hex() for at in range(0, len(data), size)]
        # Three answers; an error's close frame comes by itself.
        self.plan = {"url": "ws://%s:%d%s" % (*responder.address, path), "protocols": list(protocols), "pieces": pieces,
                     "wanted": 0 if refused else 3 * (4 + 84)}

    def check(self, report):
        packets = self.stream.unpack(bytes.fromhex(report["received"]))
        for packet, nonce in zip(packets, self.nonces):
            check_answer(packet, nonce)
        return packets[len(self.nonces):]


class Post:
    """A request of the page's."""

    def __init__(self, responder, path, kind, packet=None):
        self.nonce, asked = question()
        self.plan = {"url": "http://%s:%d%s" % (*responder.address, path), "type": kind, "body": (packet or asked).hex()}


def completes(site, name, talk):
    report = site.wait(name, SECONDS)
    assert report, "the page has not reported"
    assert report["opened"] and report["protocol"] == "binary" and not report["extensions"], "the browser says %r" % report
    assert talk.check(report) == [], "more than the answers"
    assert (report["code"], report["clean"]) == (1000, True), "closed with %r %r" % (report["code"], report["reason"])


def told_404(site, name, talk):
    report = site.wait(name, SECONDS)
    assert report, "the page has not reported"
    assert talk.check(report) == [error_word(404)], "the error did not come through the stream"
    found = (report["code"], report["reason"], report["clean"])
    assert found == (1000, "       404", True), "closed with %r" % (found,)


def not_opened(site, name):
    report = site.wait(name, SECONDS)
    assert report, "the page has not reported"
    assert not report["opened"] and report["code"] == 1006, "the browser says %r" % report


def posted(site, name, post, status):
    report = site.wait(name, SECONDS)
    assert report, "the page has not reported"
    assert report["status"] == status, "the browser says %r" % report
    if status == 200:
        check_answer(bytes.fromhex(report["received"]), post.nonce)


def not_readable(site, name):
    """Without the fields of CORS the page may not see the answer."""
    report = site.wait(name, SECONDS)
    assert report, "the page has not reported"
    assert report["status"] == 0 and "error" in report, "the browser says %r" % report


def understood(responder, events, talks):
    seen = events.seen()
    accepted = [event for event in seen if event["event"] == "accepted" and event["carrier"] == "websocket"]
    assert len(accepted) == talks, "%d WebSockets were accepted" % len(accepted)
    assert any(event.get("constructor") == REQ_PQ_MULTI for event in seen)
    wrong = [event for event in seen if event["event"] in ("error", "not_ours")]
    assert not wrong and not responder.bad_lines, "the responder says %r" % wrong


def run_all(cases, path, browser):
    with Responder(path) as responder, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        whole, cut, test = Talk(responder, 10000), Talk(responder, 50), Talk(responder, 1, "/apiws_test")
        error = Talk(responder, 10000, refused=True)
        elsewhere, silent = Talk(responder, 10000, "/other"), Talk(responder, 10000, protocols=())
        simple, asking = Post(responder, "/apiw", "text/plain"), Post(responder, "/apiw1", "application/octet-stream")
        failing = Post(responder, "/apiw", "text/plain", unknown_message())
        closed = Post(responder, "/api", "text/plain")
        tasks = {"whole": whole, "cut": cut, "test": test, "error": error, "elsewhere": elsewhere, "silent": silent,
                 "simple": simple, "asking": asking, "failing": failing, "closed": closed}
        site = Site({name: task.plan for name, task in tasks.items()})
        events = Events(responder)
        log = os.path.join(profile, "log")
        with open(log, "wb") as output:
            process = subprocess.Popen([browser, *FLAGS, "--user-data-dir=" + os.path.join(profile, "profile"),
                                        "--remote-debugging-port=0", "http://127.0.0.1:%d/" % site.server_address[1]],
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        try:
            cases.run("Chromium, WebSocket, one message", completes, site, "whole", whole)
            cases.run("Chromium, WebSocket, messages of 50 bytes", completes, site, "cut", cut)
            cases.run("Chromium, WebSocket /apiws_test, messages of 1 byte", completes, site, "test", test)
            cases.run("Chromium, WebSocket, transport error 404", told_404, site, "error", error)
            cases.run("Chromium, WebSocket, wrong path", not_opened, site, "elsewhere")
            cases.run("Chromium, WebSocket, no subprotocol", not_opened, site, "silent")
            cases.run("Chromium, fetch from another origin", posted, site, "simple", simple, 200)
            cases.run("Chromium, fetch with a preflight", posted, site, "asking", asking, 200)
            cases.run("Chromium, fetch, status 404", posted, site, "failing", failing, 404)
            cases.run("Chromium, fetch from /api, which is not for pages", not_readable, site, "closed")
            cases.run("Chromium, what the responder says of it", understood, responder, events, 4)
            if cases.failed:
                with open(log, encoding="utf-8", errors="replace") as file:
                    lines = [line for line in file.read().splitlines() if "dbus" not in line]
                print("\n".join(lines[-20:]), flush=True)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # with its children
                process.wait()
            site.shutdown()
            site.server_close()


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        print("skipped: Chromium is missing (package chromium)")
        return 77
    cases = Cases()
    try:
        run_all(cases, os.path.join(programs, "mtproto-responder"), browser)
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the programs", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
