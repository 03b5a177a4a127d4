"""Connections of httpx, spread over many small pools. The blocking twin is generated from this file."""

from __future__ import annotations

import socket
import threading
import time
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import httpx

from .._concurrency import async_heed_limits
from .._errors import InvalidRequestError
from ._httpx_chunks import join_chunks
from ._proxies import proxy_from_environment
from ._tls import ssl_context

_REQUESTS_PER_POOL = 8
_IDLE_TIMEOUT = 5.0
"""Seconds after which a connection that nobody uses is closed; httpx's own default."""


@dataclass(eq=False)
class _Pool:
    """A pool, and the requests that are under way in it."""

    origin: tuple[str, bytes]
    transport: httpx.AsyncHTTPTransport
    active: int = 0
    idle_since: float = field(default_factory=time.monotonic)


class AsyncPoolsTransport(httpx.AsyncBaseTransport):
    """Sends requests through as many pools as it takes for each to have few of them.

    One pool of httpcore looks at all of its connections whenever a request begins or ends, for each of those that are
    idle once more. With fifty requests at a time, that takes longer than the requests.
    """

    def __init__(self) -> None:
        self._pools: list[_Pool] = []
        self._swept_at = time.monotonic()
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._sweep()
        pool = self._enter(request.url)
        opened: list[Any] = []
        request.extensions["trace"] = partial(self._trace, opened)
        try:
            response = await pool.transport.handle_async_request(request)
        except BaseException:
            self.leave(pool)
            for connection in reversed(opened):  # httpcore forgets one whose TLS handshake is cancelled
                await connection.aclose()
            raise
        body = cast("httpx.AsyncByteStream", response.stream)
        join_chunks(body)
        response.stream = _Body(body, self, pool)
        return response

    async def _trace(self, opened: list[Any], event: str, info: Mapping[str, Any]) -> None:
        """Keep track of connections: a pool that is closed forgets those that are just being opened, and leaves
        threads asleep that are reading from the others."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._connections.add(info["return_value"])
            opened.append(info["return_value"])
            async_heed_limits(info["return_value"])
        elif event == "http11.send_request_headers.started" and self._is_closed:
            raise InvalidRequestError("this client is closed")

    async def aclose(self) -> None:
        with self._lock:
            self._is_closed = True
            connections = list(self._connections)
        for connection in connections:
            shut_down(connection)
        while self._pools:
            await self._pools.pop().transport.aclose()

    def leave(self, pool: _Pool) -> None:
        """A request that was under way in this pool is over."""
        with self._lock:
            pool.active -= 1
            pool.idle_since = time.monotonic()

    def _enter(self, url: httpx.URL) -> _Pool:
        origin = (url.scheme, url.netloc)
        with self._lock:
            for pool in self._pools:
                if pool.origin == origin and pool.active < _REQUESTS_PER_POOL:
                    break
            else:
                pool = _Pool(origin, _transport(str(url)))
                self._pools.append(pool)
            pool.active += 1
            return pool

    async def _sweep(self) -> None:
        """Close the pools that nobody has used for a while: a pool closes its own idle connections when it is used."""
        while (pool := self._take_unused()) is not None:
            await pool.transport.aclose()

    def _take_unused(self) -> _Pool | None:
        now = time.monotonic()
        with self._lock:
            if now - self._swept_at < _IDLE_TIMEOUT:
                return None
            for pool in self._pools:
                if not pool.active and now - pool.idle_since > _IDLE_TIMEOUT:
                    self._pools.remove(pool)
                    return pool
            self._swept_at = now
            return None


class _Body(httpx.AsyncByteStream):
    """The body of a response; its pool has one request less when it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, pools: AsyncPoolsTransport, pool: _Pool) -> None:
        self._body = body
        self._pools = pools
        self._pool: _Pool | None = pool

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        pool, self._pool = self._pool, None
        try:
            await self._body.aclose()
        finally:
            if pool is not None:
                self._pools.leave(pool)


def shut_down(connection: Any) -> None:
    """Wake up whoever is reading from a connection of httpcore."""
    connected = connection.get_extra_info("socket")
    if connected is not None:
        with suppress(OSError, TypeError):  # it is gone already, or the event loop's own
            connected.shutdown(socket.SHUT_RDWR)


def _transport(url: str) -> httpx.AsyncHTTPTransport:
    proxy = proxy_from_environment(url)
    return httpx.AsyncHTTPTransport(
        verify=ssl_context(),
        # A stream holds its connection for as long as it lasts: any limit would make the next one wait.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=_IDLE_TIMEOUT),
        proxy=None if proxy is None else httpx.Proxy(proxy.url, headers=proxy.headers),
    )
