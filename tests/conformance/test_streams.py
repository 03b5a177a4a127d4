"""Runs that are watched from their creation on."""

from __future__ import annotations

from typing import Any

import pytest

from runs_client import (
    APITimeoutError,
    CustomPart,
    EndPart,
    ErrorPart,
    MessagesPart,
    MessagesTuplePart,
    MetadataPart,
    RunsClient,
    UnknownPart,
    UpdatesPart,
    ValuesPart,
)
from tests.conformance.common import LONG, NO_LUCK, parts_of, status_at_the_end, ticks_of
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio

QUESTION: dict[str, Any] = {"messages": [{"role": "user", "content": "one two three"}]}


@pytest.mark.covers("stream")
@pytest.mark.feature("several stream modes at once", "`values`", "`updates`", "`custom`")
async def test_the_parts_of_a_run_in_order(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 3}, stream_mode=["values", "updates", "custom"])
    parts = [(type(part), part.data) for part in await parts_of(stream)]
    assert parts[0] == (MetadataPart, {"run_id": stream.run_id, "attempt": 1})
    assert parts[1:] == [
        (ValuesPart, {"n": 3}),
        *((CustomPart, {"tick": tick}) for tick in range(3)),
        (UpdatesPart, {"counter": {"count": 3}}),
        (ValuesPart, {"n": 3, "count": 3}),
    ]


@pytest.mark.covers("stream")
async def test_values_are_the_default_mode(runs: RunsClient, thread_id: str) -> None:
    parts = await parts_of(runs.stream(thread_id, "echo", input={"text": "hello"}))
    assert {part.event for part in parts} == {"metadata", "values"}


@pytest.mark.covers("stream")
async def test_the_last_part(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    for agent, status in {"echo": "success", "fail": "error"}.items():
        parts = [part async for part in runs.stream(thread_id, agent, input={})]
        ends = [part.data for part in parts if isinstance(part, EndPart)]
        assert ends == feature.value("end streams with an `end` event, which tells the status", [{"status": status}])


@pytest.mark.covers("stream")
async def test_ids_of_what_cannot_be_resumed(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    parts = await parts_of(runs.stream(thread_id, "echo", input={}, stream_resumable=False, resume="off"))
    have_ids = {part.id is not None for part in parts}
    assert have_ids == feature.value("number the events of streams that are not resumable", {True})


@pytest.mark.covers("stream")
async def test_a_stream_that_is_not_resumable(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature("each part once, not resumable and never cut"):
        stream = runs.stream(thread_id, "counter", input={"n": 2}, stream_mode="custom", stream_resumable=False)
        assert await ticks_of(stream) == [0, 1]


@pytest.mark.covers("stream")
async def test_nothing_is_sent_before_the_stream_is_used(runs: RunsClient, thread_id: str) -> None:
    runs.stream(thread_id, "echo", input={})
    assert await runs.list(thread_id) == []


@pytest.mark.covers("stream")
async def test_a_stream_knows_its_run_as_soon_as_it_is_open(runs: RunsClient, thread_id: str) -> None:
    told: list[tuple[str, str | None]] = []
    async with runs.stream(thread_id, "echo", input={}, on_run_created=lambda *ids: told.append(ids)) as stream:
        assert stream.thread_id == thread_id
        assert (await runs.get(thread_id, str(stream.run_id))).run_id == stream.run_id
        async for _ in stream:
            pass
    assert told == [(stream.run_id, thread_id)]


@pytest.mark.covers("stream")
async def test_a_stream_that_is_left_is_over(runs: RunsClient, thread_id: str) -> None:
    async with runs.stream(thread_id, "counter", input=LONG, stream_mode="custom") as stream:
        async for part in stream:
            if part.event == "custom":
                break
    assert [part async for part in stream] == []
    await runs.cancel(thread_id, str(stream.run_id), wait=True)


@pytest.mark.covers("stream")
@pytest.mark.feature("cancel a run whose stream is left, with `on_disconnect`")
@pytest.mark.parametrize("disconnect", ["continue", "cancel"])
async def test_who_leaves_may_cancel_the_run(
    runs: RunsClient, thread_id: str, disconnect: Any, feature: ServerFeatures
) -> None:
    counter: Any = {"input": {"n": 40, "delay": 0.05}, "stream_mode": "custom", "resume": "off"}
    async with runs.stream(thread_id, "counter", on_disconnect=disconnect, **counter) as stream:
        async for part in stream:
            if part.event == "custom":
                break
    status = await status_at_the_end(runs, thread_id, str(stream.run_id))
    cancelled = feature.value("a cancelled run is `interrupted`", "interrupted")
    assert status == {"continue": "success", "cancel": cancelled}[disconnect]


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["tasks", "checkpoints", "debug", "events"])
async def test_the_other_modes(runs: RunsClient, thread_id: str, mode: Any, feature: ServerFeatures) -> None:
    with feature(f"`{mode}`"):
        parts = await parts_of(runs.stream(thread_id, "echo", input={"text": "hello"}, stream_mode=mode))
        assert {part.event for part in parts} == {"metadata", mode}
        assert not any(isinstance(part, UnknownPart) for part in parts)


@pytest.mark.covers("stream")
async def test_tools(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    """The SDKs know this mode; none of the graphs calls a tool."""
    with feature("take `tools`"):
        parts = await parts_of(runs.stream(thread_id, "echo", input={"text": "hello"}, stream_mode="tools"))
        assert {part.event for part in parts} == {"metadata"}


@pytest.mark.covers("stream")
@pytest.mark.feature("`messages`")
async def test_messages_grow(runs: RunsClient, thread_id: str) -> None:
    parts = await parts_of(runs.stream(thread_id, "chat", input=QUESTION, stream_mode="messages"))
    texts = [
        part.data[0]["content"] for part in parts if isinstance(part, MessagesPart) and part.event == "messages/partial"
    ]
    assert texts[:3] == ["one ", "one two ", "one two three "]


@pytest.mark.covers("stream")
@pytest.mark.feature("`messages-tuple`")
async def test_messages_in_pieces(runs: RunsClient, thread_id: str) -> None:
    parts = await parts_of(runs.stream(thread_id, "chat", input=QUESTION, stream_mode="messages-tuple"))
    pieces = [part.data[0]["content"] for part in parts if isinstance(part, MessagesTuplePart)]
    assert "".join(pieces) == "one two three "


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["messages", "messages-tuple"])
async def test_text_is_each_piece_once(runs: RunsClient, thread_id: str, mode: Any) -> None:
    stream = runs.stream(thread_id, "chat", input=QUESTION, stream_mode=mode)
    assert "".join([text async for text in stream.text()]) == "one two three "


@pytest.mark.covers("stream")
async def test_a_run_that_fails_ends_with_an_error_part(
    runs: RunsClient, thread_id: str, feature: ServerFeatures
) -> None:
    parts = await parts_of(runs.stream(thread_id, "fail", input={"text": "no luck"}))
    assert isinstance(parts[-1], ErrorPart)
    assert parts[-1].data == feature.value("tell kind and message of a failure, in streams", NO_LUCK)


@pytest.mark.covers("stream")
async def test_a_stream_that_takes_too_long(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input=LONG, stream_mode="custom", timeout=2)
    with pytest.raises(APITimeoutError, match="2 seconds"):
        async for _ in stream:
            pass
    await runs.cancel(thread_id, str(stream.run_id), wait=True)
