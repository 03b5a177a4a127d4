"""Chat messages as servers send them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

_TYPE_OF_ROLE = {"user": "human", "assistant": "ai"}


def add_messages(old: Any, new: Any) -> list[dict[str, Any]]:
    """Append messages to a list of them; one whose id is known replaces the older one.

    A reducer for `channels`.

    Args:
        old: The messages so far, or None.
        new: One message or a list of them, each a string, a `[role, content]` pair or a dict.
    """
    merged = {message["id"]: message for message in old or []}
    for item in new if isinstance(new, list) else [new]:
        message = to_message(item)
        merged[message["id"]] = message
    return list(merged.values())


def to_message(source: Any) -> dict[str, Any]:
    """The full form of a message that was given in one of its short forms."""
    if isinstance(source, str):
        return message_of("human", source)
    if not isinstance(source, dict):
        role, content = source
        return message_of(role, content)
    message = message_of(source.get("type") or source["role"], source["content"], source.get("id"))
    return {**message, **{key: source[key] for key in message if key in source and key not in ("type", "id")}}


def message_of(role: str, content: Any, id: str | None = None) -> dict[str, Any]:
    """A message in full."""
    message: dict[str, Any] = {
        "content": content,
        "additional_kwargs": {},
        "response_metadata": {},
        "type": _TYPE_OF_ROLE.get(role, role),
        "name": None,
        "id": id or str(uuid4()),
    }
    if message["type"] == "ai":
        message.update(tool_calls=[], invalid_tool_calls=[], usage_metadata=None)
    return message


def chunk_of(content: str, id: str, *, last: bool) -> dict[str, Any]:
    """A piece of a message, as the mode `messages-tuple` sends it."""
    return {
        **message_of("ai", content, id),
        "type": "AIMessageChunk",
        "tool_call_chunks": [],
        "chunk_position": "last" if last else None,
    }
