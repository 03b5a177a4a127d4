"""The transport over httpx, for asyncio and trio. Its blocking twin is generated from this file."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import suppress
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, cast

import httpx

from .._concurrency import AsyncIdleGuard, Deadline, async_closer, async_fail_after, async_loop
from .._errors import InvalidRequestError, UnexpectedResponseError
from ._bodies import ACCEPT_ENCODING, Decompressor, WholeBody, decompressor_for, is_success
from ._failures import cannot_be_sent, fell_silent, without_frames
from ._httpx_errors import HttpxErrors, library_of
from ._httpx_pools import AsyncPoolsTransport, shut_down
from ._interfaces import CONNECT_TIMEOUT, Request, Response

if TYPE_CHECKING:
    import httpx2

_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


class HttpxTransport:
    """Sends requests with httpx.

    Args:
        client: Your own client, of httpx or of httpx2, with its proxies, certificates and limits. It stays yours to
            close. By default one of httpx is made when the first request is sent.

    Raises:
        InvalidRequestError: This is another kind of client.

    Example:
        ```python
        client = httpx.AsyncClient(verify="ca.pem", limits=httpx.Limits(max_connections=None))
        runs = RunsClient("https://agents.example", transport=HttpxTransport(client))
        ```
    """

    def __init__(self, client: httpx.AsyncClient | httpx2.AsyncClient | None = None) -> None:
        self._errors = HttpxErrors(httpx if client is None else library_of(client, "AsyncClient"))
        self._client = cast("httpx.AsyncClient | None", client)  # what is used of both is the same
        self._owns_client = client is None
        self._is_closed = False
        self._lock = threading.Lock()
        self._loop: object = None

    async def send(self, request: Request) -> Response:
        """Send a request and read the response to its end."""
        try:
            with async_fail_after(request.timeout):
                return await self._exchange(request)
        except self._errors.any as error:
            failure, cause = self._errors.typed(request, error), self._errors.cause(error)
        raise failure from cause  # out here, so that `error` is not its context

    async def open(self, request: Request) -> HttpxStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        try:
            with async_fail_after(request.timeout):
                response, chunks = await self._open(request)
        except self._errors.any as error:
            failure, cause = self._errors.typed(request, error), self._errors.cause(error)
        else:
            # httpx applies one limit to the headers and to each chunk. The body has its own, `idle_timeout`; httpcore
            # reads this setting when the first chunk is asked for.
            response.request.extensions["timeout"]["read"] = None
            return HttpxStreamResponse(request, response, chunks, self._errors)
        raise failure from cause

    async def aclose(self) -> None:
        """Close all connections, unless the client was handed in."""
        if self._owns_client:
            self._is_closed = True
            if self._client is not None:
                await self._client.aclose()

    def _open_client(self) -> httpx.AsyncClient:
        with self._lock:  # several threads may send their first request at once
            if self._is_closed:
                raise InvalidRequestError("this client is closed")
            if self._loop not in (None, async_loop()):
                raise InvalidRequestError("this client belongs to another event loop: make one client for each loop")
            self._loop = async_loop()
            if self._client is None:
                self._client = httpx.AsyncClient(transport=AsyncPoolsTransport(), cookies=CookieJar(_NO_COOKIES))
            elif self._client.is_closed:
                raise InvalidRequestError("the httpx client that was handed in is closed")
            return self._client

    async def _exchange(self, request: Request) -> Response:
        deadline = Deadline(request.timeout)
        response, chunks = await self._open(request)
        body = WholeBody(request, response.status_code)
        try:
            async for chunk in chunks:
                if not body.add(chunk):
                    break
                if deadline.is_over():
                    raise TimeoutError
        except self._errors.of_bodies:
            if is_success(response.status_code):
                raise  # otherwise the status says more
        finally:
            await _close(response, chunks)
        return Response(response.status_code, dict(response.headers), body.content)

    async def _open(self, request: Request) -> tuple[httpx.Response, AsyncIterator[bytes]]:
        client = self._open_client()
        timeout = request.timeout
        connect = CONNECT_TIMEOUT if timeout is None else min(CONNECT_TIMEOUT, timeout)
        try:
            http_request = client.build_request(
                request.method,
                request.url,
                headers={"accept-encoding": ACCEPT_ENCODING, **request.headers},
                content=request.content,
                timeout=(connect, timeout, timeout, timeout),
            )
        except self._errors.of_urls as error:
            raise cannot_be_sent(request, error) from None
        response = await client.send(http_request, stream=True, follow_redirects=False)
        try:
            decompressor = decompressor_for(request, response.status_code, response.headers)
        except UnexpectedResponseError:
            await response.aclose()
            raise
        # Raw bytes skip layers that would do nothing, or decompress without a limit.
        chunks = cast("httpx.AsyncByteStream", response.stream).__aiter__()
        return response, chunks if decompressor is None else _decompressed(chunks, decompressor)


class HttpxStreamResponse:
    """A response of httpx whose body is still arriving.

    An iterator, not an async generator: the latter could not be closed by the garbage collector without a warning.
    """

    def __init__(
        self, request: Request, response: httpx.Response, chunks: AsyncIterator[bytes], errors: HttpxErrors
    ) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self.idle_timeout: float | None = None
        self._request = request
        self._response = response
        self._chunks = chunks
        self._errors = errors
        self._guard = AsyncIdleGuard(partial(_shut_down, response))
        self._close_later = async_closer()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        idle_timeout = self.idle_timeout
        try:
            if idle_timeout is None:
                return await self._chunks.__anext__()
            with self._guard.limit(idle_timeout):
                return await self._chunks.__anext__()
        except StopAsyncIteration:
            await self._response.aclose()  # gives the connection back
            await self.aclose()
            raise
        except TimeoutError as error:
            await self.aclose()
            raise fell_silent(self._request, idle_timeout) from without_frames(error)
        except self._errors.any as error:
            await self.aclose()
            raise self._errors.typed(self._request, error, answered=True) from self._errors.cause(error)

    async def aclose(self) -> None:
        """Close the connection, or give it back if the body was read to its end."""
        self._guard.close()
        if not self._response.is_closed:
            _shut_down(self._response)  # wakes up whoever is reading
        await _close(self._response, self._chunks)

    def __del__(self) -> None:
        if not self._response.is_closed:
            self._guard.close()
            _shut_down(self._response)
            self._close_later(partial(_close, self._response, self._chunks))


async def _decompressed(chunks: AsyncIterator[bytes], decompressor: Decompressor) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in chunks:
            decompressor.feed(chunk)
            while piece := decompressor.piece():
                yield piece
        decompressor.finish()
    finally:
        await _close_generator(chunks)


async def _close(response: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
    with suppress(RuntimeError, ValueError):  # somebody is reading; the shutdown of the socket has woken them up
        await _close_generator(chunks)
    await response.aclose()


async def _close_generator(chunks: AsyncIterator[bytes]) -> None:
    await cast("AsyncGenerator[bytes, None]", chunks).aclose()


def _shut_down(response: httpx.Response) -> None:
    if not response.http_version.startswith("HTTP/1"):
        return  # other streams share the connection
    stream = response.extensions.get("network_stream")
    if stream is not None:
        shut_down(stream)
