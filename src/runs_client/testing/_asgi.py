"""Requests of httpx to an ASGI application in the same event loop, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Scope


class ASGITransport(httpx.AsyncBaseTransport):
    """Hands the requests of an httpx client to an application. It needs asyncio.

    httpx has a transport of this name, which gives back a response when the application has finished it. With this
    one, a body arrives piece by piece, as over a socket, and closing the response disconnects the application.

    Args:
        app: The application, for instance `server.app` of a `RunsServer`.

    Example:
        ```python
        client = httpx.AsyncClient(transport=ASGITransport(server.app))
        runs = RunsClient(server.url, transport=HttpxTransport(client))
        ```
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(self._app, _scope_of(request), await request.aread())
        try:
            start = await exchange.start()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(start["status"], headers=start.get("headers", []), stream=exchange)


class _Exchange(httpx.AsyncByteStream):
    """One request, and the body of its response. The application answers it in a task of its own."""

    def __init__(self, app: ASGIApp, scope: Scope, content: bytes) -> None:
        self._content: bytes | None = content
        self._sent: asyncio.Queue[Message | None] = asyncio.Queue()
        self._ended = False
        self._closed = asyncio.Event()
        self._error: Exception | None = None
        self._task = _running_loop().create_task(self._answer(app, scope))

    async def start(self) -> Message:
        """The head of the response.

        Raises:
            httpx.RemoteProtocolError: The application ended without one.
        """
        message = await self._sent.get()
        if message is None:
            raise httpx.RemoteProtocolError("the application sent no response") from self._error
        return message

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        message = await self._sent.get()
        if message is None:
            raise httpx.RemoteProtocolError("the application ended within the body") from self._error
        self._ended = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    async def aclose(self) -> None:
        """Disconnect the application, and wait until it has noticed."""
        self._closed.set()
        if not self._ended:
            self._task.cancel()
        await asyncio.wait({self._task})

    async def _answer(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._receive, self._sent.put)
        except Exception as error:
            self._error = error
        finally:
            self._sent.put_nowait(None)

    async def _receive(self) -> Message:
        if self._content is None:
            await self._closed.wait()
            return {"type": "http.disconnect"}
        content, self._content = self._content, None
        return {"type": "http.request", "body": content, "more_body": False}


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError("an application in process needs asyncio") from None


def _scope_of(request: httpx.Request) -> dict[str, Any]:
    raw_path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 0),
    }
