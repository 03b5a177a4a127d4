"""Chat messages put together from the chunks in which servers stream them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._json import decode_json

_CHUNK = "MessageChunk"
"""Types of chunks end so: `AIMessageChunk` is a piece of a message of the type `ai`."""

_OF_A_CHUNK = ("tool_call_chunks", "chunk_position")
"""What a message has only while it is in pieces."""

_SAME_IN_ALL = frozenset({"type", "id", "index"})
"""Keys whose strings say what something is; the other strings are text that grows."""


class Messages:
    """The messages of a stream, each under its id."""

    def __init__(self) -> None:
        self._by_id: dict[object, dict[str, Any] | _Pieces] = {}

    def add(self, message: Any, *, may_be_a_piece: bool = False) -> None:
        """Take a chunk, or a message as it is so far.

        Args:
            message: What the server sent.
            may_be_a_piece: Whether it may be a chunk although its type does not say so, as on the JavaScript server.
        """
        if not isinstance(message, dict):
            return
        message_id = _name(message.get("id"))
        is_piece = str(message.get("type")).endswith(_CHUNK) or (may_be_a_piece and "tool_call_chunks" in message)
        if not is_piece:
            self._by_id[object() if message_id is None else message_id] = message
            return
        pieces = self._by_id.get(message_id)
        if not isinstance(pieces, _Pieces):
            pieces = self._by_id[message_id] = _Pieces()
        pieces.add(message)

    def merged(self) -> list[dict[str, Any]]:
        """The messages, in the order in which they began."""
        return [item.merged() if isinstance(item, _Pieces) else item for item in self._by_id.values()]


class _Pieces:
    """The chunks of one message. They are joined once, at the end, however many there are."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {}

    def add(self, chunk: dict[str, Any]) -> None:
        for key, value in chunk.items():
            column = self._columns.setdefault(key, [])
            if value or not column:
                column.append(value)

    def merged(self) -> dict[str, Any]:
        message = {key: _merged(key, values) for key, values in self._columns.items()}
        if calls := message.get("tool_call_chunks"):
            message.update(_tool_calls(calls))
        if isinstance(kind := message.get("type"), str):
            message["type"] = kind.removesuffix(_CHUNK).lower()
        return {key: value for key, value in message.items() if key not in _OF_A_CHUNK}


def _merged(key: str, values: list[Any]) -> Any:
    """What the chunks say of one property of their message."""
    values = _given(values)
    if key in ("content", "tool_call_chunks", "additional_kwargs"):
        return _joined(key, values)
    if key == "usage_metadata":
        return _summed(values)
    if key == "response_metadata" and all(isinstance(value, dict) for value in values):
        return {name: value for metadata in values for name, value in metadata.items()}
    return values[-1]


def _given(values: list[Any]) -> list[Any]:
    """Those that are not null; a single null where all are."""
    return [value for value in values if value is not None] or [None]


def _name(value: Any) -> str | int | None:
    """What tells pieces of one thing from those of another; None where the server sent something else."""
    return value if isinstance(value, (str, int)) else None


def _joined(key: str, values: list[Any]) -> Any:
    values = _given(values)
    if key in _SAME_IN_ALL:
        return values[0]
    if all(isinstance(value, str) for value in values):
        return "".join(values)
    if all(isinstance(value, dict) for value in values):
        keys = dict.fromkeys(name for value in values for name in value)
        return {name: _joined(name, [value[name] for value in values if name in value]) for name in keys}
    if any(isinstance(value, list) for value in values):
        # Content may change from a string to blocks.
        return _joined_items(
            item for value in values if value for item in (value if isinstance(value, list) else [value])
        )
    return values[-1]


def _joined_items(items: Iterable[Any]) -> list[Any]:
    """Items that have the same index are pieces of one."""
    groups: dict[object, list[Any]] = {}
    for item in items:
        index = _name(item.get("index")) if isinstance(item, dict) else None
        groups.setdefault(object() if index is None else index, []).append(item)
    return [_joined("", group) for group in groups.values()]


def _summed(values: list[Any]) -> Any:
    """Each chunk counts its own tokens."""
    values = _given(values)
    if all(isinstance(value, dict) for value in values):
        keys = dict.fromkeys(name for value in values for name in value)
        return {name: _summed([value[name] for value in values if name in value]) for name in keys}
    numbers = [value for value in values if isinstance(value, (int, float))]
    return sum(numbers) if numbers else values[-1]


def _tool_calls(chunks: Any) -> dict[str, list[dict[str, Any]]]:
    """The calls whose arguments are whole, and those whose arguments are no JSON."""
    calls: dict[str, list[dict[str, Any]]] = {"tool_calls": [], "invalid_tool_calls": []}
    for chunk in chunks if isinstance(chunks, list) else ():
        if not isinstance(chunk, dict):
            continue
        name, call_id, text = chunk.get("name"), chunk.get("id"), chunk.get("args") or ""
        try:
            arguments = decode_json(text or "{}")
        except ValueError as error:
            invalid = {"name": name, "args": text, "id": call_id, "error": str(error), "type": "invalid_tool_call"}
            calls["invalid_tool_calls"].append(invalid)
        else:
            calls["tool_calls"].append({"name": name, "args": arguments, "id": call_id, "type": "tool_call"})
    return calls
