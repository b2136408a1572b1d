#!/usr/bin/env python3
"""Lets TDLib, an implementation that is not ours, connect to mtproto-responder with each kind of secret.

    python tdlib_interop.py [path of mtproto-responder]      default: build/bin/mtproto-responder of this tree

`testProxy` opens a connection through the proxy and starts to make an authorization key: req_pq_multi, then our resPQ.
There it ends with an error, which is expected: nobody but Telegram has the private half of the key that it must be
signed for. What it sent is seen in what the responder prints. No login and no network is needed. `run_tdlib.sh` makes the
environment that this needs.
"""

import json
import os
import sys
import tempfile
import time

import tdjson

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMEOUT = 20
DOMAIN = b"proxy.example.com"
KEY = "9a1f0c5e7b2d48639f00aa11bb22cc33"
SECRETS = [KEY, "dd" + KEY[::-1], "ee" + "00112233445566778899aabbccddeeff" + DOMAIN.hex()]
REQ_PQ_MULTI = "be7e8ef1"
# What a TDLib without a login is told: any numbers will do, nothing is asked of a server.
API_ID = 1
API_HASH = "0" * 32

# name, index of the secret, DC id, what the responder must say
CASES = [
    ("16-byte secret", 0, 2, "intermediate", "tcp"),
    ("16-byte secret", 0, 4, "intermediate", "tcp"),
    ("dd secret", 1, 2, "padded_intermediate", "tcp"),
    ("dd secret", 1, 3, "padded_intermediate", "tcp"),
    ("ee secret", 2, 2, "padded_intermediate", "fake_tls"),
    ("ee secret", 2, 5, "padded_intermediate", "fake_tls"),
]


class TdLib:
    """One TDLib client. Its requests and answers are JSON, as bytes."""

    def __init__(self, folder):
        self.client = tdjson.td_create_client_id()
        self.number = 0
        self.ask({"@type": "setTdlibParameters", "database_directory": folder, "use_message_database": False,
                  "use_secret_chats": False, "api_id": API_ID, "api_hash": API_HASH, "system_language_code": "en",
                  "device_model": "test", "application_version": "1"})
        # It would look for Telegram's servers all the time; testProxy does not need it.
        self.ask({"@type": "setNetworkType", "type": {"@type": "networkTypeNone"}})

    def ask(self, request, timeout=TIMEOUT):
        self.number += 1
        tdjson.td_send(self.client, json.dumps(dict(request, **{"@extra": self.number})).encode())
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            answer = tdjson.td_receive(1.0)
            if not answer:
                continue
            answer = json.loads(answer)
            if answer.get("@client_id") == self.client and answer.get("@extra") == self.number:
                return answer
        return None


def test_proxy(tdlib, address, secret, dc):
    """Both forms of the request: newer versions take one object for the proxy."""
    host, port = address
    kind = {"@type": "proxyTypeMtproto", "secret": secret}
    proxy = {"@type": "proxy", "server": host, "port": port, "type": kind}
    return tdlib.ask({"@type": "testProxy", "proxy": proxy, "server": host, "port": port, "type": kind, "dc_id": dc,
                      "timeout": 10})


def wait_for(responder, find, timeout=5):
    with responder.changed:
        responder.changed.wait_for(lambda: find(responder.events) or responder.ended, timeout=timeout)
        return find(responder.events)


def check(tdlib, responder, case):
    _, secret, dc, envelope, carrier = case
    with responder.changed:
        before = len(responder.events)
    answer = test_proxy(tdlib, responder.address, SECRETS[secret], dc)

    def seen(kind):
        return lambda events: next((e for e in events[before:] if e.get("event") == kind), None)

    event = wait_for(responder, seen("accepted"))
    assert event, "no `accepted` line; TDLib says %r; the responder %r" % (answer, responder.events[before:])
    expected = {"envelope": envelope, "obfuscated": True, "carrier": carrier, "dc": dc, "secret": secret}
    if carrier == "fake_tls":
        expected["server_name"] = DOMAIN.decode()
        assert abs(event["clock_skew"]) <= 2, "clock_skew is %r" % event["clock_skew"]
    found = {key: event.get(key) for key in expected}
    assert found == expected, "accepted says %r, expected %r" % (found, expected)
    payload = wait_for(responder, seen("payload"))
    assert payload, "no `payload` line"
    assert payload["constructor"] == REQ_PQ_MULTI, "constructor %r" % payload["constructor"]
    # It appends random bytes behind the nonce.
    assert payload["length"] >= 40 and payload["length"] % 4 == 0, "length %r" % payload["length"]
    # No one here has Telegram's key, so that it must end in an error, and by TDLib's hand.
    assert answer and answer["@type"] == "error", "TDLib says %r" % (answer,)
    assert responder.is_running(), "the responder ended with status %s" % responder.process.returncode


def refused(tdlib, responder, case):
    """A secret that the responder does not know: no `accepted` line, and an error."""
    _, secret, reason = case
    with responder.changed:
        before = len(responder.events)
    answer = test_proxy(tdlib, responder.address, secret, 2)
    event = wait_for(responder, lambda events: next((e for e in events[before:] if e["event"] == "not_ours"), None))
    assert event and event["reason"] == reason, "the responder says %r" % responder.events[before:]
    assert answer and answer["@type"] == "error", "TDLib says %r" % (answer,)


REFUSED = [
    ("wrong 16-byte secret", KEY[::-1], "unknown_opening"),
    ("wrong ee secret", "ee" + KEY + DOMAIN.hex(), "unknown_secret"),
]


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    path = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin", "mtproto-responder")
    cases = Cases()
    tdjson.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    options = ["--accept-secrets-only"] + [word for secret in SECRETS for word in ("--secret", secret)]
    try:
        with tempfile.TemporaryDirectory() as folder, Responder(path, *options) as responder:
            tdlib = TdLib(folder)
            for case in CASES:
                cases.run("TDLib, %s, dc %d: %s over %s" % (case[0], case[2], case[3], case[4]), check, tdlib, responder, case)
            for case in REFUSED:
                cases.run("TDLib, %s: %s" % (case[0], case[2]), refused, tdlib, responder, case)
            tdlib.ask({"@type": "close"}, timeout=5)
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the responder", error, 0)
    return cases.close()


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Not by way of TDLib's destructors: its threads go on, and now and then one of them aborts the process there.
    os._exit(status)
