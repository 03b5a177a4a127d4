"""The transport over httpx, for asyncio and trio. Its blocking twin is generated from this file."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import suppress
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpx

from .._concurrency import AsyncIdleGuard, Deadline, async_closer, async_fail_after, async_loop
from .._errors import InvalidRequestError, RunsClientError, UnexpectedResponseError
from ._bodies import ACCEPT_ENCODING, CompressionError, Decompressor, WholeBody, decompressor_for, is_success
from ._failures import broke_off, cannot_be_sent, fell_silent, not_answered, without_frames
from ._httpx_pools import AsyncPoolsTransport, shut_down
from ._interfaces import CONNECT_TIMEOUT, Request, Response

# After these, the request has certainly not reached the server.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_HTTPX_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,  # of a redirect: httpx reads its place although it is not asked to go there
    httpx.StreamError,
    CompressionError,
    RuntimeError,  # a client that is closed, or used in another event loop
    TimeoutError,
    UnicodeError,
)

_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


class HttpxTransport:
    """Sends requests with httpx.

    Args:
        client: Your own client, with its proxies, certificates and limits. It stays yours to close. By default
            one is made when the first request is sent.

    Example:
        ```python
        client = httpx.AsyncClient(verify="ca.pem", limits=httpx.Limits(max_connections=None))
        runs = RunsClient("https://agents.example", transport=HttpxTransport(client))
        ```
    """

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._client = client
        self._owns_client = client is None
        self._is_closed = False
        self._lock = threading.Lock()
        self._loop: object = None

    async def send(self, request: Request) -> Response:
        """Send a request and read the response to its end."""
        try:
            with async_fail_after(request.timeout):
                return await self._exchange(request)
        except _HTTPX_ERRORS as error:
            failure, cause = _typed(request, error), _without_request(error)
        raise failure from cause  # out here, so that `error` is not its context

    async def open(self, request: Request) -> HttpxStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        try:
            with async_fail_after(request.timeout):
                response, chunks = await self._open(request)
        except _HTTPX_ERRORS as error:
            failure, cause = _typed(request, error), _without_request(error)
        else:
            # httpx applies one limit to the headers and to each chunk. The body has its own, `idle_timeout`; httpcore
            # reads this setting when the first chunk is asked for.
            response.request.extensions["timeout"]["read"] = None
            return HttpxStreamResponse(request, response, chunks)
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
        except (httpx.RequestError, CompressionError):
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
                timeout=httpx.Timeout(timeout, connect=connect),
            )
        except (httpx.InvalidURL, UnicodeError) as error:
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

    def __init__(self, request: Request, response: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self.idle_timeout: float | None = None
        self._request = request
        self._response = response
        self._chunks = chunks
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
        except _HTTPX_ERRORS as error:
            await self.aclose()
            raise _typed(self._request, error, answered=True) from _without_request(error)

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


def _without_request(error: Exception) -> Exception | None:
    """The error without the request's headers, and so without the API key."""
    if isinstance(error, httpx.LocalProtocolError):
        return None  # its text may hold the value of a header
    if isinstance(error, httpx.RequestError):
        with suppress(RuntimeError):  # there is no request in it
            error.request = httpx.Request(error.request.method, error.request.url.copy_with(userinfo=b""))
    return without_frames(error)


def _typed(request: Request, error: Exception, *, answered: bool = False) -> RunsClientError:
    """Our error for one of httpx's."""
    if isinstance(error, httpx.LocalProtocolError):
        return cannot_be_sent(request, "httpx refuses one of its headers")
    sent = not isinstance(error, _NOT_SENT)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return not_answered(request, sent=sent)
    return broke_off(request, error, sent=sent, answered=answered)
