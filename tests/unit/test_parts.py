from __future__ import annotations

from typing import Any

import pytest

import runs_client
from runs_client import EventDecodeError, MessagesPart, MessagesTuplePart, UnknownPart, UpdatesPart
from runs_client._parts import is_of_mode, part_from_event
from runs_client._sse import ServerSentEvent
from runs_client._text import TextReader


def part(name: str, data: bytes = b"{}", event_id: str | None = None) -> Any:
    return part_from_event(ServerSentEvent(name, data, event_id))


@pytest.mark.parametrize(
    "name",
    [
        "values",
        "updates",
        "custom",
        "debug",
        "tasks",
        "checkpoints",
        "events",
        "tools",
        "metadata",
        "error",
        "feedback",
        "end",
    ],
)
def test_each_event_has_its_class(name: str) -> None:
    decoded = part(name, b'{"a": 1}', "7")
    assert type(decoded) is getattr(runs_client, f"{name.title()}Part")
    assert (decoded.event, decoded.data, decoded.id, decoded.namespace) == (name, {"a": 1}, "7", ())


@pytest.mark.parametrize("name", ["messages/metadata", "messages/partial", "messages/complete"])
def test_messages_have_three_events(name: str) -> None:
    assert part(name) == MessagesPart({}, event=name)  # type: ignore[arg-type]


def test_message_chunks_are_called_messages_on_the_wire() -> None:
    assert part("messages", b"[1, 2]") == MessagesTuplePart([1, 2])


def test_namespaces_are_split_off() -> None:
    assert part("updates|a:1|b:2") == UpdatesPart({}, namespace=("a:1", "b:2"))


def test_a_name_from_the_future_is_kept() -> None:
    assert part("hologram|a:1", b"3") == UnknownPart(3, namespace=("a:1",), name="hologram")


def test_an_event_without_data() -> None:
    assert part("end", b"").data is None


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("values", ["values", "values|child:1"]),
        ("messages", ["messages/metadata", "messages/partial", "messages/complete"]),
        ("messages-tuple", ["messages", "messages|child:1"]),
        ("tools", ["tools"]),
    ],
)
def test_events_belong_to_a_mode_or_to_all(mode: str, names: list[str]) -> None:
    everywhere = ["metadata", "error", "feedback", "end", "from-the-future"]
    others = ["updates", "custom|child:1", "debug", "events"]
    events = [ServerSentEvent(name, b"{}", None) for name in (*names, *everywhere, *others)]
    assert [event.event for event in events if is_of_mode(event, [mode])] == [*names, *everywhere]


@pytest.mark.parametrize("data", [b"{", b"\xff", b"NaN", b"{}{}"])
def test_data_that_is_not_json(data: bytes) -> None:
    with pytest.raises(EventDecodeError, match="values") as caught:
        part("values", data, "7")
    assert (caught.value.event, caught.value.event_id) == ("values", "7")


def test_the_excerpt_is_short() -> None:
    with pytest.raises(EventDecodeError) as caught:
        part("values", b"x" * 10_000)
    assert len(str(caught.value)) < 1000


def message(content: Any, kind: str = "ai", message_id: str = "m") -> dict[str, Any]:
    return {"type": kind, "id": message_id, "content": content}


def test_text_of_growing_messages() -> None:
    reader = TextReader()
    texts = [
        MessagesPart([message("He")]),
        MessagesPart([message("Hello")]),
        MessagesPart([message("Hello")], event="messages/complete"),
        MessagesPart([message("Bye", message_id="n")]),
        MessagesPart({"m": {}}, event="messages/metadata"),
    ]
    assert [reader.read(item) for item in texts] == ["He", "llo", "", "Bye", ""]


def test_text_of_chunks_and_content_blocks() -> None:
    reader = TextReader()
    blocks = [{"type": "text", "text": "one"}, {"type": "image"}, {"type": "text", "text": None}, "two"]
    assert reader.read(MessagesTuplePart([message("a", "AIMessageChunk"), {}])) == "a"
    assert reader.read(MessagesTuplePart([message(blocks, "AIMessageChunk"), {}])) == "onetwo"


@pytest.mark.parametrize(
    "item",
    [
        MessagesTuplePart([message("from a person", "human"), {}]),
        MessagesTuplePart([message("from a tool", "tool"), {}]),
        MessagesTuplePart([]),
        MessagesTuplePart(None),
        MessagesPart([None, 3, {"type": "ai"}]),
        UpdatesPart({"node": {}}),
    ],
)
def test_what_has_no_text_of_the_model(item: Any) -> None:
    assert TextReader().read(item) == ""
