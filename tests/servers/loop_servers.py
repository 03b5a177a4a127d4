"""Small servers, each in an event loop in a thread of its own: one that answers, and a proxy that keeps records."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Coroutine
from contextlib import closing, suppress
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from typing_extensions import Self

_BACKLOG = 2048  # as many clients may connect at once
_GONE = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError)


class LoopServer:
    """Listens on a free port while it is used as a context manager.

    Args:
        tls: With this, it speaks TLS.

    Attributes:
        accepted: How many connections there were; with TLS, those whose handshake succeeded.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._handlers: set[asyncio.Task[None]] = set()
        self.accepted = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._handlers)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._accept, sock=self._listener, ssl=self._tls)
        self._ready.set()
        await self._stop.wait()
        server.close()
        handlers = list(self._handlers)
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler: asyncio.Task[Any] | None = asyncio.current_task()
        assert handler is not None
        self._handlers.add(handler)
        self.accepted += 1
        try:
            with suppress(*_GONE, asyncio.CancelledError):
                await self.handle(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()
            self._handlers.discard(handler)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, which is closed afterwards."""
        raise NotImplementedError


class AnsweringServer(LoopServer):
    """Answers GET with JSON and POST with a short event stream, and keeps connections open.

    Args:
        together: The first answers end only when so many requests have come.
        tls: With this, it speaks TLS.

    Attributes:
        requests: The heads of the requests so far.
    """

    VALUES = ([1], [2], [3])

    def __init__(self, *, together: int = 1, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.requests: list[str] = []
        self._together = together
        self._enough = asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = ""
        while _field(head, "connection") != "close":
            head, _ = await _read_request(reader)
            self.requests.append(head)
            if len(self.requests) >= self._together:
                self._enough.set()
            first, *others = _json() if head.startswith("GET") else _events(self.VALUES)
            kind = "application/json" if head.startswith("GET") else "text/event-stream"
            fields = [f"Content-Type: {kind}", "Transfer-Encoding: chunked"]
            if _field(head, "connection") == "close":
                fields.append("Connection: close")
            writer.write(_head("HTTP/1.1 200 OK", *fields) + _chunk(first))
            if not self._enough.is_set():
                await _either(self._enough.wait(), reader.read(1))  # the latter returns when the client is gone
                if reader.at_eof():
                    return
            for piece in [*others, b""]:
                writer.write(_chunk(piece))
                await writer.drain()


class RecordingProxy(LoopServer):
    """A forwarding proxy; each connection carries one request, or one tunnel.

    Args:
        credentials: The `user:password` without which it forwards nothing, if it asks for them.

    Attributes:
        request_lines: The first line of each request that it got.
        authorizations: Their `Proxy-Authorization`, None where there was none.
    """

    def __init__(self, credentials: str | None = None) -> None:
        super().__init__()
        self._expected = None if credentials is None else "Basic " + b64encode(credentials.encode()).decode()
        self.request_lines: list[str] = []
        self.authorizations: list[str | None] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, body = await _read_request(reader)
        line, *fields = head.split("\r\n")
        authorization = _field(head, "proxy-authorization")
        self.request_lines.append(line)
        self.authorizations.append(authorization)
        if self._expected not in (None, authorization):
            writer.write(_head("HTTP/1.1 407 Who are you?", "Content-Length: 0", "Connection: close"))
            return
        method, target, version = line.split(" ")
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        upstream, onward = await asyncio.open_connection(url.hostname, url.port)
        with closing(onward):
            if method == "CONNECT":
                writer.write(_head("HTTP/1.1 200 Connected"))
                await _either(_pump(reader, onward), _pump(upstream, writer))
            else:
                path = url._replace(scheme="", netloc="").geturl()
                kept = [field for field in fields if not field.lower().startswith(("connection:", "proxy-"))]
                onward.write(_head(f"{method} {path} {version}", *kept, "Connection: close") + body)
                await _pump(upstream, writer)


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()[:-4]
    return head, await reader.readexactly(int(_field(head, "content-length") or 0))


def _field(head: str, name: str) -> str | None:
    fields = [line.partition(":") for line in head.split("\r\n")[1:]]
    return next((value.strip() for field, _, value in fields if field.lower() == name), None)


def _head(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _json() -> list[bytes]:
    return [b'{"ok": ', b"true}"]


def _events(values: tuple[list[int], ...]) -> list[bytes]:
    return [*(f"event: values\ndata: {value}\n\n".encode() for value in values), b"event: end\ndata: null\n\n"]


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(*_GONE):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()


async def _either(*coroutines: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
