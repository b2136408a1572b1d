#!/usr/bin/env python3
"""Lets Telethon, an implementation that is not ours, connect to mtproto-responder through each of its transports.

    python telethon_interop.py [path of mtproto-responder]      default: build/bin/mtproto-responder of this tree

Each connection asks req_pq_multi and checks our resPQ, then sends something that looks encrypted and must read
transport error 404. `run.sh` makes the environment that this needs.
"""

import asyncio
import logging
import os
import sys
import time
from collections import defaultdict

from telethon.errors import InvalidBufferError
from telethon.network import (ConnectionTcpAbridged, ConnectionTcpFull, ConnectionTcpIntermediate, ConnectionTcpMTProxyAbridged,
                              ConnectionTcpMTProxyIntermediate, ConnectionTcpMTProxyRandomizedIntermediate, ConnectionTcpObfuscated)
from telethon.network.mtprotoplainsender import MTProtoPlainSender
from telethon.network.mtprotostate import MTProtoState
from telethon.tl.functions import ReqPqMultiRequest
from telethon.tl.types import ResPQ

sys.dont_write_bytecode = True
from responder import ANY, Cases, Responder, check_accepted  # noqa: E402  (no compiled files in the source tree)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMEOUT = 15
# They must not begin with dd or ee: Telethon takes those two digits for a form byte even in a 16-byte secret.
SECRETS = ["9a1f0c5e7b2d48639f00aa11bb22cc33", "00112233445566778899aabbccddeeff"]

# class, dc given to it, index of the secret, text in front of the secret, envelope, obfuscated, dc that the responder must name
PLAIN_CASES = [
    (ConnectionTcpFull, 2, None, "", "full", False, None),
    (ConnectionTcpAbridged, 2, None, "", "abridged", False, None),
    (ConnectionTcpIntermediate, 2, None, "", "intermediate", False, None),
    # Without a proxy Telethon leaves the dc bytes as drawn: any number may come.
    (ConnectionTcpObfuscated, 2, None, "", "abridged", True, ANY),
]
SECRET_CASES = [
    (ConnectionTcpMTProxyAbridged, 2, 0, "", "abridged", True, 2),
    (ConnectionTcpMTProxyIntermediate, -4, 1, "", "intermediate", True, -4),
    (ConnectionTcpMTProxyRandomizedIntermediate, 10002, 1, "", "padded_intermediate", True, 10002),
    (ConnectionTcpMTProxyRandomizedIntermediate, -10003, 0, "dd", "padded_intermediate", True, -10003),
]
ROUNDS = 3


class Loggers(defaultdict):
    """Telethon wants a logger for each of its modules."""

    def __missing__(self, name):
        logger = logging.getLogger(name)
        # It warns of every end of a connection, also of those that this test makes.
        logger.setLevel(logging.CRITICAL)
        self[name] = logger
        return logger


async def talk(responder, case):
    connection_class, dc, secret, prefix, envelope, obfuscated, expected_dc = case
    host, port = responder.address
    loggers = Loggers()
    proxy = (host, port, prefix + SECRETS[secret]) if secret is not None else None
    connection = connection_class(host, port, dc, loggers=loggers, proxy=proxy)
    await connection.connect(timeout=TIMEOUT)
    try:
        local_address = connection._writer.get_extra_info("sockname")
        sender = MTProtoPlainSender(connection, loggers=loggers)
        server_nonces = set()
        # Several rounds: Full's numbers, and the cipher streams, must go on; Telethon pads by chance.
        for _ in range(ROUNDS):
            nonce = int.from_bytes(os.urandom(16), "big", signed=True)
            answer = await sender.send(ReqPqMultiRequest(nonce))
            assert isinstance(answer, ResPQ), "the answer is %s" % type(answer).__name__
            assert answer.nonce == nonce, "another nonce"
            assert answer.server_public_key_fingerprints, "no fingerprint"
            pq = int.from_bytes(answer.pq, "big")
            assert 2 <= pq < 1 << 63 and pow(2, pq - 1, pq) != 1, "pq %d is no product of two primes" % pq
            server_nonces.add(answer.server_nonce)
        assert len(server_nonces) == ROUNDS, "a server_nonce was used twice"
        event = await asyncio.get_running_loop().run_in_executor(None, responder.accepted, local_address)
        check_accepted(event, envelope, obfuscated, expected_dc, secret)

        await connection.send(b"\x01" + os.urandom(23) + os.urandom(16 * 6))
        body = await connection.recv()
        try:
            MTProtoState(None, loggers).decrypt_message_data(body)
        except InvalidBufferError as error:
            assert error.code == 404, "read as error %r" % error.code
        else:
            raise AssertionError("no transport error")
    finally:
        await connection.disconnect()


async def run_cases(cases, responder, list_of_cases):
    async def one(case):
        started = time.monotonic()
        problem = None
        try:
            await asyncio.wait_for(talk(responder, case), TIMEOUT)
        except Exception as error:
            problem = "%s: %s" % (type(error).__name__, error)
        return case, problem, time.monotonic() - started

    # Side by side, since Telethon waits two seconds after each MTProxy header on purpose.
    for case, problem, seconds in await asyncio.gather(*[one(case) for case in list_of_cases]):
        what = "" if case[2] is None else ", %ssecret %d, dc %d" % (case[3] + " " if case[3] else "", case[2], case[1])
        if problem is None and not responder.is_running():
            problem = "the responder ended with status %s" % responder.process.returncode
        cases.report(case[0].__name__ + what, problem, seconds)


def run_all(cases, path):
    with Responder(path) as responder:
        asyncio.run(run_cases(cases, responder, PLAIN_CASES))
    with Responder(path, "--secret", SECRETS[0], "--secret", SECRETS[1]) as responder:
        asyncio.run(run_cases(cases, responder, SECRET_CASES))


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__.strip())
    path = sys.argv[1] if len(sys.argv) == 2 else os.path.join(ROOT, "build", "bin", "mtproto-responder")
    cases = Cases()
    try:
        run_all(cases, path)
    except (OSError, RuntimeError) as error:
        # No responder, or one that does not start: that is a failure with a reason, not a traceback.
        cases.report("starting the responder", error, 0)
    return cases.close()


if __name__ == "__main__":
    sys.exit(main())
