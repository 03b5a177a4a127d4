"""Chat messages as they are typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

from .._parts import MessagesPart, MessagesTuplePart
from ._printable import compact, one_line, printable


@dataclass
class _Message:
    """One message so far: who types it, and what."""

    author: str
    pieces: list[str] = field(default_factory=list)

    def rendered(self, most: int | None = None) -> Text:
        """All of it, or about so many characters from its end."""
        text = "".join(self.pieces)
        cut = text if most is None else text[-most:]
        return Text.assemble((f"{self.author}: ", "bold magenta"), printable(cut).strip(), overflow="fold")


class OpenMessages:
    """The messages that are being typed."""

    def __init__(self) -> None:
        self._open: dict[str, _Message] = {}

    def add(self, part: MessagesTuplePart | MessagesPart) -> list[Text]:
        """Take an event.

        Returns:
            The messages that it ended.
        """
        if not isinstance(part.data, list):  # metadata
            return []
        if isinstance(part, MessagesPart):
            for message in part.data:
                self._replace(message)
            return self.close() if part.event == "messages/complete" else []
        message, metadata = [*part.data, None, None][:2]
        if not isinstance(message, dict):
            return []
        node = metadata.get("langgraph_node") if isinstance(metadata, dict) else None
        is_chunk = str(message.get("type")).endswith("Chunk")
        message_id = str(message.get("id"))
        if message_id not in self._open:
            self._open[message_id] = _Message(_author(message, node))
        self._open[message_id].pieces.append(_text(message))
        if is_chunk and message.get("chunk_position") != "last":
            return []
        return [self._open.pop(message_id).rendered()]

    def close(self) -> list[Text]:
        """End all messages and return them."""
        ended = [message.rendered() for message in self._open.values()]
        self._open.clear()
        return ended

    def lines(self, console: Console, width: int, limit: int) -> list[Text]:
        """The last lines of what is being typed, no more than so many."""
        limit = max(limit, 1)
        lines: list[Text] = []
        for message in self._open.values():
            lines += message.rendered(width * limit).wrap(console, width)
        return lines[-limit:]

    def _replace(self, message: Any) -> None:
        if isinstance(message, dict):
            self._open[str(message.get("id"))] = _Message(_author(message, None), [_text(message)])


def _author(message: dict[str, Any], node: Any) -> str:
    return one_line(str(node or message.get("name") or message.get("type")))


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    blocks = content if isinstance(content, list) else [content]
    text = "".join(_block_text(block) for block in blocks)
    calls = message.get("tool_call_chunks") or message.get("tool_calls")
    if isinstance(calls, list):
        text += "".join(_call_text(call) for call in calls if isinstance(call, dict))
    return text


def _block_text(block: Any) -> str:
    if isinstance(block, dict):
        return str(block.get("text") or "")
    return block if isinstance(block, str) else ""


def _call_text(call: dict[str, Any]) -> str:
    """A tool call, or the next piece of one: only its first piece has the name."""
    arguments = call.get("args")
    name = f"\n→ {call['name']} " if call.get("name") else ""
    return name + (arguments if isinstance(arguments, str) else compact(arguments))
