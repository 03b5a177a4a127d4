"""The events of one run: told once, followed by any number of readers, kept for those who come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, TypeAlias

import orjson

EventIds: TypeAlias = Literal["clock", "shared"]
NextId: TypeAlias = Callable[[], str]

_LIVE_ONLY = "messages/"
"""Events of the mode `messages` begin so. Like the official server, this one does not keep them."""
_FIRST_SHARED_MS = 1_700_000_000_000


def encode_event(name: str, data: Any, id: str | None = None) -> bytes:
    """One event in the form in which it travels."""
    lines = [b"event: " + name.encode(), b"data: " + orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)]
    if id is not None:
        lines.append(b"id: " + id.encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"


def id_source(kind: EventIds) -> NextId:
    """A maker of event ids.

    `clock` takes the time in milliseconds, so events of one millisecond share an id. `shared` gives
    each id to two events that follow one another, whatever the time.
    """
    if kind == "clock":
        return lambda: f"{time.time_ns() // 1_000_000}-0"
    numbers = count()
    return lambda: f"{_FIRST_SHARED_MS + next(numbers) // 2}-0"


@dataclass(frozen=True)
class _Entry:
    name: str
    id: str | None
    encoded: bytes
    replayed: bool

    def is_of(self, modes: Collection[str]) -> bool:
        base = self.name.partition("|")[0]
        return base in modes or (base == "messages" and "messages-tuple" in modes)


class EventLog:
    """The events of one run.

    Args:
        next_id: Gives each event its id. Without it events have none, and the run cannot be resumed.
    """

    def __init__(self, next_id: NextId | None) -> None:
        self._next_id = next_id
        self._entries: list[_Entry] = []
        self._readers = 0
        self._changed = asyncio.Event()
        self.closed = False

    @property
    def resumable(self) -> bool:
        """Whether a reader who comes back gets what it missed."""
        return self._next_id is not None

    def append(self, name: str, data: Any, *, replayed: bool = True) -> None:
        """Tell an event to all readers.

        Args:
            name: The event's name.
            data: What it carries, any JSON value.
            replayed: Whether readers who come later may ask for it.

        Raises:
            TypeError: The data cannot be written as JSON.
        """
        event_id = self._next_id() if self._next_id else None
        replayed = replayed and not name.startswith(_LIVE_ONLY)
        self._entries.append(_Entry(name, event_id, encode_event(name, data, event_id), replayed))
        self._wake_readers()

    def close(self) -> None:
        """There will be no more events."""
        self.closed = True
        self._wake_readers()
        self._forget_what_nobody_needs()

    def reader(self, *, after: str | None = None, modes: Collection[str] = ()) -> Reader:
        """Read what comes from now on.

        Args:
            after: Send first what was told after the event of this id; `-1` stands for the beginning.
                Only a resumable log can do so.
            modes: Keep to events of these modes; to all of them where it is empty.
        """
        self._readers += 1
        now = len(self._entries)
        start = now if after is None else self._position_after(after)
        return Reader(self, start=start, now=now, modes=modes)

    def _position_after(self, event_id: str) -> int:
        """Behind the last event whose id is not greater; events that share the id count as read, as do those
        that have none."""
        given = _sort_key(event_id)
        for position, entry in enumerate(self._entries):
            if entry.id is not None and _sort_key(entry.id) > given:
                return position
        return len(self._entries)

    def _wake_readers(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _forget_what_nobody_needs(self) -> None:
        if self.closed and not self.resumable and not self._readers:
            self._entries.clear()

    async def _read(self, start: int, now: int, modes: Collection[str]) -> AsyncIterator[bytes]:
        position = start
        while True:
            while position < len(self._entries):
                entry = self._entries[position]
                is_new = position >= now
                position += 1
                if (is_new or entry.replayed) and (not modes or entry.is_of(modes)):
                    yield entry.encoded
            if self.closed:
                return
            await self._changed.wait()

    def _release(self) -> None:
        self._readers -= 1
        self._forget_what_nobody_needs()


class Reader:
    """One reader's way through a log, which begins when it is created, not when it is first read."""

    def __init__(self, log: EventLog, *, start: int, now: int, modes: Collection[str]) -> None:
        self._log = log
        self._events = log._read(start, now, modes)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._events

    def close(self) -> None:
        """Stop reading."""
        self._log._release()


def _sort_key(event_id: str) -> tuple[float, float]:
    """Ids in their order. What is no id at all comes behind every id."""
    milliseconds, _, sequence = event_id.partition("-")
    if event_id == "-1":
        return (-1, 0)
    if not milliseconds.isdecimal() or not (sequence or "0").isdecimal():
        return (float("inf"), 0)
    return (int(milliseconds), int(sequence or 0))
