"""What may go wrong between a client and a server. No I/O: a fault says what becomes of a response."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from ._event_counter import EventCounter

CRLF = b"\r\n"
PIECE = 65536
"""How many bytes are taken at once, at most."""
_END_OF_CHUNKS = b"0\r\n\r\n"
_STREAMS = re.compile(r"/stream$")


class Piece(NamedTuple):
    """As much of a response body as has come at once, never more than one HTTP chunk of it.

    Attributes:
        data: The bytes of the body.
        opening: What stands before them on the wire: the size of the chunk that they begin.
        closing: What stands after them.
        ends_chunk: Whether a chunk ends here. A body that is not chunked counts as one chunk.
        ends_body: Whether the body ends here.
    """

    data: bytes
    opening: bytes = b""
    closing: bytes = b""
    ends_chunk: bool = False
    ends_body: bool = False

    @property
    def wire(self) -> bytes:
        """As it is sent."""
        return self.opening + self.data + self.closing

    def first(self, size: int) -> Piece:
        """The first `size` bytes of its data, with the chunk left unfinished unless that is all of them."""
        return self if size >= len(self.data) else Piece(self.data[:size], self.opening)


class Fault:
    """What happens to one request. This one: nothing."""

    @property
    def match(self) -> Match | None:
        """Which requests it is meant for, where the plan does not say; None is all."""
        return None

    def shape_head(self, head: bytes) -> bytes:
        """The response head that the client gets.

        Raises:
            LookupError: It does not fit the fault.
        """
        return head

    def shape_body(self, body: Iterator[Piece]) -> Iterator[bytes]:
        """What is sent of the response body, each item by itself."""
        return (piece.wire for piece in body)


@dataclass(frozen=True)
class Pass(Fault):
    """Nothing goes wrong. It spares a request between two others that are to meet a fault."""


@dataclass(frozen=True)
class Cut(Fault):
    """A place in the response body, where something happens. Exactly one argument says where.

    A body that ends before that place passes whole, and then it happens.

    Args:
        after_chunks: After so many HTTP chunks of the server; 0 is after the head. The chunk that ends
            the body does not count. A body that is not chunked counts as one chunk.
        after_bytes: After so many bytes of the body, chunk sizes not counted. It may be within a chunk.
        after_events: After so many events of an event stream, heartbeats not counted. Unless the plan says
            otherwise, only requests for streams take such a fault.

    Raises:
        ValueError: Several are given, or none, or a negative one.
    """

    after_chunks: int | None = None
    after_bytes: int | None = None
    after_events: int | None = None

    def __post_init__(self) -> None:
        places = (self.after_chunks, self.after_bytes, self.after_events)
        given = [place for place in places if place is not None]
        if len(given) != 1 or given[0] < 0:
            raise ValueError(
                f"{type(self).__name__} takes either after_chunks, after_bytes or after_events, 0 or more."
            )

    @property
    def match(self) -> Match | None:
        return None if self.after_events is None else _STREAMS

    def shape_body(self, body: Iterator[Piece]) -> Iterator[bytes]:
        return (piece.wire for piece in self._before(body))

    def _before(self, body: Iterator[Piece]) -> Iterator[Piece]:
        chunks = size = 0
        events = EventCounter()
        # The place is looked at before the next piece is: the server may be silent from there on.
        while not self._is_reached(chunks, size, events.count):
            piece = next(body, None)
            if piece is None:
                return
            if self.after_bytes is not None:
                piece = piece.first(self.after_bytes - size)
            if self.after_events is not None:
                piece = piece.first(events.feed(piece.data, limit=self.after_events))
            chunks += piece.ends_chunk
            size += len(piece.data)
            yield piece

    def _is_reached(self, chunks: int, size: int, events: int) -> bool:
        return chunks == self.after_chunks or size == self.after_bytes or events == self.after_events


@dataclass(frozen=True)
class Reset(Cut):
    """The connection breaks with a TCP reset: `ECONNRESET` after the bytes before the place."""


@dataclass(frozen=True)
class Fin(Cut):
    """The connection is closed properly, but the HTTP body is unfinished."""


@dataclass(frozen=True)
class Stall(Cut):
    """Nothing more comes, but the connection stays open until the client closes it or the proxy stops."""


@dataclass(frozen=True)
class CleanEnd(Cut):
    """The body ends properly as HTTP, although the server had more of it. It is sent chunked."""

    def shape_head(self, head: bytes) -> bytes:
        return _as_chunked(head)

    def shape_body(self, body: Iterator[Piece]) -> Iterator[bytes]:
        return _in_chunks(piece.data for piece in self._before(body))


@dataclass(frozen=True)
class Drip(Fault):
    """The body comes in pieces of `size` bytes, each in an HTTP chunk and a send of its own."""

    size: int = 1

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError("Drip takes a size of 1 or more.")

    def shape_head(self, head: bytes) -> bytes:
        return _as_chunked(head)

    def shape_body(self, body: Iterator[Piece]) -> Iterator[bytes]:
        return _in_chunks(
            piece.data[start : start + self.size] for piece in body for start in range(0, len(piece.data), self.size)
        )


@dataclass(frozen=True)
class Garbage(Fault):
    """`data` follows the complete body, in one send with the end of it."""

    data: bytes

    def shape_body(self, body: Iterator[Piece]) -> Iterator[bytes]:
        ended = False
        for piece in body:
            ended = piece.ends_body
            yield piece.wire + (self.data if ended else b"")
        if not ended:
            yield self.data


@dataclass(frozen=True)
class RewriteHead(Fault):
    """`old` in the response head becomes `new`. Where there is none, the answer is a 502 that says so."""

    old: bytes
    new: bytes

    def shape_head(self, head: bytes) -> bytes:
        if self.old not in head:
            raise LookupError(f"{self!r}, but the head is {head!r}")
        return head.replace(self.old, self.new)


@dataclass(frozen=True)
class Refuse(Fault):
    """The connection is reset, and no server has seen the request, nor is it recorded.

    The proxy reads the request first: a reset before that would be a failed connect to some clients, and a
    failed write or read to others, by chance. So the client always sees `ECONNRESET` when it reads, the
    same as with `LoseResponse`. For `ECONNREFUSED` see `FaultProxy.down`.
    """


@dataclass(frozen=True)
class Answer(Fault):
    """The proxy answers itself: the server does not see the request."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def response(self) -> bytes:
        """The whole response."""
        reason = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Unknown"
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers.items())]
        if self.status not in (204, 304) and "content-length" not in map(str.lower, self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + self.body


@dataclass(frozen=True)
class LoseResponse(Fault):
    """The server handles the request and sends a response head; the client gets a TCP reset, and no byte."""


Match: TypeAlias = str | re.Pattern[str] | Callable[[str], object]
"""Which requests are meant: a function of, or a pattern that is searched in, for example `GET /threads/1/runs`."""


class Plan:
    """The faults to come, each with the requests that it is meant for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[Match | None, Fault]] = []

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, faults: Iterable[Fault], match: Match | None) -> None:
        """Faults for the next requests that `match`, one each."""
        with self._lock:
            self._faults += [(fault.match if match is None else match, fault) for fault in faults]

    def take(self, request: str) -> Fault:
        """The first fault that is meant for this request, which no other gets then."""
        with self._lock:
            for number, (match, fault) in enumerate(self._faults):
                if _matches(match, request):
                    del self._faults[number]
                    return fault
        return Pass()


def _matches(match: Match | None, request: str) -> bool:
    if match is None:
        return True
    return bool(match(request) if callable(match) else re.search(match, request))


def replace_headers(head: bytes, headers: Mapping[bytes, bytes | None]) -> bytes:
    """A head with other values of some headers, or without them where the value is None."""
    start, *lines = head.removesuffix(CRLF + CRLF).split(CRLF)
    names = {name.lower() for name in headers}
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in names]
    added = [name + b": " + value for name, value in headers.items() if value is not None]
    return CRLF.join([start, *kept, *added, b"", b""])


def _as_chunked(head: bytes) -> bytes:
    return replace_headers(head, {b"Content-Length": None, b"Transfer-Encoding": b"chunked"})


def _in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for data in filter(None, pieces):
        yield b"%x\r\n%b\r\n" % (len(data), data)
    yield _END_OF_CHUNKS


class Reader:
    """Takes apart what `receive` brings. It raises EOFError where that ends too early."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._buffer = b""

    def until(self, mark: bytes) -> bytes:
        """All up to a mark, which is included."""
        while mark not in self._buffer:
            self._buffer += self._next()
        return self._take(self._buffer.index(mark) + len(mark))

    def some(self, limit: int) -> bytes:
        """What there is, or else what comes next, but no more than `limit` bytes."""
        self._buffer = self._buffer or self._next()
        return self._take(limit)

    def _next(self) -> bytes:
        received = self._receive()
        if not received:
            raise EOFError
        return received

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


def parse_head(head: bytes) -> tuple[list[str], dict[str, str]]:
    """The three parts of the first line, and the headers. Values of headers of the same name are joined."""
    start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return start.split(" ", 2), headers


def body_of(reader: Reader, headers: dict[str, str], *, otherwise: Iterator[Piece]) -> Iterator[Piece]:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunked(reader)
    if "content-length" in headers:
        return _sized(reader, int(headers["content-length"]))
    return otherwise


def _chunked(reader: Reader) -> Iterator[Piece]:
    while left := int((line := reader.until(CRLF)).partition(b";")[0], 16):
        while left:
            data = reader.some(left)
            left -= len(data)
            # The end of the chunk is sent with the last of its bytes, and not waited for.
            yield Piece(data, line, b"" if left else CRLF, ends_chunk=not left)
            line = b""
        reader.until(CRLF)
    trailers = CRLF
    while not trailers.endswith(CRLF + CRLF):
        trailers += reader.until(CRLF)
    yield Piece(b"", line.removesuffix(CRLF) + trailers, ends_body=True)


def _sized(reader: Reader, left: int) -> Iterator[Piece]:
    while left:
        data = reader.some(left)
        left -= len(data)
        yield Piece(data, ends_chunk=not left, ends_body=not left)


def until_close(reader: Reader) -> Iterator[Piece]:
    with suppress(EOFError):
        while True:
            yield Piece(reader.some(PIECE))
