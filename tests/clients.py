"""One way to write a test for both clients: the blocking one behind the surface of the asynchronous one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeAlias, cast

import anyio.to_thread

from runs_client import (
    HttpxTransport,
    RunsClient,
    RunStream,
    SyncCompletedRuns,
    SyncHttpxTransport,
    SyncRunHandle,
    SyncRunsClient,
    SyncRunStream,
)

ClientFactory: TypeAlias = Callable[..., RunsClient]

_END = object()


class _AsyncStream:
    """A `SyncRunStream` with the surface of a `RunStream`."""

    def __init__(self, stream: SyncRunStream[Any]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __aiter__(self) -> AsyncIterator[Any]:
        return _in_threads(iter(self._stream))

    async def __aenter__(self) -> _AsyncStream:
        await anyio.to_thread.run_sync(self._stream.__enter__)
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        await anyio.to_thread.run_sync(self._stream.__exit__, *exc_info)

    async def aclose(self) -> None:
        await anyio.to_thread.run_sync(self._stream.close)

    def text(self) -> AsyncIterator[str]:
        return _in_threads(self._stream.text())

    async def until_done(self, **options: Any) -> Any:
        return await anyio.to_thread.run_sync(partial(self._stream.until_done, **options))


class _AsyncHandle:
    """A `SyncRunHandle` with the surface of a `RunHandle`."""

    def __init__(self, handle: SyncRunHandle) -> None:
        self.blocking = handle

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.blocking, name)
        if name == "stream":
            return lambda **kwargs: _AsyncStream(attribute(**kwargs))
        return _in_a_thread(attribute) if callable(attribute) else attribute

    def __eq__(self, other: object) -> bool:
        return self.blocking == getattr(other, "blocking", other)

    def __hash__(self) -> int:
        return hash(self.blocking)

    def __repr__(self) -> str:
        return repr(self.blocking)


class _AsyncCompletedRuns:
    """A `SyncCompletedRuns` with the surface of a `CompletedRuns`."""

    def __init__(self, completed: SyncCompletedRuns) -> None:
        self._completed = completed

    def __aiter__(self) -> _AsyncCompletedRuns:
        return self

    async def __anext__(self) -> Any:
        handle: Any = await anyio.to_thread.run_sync(next, self._completed, _END)
        if handle is _END:
            raise StopAsyncIteration
        return _AsyncHandle(handle)

    async def __aenter__(self) -> _AsyncCompletedRuns:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await anyio.to_thread.run_sync(self._completed.close)


class _AsyncClient:
    """A `SyncRunsClient` with the surface of a `RunsClient`. Its calls run in threads, so tests may overlap them."""

    def __init__(self, client: SyncRunsClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name in ("stream", "join_stream"):
            return lambda *args, **kwargs: _AsyncStream(attribute(*args, **kwargs))
        if name == "iter":
            return lambda *args, **kwargs: _in_threads(attribute(*args, **kwargs))
        if name == "prepare_request" or not callable(attribute):
            return attribute
        return _in_a_thread(attribute)

    def handle(self, *ids: Any) -> _AsyncHandle:
        return _AsyncHandle(self._client.handle(*ids))

    def as_completed(self, handles: Any, **kwargs: Any) -> _AsyncCompletedRuns:
        return _AsyncCompletedRuns(self._client.as_completed(_blocking(handles), **kwargs))

    def join_all(self, handles: Any, **kwargs: Any) -> Any:
        return _in_a_thread(self._client.join_all)(_blocking(handles), **kwargs)

    async def __aenter__(self) -> _AsyncClient:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await anyio.to_thread.run_sync(self._client.close)


def _in_a_thread(function: Callable[..., Any]) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        result = await anyio.to_thread.run_sync(partial(function, *args, **kwargs))
        results = result if isinstance(result, list) else [result]
        wrapped = [_AsyncHandle(item) if isinstance(item, SyncRunHandle) else item for item in results]
        return wrapped if isinstance(result, list) else wrapped[0]

    return call


def _blocking(handles: Any) -> list[Any]:
    return [getattr(handle, "blocking", handle) for handle in handles]


async def _in_threads(items: Any) -> AsyncIterator[Any]:
    while (item := await anyio.to_thread.run_sync(next, items, _END)) is not _END:
        yield item


def async_client(*args: Any, **kwargs: Any) -> RunsClient:
    """The asynchronous client."""
    return RunsClient(*args, **kwargs)


def sync_client(*args: Any, **kwargs: Any) -> RunsClient:
    """The blocking client, used as if it were the asynchronous one."""
    return cast("RunsClient", _AsyncClient(SyncRunsClient(*args, **kwargs)))


def aiohttp_client(*args: Any, **kwargs: Any) -> RunsClient:
    """The asynchronous client over aiohttp."""
    return RunsClient(*args, **{"transport": "aiohttp", **kwargs})


class _Httpx2Transport(HttpxTransport):
    """Over a client of httpx2, which is closed with it."""

    def __init__(self) -> None:
        import httpx2  # it needs Python 3.11

        self._theirs = httpx2.AsyncClient(limits=httpx2.Limits(max_connections=None), trust_env=False)
        super().__init__(self._theirs)

    async def aclose(self) -> None:
        await self._theirs.aclose()


class _SyncHttpx2Transport(SyncHttpxTransport):
    def __init__(self) -> None:
        import httpx2

        self._theirs = httpx2.Client(limits=httpx2.Limits(max_connections=None), trust_env=False)
        super().__init__(self._theirs)

    def close(self) -> None:
        self._theirs.close()


def httpx2_client(*args: Any, **kwargs: Any) -> RunsClient:
    """The asynchronous client over httpx2."""
    return RunsClient(*args, **{"transport": _Httpx2Transport(), **kwargs})


def sync_httpx2_client(*args: Any, **kwargs: Any) -> RunsClient:
    """The blocking client over httpx2, used as if it were the asynchronous one."""
    return sync_client(*args, **{"transport": _SyncHttpx2Transport(), **kwargs})


CLIENTS: dict[str, ClientFactory] = {"async": async_client, "aiohttp": aiohttp_client, "sync": sync_client}
HANDED_IN: dict[str, ClientFactory] = {"httpx2": httpx2_client, "sync-httpx2": sync_httpx2_client}

__all__ = ["CLIENTS", "HANDED_IN", "ClientFactory", "RunStream", "async_client", "sync_client"]
