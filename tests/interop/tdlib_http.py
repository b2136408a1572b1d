#!/usr/bin/env python3
"""Lets TDLib's own HTTP transport, which is not ours, connect to mtproto-responder as to an HTTP proxy.

    python tdlib_http.py [folder of the programs]      default: build/bin of this tree

With an enabled proxy of `proxyTypeHttp` and `http_only` TDLib speaks MTProto over HTTP, in requests whose target is a whole
URI. It asks req_pq_multi, and with our resPQ goes on to its next step, or refuses our fingerprint; both is seen in what
the responder prints. No login and no network is needed: everything goes to the proxy.
"""

import json
import os
import sys
import tempfile
import time

import tdjson

sys.dont_write_bytecode = True
from responder import Cases, Responder  # noqa: E402  (no compiled files in the source tree)
from tdlib_interop import TIMEOUT, TdLib  # noqa: E402
from websocket_stream import REQ_PQ_MULTI, ROOT, Events  # noqa: E402

REQ_DH_PARAMS = "d712e4be"


def use_proxy(tdlib, address):
    """Both forms of the request: newer versions take one object for the proxy."""
    host, port = address
    kind = {"@type": "proxyTypeHttp", "username": "", "password": "", "http_only": True}
    proxy = {"@type": "proxy", "server": host, "port": port, "type": kind}
    answer = tdlib.ask({"@type": "addProxy", "proxy": proxy, "server": host, "port": port, "type": kind, "enable": True})
    assert answer and answer["@type"] != "error", "TDLib says %r" % (answer,)
    tdlib.ask({"@type": "setNetworkType", "type": {"@type": "networkTypeOther"}})


def asks(responder, events):
    accepted = events.wait(event="accepted", carrier="http", timeout=TIMEOUT)
    found = {key: accepted.get(key) for key in ("envelope", "obfuscated", "dc", "secret")}
    assert found == {"envelope": None, "obfuscated": False, "dc": None, "secret": None}, "accepted says %r" % found
    payload = events.wait(event="payload", constructor=REQ_PQ_MULTI, timeout=TIMEOUT)
    # It appends random bytes behind the nonce.
    assert payload["length"] >= 40 and payload["length"] % 4 == 0, "length %r" % payload["length"]
    assert responder.is_running(), "the responder ended with status %s" % responder.process.returncode


def goes_on(events):
    """The next step of the key exchange; nobody here has the private half of the key, so it ends with a 404."""
    step = events.wait(event="payload", constructor=REQ_DH_PARAMS, timeout=TIMEOUT)
    assert step["length"] > 256, "length %r" % step["length"]
    events.wait(event="closed", reason="answered", timeout=TIMEOUT)


def no_errors(events):
    wrong = [event for event in events.seen() if event["event"] in ("error", "not_ours")]
    assert not wrong, "the responder says %r" % wrong


def close(tdlib):
    """TDLib has threads and connections of its own: a process that ends before it has closed them is aborted."""
    tdjson.td_send(tdlib.client, json.dumps({"@type": "close"}).encode())
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        answer = json.loads(tdjson.td_receive(1.0) or b"{}")
        if answer.get("authorization_state", {}).get("@type") == "authorizationStateClosed":
            return


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    programs = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin")
    cases = Cases()
    tdjson.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    try:
        with tempfile.TemporaryDirectory() as folder, Responder(os.path.join(programs, "mtproto-responder")) as responder:
            tdlib = TdLib(folder)
            events = Events(responder)
            use_proxy(tdlib, responder.address)
            cases.run("TDLib over HTTP, req_pq_multi", asks, responder, events)
            cases.run("TDLib over HTTP, its next step after our resPQ", goes_on, events)
            close(tdlib)
            cases.run("TDLib over HTTP, nothing else was said", no_errors, events)
    except (AssertionError, OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
