"""Bytes to events: a decoder of event streams by the WHATWG rules. No I/O, no JSON.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from ._errors import EventDecodeError, excerpt

MAX_EVENT_SIZE = 256 * 1024 * 1024
"""Bytes of one event beyond which a stream is given up."""

_MAX_RETRY_DIGITS = 15
_MAX_ID_SIZE = 4 * 1024  # ids are kept, and sent back in a header
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
        "_id_line",
        "_id_seen",
        "_max_event_size",
        "_more_data",
        "_name",
        "_name_line",
        "_partial",
        "_partial_size",
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
        # An unfinished line grows in place, so that a long line in many small chunks costs time and memory in
        # proportion to its length: not time to its square, nor an object for each chunk.
        self._partial = BytesIO()
        self._partial_size = 0
        self._skip_line_feed = False  # the last chunk ended with CR: a LF that follows belongs to it
        self._started = False
        # The event that is under way.
        self._event = ""
        self._name_line, self._name = b"event: ", ""
        self._id_line = b""
        self._data: bytes | None = None  # its first data line
        self._more_data = bytearray()  # the others, each after a line feed
        self._id_seen = last_event_id

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Take the next chunk and give the events that it completes.

        The events must be taken before the next chunk is fed. They are decoded one by one, so that those
        before a broken one are given first.

        Raises:
            EventDecodeError: An event or its id is too large, or its name or id is not UTF-8.
        """
        # This loop runs four times for each event, so it keeps to local variables and counts on what servers do: when
        # events come fast, the lines with their names and ids repeat, and a space follows the colon. `_take_line` knows
        # the rest.
        name, data, event_id = self._event, self._data, self._id_seen
        name_line, id_line = self._name_line, self._id_line
        try:
            for line in self._lines(chunk):
                if not line:
                    self.last_event_id = event_id
                    if data is not None:
                        if self._more_data or len(data) > self._max_event_size:
                            self._event, self._data, self._id_seen = name, data, event_id
                            data = self._whole(data)
                        yield ServerSentEvent(name or "message", data, event_id)
                    data, name = None, ""
                elif line == name_line:
                    name = self._name
                elif line != id_line:
                    field, _, value = line.partition(b": ")
                    if field == b"data" and data is None:
                        data = value
                    elif field == b"id" and b"\0" not in value and len(value) <= _MAX_ID_SIZE:
                        event_id = value.decode()
                        id_line = line
                    elif field == b"event":
                        self._name = name = value.decode()
                        name_line = line
                    else:
                        self._event, self._data, self._id_seen = name, data, event_id
                        self._take_line(line)
                        name, data, event_id = self._event, self._data, self._id_seen
                        id_line = b""  # it may not be the latest any more
        except UnicodeDecodeError as error:
            raise EventDecodeError(
                f"the name or id of an event is not UTF-8: {error}",
                event=name or "message",
                event_id=event_id,
                excerpt=excerpt(error.object),
            ) from error
        self._event, self._name_line, self._id_line = name, name_line, id_line
        self._data, self._id_seen = data, event_id
        self._check_size(self._partial_size + len(data or b"") + len(self._more_data))

    def _lines(self, chunk: bytes) -> list[bytes]:
        """The lines that a chunk completes. Each byte is looked at once."""
        if not self._started:
            chunk = self._without_bom(chunk)
        if self._skip_line_feed and chunk:
            self._skip_line_feed = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._skip_line_feed = chunk.endswith(b"\r")
            lines = chunk.splitlines()  # of bytes: at CR, LF and CRLF, and nowhere else
            if chunk.endswith((b"\r", b"\n")):
                lines.append(b"")
        else:
            lines = chunk.split(b"\n")
        tail = lines.pop()
        if lines and self._partial_size:
            lines[0] = self._completed(lines[0])
        if tail:
            self._partial_size += self._partial.write(tail)
        return lines

    def _completed(self, end: bytes) -> bytes:
        """The unfinished line, given its end."""
        self._partial.write(end)
        line = self._partial.getvalue()  # no copy, as nothing is written into it any more
        self._partial, self._partial_size = BytesIO(), 0
        return line

    def _without_bom(self, chunk: bytes) -> bytes:
        # One BOM at the very beginning is dropped; it may itself come in pieces.
        chunk = self._completed(chunk)
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            return chunk
        self._started = True
        return chunk.removeprefix(_BOM)

    def _take_line(self, line: bytes) -> None:
        """A line that is written in an unusual way, or whose field is a rare one."""
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not name:
            self.comments += 1
        elif name == b"event":
            self._event = value.decode()
        elif name == b"id":
            self._take_id(value)
        elif name == b"data":
            if self._data is None:
                self._data = value
            else:
                self._more_data += b"\n"
                self._more_data += value
        elif name == b"retry" and value.isdigit():
            # Python refuses to convert thousands of digits; nobody waits this long anyway.
            self.retry = int(value) if len(value) <= _MAX_RETRY_DIGITS else 10**_MAX_RETRY_DIGITS

    def _take_id(self, value: bytes) -> None:
        if len(value) > _MAX_ID_SIZE:
            raise EventDecodeError(
                f"the id of an event is larger than {_MAX_ID_SIZE} bytes",
                event=self._event or "message",
                event_id=self._id_seen,
                excerpt=excerpt(value),
            )
        if b"\0" not in value:
            self._id_seen = value.decode()

    def _whole(self, data: bytes) -> bytes:
        """The data of the event that ends, given its first line."""
        if self._more_data:
            data = b"".join((data, self._more_data))
            self._more_data.clear()
        self._check_size(len(data))
        return data

    def _check_size(self, size: int) -> None:
        if size > self._max_event_size:
            raise EventDecodeError(
                f"an event is larger than {self._max_event_size} bytes",
                event=self._event or "message",
                event_id=self._id_seen,
                excerpt=excerpt(self._data or self._partial.getvalue()),
            )
