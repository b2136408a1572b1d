"""Telethon's ConnectionHttp, which is not ours, against mtproto-responder. Imported by http_interop.py, if Telethon is there."""

import asyncio
import contextlib
import os
import sys

from telethon.network.connection.http import ConnectionHttp
from telethon.network.mtprotoplainsender import MTProtoPlainSender
from telethon.tl.functions import ReqPqMultiRequest

sys.dont_write_bytecode = True
from telethon_interop import Loggers  # noqa: E402  (no compiled files in the source tree)
from websocket_stream import TIMEOUT, Events, check_accepted, unknown_message  # noqa: E402


class Line(bytes):
    """A line whose single bytes are bytes."""

    def __getitem__(self, place):
        return bytes(super().__getitem__(place if isinstance(place, slice) else slice(place, (place + 1) or None)))


class Lines:
    """Telethon 1.45 compares the last byte of each line, a number, with bytes, and takes every line for a cut one: with
    lines of its Python 2 its reader of answers works, and is what is wanted here."""

    def __init__(self, reader):
        self.readexactly = reader.readexactly
        self.reader = reader

    async def readline(self):
        return Line(await self.reader.readline())


class Mended(ConnectionHttp):
    async def _recv(self):
        return await self._codec.read_packet(Lines(self._reader))


async def talk(responder):
    loggers = Loggers()
    client = Mended(*responder.address, 2, loggers=loggers)
    await client.connect(timeout=TIMEOUT)
    try:
        local_address = client._writer.get_extra_info("sockname")
        sender = MTProtoPlainSender(client, loggers=loggers)
        for _ in range(3):
            nonce = int.from_bytes(os.urandom(16), "big", signed=True)
            answer = await sender.send(ReqPqMultiRequest(nonce))
            assert answer.nonce == nonce and answer.server_public_key_fingerprints, "the answer is %r" % answer
        await asyncio.get_running_loop().run_in_executor(None, check_accepted, responder, local_address, "http")
        # It reads no status: what comes to it of an error is an empty answer, which it drops, and the end.
        await client.send(unknown_message())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            raise AssertionError("%r instead of the end" % await client.recv())
    finally:
        await client.disconnect()


def telethon(responder):
    """Three resPQs over one connection, then an error, which it cannot read, and the end."""
    events = Events(responder)
    asyncio.run(asyncio.wait_for(talk(responder), TIMEOUT))
    events.wait(event="closed", reason="answered")
