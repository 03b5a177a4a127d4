"""The transport over httpx, for asyncio and trio. Its blocking twin is generated from this file."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress

import httpx

from .._concurrency import AsyncIdleGuard, Deadline, async_fail_after, async_loop
from .._errors import APIConnectionError, APITimeoutError, InvalidRequestError
from ._interfaces import CONNECT_TIMEOUT, Request, Response
from ._tls import ssl_context

# After these, the request has certainly not reached the server.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


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
        with _typed_errors(request), async_fail_after(request.timeout):
            response = await self._open(request)
            try:
                chunks = []
                async for chunk in response.aiter_bytes():
                    chunks.append(chunk)
                    if deadline.is_over():
                        raise TimeoutError
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
                # A stream holds its connection for as long as it lasts: any limit would make the next one wait.
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
                self._client = httpx.AsyncClient(limits=limits, verify=ssl_context())
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
    """A response of httpx whose body is still arriving."""

    def __init__(self, request: Request, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        self.idle_timeout: float | None = None
        self._request = request
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # Raw bytes skip a pass through a decoder that would do nothing.
        compressed = self.headers.get("content-encoding", "identity") != "identity"
        chunks = self._response.aiter_bytes() if compressed else self._response.aiter_raw()
        guard = AsyncIdleGuard(self._abort)
        try:
            with _typed_errors(self._request):
                while True:
                    try:
                        with guard.limit(self.idle_timeout):
                            chunk = await chunks.__anext__()
                    except StopAsyncIteration:
                        return
                    except TimeoutError as error:
                        raise self._silence() from error
                    yield chunk
        finally:
            guard.close()
            await self._response.aclose()

    async def aclose(self) -> None:
        """Close the connection, or give it back if the body was read to its end."""
        if not self._response.is_closed:
            self._abort()  # wakes up whoever is reading
        await self._response.aclose()

    def _abort(self) -> None:
        stream = self._response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream else None
        if connection is not None:
            with suppress(OSError):  # it is gone already
                connection.shutdown(socket.SHUT_RDWR)

    def _silence(self) -> APITimeoutError:
        what = f"{self._request.method} {self._request.url}"
        return APITimeoutError(f"{what} fell silent for {self.idle_timeout:.3g} seconds", request_sent=True)


@contextmanager
def _typed_errors(request: Request) -> Iterator[None]:
    what = f"{request.method} {request.url}"
    try:
        yield
    except (httpx.TimeoutException, TimeoutError) as error:
        sent = not isinstance(error, _NOT_SENT)
        limit = "in time" if request.timeout is None else f"within {round(request.timeout, 3):g} seconds"
        raise APITimeoutError(f"{what} was not answered {limit}{_doubt(request, sent)}", request_sent=sent) from error
    except httpx.LocalProtocolError:
        # Its text may hold the value of a header.
        raise InvalidRequestError(f"{what} cannot be sent: httpx refuses one of its headers") from None
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidRequestError(f"{what[:200]} cannot be sent: {error}") from error
    except (httpx.StreamError, RuntimeError) as error:
        raise APIConnectionError(f"{what} broke off: {error}", request_sent=True) from error
    except httpx.HTTPError as error:
        sent = not isinstance(error, _NOT_SENT)
        reason = str(error) or type(error).__name__
        verb = "broke off" if sent else "could not be sent"
        raise APIConnectionError(f"{what} {verb}: {reason}{_doubt(request, sent)}", request_sent=sent) from error


def _doubt(request: Request, sent: bool) -> str:
    return "; it may have reached the server, so the run may exist" if sent and request.method == "POST" else ""
