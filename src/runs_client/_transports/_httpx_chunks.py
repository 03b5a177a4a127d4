"""HTTP chunks that have arrived together, joined. The blocking twin is generated from this file.

Servers send each event of a stream in an HTTP chunk of its own, and httpcore hands over each chunk by itself, through
five layers. When events come fast, that costs more than all the rest that is done with them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import h11
import httpcore
import httpx


class _JoiningConnection(httpcore.AsyncHTTP11Connection):
    """A connection that reads a body as the one it stands for does, but in larger pieces.

    Only this private method is replaced. If a version of httpcore has another one, chunks come one by one again.
    """

    async def _receive_response_body(self, request: httpcore.Request) -> AsyncIterator[bytes]:
        timeout = request.extensions.get("timeout", {}).get("read")
        event = await self._receive_event(timeout=timeout)
        while isinstance(event, h11.Data):
            chunks, broken = [event.data], None
            try:
                # As long as there is more of what was read, which is 64 KB at the most.
                while isinstance(more := self._h11_state.next_event(), h11.Data):
                    chunks.append(more.data)
            except h11.RemoteProtocolError as error:
                more, broken = None, error
            yield b"".join(chunks)
            if broken is not None:
                raise httpcore.RemoteProtocolError(broken) from broken
            if more is not h11.NEED_DATA:
                break
            event = await self._receive_event(timeout=timeout)


def join_chunks(body: httpx.AsyncByteStream) -> None:
    """Let the body of a response of httpx's own transport come in larger pieces, if it comes over HTTP/1.1."""
    connection: object = body
    for attribute in ("_httpcore_stream", "_stream", "_connection"):
        connection = getattr(connection, attribute, None)
    if type(connection) is httpcore.AsyncHTTP11Connection:
        connection.__class__ = _JoiningConnection
