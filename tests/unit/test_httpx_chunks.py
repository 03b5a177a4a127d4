"""HTTP chunks that arrive together are handed over together, by the version of httpcore that is installed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio.to_thread
import httpx
import pytest

from runs_client import APIConnectionError, HttpxTransport, SyncHttpxTransport
from runs_client._transports import Request
from tests.servers.canned_server import CannedServer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
THREE = b"3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n"
LAST = b"0\r\n\r\n"

Read = Callable[[str, list[bytes]], Awaitable[None]]
"""Adds the pieces of a body to a list."""


async def read(url: str, pieces: list[bytes]) -> None:
    transport = HttpxTransport()
    try:
        async for piece in await transport.open(Request("GET", url)):
            pieces.append(piece)
    finally:
        await transport.aclose()


async def read_in_a_thread(url: str, pieces: list[bytes]) -> None:
    def blocking() -> None:
        transport = SyncHttpxTransport()
        try:
            pieces.extend(transport.open(Request("GET", url)))
        finally:
            transport.close()

    await anyio.to_thread.run_sync(blocking)


@pytest.fixture(params=[read, read_in_a_thread], ids=["async", "sync"])
def read_body(request: pytest.FixtureRequest) -> Read:
    function: Read = request.param
    return function


async def test_chunks_that_arrive_together(read_body: Read) -> None:
    pieces: list[bytes] = []
    with CannedServer(HEAD + THREE + LAST) as server:
        await read_body(server.url, pieces)
    assert pieces == [b"onetwothree"]


async def test_chunks_before_a_broken_one_are_not_lost() -> None:
    pieces: list[bytes] = []
    with CannedServer(HEAD + THREE + b"rubbish\r\n") as server:
        with pytest.raises(APIConnectionError, match="chunk header"):
            await read(server.url, pieces)
    assert pieces == [b"onetwothree"]


async def test_chunks_before_the_connection_breaks_off_are_not_lost() -> None:
    pieces: list[bytes] = []
    with CannedServer(HEAD + THREE + b"4\r\nfo") as server:
        with pytest.raises(APIConnectionError):
            await read(server.url, pieces)
    assert b"".join(pieces) == b"onetwothreefo"


async def test_a_client_that_is_handed_in_is_used_as_it_is() -> None:
    pieces: list[bytes] = []
    with CannedServer(HEAD + THREE + LAST) as server:
        async with httpx.AsyncClient(trust_env=False) as client:
            async for piece in await HttpxTransport(client).open(Request("GET", server.url)):
                pieces.append(piece)
    assert pieces == [b"one", b"two", b"three"]
