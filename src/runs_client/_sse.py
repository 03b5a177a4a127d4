"""Bytes to events: a decoder of event streams by the WHATWG rules. No I/O, no JSON.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ._errors import EventDecodeError, excerpt

MAX_EVENT_SIZE = 256 * 1024 * 1024
"""Bytes of one event beyond which a stream is given up."""

_MAX_RETRY_DIGITS = 15
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class ServerSentEvent:
    """One event of a stream.

    Attributes:
        event: Its name; `message` where the stream gives none.
        data: Its data lines, joined by line feeds.
        id: The last event id of the stream when it was sent, or None if there was none yet.
    """

    event: str
    data: bytes
    id: str | None


class EventStreamDecoder:
    """Takes a stream in chunks of any size and gives its events.

    Args:
        max_event_size: Bytes of one event beyond which `EventDecodeError` is raised.
        last_event_id: The id that the connection before this one ended with.

    Attributes:
        last_event_id: The id that a rejoin sends as `Last-Event-ID`, or None.
        retry: Milliseconds that the server asks to wait before reconnecting, or None.
        comments: Comments seen so far; servers send them as heartbeats.

    Example:
        ```python
        decoder = EventStreamDecoder()
        for chunk in response:
            for event in decoder.feed(chunk):
                print(event.event, event.data)
        ```
    """

    __slots__ = (
        "_data",
        "_event",
        "_id_seen",
        "_max_event_size",
        "_partial",
        "_partial_size",
        "_size",
        "_skip_line_feed",
        "_started",
        "comments",
        "last_event_id",
        "retry",
    )

    def __init__(self, max_event_size: int = MAX_EVENT_SIZE, *, last_event_id: str | None = None) -> None:
        self.last_event_id = last_event_id
        self.retry: int | None = None
        self.comments = 0
        self._max_event_size = max_event_size
        # An unfinished line is kept in pieces and joined once, so that a long line in many small chunks
        # costs time in proportion to its length, not to its square.
        self._partial: list[bytes] = []
        self._partial_size = 0
        self._skip_line_feed = False  # the last chunk ended with CR: a LF that follows belongs to it
        self._started = False
        self._reset_event()

    def _reset_event(self) -> None:
        self._event = ""
        self._data: list[bytes] = []
        self._id_seen = self.last_event_id
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Take the next chunk and give the events that it completes.

        The events must be taken before the next chunk is fed. They are decoded one by one, so that those
        before a broken one are given first.

        Raises:
            EventDecodeError: An event is larger than `max_event_size`, or its name or id is not UTF-8.
        """
        if not self._started:
            chunk = self._without_bom(chunk)
        if self._skip_line_feed and chunk:
            self._skip_line_feed = False
            if chunk.startswith(b"\n"):
                chunk = chunk[1:]
        if not chunk:
            return

        if b"\r" in chunk:
            self._skip_line_feed = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        head, line_feed, rest = chunk.partition(b"\n")
        if not line_feed:
            self._keep(head)
            return
        if self._partial:
            self._partial.append(head)
            head = b"".join(self._partial)
            self._partial.clear()
            self._partial_size = 0

        *lines, tail = rest.split(b"\n")
        for line in (head, *lines):
            if line:
                self._take_line(line)
            elif event := self._dispatch():
                yield event
        if tail:
            self._keep(tail)

    def _without_bom(self, chunk: bytes) -> bytes:
        # One BOM at the very beginning is dropped; it may itself come in pieces.
        chunk = b"".join([*self._partial, chunk])
        self._partial.clear()
        self._partial_size = 0
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            self._keep(chunk)
            return b""
        self._started = True
        return chunk.removeprefix(_BOM)

    def _keep(self, piece: bytes) -> None:
        self._partial.append(piece)
        self._partial_size += len(piece)
        self._check_size(self._partial_size)

    def _check_size(self, more: int) -> None:
        if self._size + more > self._max_event_size:
            start = b"\n".join(self._data) or b"".join(self._partial[:1])
            raise EventDecodeError(
                f"an event is larger than {self._max_event_size} bytes",
                event=self._event or "message",
                event_id=self._id_seen,
                excerpt=excerpt(start),
            )

    def _take_line(self, line: bytes) -> None:
        if line.startswith(b"data:"):  # first, because most bytes of a stream are data
            value = line[6:] if line.startswith(b" ", 5) else line[5:]
            self._check_size(len(value))
            self._size += len(value) + 1
            self._data.append(value)
        elif line.startswith(b":"):
            self.comments += 1
        else:
            name, _, value = line.partition(b":")
            self._take_field(name, value.removeprefix(b" "))

    def _take_field(self, name: bytes, value: bytes) -> None:
        if name == b"event":
            self._event = self._text(value)
        elif name == b"id":
            if b"\0" not in value:
                self._id_seen = self._text(value)
        elif name == b"data":  # the whole line was `data`
            self._check_size(1)
            self._size += 1
            self._data.append(b"")
        elif name == b"retry" and value.isdigit():
            # Python refuses to convert thousands of digits; nobody waits this long anyway.
            self.retry = int(value) if len(value) <= _MAX_RETRY_DIGITS else 10**_MAX_RETRY_DIGITS

    def _dispatch(self) -> ServerSentEvent | None:
        self.last_event_id = self._id_seen
        event = None
        if self._data:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            event = ServerSentEvent(self._event or "message", data, self.last_event_id)
        self._reset_event()
        return event

    def _text(self, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise EventDecodeError(
                f"the name or id of an event is not UTF-8: {error}",
                event=self._event or "message",
                event_id=self._id_seen,
                excerpt=excerpt(value),
            ) from error
