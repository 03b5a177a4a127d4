"""HTTP chunks that have arrived together, joined. The blocking twin is generated from this file.

Servers send each event of a stream in an HTTP chunk of its own, and httpcore hands over each chunk by itself, through
five layers. When events come fast, that costs more than all the rest that is done with them.
"""

from __future__ import annotations

import h11
import httpcore
import httpx
from typing_extensions import Self


class _JoiningConnection(httpcore.AsyncHTTP11Connection):
    """A connection that reads a body as the one it stands for does, but in larger pieces.

    Only this private method is replaced. If a version of httpcore has another one, chunks come one by one again.
    """

    def _receive_response_body(self, request: httpcore.Request) -> _JoinedChunks:
        return _JoinedChunks(self, request.extensions.get("timeout", {}).get("read"))


class _JoinedChunks:
    """An iterator, not an async generator: trio warns of each of those that is not read to its end."""

    def __init__(self, connection: httpcore.AsyncHTTP11Connection, timeout: float | None) -> None:
        self._connection = connection
        self._timeout = timeout
        self._is_over = False
        self._broken: h11.RemoteProtocolError | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._broken is not None:
            raise httpcore.RemoteProtocolError(self._broken) from self._broken
        if self._is_over or not isinstance(event := await self._connection._receive_event(self._timeout), h11.Data):
            raise StopAsyncIteration
        chunks = [event.data]
        try:
            # As long as there is more of what was read, which is 64 KB at the most.
            while isinstance(more := self._connection._h11_state.next_event(), h11.Data):
                chunks.append(more.data)
            self._is_over = more is not h11.NEED_DATA
        except h11.RemoteProtocolError as error:
            self._broken = error
        return b"".join(chunks)


def join_chunks(body: httpx.AsyncByteStream) -> None:
    """Let the body of a response of httpx's own transport come in larger pieces, if it comes over HTTP/1.1."""
    connection: object = body
    for attribute in ("_httpcore_stream", "_stream", "_connection"):
        connection = getattr(connection, attribute, None)
    if type(connection) is httpcore.AsyncHTTP11Connection:
        connection.__class__ = _JoiningConnection
