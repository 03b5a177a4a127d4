"""The transport directly over aiohttp, for asyncio: the fastest way to consume streams."""

from __future__ import annotations

import asyncio
import io
import sys
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TypeAlias

import aiohttp
from yarl import URL

from .._errors import InvalidRequestError, RunsClientError, UnexpectedResponseError
from ._aiohttp_chunks import join_chunks
from ._bodies import ACCEPT_ENCODING, CompressionError, Decompressor, WholeBody, decompressor_for, is_success
from ._failures import broke_off, cannot_be_sent, fell_silent, not_answered, without_frames
from ._interfaces import CONNECT_TIMEOUT, Request, Response
from ._proxies import Proxy, proxy_from_environment

# After these, the request has certainly not reached the server.
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ConnectionTimeoutError)

_AIOHTTP_ERRORS = (
    aiohttp.ClientError,
    CompressionError,
    asyncio.TimeoutError,  # before Python 3.11, not the same as `TimeoutError`
    OSError,
    RuntimeError,  # a session that is closed
    UnicodeError,
)

if sys.version_info >= (3, 11):
    from asyncio import timeout
else:  # there, aiohttp itself brings it
    from async_timeout import timeout  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]

_Read: TypeAlias = Callable[[], Awaitable[bytes]]
"""Gives the next chunk of a body, and nothing at its end."""

_MAX_HEADER_SIZE = 100 * 1024  # as under httpx
_LARGE = 2**20
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT)


class AiohttpTransport:
    """Sends requests with aiohttp.

    Args:
        session: Your own session, with its proxies, certificates and limits. It stays yours to close. By default one is
            made when the first request is sent, without a limit that makes streams wait; it trusts the certificate
            authorities of the system.

    Example:
        ```python
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            runs = RunsClient("https://agents.example", transport=AiohttpTransport(session))
        ```
    """

    def __init__(self, session: aiohttp.ClientSession | None = None) -> None:
        self._session = session
        self._owns_session = session is None
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._proxies: dict[str, Proxy | None] = {}  # by host and port
        # A session that is closed does not wake up those who are reading.
        self._responses: weakref.WeakSet[aiohttp.ClientResponse] = weakref.WeakSet()

    async def send(self, request: Request) -> Response:
        """Send a request and read the response to its end."""
        try:
            # Cheaper than aiohttp's own total limit. Before Python 3.12, `asyncio.wait_for` may lose a cancellation.
            async with timeout(request.timeout), await self._open(request) as response:
                return Response(response.status, _headers(response), await _read_whole(request, response))
        except _AIOHTTP_ERRORS as error:
            failure, cause = _typed(request, error), _without_request(error)
        raise failure from cause  # out here, so that `error` is not its context

    async def open(self, request: Request) -> AiohttpStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        try:
            async with timeout(request.timeout):
                return AiohttpStreamResponse(request, await self._open(request))
        except _AIOHTTP_ERRORS as error:
            failure, cause = _typed(request, error), _without_request(error)
        raise failure from cause

    async def aclose(self) -> None:
        """Close all connections, unless the session was handed in."""
        if self._owns_session:
            self._is_closed = True
            for response in list(self._responses):
                _break_off(response, aiohttp.ClientConnectionError("the client was closed"))
            if self._session is not None:
                await self._session.close()

    async def _open(self, request: Request) -> aiohttp.ClientResponse:
        session = self._open_session()
        url = URL(request.url, encoded=True)  # as it is: yarl would undo the quoting of dots
        headers, proxy = {"accept-encoding": ACCEPT_ENCODING, **request.headers}, self._proxy_for(url)
        if proxy is not None and url.scheme == "http":  # aiohttp gives `proxy_headers` only to tunnels
            headers = {**headers, **proxy.headers}
        response = await session.request(
            request.method,
            url,
            headers=headers,
            data=_body(request.content),
            allow_redirects=False,
            auto_decompress=False,  # it has no limit of its own
            raise_for_status=False,  # a session that was handed in may do so
            proxy=proxy.url if proxy else None,
            proxy_headers=proxy.headers if proxy else None,
            timeout=_TIMEOUT,
        )
        self._responses.add(response)
        if self._is_closed:  # in the meantime
            await self.aclose()
        return response

    def _proxy_for(self, url: URL) -> Proxy | None:
        # aiohttp's own `trust_env` hands each request to a thread, twice, to read the environment and `.netrc`. That
        # takes longer than the request.
        if not self._owns_session:
            return None
        origin = url.raw_authority
        if origin not in self._proxies:
            self._proxies[origin] = proxy_from_environment(str(url))
        return self._proxies[origin]

    def _open_session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._is_closed:
            raise InvalidRequestError("this client is closed")
        if self._loop not in (None, loop):
            raise InvalidRequestError("this client belongs to another event loop: make one client for each loop")
        self._loop = loop
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                max_line_size=_MAX_HEADER_SIZE,
                max_field_size=_MAX_HEADER_SIZE,
            )
        elif self._session.closed:
            raise InvalidRequestError("the aiohttp session that was handed in is closed")
        return self._session


class AiohttpStreamResponse:
    """A response of aiohttp whose body is still arriving."""

    __slots__ = (
        "__weakref__",
        "_loop",
        "_read",
        "_request",
        "_response",
        "_timer",
        "_waiting_since",
        "idle_timeout",
        "status",
    )

    def __init__(self, request: Request, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.idle_timeout: float | None = None
        self._request = request
        self._response = response
        self._loop = asyncio.get_running_loop()
        # One timer that looks at the time of the last chunk, instead of one for each chunk.
        self._timer: asyncio.TimerHandle | None = None
        self._waiting_since: float | None = None
        self._read = _reader(request, response)

    @property
    def headers(self) -> Mapping[str, str]:
        return _headers(self._response)  # not kept: there may be thousands of open streams

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            if self.idle_timeout is None:
                chunk = await self._read()
            else:
                chunk = await self._read_in_time(self.idle_timeout)
        except _AIOHTTP_ERRORS as error:
            failure, cause = _typed(self._request, error, answered=True), _without_request(error)
        except _SilenceError as error:
            failure, cause = fell_silent(self._request, error.seconds), error
        else:
            if chunk:
                return chunk
            await self.aclose()
            raise StopAsyncIteration
        await self.aclose()
        raise failure from cause

    async def _read_in_time(self, timeout: float) -> bytes:
        self._waiting_since = now = self._loop.time()
        if self._timer is not None and self._timer.when() > now + timeout:  # the limit has become shorter
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._set_timer(timeout)
        try:
            return await self._read()
        finally:
            self._waiting_since = None

    def _set_timer(self, seconds: float) -> None:
        # It holds no reference: the loop would keep a stream alive that nobody has any more.
        reference: weakref.ref[AiohttpStreamResponse] = weakref.ref(self)
        self._timer = self._loop.call_later(seconds, _check_if_alive, reference)

    def _check_silence(self) -> None:
        self._timer = None
        if self._waiting_since is None or self.idle_timeout is None:
            return  # nobody waits: the next one who does sets the timer
        left = self._waiting_since + self.idle_timeout - self._loop.time()
        if left > 0:
            self._set_timer(left)
        else:
            _break_off(self._response, _SilenceError(self.idle_timeout))

    async def aclose(self) -> None:
        """Close the connection, or give it back if the body was read to its end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._response.close()

    def __del__(self) -> None:
        if not self._response.closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._response.close)


class _SilenceError(Exception):
    """No byte came for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _check_if_alive(reference: weakref.ref[AiohttpStreamResponse]) -> None:
    response = reference()
    if response is not None:
        response._check_silence()


def _break_off(response: aiohttp.ClientResponse, error: Exception) -> None:
    """Close a response; whoever is reading it gets the error."""
    if not response.closed:
        response.content.set_exception(error)
        response.close()


class _Decompressed:
    """Reads a compressed body."""

    __slots__ = ("_decompressor", "_read_chunk")

    def __init__(self, read_chunk: _Read, decompressor: Decompressor) -> None:
        self._read_chunk = read_chunk
        self._decompressor = decompressor

    async def read(self) -> bytes:
        while not (piece := self._decompressor.piece()):
            chunk = await self._read_chunk()
            if not chunk:
                self._decompressor.finish()
                break
            self._decompressor.feed(chunk)
        return piece


def _reader(request: Request, response: aiohttp.ClientResponse) -> _Read:
    try:
        decompressor = decompressor_for(request, response.status, response.headers)
    except UnexpectedResponseError:
        response.close()
        raise
    join_chunks(response.content)
    read = response.content.readany
    return read if decompressor is None else _Decompressed(read, decompressor).read


async def _read_whole(request: Request, response: aiohttp.ClientResponse) -> bytes:
    read, body = _reader(request, response), WholeBody(request, response.status)
    try:
        while (chunk := await read()) and body.add(chunk):
            pass
    except (aiohttp.ClientError, CompressionError):
        if is_success(response.status):
            raise  # otherwise the status says more
    return body.content


def _body(content: bytes | None) -> bytes | io.BytesIO | None:
    # aiohttp sends a file in pieces. Of bytes that are larger it warns.
    return io.BytesIO(content) if content is not None and len(content) > _LARGE else content


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _without_request(error: Exception) -> Exception:
    """The error, or one that says the same if it holds the request's headers, and so the API key."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return OSError(f"the proxy answered {error.status} {error.message}")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return OSError("the server disconnected")  # its own text may be all headers of the response so far
    if not isinstance(error, aiohttp.ClientResponseError):
        return without_frames(error)
    return OSError(error.message.rstrip("\n ^"))  # it may point at a byte of the line before


def _typed(request: Request, error: Exception, *, answered: bool = False) -> RunsClientError:
    """Our error for one of aiohttp's."""
    if isinstance(error, (aiohttp.InvalidURL, UnicodeError)):
        return cannot_be_sent(request, error)
    sent = not isinstance(error, _NOT_SENT)
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return not_answered(request, sent=sent)
    return broke_off(request, _without_request(error), sent=sent, answered=answered)
