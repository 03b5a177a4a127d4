"""What the facade asks of an HTTP library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

CONNECT_TIMEOUT = 10.0
"""Seconds that a connection may take to open, however long the request itself may take."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, ready to be sent.

    Attributes:
        method: In upper case.
        url: Absolute and quoted; a transport sends it as it is.
        headers: Left out of the `repr`, since they hold the API key.
        content: The body, or None.
        timeout: Seconds until the whole response must be there (of an open stream: its headers), or None.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    timeout: float | None = None

    def within(self, seconds: float | None) -> Request:
        """The same request with less time."""
        if seconds is None or seconds == self.timeout:
            return self
        return Request(self.method, self.url, self.headers, self.content, seconds)

    def __reduce__(self) -> str:
        raise TypeError("requests cannot be pickled: they hold the API key")


@dataclass(frozen=True)
class Response:
    """A response that was read to its end.

    Attributes:
        status: The HTTP status.
        headers: With names in lower case.
        content: The body, decompressed.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class ResponseHead:
    """What `on_response` is told of a server's answer.

    Attributes:
        request: What was answered. Its headers hold the API key.
        status: The HTTP status.
        headers: With names in lower case.
        elapsed: Seconds since the request was handed to the transport.
    """

    request: Request
    status: int
    headers: Mapping[str, str] = field(repr=False)
    elapsed: float


class AsyncStreamResponse(Protocol):
    """A response whose body is still arriving. Iterating over it yields the body in chunks as they come.

    Attributes:
        status: The HTTP status.
        headers: With names in lower case.
        idle_timeout: Seconds without a byte after which iterating raises `APITimeoutError`; None is no limit.
            It may be changed at any time and counts from the next chunk on.
    """

    status: int
    idle_timeout: float | None

    @property
    def headers(self) -> Mapping[str, str]: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None:
        """Close the connection, or give it back if the body was read to its end. May be called twice."""


class AsyncTransport(Protocol):
    """Sends requests. Redirects are answers like any other, and no status is an error.

    Raises:
        APIConnectionError: No answer came.
        APITimeoutError: No answer came in time.
    """

    async def send(self, request: Request) -> Response:
        """Send a request and read the response to its end."""
        ...

    async def open(self, request: Request) -> AsyncStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        ...

    async def aclose(self) -> None:
        """Close all connections, unless the HTTP library's client was handed in: then it is its owner's."""


class SyncStreamResponse(Protocol):
    """The blocking twin of `AsyncStreamResponse`."""

    status: int
    idle_timeout: float | None

    @property
    def headers(self) -> Mapping[str, str]: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Close the connection, or give it back if the body was read to its end. May be called twice."""


class SyncTransport(Protocol):
    """The blocking twin of `AsyncTransport`."""

    def send(self, request: Request) -> Response:
        """Send a request and read the response to its end."""
        ...

    def open(self, request: Request) -> SyncStreamResponse:
        """Send a request and return as soon as the response's headers are there."""
        ...

    def close(self) -> None:
        """Close all connections, unless the HTTP library's client was handed in: then it is its owner's."""
