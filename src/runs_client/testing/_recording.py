"""What a recording is: the events of one stream in a file, one JSON object a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

T = TypeVar("T")

HEAD = {"recording": "runs-client", "version": 1}
"""The first line."""
END = "end"
"""The name of the last event."""


class RecordingError(ValueError):
    """A recording cannot be read. The message names the file and the line."""


@dataclass(frozen=True)
class RecordedEvent:
    """An event of a recording.

    Attributes:
        name: Its name as the server sent it, with the namespace: `updates|child:uuid`.
        data: What it carries.
        at: Seconds since the stream was opened.
    """

    name: str
    data: Any
    at: float


def read_recording(path: str | Path) -> list[RecordedEvent]:
    """The events of a recording, without the one that tells the end.

    Raises:
        RecordingError: It is none, or of a later version, or its end is missing.
        OSError: The file cannot be read.
    """
    lines = [(number, line) for number, line in enumerate(Path(path).read_bytes().splitlines(), 1) if line.strip()]
    (first, head), *rest = lines or [(1, b"{}")]
    _read(path, first, head, _check_head)
    events = [_read(path, number, line, _event) for number, line in rest]
    if not events or events[-1].name != END:
        raise _broken(path, lines[-1][0], "the end is missing: the stream that was recorded has broken off or was left")
    return events[:-1]


def _read(path: str | Path, number: int, line: bytes, read: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        value = orjson.loads(line)
        if not isinstance(value, dict):
            raise ValueError("a line holds a JSON object")
        return read(value)
    except ValueError as error:
        raise _broken(path, number, error) from error


def _broken(path: str | Path, number: int, problem: object) -> RecordingError:
    return RecordingError(f"{path}, line {number}: {problem}")


def _check_head(head: Mapping[str, Any]) -> None:
    if head.get("recording") != HEAD["recording"]:
        raise ValueError(f"a recording begins with the line {orjson.dumps(HEAD).decode()}")
    if head.get("version") != HEAD["version"]:
        raise ValueError(f"version {head.get('version')} is not known, only version {HEAD['version']}")


def _event(fields: Mapping[str, Any]) -> RecordedEvent:
    name, at = fields.get("event"), fields.get("at", 0)
    if not isinstance(name, str) or "data" not in fields:
        raise ValueError('an event has a name, "event", and "data"')
    if not isinstance(at, (int, float)):
        raise ValueError('"at" must be seconds')
    return RecordedEvent(name, fields["data"], at)
