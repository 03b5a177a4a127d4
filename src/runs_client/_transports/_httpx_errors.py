"""The errors of httpx, and of its successor httpx2, as ours. Both libraries have the same names."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING, cast

from .._errors import InvalidRequestError, RunsClientError
from ._bodies import CompressionError
from ._failures import broke_off, cannot_be_sent, not_answered, without_frames
from ._interfaces import Request

if TYPE_CHECKING:
    import httpx


def library_of(client: object, kind: str) -> ModuleType:
    """The library whose client this is, which is therefore loaded.

    Raises:
        InvalidRequestError: It is no client of this kind, `AsyncClient` or `Client`.
    """
    for name in ("httpx", "httpx2"):
        library = sys.modules.get(name)
        if library is not None and isinstance(client, getattr(library, kind)):
            return library
    raise InvalidRequestError(f"{type(client).__name__} is neither an httpx.{kind} nor an httpx2.{kind}")


class HttpxErrors:
    """What is caught around calls of one library, and what becomes of it.

    Attributes:
        any: Raised by a request or while its response is read.
        of_urls: Raised while a request is made.
        of_bodies: Raised while a body is read.
    """

    def __init__(self, library: ModuleType) -> None:
        self.any: tuple[type[Exception], ...] = (
            library.HTTPError,
            library.InvalidURL,  # of a redirect: httpx reads its place although it is not asked to go there
            library.StreamError,
            CompressionError,
            RuntimeError,  # a client that is closed, or used in another event loop
            TimeoutError,
            UnicodeError,
        )
        self.of_urls: tuple[type[Exception], ...] = (library.InvalidURL, UnicodeError)
        self.of_bodies: tuple[type[Exception], ...] = (library.RequestError, CompressionError)
        # After these, the request has certainly not reached the server.
        self._not_sent = (
            library.ConnectError,
            library.ConnectTimeout,
            library.PoolTimeout,
            library.ProxyError,
            library.UnsupportedProtocol,
        )
        self._library = library

    def typed(self, request: Request, error: Exception, *, answered: bool = False) -> RunsClientError:
        """Our error; `answered` if the response's headers had come."""
        if isinstance(error, self._library.LocalProtocolError):
            return cannot_be_sent(request, "httpx refuses one of its headers")
        sent = not isinstance(error, self._not_sent)
        if isinstance(error, (self._library.TimeoutException, TimeoutError)):
            return not_answered(request, sent=sent)
        return broke_off(request, error, sent=sent, answered=answered)

    def cause(self, error: Exception) -> Exception | None:
        """The error without the request's headers, and so without the API key."""
        if isinstance(error, self._library.LocalProtocolError):
            return None  # its text may hold the value of a header
        if isinstance(error, self._library.RequestError):
            failed = cast("httpx.RequestError", error)
            with suppress(RuntimeError):  # there is no request in it
                url = failed.request.url.copy_with(userinfo=b"")
                failed.request = self._library.Request(failed.request.method, url)
        return without_frames(error)
