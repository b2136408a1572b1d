"""Starts mtproto-responder for the interop tests and reads what it prints: its address, then one JSON object per event."""

import json
import subprocess
import threading
import time


class Responder:
    """A running responder. `args` are its further options; used with `with`, it is stopped at the end."""

    def __init__(self, path, *args):
        self.process = subprocess.Popen([path, "--listen", "127.0.0.1:0", *args], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.events = []
        self.bad_lines = []
        self.changed = threading.Condition()
        self.address = None
        self.ended = False
        threading.Thread(target=self._read, daemon=True).start()
        with self.changed:
            self.changed.wait_for(lambda: self.address or self.ended, timeout=10)
        if not self.address:
            self.stop()
            raise RuntimeError("%s did not print `listening HOST:PORT` (exit status %s)" % (path, self.process.returncode))

    def _read(self):
        for line in self.process.stdout:
            line = line.strip()
            with self.changed:
                if self.address is None:
                    word, _, rest = line.partition(" ")
                    host, _, port = rest.rpartition(":")
                    if word != "listening" or not port.isdigit():
                        break
                    self.address = (host, int(port))
                else:
                    try:
                        self.events.append(json.loads(line))
                    except ValueError:
                        self.bad_lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()
        # Whoever prints after a broken first line must not block on a full pipe.
        for _ in self.process.stdout:
            pass

    def accepted(self, local_address, timeout=5.0):
        """The `accepted` event of the connection that comes from this local address, or None."""
        peer = "%s:%d" % local_address[:2]

        def find():
            # The latest: ports come again.
            return next((e for e in reversed(self.events) if e.get("event") == "accepted" and e.get("peer") == peer), None)

        with self.changed:
            self.changed.wait_for(lambda: find() or self.ended, timeout=timeout)
            return find()

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


ANY = object()


def check_accepted(event, envelope, obfuscated, dc=ANY, secret=None):
    """Raises AssertionError unless the event says this. A secret of None: the responder must name none (null, -1 or no field)."""
    assert event is not None, "no `accepted` line for this connection"
    assert event.get("envelope") == envelope, "accepted says envelope %r" % event.get("envelope")
    assert event.get("obfuscated") is obfuscated, "accepted says obfuscated %r" % event.get("obfuscated")
    assert event.get("carrier") == "tcp", "accepted says carrier %r" % event.get("carrier")
    found = event.get("secret")
    assert (found in (None, -1)) if secret is None else (found == secret), "accepted says secret %r" % found
    if dc is not ANY:
        found = event.get("dc")
        assert (found in (None, 0)) if dc is None else (found == dc), "accepted says dc %r" % found


class Cases:
    """Runs cases one after the other, prints one line each and the closing line."""

    def __init__(self):
        self.passed = self.failed = 0

    def report(self, name, problem, seconds):
        if problem is None:
            self.passed += 1
            print("passed  %-64s %5d ms" % (name, seconds * 1000), flush=True)
        else:
            self.failed += 1
            print("FAILED  %s: %s" % (name, problem), flush=True)

    def run(self, name, function, *args):
        started = time.monotonic()
        problem = None
        try:
            function(*args)
        except Exception as error:
            problem = "%s: %s" % (type(error).__name__, error)
        self.report(name, problem, time.monotonic() - started)

    def close(self):
        """Prints the closing line and gives the exit status."""
        print("%d passed, %d failed" % (self.passed, self.failed), flush=True)
        return 1 if self.failed or not self.passed else 0
