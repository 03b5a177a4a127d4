"""HTTP chunks that arrive together are read together, with the version of aiohttp that is installed."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from runs_client import AiohttpTransport
from runs_client._transports import Request
from tests.servers.canned_server import CannedServer

pytestmark = pytest.mark.needs_asyncio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"


async def test_chunks_that_arrive_together(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = []
    take = aiohttp.StreamReader._read_nowait_chunk

    def taken(reader: Any, n: int) -> bytes:
        pieces.append(take(reader, n))
        return pieces[-1]

    monkeypatch.setattr(aiohttp.StreamReader, "_read_nowait_chunk", taken)
    with CannedServer(HEAD + BODY) as server:
        transport = AiohttpTransport()
        read = [piece async for piece in await transport.open(Request("GET", server.url))]
        await transport.aclose()
    assert read == pieces == [b"onetwothree"]
