"""Connections of httpx to servers of a test: no proxies of the environment, no certificates to load."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx

_NO_LIMITS = httpx.Limits(max_connections=None)


class SyncLoopbackTransport(httpx.HTTPTransport):
    """For a blocking client."""

    def __init__(self) -> None:
        super().__init__(verify=False, limits=_NO_LIMITS)


class LoopbackTransport(httpx.AsyncHTTPTransport):
    """For an asynchronous client that nobody closes. Its connections are closed when the event loop ends.

    A fixture that is no coroutine has no event loop to close them in, and whether a coroutine can be a fixture depends
    on the plugins. But every event loop closes the generators that were begun in it.
    """

    def __init__(self) -> None:
        super().__init__(verify=False, limits=_NO_LIMITS)
        self._in_loop: AsyncGenerator[None, None] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._in_loop is None:
            self._in_loop = self._closed_with_loop()
            await self._in_loop.__anext__()
        return await super().handle_async_request(request)

    async def _closed_with_loop(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.aclose()
