"""Messages put together from chunks."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runs_client._messages import Messages


def chunk(content: Any = "", message_id: str | None = "m", **others: Any) -> dict[str, Any]:
    return {"type": "AIMessageChunk", "id": message_id, "content": content, **others}


def merged(*messages: Any) -> list[dict[str, Any]]:
    collection = Messages()
    for message in messages:
        collection.add(message)
    return collection.merged()


def test_the_content_of_chunks_is_joined() -> None:
    assert merged(chunk("one "), chunk("two "), chunk("", chunk_position="last")) == [
        {"type": "ai", "id": "m", "content": "one two "}
    ]


def test_chunks_whose_type_does_not_say_so() -> None:
    collection = Messages()
    for content in ("one ", "two "):
        collection.add({"type": "ai", "id": "m", "content": content, "tool_call_chunks": []}, may_be_a_piece=True)
    assert collection.merged() == [{"type": "ai", "id": "m", "content": "one two "}]
    so_far = {"type": "ai", "id": "m", "content": "one", "tool_call_chunks": []}
    assert merged(so_far) == [so_far]


def test_messages_are_kept_apart_by_id_in_the_order_in_which_they_began() -> None:
    found = merged(chunk("a", "1"), chunk("x", "2"), chunk("b", "1"), chunk("y", "2"))
    assert [(message["id"], message["content"]) for message in found] == [("1", "ab"), ("2", "xy")]


def test_a_message_as_it_is_so_far_takes_the_place_of_what_was_before() -> None:
    human = {"type": "human", "id": "h", "content": "hello"}
    assert merged(human, {"type": "ai", "id": "m", "content": "o"}, {"type": "ai", "id": "m", "content": "one"}) == [
        human,
        {"type": "ai", "id": "m", "content": "one"},
    ]
    assert merged(chunk("o"), {"type": "ai", "id": "m", "content": "one"}) == [
        {"type": "ai", "id": "m", "content": "one"}
    ]
    assert merged({"type": "ai", "id": "m", "content": "old"}, chunk("new")) == [
        {"type": "ai", "id": "m", "content": "new"}
    ]


def test_messages_without_an_id() -> None:
    human = {"type": "human", "content": "hello"}
    assert merged(human, human, chunk("o", None), chunk("ne", None)) == [
        human,
        human,
        {"type": "ai", "id": None, "content": "one"},
    ]


def test_what_is_no_message_is_left_out() -> None:
    assert merged(None, "text", 3, []) == []


def test_content_blocks_are_joined_by_index() -> None:
    (message,) = merged(
        chunk([]),
        chunk([{"type": "thinking", "thinking": "Hm", "index": 0}]),
        chunk([{"type": "thinking", "thinking": "m.", "index": 0}]),
        chunk([{"type": "text", "text": "one ", "index": 1}]),
        chunk([{"type": "text", "text": "two", "index": 1}, {"type": "image", "url": "u"}]),
        chunk([{"type": "image", "url": "v"}]),
        chunk(""),
    )
    assert message["content"] == [
        {"type": "thinking", "thinking": "Hmm.", "index": 0},
        {"type": "text", "text": "one two", "index": 1},
        {"type": "image", "url": "u"},
        {"type": "image", "url": "v"},
    ]


def test_content_may_change_from_text_to_blocks() -> None:
    (message,) = merged(chunk("one"), chunk([{"type": "text", "text": "two"}]), chunk("three"))
    assert message["content"] == ["one", {"type": "text", "text": "two"}, "three"]


def call(**piece: Any) -> dict[str, Any]:
    return chunk(tool_call_chunks=[{"name": None, "args": "", "id": None, "index": 0, **piece}], tool_calls=[])


def test_tool_calls_are_read_from_their_joined_arguments() -> None:
    (message,) = merged(
        call(name="search", id="c1"),
        call(args='{"que'),
        call(args='ry": "x"}'),
        call(name="stop", id="c2", index=1),
        call(name="broken", id="c3", args="{", index=2),
    )
    assert message["tool_calls"] == [
        {"name": "search", "args": {"query": "x"}, "id": "c1", "type": "tool_call"},
        {"name": "stop", "args": {}, "id": "c2", "type": "tool_call"},
    ]
    (invalid,) = message["invalid_tool_calls"]
    assert (invalid["name"], invalid["args"], invalid["id"]) == ("broken", "{", "c3")
    assert "tool_call_chunks" not in message


def test_tokens_are_summed_and_metadata_are_the_latest() -> None:
    (message,) = merged(
        chunk(
            usage_metadata={"input_tokens": 5, "details": {"cached": 1}}, response_metadata={"model": "m", "begin": 1}
        ),
        chunk(usage_metadata=None, response_metadata={}),
        chunk(
            usage_metadata={"output_tokens": 2, "details": {"cached": 1}}, response_metadata={"model": "m", "end": 1}
        ),
    )
    assert message["usage_metadata"] == {"input_tokens": 5, "output_tokens": 2, "details": {"cached": 2}}
    assert message["response_metadata"] == {"model": "m", "begin": 1, "end": 1}


def test_additional_text_grows() -> None:
    (message,) = merged(
        chunk(additional_kwargs={"reasoning": "He"}, name="bot"),
        chunk(additional_kwargs={"reasoning": "llo"}, name=None),
    )
    assert (message["additional_kwargs"], message["name"]) == ({"reasoning": "Hello"}, "bot")


def test_properties_without_a_value_stay() -> None:
    (message,) = merged(chunk("a", tool_calls=[], usage_metadata=None), chunk("b", tool_calls=[], usage_metadata=None))
    assert message == {"type": "ai", "id": "m", "content": "ab", "tool_calls": [], "usage_metadata": None}


def test_what_is_null_at_first_and_known_later() -> None:
    (message,) = merged(
        chunk(usage_metadata=None, response_metadata=None),
        chunk(usage_metadata={"input_tokens": 5, "details": None}, response_metadata={"model": "m"}),
        chunk(usage_metadata={"input_tokens": 1, "details": {"cached": 1}}, response_metadata={"end": 1}),
    )
    assert message["usage_metadata"] == {"input_tokens": 6, "details": {"cached": 1}}
    assert message["response_metadata"] == {"model": "m", "end": 1}


SCALARS = st.none() | st.booleans() | st.integers(-1, 1) | st.sampled_from(["", "a", "{", "AIMessageChunk"])
NAMES = st.sampled_from(["id", "index", "name", "args", "text"])
ANYTHING = st.recursive(SCALARS, lambda it: st.lists(it, max_size=2) | st.dictionaries(NAMES, it, max_size=2))
PROPERTIES = ["id", "type", "content", "tool_call_chunks", "response_metadata", "usage_metadata", "additional_kwargs"]
MESSAGES = st.fixed_dictionaries({}, optional=dict.fromkeys(PROPERTIES, ANYTHING))
CHUNKS = MESSAGES.map(lambda message: {**message, "type": "AIMessageChunk"})


@given(st.lists(MESSAGES | CHUNKS | ANYTHING, max_size=3))
def test_a_message_of_any_shape_is_collected(messages: list[Any]) -> None:
    collection = Messages()
    for message in messages:
        collection.add(message, may_be_a_piece=True)
    assert len(collection.merged()) <= len(messages)
