"""Writes a stream to a file while it is read."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, overload

import orjson
from typing_extensions import Self

from .._async import RunStream
from .._sync import SyncRunStream
from ._recording import END, HEAD

PartT = TypeVar("PartT")

_REDACTED = b"[redacted]"
_SHORTEST_SECRET = 8
_HARMLESS_HEADERS = frozenset({"accept", "content-type", "user-agent"})


@overload
def record(stream: RunStream[PartT], path: str | Path) -> AsyncIterator[PartT]: ...


@overload
def record(stream: SyncRunStream[PartT], path: str | Path) -> Iterator[PartT]: ...


def record(stream: Any, path: str | Path) -> Any:
    """Write a stream to a file while it is read, so that `RunsServer.replay` can serve it later.

    Each part is given on as it comes. In the file are the events with their names, data, ids and times, and nothing of
    the requests; where a server sends back the API key or another header of the client, it is blotted out. A stream
    that breaks off leaves a file that cannot be replayed.

    Args:
        stream: What `stream` or `join_stream` of a client returned.
        path: The file, which is written anew.

    Returns:
        The parts of the stream.

    Example:
        ```python
        async for part in record(runs.stream(None, "agent", input={"question": "?"}), "answer.jsonl"):
            print(part.event)
        ```
    """
    return _record_async(stream, path) if isinstance(stream, RunStream) else _record_sync(stream, path)


async def _record_async(stream: RunStream[PartT], path: str | Path) -> AsyncIterator[PartT]:
    async with stream:
        with _Writer(path, stream._source.first.headers) as writer:
            async for part in stream:
                writer.write(part)
                yield part
            writer.end(stream.status)


def _record_sync(stream: SyncRunStream[PartT], path: str | Path) -> Iterator[PartT]:
    with stream, _Writer(path, stream._source.first.headers) as writer:
        for part in stream:
            writer.write(part)
            yield part
        writer.end(stream.status)


class _Writer:
    """Writes the lines of a recording. It is a context manager, which closes the file.

    Args:
        path: The file.
        headers: What the client sent, which must not get into the file.
    """

    def __init__(self, path: str | Path, headers: Mapping[str, str]) -> None:
        self._file = Path(path).open("wb")  # noqa: SIM115  # closed on leaving
        self._secrets = _secrets_in(headers)
        self._began = time.monotonic()
        self._has_end = False
        self._write(HEAD)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._file.close()

    def write(self, part: Any) -> None:
        """An event."""
        name = "|".join([getattr(part, "name", part.event), *part.namespace])
        self._has_end = name == END
        is_ours = name == part.event  # the others are words of the server
        event = {
            "event": name if is_ours else self._redacted(name),
            "data": self._redacted(part.raw),
            "at": round(time.monotonic() - self._began, 3),
        }
        self._write(event if part.id is None else {**event, "id": self._redacted(part.id)})

    def end(self, status: str | None) -> None:
        """The stream is over. Not every server has an event for that, but every recording."""
        if not self._has_end:
            self._write({"event": END, "data": self._redacted({"status": status})})

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(orjson.dumps(line) + b"\n")

    def _redacted(self, data: Any) -> orjson.Fragment:
        written = orjson.dumps(data)
        for secret in self._secrets:
            written = written.replace(secret, _REDACTED)
        return orjson.Fragment(written)


def _secrets_in(headers: Mapping[str, str]) -> list[bytes]:
    words = [word for name, value in headers.items() if name not in _HARMLESS_HEADERS for word in value.split()]
    return [orjson.dumps(word)[1:-1] for word in words if len(word) >= _SHORTEST_SECRET]
