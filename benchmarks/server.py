"""A server that replays canned runs as fast as it can. It prints its port, and ends with its standard input.

The assistant id of a stream says what is replayed: `tick-200`, `token-200` and `state-200` are runs of so many events,
`idle-0` sends the first event and then nothing, `paced-200` a tick every 10 ms. It is the id of the run as well, so
that a rejoin knows what to replay.
"""

from __future__ import annotations

import asyncio
import functools
import json
import re
import sys

from benchmarks.workloads import RUN_ID, THREAD_ID, events_of, http_chunk

_ASSISTANT = re.compile(rb'"assistant_id":\s*"([^"]+)"')
_REJOIN = re.compile(rb"GET \S*/runs/([^/\s]+)/stream")
_LAST_EVENT_ID = re.compile(rb"last-event-id:\s*(\S+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_WRITE_SIZE = 64 * 1024
_PACE = 0.01

_RUN = json.dumps(
    {
        "run_id": RUN_ID,
        "thread_id": THREAD_ID,
        "assistant_id": "fe096781-5601-53d2-b2f6-0d3403f7e9ca",
        "created_at": "2026-11-23T10:00:00.000000+00:00",
        "updated_at": "2026-11-23T10:00:01.000000+00:00",
        "status": "success",
        "metadata": {"graph_id": "agent"},
        "kwargs": {"input": {"question": "?"}, "stream_mode": ["values"], "subgraphs": False},
        "multitask_strategy": "reject",
    }
).encode()
_RUN_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(_RUN), _RUN)
_LAST_CHUNK = b"0\r\n\r\n"


def _stream_head(script: str) -> bytes:
    path = f"/threads/{THREAD_ID}/runs/{script}"
    return (
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-store\r\n"
        f"location: {path}/stream\r\ncontent-location: {path}\r\ntransfer-encoding: chunked\r\n\r\n"
    ).encode()


@functools.cache
def _writes(script: str, last_event_id: str | None = None) -> list[bytes]:
    """A run's body after an event, in pieces of a size that suits a socket."""
    writes, piece = [], bytearray()
    for event_id, event in events_of(script):
        if last_event_id is None or event_id > last_event_id:
            piece += http_chunk(event)
        if len(piece) >= _WRITE_SIZE:
            writes.append(bytes(piece))
            piece.clear()
    return [*writes, bytes(piece) + _LAST_CHUNK]


@functools.cache
def _chunks(script: str) -> list[bytes]:
    """The events of a run, one by one."""
    return [http_chunk(event) for _, event in events_of(script)]


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = bytearray()
        self._can_write = asyncio.Event()
        self._can_write.set()
        self._replay: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._replay is not None:
            self._replay.cancel()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = bytes(self._received).partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or (length is not None and len(body) < int(length[1])):
            return
        self._received.clear()
        rejoin = _REJOIN.match(head)
        assistant = _ASSISTANT.search(body)
        if assistant is not None:
            self._replay = asyncio.get_running_loop().create_task(self._send(assistant[1].decode(), None))
        elif rejoin is not None:
            after = _LAST_EVENT_ID.search(head)
            last_event_id = after[1].decode() if after else None
            self._replay = asyncio.get_running_loop().create_task(self._send(rejoin[1].decode(), last_event_id))
        else:
            self._transport.write(_RUN_ANSWER)

    async def _send(self, script: str, last_event_id: str | None) -> None:
        self._transport.write(_stream_head(script))
        if script.startswith(("idle", "paced")):
            await self._send_slowly(script)
            return
        for piece in _writes(script, last_event_id):
            self._transport.write(piece)
            await self._can_write.wait()

    async def _send_slowly(self, script: str) -> None:
        kind, _, count = script.partition("-")
        for chunk in _chunks(f"tick-{count}"):
            self._transport.write(chunk)
            await (asyncio.Event().wait() if kind == "idle" else asyncio.sleep(_PACE))
        self._transport.write(_LAST_CHUNK)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=8192)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
