"""The text of message chunks, without what was already given. No I/O."""

from __future__ import annotations

from typing import Any

from ._parts import MessagesPart, MessagesTuplePart


class TextReader:
    """Gives the new text of each part that holds messages of the model.

    The two message modes send text in different forms: `messages-tuple` sends each piece, `messages` sends
    the message so far.
    """

    def __init__(self) -> None:
        self._given: dict[str, str] = {}  # by message id

    def read(self, part: object) -> str:
        """The text that this part adds; empty for a part without any."""
        if isinstance(part, MessagesTuplePart) and isinstance(part.data, list) and part.data:
            return _text(part.data[0])
        if isinstance(part, MessagesPart) and isinstance(part.data, list):
            return "".join(self._new_text(message) for message in part.data)
        return ""

    def _new_text(self, message: Any) -> str:
        text = _text(message)
        if not text:
            return ""
        key = str(message.get("id"))
        given = self._given.get(key, "")
        self._given[key] = text
        return text.removeprefix(given)  # what does not continue it is a message of its own


def _text(message: Any) -> str:
    # Types are `ai` and `AIMessageChunk`; what people and tools say is not the model's text.
    if not isinstance(message, dict) or not str(message.get("type", "")).lower().startswith("ai"):
        return ""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(_block_text(block) for block in content)


def _block_text(block: Any) -> str:
    if isinstance(block, str):
        return block
    return str(block.get("text") or "") if isinstance(block, dict) and block.get("type") == "text" else ""
