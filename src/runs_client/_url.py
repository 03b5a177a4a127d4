"""The server's address, and which addresses may be trusted with the API key. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlencode, urljoin, urlsplit

from ._errors import InvalidRequestError

DEFAULT_URL = "http://localhost:2024"
"""Where `langgraph dev` listens."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LOCATION_SIZE = 2000  # it goes into messages


class BaseURL:
    """The address that all paths of the API are relative to.

    Args:
        url: Scheme and host, with a port and a path prefix where they are needed.

    Raises:
        InvalidRequestError: The text is no such address.
    """

    def __init__(self, url: str) -> None:
        if not isinstance(url, str):
            raise InvalidRequestError(f"the server's address must be a string, not {type(url).__name__}")
        parts = _split(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise InvalidRequestError(
                f"{url!r} is not the address of a server: it must begin with http:// or https:// and name a "
                f"host, as {DEFAULT_URL!r} does"
            )
        if parts.query or parts.fragment:
            raise InvalidRequestError(f"{url!r} is not the address of a server: remove its query or fragment")
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._prefix = parts.path.rstrip("/")
        self._origin = _origin(parts)

    def __str__(self) -> str:
        return f"{self._root}{self._prefix}"

    def join(self, path: str, query: Sequence[tuple[str, str]] = ()) -> str:
        """The absolute URL of a quoted path of the API."""
        separator = "&" if "?" in path else "?"
        return f"{self}{path}" + (f"{separator}{urlencode(query)}" if query else "")

    def rejoined(self, location: str) -> str:
        """Where the `Location` of a stream leads.

        A server behind a proxy may not know of the path prefix, so a path without it gets it.

        Raises:
            InvalidRequestError: It leads to another origin, which must not be sent the API key, or it is no plain path.
        """
        if len(location) > _MAX_LOCATION_SIZE:
            raise InvalidRequestError(f"the server's Location is longer than {_MAX_LOCATION_SIZE} characters")
        if "@" in location.partition("//")[2].partition("/")[0]:
            raise InvalidRequestError(f"the server's Location {location!r} leads to another origin")
        parts = _split(location)
        if parts.scheme or parts.netloc:
            if _origin(parts) != self._origin:
                raise InvalidRequestError(f"the server's Location {location!r} leads to another origin")
        elif not parts.path.startswith("/"):
            raise InvalidRequestError(f"the server's Location {location!r} is not an absolute path")
        if any(unquote(segment) in (".", "..") for segment in parts.path.split("/")):
            raise InvalidRequestError(f"the server's Location {location!r} is not a plain path")
        prefix = self._prefix if not parts.path.startswith(f"{self._prefix}/") else ""
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._root}{prefix}{parts.path}{query}"

    def redirected(self, url: str, location: str) -> str | None:
        """Where a `Location` header leads, or None if that is another origin (RFC 6454, section 4).

        Another origin must not be sent the API key.
        """
        try:
            target = urljoin(url, location)
            return target if _origin(_split(target)) == self._origin else None
        except ValueError:  # InvalidRequestError is one
            return None


def _split(url: str) -> SplitResult:
    if "@" in url.partition("://")[2].partition("/")[0]:  # first, so that no message repeats a password
        raise InvalidRequestError("an address must hold no user name or password; pass headers=... instead")
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it checks it
    except ValueError as error:
        raise InvalidRequestError(f"{url!r} is not the address of a server: {error}") from error
    if any(character.isspace() or not character.isprintable() for character in url):
        raise InvalidRequestError(f"{url!r} is not the address of a server: it holds white space")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
