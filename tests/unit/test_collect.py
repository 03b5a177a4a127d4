"""What a stream brought, in one result."""

from __future__ import annotations

from typing import Any

from runs_client import (
    CustomPart,
    EndPart,
    ErrorPart,
    Interrupt,
    MessagesPart,
    MessagesTuplePart,
    MetadataPart,
    StreamResult,
    UpdatesPart,
    ValuesPart,
)
from runs_client._actions import Gap
from runs_client._collect import Collector

QUESTION = {"value": "ready?", "id": "1"}


def collected(*parts: Any) -> StreamResult[Any, Any, Any]:
    collector = Collector()
    for part in parts:
        collector.add(part)
    return collector.result(thread_id="t", run_id="r", status="success", gaps=[Gap("7", "gone")])


def test_nothing_but_what_the_stream_knows() -> None:
    result = collected(MetadataPart({"run_id": "r"}), EndPart({"status": "success"}))
    assert result == StreamResult("t", "r", "success", None, [], [], {}, [], None, [Gap("7", "gone")])


def test_the_last_values() -> None:
    assert collected(ValuesPart({"n": 1}), ValuesPart({"n": 2})).values == {"n": 2}


def test_custom_data_in_order() -> None:
    assert collected(CustomPart(1), CustomPart(None), CustomPart({"tick": 2})).custom == [1, None, {"tick": 2}]


def test_updates_per_node_in_order() -> None:
    result = collected(
        UpdatesPart({"a": {"n": 1}, "quiet": None}),
        UpdatesPart({"b": {"n": 2}, "__metadata__": {"cached": True}}),
        UpdatesPart({"a": [{"n": 3}, None, {"n": 4}]}),
        UpdatesPart(None),  # type: ignore[arg-type]
    )
    assert result.updates == {"a": [{"n": 1}, {"n": 3}, {"n": 4}], "quiet": [], "b": [{"n": 2}]}


def test_what_subgraphs_have_of_their_own_is_left_out_but_for_messages() -> None:
    inside = ("child:1",)
    message = {"type": "ai", "id": "m", "content": "hello"}
    result = collected(
        ValuesPart({"n": 1}),
        ValuesPart({"inner": 1}, inside),
        UpdatesPart({"inner": {}}, inside),
        CustomPart(1, inside),
        MessagesPart([message], inside),
        MessagesTuplePart([{**message, "id": "n"}, {}], inside),
    )
    assert (result.values, result.updates, result.custom) == ({"n": 1}, {}, [])
    assert result.messages == [message, {**message, "id": "n"}]


def test_messages_of_both_modes() -> None:
    result = collected(
        MessagesPart({"m": {}}, event="messages/metadata"),
        MessagesPart([{"type": "ai", "id": "m", "content": "o"}]),
        MessagesPart([{"type": "ai", "id": "m", "content": "one"}], event="messages/complete"),
        MessagesTuplePart([{"type": "AIMessageChunk", "id": "n", "content": "t"}, {}]),
        MessagesTuplePart([{"type": "AIMessageChunk", "id": "n", "content": "wo"}, {}]),
        MessagesTuplePart([]),
        MessagesTuplePart(None),
    )
    assert [(message["type"], message["content"]) for message in result.messages] == [("ai", "one"), ("ai", "two")]


def test_the_error_is_recorded() -> None:
    failure = {"error": "ValueError", "message": "no luck"}
    assert collected(ValuesPart({"n": 1}), ErrorPart(failure)).error == failure


def test_interrupts_are_those_of_the_last_state() -> None:
    asks = UpdatesPart({"__interrupt__": [QUESTION]})
    assert collected(asks).interrupts == [Interrupt("ready?", "1")]
    assert collected(asks, ValuesPart({"__interrupt__": [QUESTION]}), asks).interrupts == [Interrupt("ready?", "1")]
    assert collected(asks, ValuesPart({"n": 1})).interrupts == []


def test_a_part_for_each_question() -> None:
    other = {"value": "sure?", "id": "2"}
    result = collected(
        ValuesPart({"n": 1}), ValuesPart({"__interrupt__": [QUESTION]}), ValuesPart({"__interrupt__": [other]})
    )
    assert result.interrupts == [Interrupt("ready?", "1"), Interrupt("sure?", "2")]
    assert result.values == {"n": 1}
