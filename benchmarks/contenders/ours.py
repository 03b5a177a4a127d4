"""This library, with all its defaults: typed parts and exact resumption."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from benchmarks.contenders import AsyncClient
from benchmarks.workloads import RUN_ID, THREAD_ID
from runs_client import Run, RunsClient, SyncRunsClient


class Ours(AsyncClient):
    def __init__(self, url: str, transport: Literal["httpx", "aiohttp"]) -> None:
        self._runs = RunsClient(url, api_key=None, transport=transport)

    def events(self, script: str) -> AsyncIterator[object]:
        return self._runs.stream(THREAD_ID, script)

    async def get(self) -> Run:
        return await self._runs.get(THREAD_ID, RUN_ID)

    async def aclose(self) -> None:
        await self._runs.aclose()


class OursSync:
    def __init__(self, url: str) -> None:
        self._runs = SyncRunsClient(url, api_key=None)

    def stream(self, script: str) -> int:
        count = 0
        for _ in self._runs.stream(THREAD_ID, script):
            count += 1
        return count

    def get(self) -> Run:
        return self._runs.get(THREAD_ID, RUN_ID)

    def close(self) -> None:
        self._runs.close()
