"""The transport over httpx, for asyncio and trio. Its blocking twin is generated from this file."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpx

from .._concurrency import AsyncIdleGuard, Deadline, async_closer, async_fail_after, async_loop
from .._errors import InvalidRequestError, RunsClientError
from ._failures import broke_off, cannot_be_sent, fell_silent, not_answered
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
    httpx.InvalidURL,
    httpx.StreamError,
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
        deadline = Deadline(request.timeout)
        chunks = []
        with _typed_errors(request), async_fail_after(request.timeout):
            response = await self._open(request)
            try:
                async for chunk in response.aiter_bytes():
                    chunks.append(chunk)
                    if deadline.is_over():
                        raise TimeoutError
            except httpx.RequestError:
                if response.is_success:
                    raise  # otherwise the status says more
            finally:
                await response.aclose()
        return Response(response.status_code, dict(response.headers), b"".join(chunks))

    async def open(self, request: Request) -> HttpxStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        with _typed_errors(request), async_fail_after(request.timeout):
            response = await self._open(request)
        # httpx applies one limit to the headers and to each chunk. The body has its own, `idle_timeout`; httpcore
        # reads this setting when the first chunk is asked for.
        response.request.extensions["timeout"]["read"] = None
        return HttpxStreamResponse(request, response)

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

    async def _open(self, request: Request) -> httpx.Response:
        client = self._open_client()
        timeout = request.timeout
        connect = CONNECT_TIMEOUT if timeout is None else min(CONNECT_TIMEOUT, timeout)
        http_request = client.build_request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.content,
            timeout=httpx.Timeout(timeout, connect=connect),
        )
        return await client.send(http_request, stream=True, follow_redirects=False)


class HttpxStreamResponse:
    """A response of httpx whose body is still arriving.

    An iterator, not an async generator: the latter could not be closed by the garbage collector without a warning.
    """

    def __init__(self, request: Request, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self.idle_timeout: float | None = None
        self._request = request
        self._response = response
        # Raw bytes skip layers that would do nothing.
        compressed = self.headers.get("content-encoding", "identity") != "identity"
        stream = cast("httpx.AsyncByteStream", response.stream)
        self._chunks = response.aiter_bytes() if compressed else stream.__aiter__()
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
            raise fell_silent(self._request, idle_timeout) from error
        except _HTTPX_ERRORS as error:
            await self.aclose()
            raise _typed(self._request, error, answered=True) from error

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


async def _close(response: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
    with suppress(RuntimeError, ValueError):  # somebody is reading; the shutdown of the socket has woken them up
        await cast("AsyncGenerator[bytes, None]", chunks).aclose()
    await response.aclose()


def _shut_down(response: httpx.Response) -> None:
    if not response.http_version.startswith("HTTP/1"):
        return  # other streams share the connection
    stream = response.extensions.get("network_stream")
    if stream is not None:
        shut_down(stream)


@contextmanager
def _typed_errors(request: Request) -> Iterator[None]:
    try:
        yield
    except _HTTPX_ERRORS as error:
        if isinstance(error, httpx.LocalProtocolError):
            raise _typed(request, error) from None  # its text may hold the value of a header
        raise _typed(request, error) from error


def _typed(request: Request, error: Exception, *, answered: bool = False) -> RunsClientError:
    """Our error for one of httpx's."""
    if isinstance(error, httpx.LocalProtocolError):
        return cannot_be_sent(request, "httpx refuses one of its headers")
    if isinstance(error, (httpx.InvalidURL, UnicodeError)):
        return cannot_be_sent(request, error)
    sent = not isinstance(error, _NOT_SENT)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return not_answered(request, sent=sent)
    return broke_off(request, error, sent=sent, answered=answered)
