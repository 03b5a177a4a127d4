"""Stands before servers that share a database: each connection goes to the next of them that accepts it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.from_thread import start_blocking_portal
from anyio.streams.buffered import BufferedByteReceiveStream

_BACKLOG = 2048
_LONGEST_LINE = 65536


@dataclass(frozen=True)
class Served:
    """A connection, and who got it.

    Attributes:
        request: The first line of its first request, such as `GET /ok HTTP/1.1`.
        server_url: The server.
    """

    request: str
    server_url: str


class RoundRobin:
    """Passes connections on, byte by byte; a client that no server accepts is disconnected.

    Attributes:
        url: Where clients find it.
        served: The connections so far.
    """

    def __init__(self, server_urls: Sequence[str]) -> None:
        self._servers = list(server_urls)  # the next one first
        self.url = ""
        self.served: list[Served] = []

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", backlog=_BACKLOG)
        self.url = f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}"
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, self._pass_on)
            yield
            group.cancel_scope.cancel()

    async def _pass_on(self, client: SocketStream) -> None:
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.IncompleteRead, OSError):
            async with client:
                from_client = BufferedByteReceiveStream(client)
                request = await from_client.receive_until(b"\r\n", _LONGEST_LINE)
                server_url, server = await self._connect()
                self.served.append(Served(request.decode("latin-1"), server_url))
                async with server:
                    await server.send(request + b"\r\n" + from_client.buffer)
                    await _exchange(client, server)

    async def _connect(self) -> tuple[str, SocketStream]:
        for _ in self._servers:
            self._servers.append(url := self._servers.pop(0))
            with suppress(OSError):
                return url, await anyio.connect_tcp("127.0.0.1", urlsplit(url).port or 80)
        raise ConnectionRefusedError("no server accepts connections")


async def _exchange(client: ByteStream, server: ByteStream) -> None:
    """Pass bytes on in both directions, until one side ends."""
    async with anyio.create_task_group() as group:

        async def pump(source: ByteStream, target: ByteStream) -> None:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                while True:
                    await target.send(await source.receive())
            group.cancel_scope.cancel()

        group.start_soon(pump, client, server)
        group.start_soon(pump, server, client)


@contextmanager
def round_robin(server_urls: Sequence[str]) -> Iterator[RoundRobin]:
    """Balance the servers for as long as the block lasts."""
    balancer = RoundRobin(server_urls)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(balancer.serving()):
        yield balancer
