"""JSON from the command line, from files and from the standard input."""

from __future__ import annotations

import os
import re
import select
import stat
import sys
from pathlib import Path
from typing import Any

from ._exit import CommandError, note

_JSON_SCALAR = re.compile(r"true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?")
_SECONDS_UNTIL_A_HINT = 1.0


def parse_json(text: str | bytes, where: str, *, line: int = 1) -> Any:
    """Decode JSON.

    Args:
        text: The JSON.
        where: Where it stands.
        line: The line there on which it begins.

    Raises:
        CommandError: It is none; the message tells the line and the column.
    """
    from orjson import JSONDecodeError

    from .._json import decode_json

    try:
        return decode_json(text)
    except JSONDecodeError as error:
        place = f"line {line + error.lineno - 1}, column {error.colno}"
        raise CommandError(f"{where} is not JSON: {place}: {error.msg}") from None


def read_json(option: str, value: str) -> Any:
    """The JSON that an option holds, or that stands in the file that it names: `@file`.

    Raises:
        CommandError: It is no JSON, or the file cannot be read.
    """
    if not value.startswith("@"):
        return parse_json(value, option)
    return parse_json(read_file(value[1:], option), f"{option}: {value[1:]}")


def read_object(option: str, value: str) -> dict[str, Any]:
    """The same, where only an object will do."""
    found = read_json(option, value)
    if not isinstance(found, dict):
        raise CommandError(f'{option} must be a JSON object, as {{"name": "value"}}, not {_kind(found)}')
    return found


def read_json_or_text(option: str, value: str) -> Any:
    """JSON where the value looks like it, and otherwise the text itself: `yes`, `5`, `{"n": 5}`, `"5"`, `@file`."""
    if value.startswith(("{", "[", '"', "@")) or _JSON_SCALAR.fullmatch(value):
        return read_json(option, value)
    return value


def read_input(value: str | None) -> Any:
    """The input of a run: JSON, `@file`, or `-` for the standard input, of which a pipe or a file is read unasked.

    Returns:
        None where there is none.
    """
    if value == "-":
        text = sys.stdin.buffer.read()
        if not text.strip():
            raise CommandError("the standard input is empty; --input - reads JSON from it")
        return parse_json(text, "the standard input")
    if value is not None:
        return read_json("--input", value)
    if sys.stdin is None or not _is_pipe_or_file(sys.stdin.fileno()):
        return None
    _explain_waiting()
    text = sys.stdin.buffer.read()
    return parse_json(text, "the standard input") if text.strip() else None


def read_file(name: str, what: str) -> bytes:
    """The content of a file.

    Raises:
        CommandError: It cannot be read.
    """
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CommandError(f"{what}: the file {name!r} cannot be read: {reason}") from None


def _is_pipe_or_file(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _explain_waiting() -> None:
    """A pipe that stays open without a word would look like a command that hangs."""
    if sys.platform != "win32" and not select.select([sys.stdin], [], [], _SECONDS_UNTIL_A_HINT)[0]:
        note("reading the input from the standard input; give --input, or close it with </dev/null")


def _kind(value: Any) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
