"""Contains some shared types for properties"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, BinaryIO, Generic, Literal, TypeVar


class Unset:
    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"  # a copy or a pickle is the same object

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Unset = Unset()

# The types that `httpx.Client(files=)` can accept, copied from that library.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    # (filename, file (or bytes), content_type)
    tuple[str | None, FileContent, str | None]
    # (filename, file (or bytes), content_type, headers)
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@dataclass(slots=True)
class File:
    """Contains information for file uploads"""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return a tuple representation that httpx will accept for multipart/form-data"""
        return self.file_name, self.payload, self.mime_type


T = TypeVar("T")


@dataclass(slots=True)
class Response(Generic[T]):
    """A response from an endpoint"""

    status_code: HTTPStatus
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None


__all__ = ["UNSET", "File", "FileTypes", "RequestFiles", "Response", "Unset"]

import datetime
import re
import sys
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID


class RequestParts(NamedTuple):
    """What an operation sends, without the server's address."""

    method: str
    path: str
    """Quoted; begins with a slash."""
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = UNSET
    """What to send as JSON, or `UNSET`."""


def path_segment(name: str, value: str | UUID) -> str:
    """Quote a value so that it is one segment of a path, whatever it holds.

    `.` and `..` are quoted too: RFC 3986, section 5.2.4, lets anybody on the way remove them.

    Raises:
        TypeError: The value is neither a string nor a UUID.
        ValueError: The value is empty.
    """
    if not isinstance(value, (str, UUID)):
        raise TypeError(f"{name} must be a string or a UUID, not {value!r}")
    text = str(value)
    if not text:
        raise ValueError(f"{name} must not be empty")
    if text in (".", ".."):
        return text.replace(".", "%2E")
    return quote(text, safe="")


def wire_pairs(parameters: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Write query or header parameters as text; `None` and `UNSET` are left out, a list repeats its name."""
    return tuple(
        (name, _wire_text(item))
        for name, value in parameters.items()
        if value is not None and value is not UNSET
        for item in (value if isinstance(value, (list, tuple)) else (value,))
    )


def _wire_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def object_fields(value: Any) -> dict[str, Any]:
    """The fields of a JSON object.

    Raises:
        TypeError: The value is no object. `dict` alone would take an empty list for one.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"expected an object, not {type(value).__name__}")
    return dict(value)


def list_items(value: Any) -> list[Any]:
    """The items of a JSON array.

    Raises:
        TypeError: The value is no array. A loop would take an empty object or text for an empty one.
    """
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {type(value).__name__}")
    return value


def parse_datetime(value: Any) -> datetime.datetime:
    """Read an RFC 3339 time; a missing one stays `UNSET`, and `None` stays `None`."""
    if value is None or isinstance(value, Unset):
        return value  # type: ignore[return-value]
    if not isinstance(value, str):
        raise TypeError(f"expected a time, not {type(value).__name__}")
    value = value.upper()  # RFC 3339, section 5.6: `t` and `z` are allowed
    if sys.version_info < (
        3,
        11,
    ):  # it reads neither a `Z` nor a fraction of other than three or six digits
        value = re.sub(r"\.(\d+)", lambda fraction: f".{fraction[1][:6]:0<6}", value)
        value = re.sub(r"Z$", "+00:00", value)
    return datetime.datetime.fromisoformat(value)


def format_datetime(value: Any) -> Any:
    """Write a time; `UNSET` and `None` stay what they are."""
    return value if value is None or isinstance(value, Unset) else value.isoformat()


__all__ += [
    "RequestParts",
    "format_datetime",
    "list_items",
    "object_fields",
    "parse_datetime",
    "path_segment",
    "wire_pairs",
]
