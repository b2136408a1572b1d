"""The programs of the relay's interop test, running, and how their events are waited for."""

import json
import os
import subprocess
import time

from responder import Responder

KEY = "9a1f0c5e7b2d48639f00aa11bb22cc33"
PLAIN, PADDED = KEY, "dd00112233445566778899aabbccddeeff"
TLS = "ee0f1e2d3c4b5a69788796a5b4c3d2e1f0" + b"site.example.com".hex()
SECRETS = [PLAIN, PADDED, TLS]
WRONG_TLS = "ee" + KEY + b"site.example.com".hex()
DCS = [2, 4, 10002, 10003]
GARBAGE = 2 * 1024 * 1024
# Sanitizers and valgrind keep what was freed: RELAY_MEMORY=any with them.
MOST_GROWTH = 16 * 1024 * 1024 if os.environ.get("RELAY_MEMORY") != "any" else 1 << 40
CONNECTIONS = 1024


def wait_until(find, timeout=10):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = find()
        if found:
            return found
        time.sleep(0.01)
    return None


class Bench:
    """The programs, running: a DC, a site, a relay in front of both, and one without a site."""

    def __init__(self, folder, site):
        path = lambda name: os.path.join(folder, "mtproto-" + name)  # noqa: E731
        self.probe_path = path("probe")
        self.site = site
        self.dc = Responder(path("responder"))
        words = [word for secret in SECRETS for word in ("--secret", secret)] + ["--verbose"]
        words += [word for dc in DCS for word in ("--dc", "%d=%s:%d" % ((dc,) + self.dc.address))]
        self.relay = Responder(path("relay"), *words, "--fallback", "%s:%d" % site.address)
        self.silent = Responder(path("relay"), *words)
        self.echo_dc = Responder(path("responder"), "--echo")
        self.echo = Responder(path("relay"), "--secret", PLAIN, "--verbose", "--dc", "2=%s:%d" % self.echo_dc.address)

    def stop(self):
        for program in (self.relay, self.silent, self.echo, self.dc, self.echo_dc):
            program.stop()

    def probe(self, secret, *words, relay=None, address=None, expected="ok"):
        host, port = address or (relay or self.relay).address
        run = subprocess.run([self.probe_path, "--json", "--secret", secret, *words, "%s:%d" % (host, port)],
                             stdout=subprocess.PIPE, text=True, timeout=120, check=False)
        report = json.loads(run.stdout)
        assert report["verdict"] == expected, "the probe says %s: %s" % (report["verdict"], report["failure"])
        return report


def events_of(program, start, **expected):
    return [e for e in program.events[start:] if all(e.get(key) == value for key, value in expected.items())]


def see(program, start, **expected):
    """The event that has come since `start` and says this."""
    found = wait_until(lambda: events_of(program, start, **expected))
    assert found, "no event %r among %r" % (expected, program.events[start:])
    return found[0]


def memory(program):
    with open("/proc/%d/status" % program.process.pid) as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1]) * 1024
