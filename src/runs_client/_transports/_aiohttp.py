"""The transport directly over aiohttp, for asyncio: the fastest way to consume streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import aiohttp
from yarl import URL

from .._errors import InvalidRequestError, RunsClientError
from ._failures import broke_off, cannot_be_sent, fell_silent, not_answered
from ._interfaces import CONNECT_TIMEOUT, Request, Response
from ._proxies import Proxy, proxy_from_environment

# After these, the request has certainly not reached the server.
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

_AIOHTTP_ERRORS = (
    aiohttp.ClientError,
    asyncio.TimeoutError,
    OSError,
    RuntimeError,  # a session that is closed
    UnicodeError,
)


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

    async def send(self, request: Request) -> Response:
        """Send a request and read the response to its end."""
        try:
            async with await self._open(request, total=request.timeout) as response:
                return Response(response.status, _headers(response), await response.read())
        except _AIOHTTP_ERRORS as error:
            raise _typed(request, error) from error

    async def open(self, request: Request) -> AiohttpStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        try:
            response = await asyncio.wait_for(self._open(request, total=None), request.timeout)
        except _AIOHTTP_ERRORS as error:
            raise _typed(request, error) from error
        return AiohttpStreamResponse(request, response)

    async def aclose(self) -> None:
        """Close all connections, unless the session was handed in."""
        if self._owns_session:
            self._is_closed = True
            if self._session is not None:
                await self._session.close()

    async def _open(self, request: Request, *, total: float | None) -> aiohttp.ClientResponse:
        session = self._open_session()
        url = URL(request.url, encoded=True)  # as it is: yarl would undo the quoting of dots
        headers, proxy = request.headers, self._proxy_for(url)
        if proxy is not None and url.scheme == "http":  # aiohttp gives `proxy_headers` only to tunnels
            headers = {**headers, **proxy.headers}
        try:
            return await session.request(
                request.method,
                url,
                headers=headers,
                data=request.content,
                allow_redirects=False,
                proxy=proxy.url if proxy else None,
                proxy_headers=proxy.headers if proxy else None,
                timeout=aiohttp.ClientTimeout(total=total, sock_connect=CONNECT_TIMEOUT),
            )
        except aiohttp.ClientHttpProxyError as error:
            reason = OSError(f"the proxy answered {error.status} {error.message}")
        raise broke_off(request, reason, sent=False)  # out here, because that error holds the proxy's password

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
            )
        elif self._session.closed:
            raise InvalidRequestError("the aiohttp session that was handed in is closed")
        return self._session


class AiohttpStreamResponse:
    """A response of aiohttp whose body is still arriving."""

    __slots__ = (
        "_fell_silent",
        "_loop",
        "_read",
        "_request",
        "_response",
        "_timer",
        "_waits_since",
        "idle_timeout",
        "status",
    )

    def __init__(self, request: Request, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.idle_timeout: float | None = None
        self._request = request
        self._response = response
        self._read = response.content.readany
        self._loop = asyncio.get_running_loop()
        # One timer that looks at the time of the last chunk, instead of one for each chunk.
        self._timer: asyncio.TimerHandle | None = None
        self._waits_since: float | None = None
        self._fell_silent = False

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
            await self.aclose()
            if self._fell_silent:
                raise fell_silent(self._request, self.idle_timeout) from error
            raise _typed(self._request, error) from error
        if not chunk:
            await self.aclose()
            raise StopAsyncIteration
        return chunk

    async def _read_in_time(self, timeout: float) -> bytes:
        self._waits_since = now = self._loop.time()
        if self._timer is not None and self._timer.when() > now + timeout:  # the limit has become shorter
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_later(timeout, self._look)
        try:
            return await self._read()
        finally:
            self._waits_since = None

    def _look(self) -> None:
        self._timer = None
        if self._waits_since is None or self.idle_timeout is None:
            return  # nobody waits: the next one who does sets the timer
        left = self._waits_since + self.idle_timeout - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._fell_silent = True
            self._response.close()

    async def aclose(self) -> None:
        """Close the connection, or give it back if the body was read to its end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._response.close()

    def __del__(self) -> None:
        if not self._response.closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._response.close)


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _typed(request: Request, error: BaseException) -> RunsClientError:
    """Our error for one of aiohttp's."""
    if isinstance(error, (aiohttp.InvalidURL, UnicodeError)):
        return cannot_be_sent(request, error)
    sent = not isinstance(error, _NOT_SENT)
    if isinstance(error, asyncio.TimeoutError):
        return not_answered(request, sent=sent)
    return broke_off(request, error, sent=sent)
