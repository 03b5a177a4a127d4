"""The peer: langgraph-sdk from PyPI, with its defaults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from langgraph_sdk import get_client, get_sync_client

from benchmarks.contenders import AsyncClient
from benchmarks.workloads import RUN_ID, THREAD_ID


class Sdk(AsyncClient):
    def __init__(self, url: str) -> None:
        self._client = get_client(url=url)

    def events(self, script: str) -> AsyncIterator[object]:
        stream: AsyncIterator[object] = self._client.runs.stream(THREAD_ID, script)
        return stream

    async def get(self) -> Any:
        return await self._client.runs.get(THREAD_ID, RUN_ID)

    async def aclose(self) -> None:
        await self._client.aclose()


class SdkSync:
    def __init__(self, url: str) -> None:
        self._client = get_sync_client(url=url)

    def stream(self, script: str) -> int:
        count = 0
        for _ in self._client.runs.stream(THREAD_ID, script):
            count += 1
        return count

    def get(self) -> Any:
        return self._client.runs.get(THREAD_ID, RUN_ID)

    def close(self) -> None:
        self._client.close()
