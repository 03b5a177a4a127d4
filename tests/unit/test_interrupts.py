"""The questions in parts and states, whatever server they come from."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from runs_client import CustomPart, Interrupt, UpdatesPart, ValuesPart, interrupts_of
from runs_client._parts import with_data

NOW = {"value": {"ask": "Send?"}, "id": "1", "response_schema": None}
OLD = {"value": "Send?", "resumable": True, "ns": ["ask:5"], "when": "during"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (NOW, Interrupt({"ask": "Send?"}, "1", {"response_schema": None})),
        (OLD, Interrupt("Send?", None, {"resumable": True, "ns": ["ask:5"], "when": "during"})),
        ({"value": None}, Interrupt(None)),
        ({"value": 1, "id": 5}, Interrupt(1)),
        ({"question": "Send?"}, Interrupt({"question": "Send?"})),
        ("Send?", Interrupt("Send?")),
        (None, Interrupt(None)),
    ],
)
def test_what_servers_send(item: Any, expected: Interrupt) -> None:
    assert interrupts_of({"__interrupt__": [item]}) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        None,
        "text",
        [],
        {},
        {"__interrupt__": []},
        {"__interrupt__": None},
        {"__interrupt__": "Send?"},
        {"__interrupt__": {"value": 1}},
        ValuesPart(None),
        ValuesPart({"text": "hello"}),
        UpdatesPart({"node": {"__interrupt__": [NOW]}}),
        CustomPart({"__interrupt__": [NOW]}),
    ],
    ids=repr,
)
def test_where_nothing_is_asked(source: object) -> None:
    assert interrupts_of(source) == []


def test_parts_and_states() -> None:
    data = {"text": "hello", "__interrupt__": [NOW]}
    (question,) = interrupts_of(data)
    assert interrupts_of(ValuesPart(data)) == interrupts_of(UpdatesPart(data)) == [question]


def test_a_part_that_was_decoded() -> None:
    part: Any = with_data(ValuesPart({"text": "hello", "__interrupt__": [NOW]}), object())
    assert [question.id for question in interrupts_of(part)] == ["1"]


def test_each_once_and_in_order() -> None:
    other = {"value": "Really?", "id": "2"}
    found = interrupts_of({"__interrupt__": [NOW, other, NOW]})
    assert [question.id for question in found] == ["1", "2"]


def test_without_ids_all_count() -> None:
    assert len(interrupts_of({"__interrupt__": [OLD, OLD]})) == 2


def test_a_question_cannot_be_changed() -> None:
    question = Interrupt("Send?")
    with pytest.raises(FrozenInstanceError):
        question.value = 1  # type: ignore[misc]
