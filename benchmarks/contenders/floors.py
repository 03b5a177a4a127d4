"""Bare loops: the least work that turns a stream into decoded events, over each HTTP library. They are what any client
of that library stands on: no ids, no types, no limits, no resumption, no errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import orjson

from benchmarks.workloads import RUN_ID, THREAD_ID

_STREAM = f"/threads/{THREAD_ID}/runs/stream"
_RUN = f"/threads/{THREAD_ID}/runs/{RUN_ID}"


class Splitter:
    """Splits a stream into names and data, as fast as plain Python can: it knows nothing but these two fields."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._name = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, Any]]:
        lines = chunk.splitlines() if b"\r" in chunk else chunk.split(b"\n")
        if self._rest:
            lines[0] = b"".join([*self._rest, lines[0]])
        self._rest = [] if chunk.endswith(b"\n") else [lines.pop()]
        for line in lines:
            if line[:6] == b"data: ":
                yield self._name, orjson.loads(line[6:])
            elif line[:7] == b"event: ":
                self._name = line[7:]


class BareHttpx:
    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=None, limits=httpx.Limits(max_connections=None))

    async def stream(self, script: str) -> int:
        count, splitter = 0, Splitter()
        async with self._client.stream("POST", _STREAM, json={"assistant_id": script}) as response:
            async for chunk in response.aiter_raw():
                for _ in splitter.feed(chunk):
                    count += 1
        return count

    async def get(self) -> Any:
        return orjson.loads((await self._client.get(_RUN)).content)

    async def aclose(self) -> None:
        await self._client.aclose()


class BareAiohttp:
    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def stream(self, script: str) -> int:
        count, splitter = 0, Splitter()
        async with self._open().post(self._url + _STREAM, json={"assistant_id": script}) as response:
            async for chunk in response.content.iter_any():
                for _ in splitter.feed(chunk):
                    count += 1
        return count

    async def get(self) -> Any:
        async with self._open().get(self._url + _RUN) as response:
            return orjson.loads(await response.read())

    async def aclose(self) -> None:
        await self._open().close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:  # it needs a running loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
            )
        return self._session
