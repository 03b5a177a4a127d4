"""Text from elsewhere, made safe for a terminal."""

from __future__ import annotations

import re
from typing import Any

# Control characters move the cursor, recolour the screen or type for the user; marks of direction make text look
# like another one. Lone surrogates cannot be written at all.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def printable(text: str) -> str:
    """The text with whatever a terminal would obey written as an escape sequence. Line breaks and tabs stay."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """The same in one line, whatever it holds."""
    return " ".join(printable(text).split())


def compact(value: Any) -> str:
    """A value as one printable line of JSON."""
    from .._errors import InvalidRequestError
    from .._json import encode_json

    try:
        return printable(encode_json(value).decode())
    except InvalidRequestError:  # it is nested more deeply than orjson writes, although orjson has read it
        return "…"
