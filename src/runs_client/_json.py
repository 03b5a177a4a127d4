"""JSON in and out. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from ._errors import InvalidRequestError


def encode_json(value: Any) -> bytes:
    """Write a value as JSON. Dataclasses, dates, UUIDs, pydantic models, attrs models of the bindings, sets
    and tuples are written as what they stand for.

    Raises:
        InvalidRequestError: Something in it cannot be written as JSON.
    """
    try:
        written = orjson.dumps(value, default=_plain)
    except TypeError as error:  # orjson's JSONEncodeError is one
        raise InvalidRequestError(f"the payload cannot be written as JSON: {error.__cause__ or error}") from error
    return bytes(memoryview(written))  # what orjson returns keeps a buffer of 4 KB for as long as it lives


decode_json: Callable[[bytes | str], Any] = orjson.loads
"""Reads JSON; raises `ValueError` where it is none. Not wrapped, because it is called for each event."""


def _plain(value: Any) -> Any:
    for method in ("model_dump", "to_dict"):
        if callable(convert := getattr(value, method, None)) and not isinstance(value, type):
            return convert()
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")
