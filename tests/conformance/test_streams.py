"""Runs that are watched: stream, join_stream, wait."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runs_client import (
    APITimeoutError,
    CustomPart,
    ErrorPart,
    MessagesPart,
    MessagesTuplePart,
    MetadataPart,
    NotFoundError,
    RunFailedError,
    RunsClient,
    UnknownPart,
    UnprocessableEntityError,
    UpdatesPart,
    ValuesPart,
)

pytestmark = pytest.mark.anyio

QUESTION: dict[str, Any] = {"messages": [{"role": "user", "content": "one two three"}]}


@pytest.mark.covers("stream")
async def test_the_parts_of_a_run_in_order(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 3}, stream_mode=["values", "updates", "custom"])
    parts = [(type(part), part.data) async for part in stream]
    assert parts[0] == (MetadataPart, {"run_id": stream.run_id, "attempt": 1})
    assert parts[1:] == [
        (ValuesPart, {"n": 3}),
        *((CustomPart, {"tick": tick}) for tick in range(3)),
        (UpdatesPart, {"counter": {"count": 3}}),
        (ValuesPart, {"n": 3, "count": 3}),
    ]


@pytest.mark.covers("stream")
async def test_values_are_the_default_mode(runs: RunsClient, thread_id: str) -> None:
    parts = [part async for part in runs.stream(thread_id, "echo", input={"text": "hello"})]
    assert {part.event for part in parts} == {"metadata", "values"}


@pytest.mark.covers("stream")
async def test_a_stream_without_a_thread(runs: RunsClient) -> None:
    stream = runs.stream(None, "counter", input={"n": 2}, stream_mode="custom")
    assert [part.data async for part in stream if part.event == "custom"] == [{"tick": 0}, {"tick": 1}]
    assert stream.run_id is not None


@pytest.mark.covers("stream")
async def test_a_stream_without_a_thread_tells_a_failure(runs: RunsClient) -> None:
    parts = [part async for part in runs.stream(None, "fail", input={"text": "no luck"})]
    assert parts[-1].event == "error"
    assert parts[-1].data == {"error": "ValueError", "message": "no luck"}


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
    async with runs.stream(thread_id, "counter", input={"n": 1000, "delay": 0.05}, stream_mode="custom") as stream:
        async for part in stream:
            if part.event == "custom":
                break
    assert [part async for part in stream] == []
    await runs.cancel(thread_id, str(stream.run_id), wait=True)


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["tasks", "checkpoints", "debug", "events"])
async def test_the_other_modes(runs: RunsClient, thread_id: str, mode: Any) -> None:
    parts = [part async for part in runs.stream(thread_id, "echo", input={"text": "hello"}, stream_mode=mode)]
    assert {part.event for part in parts} == {"metadata", mode}
    assert not any(isinstance(part, UnknownPart) for part in parts)


@pytest.mark.covers("stream")
async def test_messages_grow(runs: RunsClient, thread_id: str) -> None:
    parts = [part async for part in runs.stream(thread_id, "chat", input=QUESTION, stream_mode="messages")]
    texts = [
        part.data[0]["content"] for part in parts if isinstance(part, MessagesPart) and part.event == "messages/partial"
    ]
    assert texts[:3] == ["one ", "one two ", "one two three "]


@pytest.mark.covers("stream")
async def test_messages_in_pieces(runs: RunsClient, thread_id: str) -> None:
    parts = [part async for part in runs.stream(thread_id, "chat", input=QUESTION, stream_mode="messages-tuple")]
    pieces = [part.data[0]["content"] for part in parts if isinstance(part, MessagesTuplePart)]
    assert "".join(pieces) == "one two three "


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["messages", "messages-tuple"])
async def test_text_is_each_piece_once(runs: RunsClient, thread_id: str, mode: Any) -> None:
    stream = runs.stream(thread_id, "chat", input=QUESTION, stream_mode=mode)
    assert "".join([text async for text in stream.text()]) == "one two three "


@pytest.mark.covers("stream")
async def test_subgraphs_have_a_namespace(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "team", input={"log": []}, stream_mode="updates", stream_subgraphs=True)
    parts = [part async for part in stream if isinstance(part, UpdatesPart)]
    namespaces = [[level.split(":")[0] for level in part.namespace] for part in parts]
    assert namespaces == [["research"], [], []]
    assert [list(part.data) for part in parts] == [["researcher"], ["research"], ["write"]]


@pytest.mark.covers("stream")
async def test_a_run_that_asks_and_is_answered(runs: RunsClient, thread_id: str) -> None:
    parts = [part async for part in runs.stream(thread_id, "ask", input={"question": "ready?"})]
    assert isinstance(parts[-1], ValuesPart)
    assert parts[-1].data["__interrupt__"][0]["value"] == "ready?"
    assert await runs.wait(thread_id, "ask", command={"resume": "yes"}) == {"question": "ready?", "answer": "yes"}


@pytest.mark.covers("stream")
async def test_a_run_that_fails_ends_with_an_error_part(runs: RunsClient, thread_id: str) -> None:
    parts = [part async for part in runs.stream(thread_id, "fail", input={"text": "no luck"})]
    assert isinstance(parts[-1], ErrorPart)
    assert parts[-1].data == {"error": "ValueError", "message": "no luck"}


@pytest.mark.covers("stream")
async def test_a_refused_stream_raises_when_it_is_used(runs: RunsClient, thread_id: str) -> None:
    with pytest.raises(UnprocessableEntityError, match="nobody"):
        async for _ in runs.stream(thread_id, "nobody", input={}):
            pass
    with pytest.raises(UnprocessableEntityError, match="nobody"):
        async with runs.stream(None, "nobody", input={}):
            pass


@pytest.mark.covers("stream")
async def test_a_stream_that_takes_too_long(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 1000, "delay": 0.05}, stream_mode="custom", timeout=3)
    with pytest.raises(APITimeoutError, match="3 seconds"):
        async for _ in stream:
            pass
    await runs.cancel(thread_id, str(stream.run_id), wait=True)


@pytest.mark.covers("joinStream")
async def test_joining_replays_a_resumable_stream(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 3}, stream_mode="custom", stream_resumable=True)
    parts = [part async for part in stream]
    assert stream.last_event_id == parts[-1].id
    assert None not in {part.id for part in parts}
    async with runs.join_stream(thread_id, str(stream.run_id), last_event_id="-1") as replay:
        assert [part async for part in replay] == parts


@pytest.mark.covers("joinStream")
async def test_joining_some_of_the_modes(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(
        thread_id, "counter", input={"n": 3}, stream_mode=["custom", "values"], stream_resumable=True
    )
    await runs.join(thread_id, run.run_id)
    ticks = runs.join_stream(thread_id, run.run_id, stream_mode="custom", last_event_id="-1")
    assert [part.data async for part in ticks if part.event == "custom"] == [{"tick": i} for i in range(3)]
    both = runs.join_stream(thread_id, run.run_id, stream_mode=["custom", "values"], last_event_id="-1")
    assert {part.event async for part in both} >= {"custom", "values"}


@pytest.mark.covers("joinStream")
async def test_joining_a_stateless_run(runs: RunsClient, server: str) -> None:
    stream = runs.stream(
        None, "counter", input={"n": 20, "delay": 0.05}, stream_mode="custom", stream_resumable=True, resume="off"
    )
    async with stream:
        replay = runs.join_stream(None, str(stream.run_id), last_event_id="-1", resume="off")
        if server == "official":  # it names this path in `Location`, but does not serve it
            with pytest.raises(NotFoundError):
                [part async for part in replay]
        else:
            ticks = [part.data async for part in replay if part.event == "custom"]
            assert ticks == [{"tick": tick} for tick in range(20)]


@pytest.mark.covers("joinStream")
async def test_joining_and_leaving_may_cancel_the_run(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(
        thread_id, "counter", input={"n": 1000, "delay": 0.05}, stream_mode="custom", stream_resumable=True
    )
    async with runs.join_stream(thread_id, run.run_id, last_event_id="-1", cancel_on_disconnect=True) as stream:
        async for part in stream:
            if part.event == "custom":
                break
    await runs.join(thread_id, run.run_id, raise_error=False)
    assert (await runs.get(thread_id, run.run_id)).status == "interrupted"


@pytest.mark.covers("wait")
async def test_wait(runs: RunsClient, thread_id: str) -> None:
    told: list[tuple[str, str | None]] = []
    state = await runs.wait(thread_id, "counter", input={"n": 2}, on_run_created=lambda *ids: told.append(ids))
    assert state == {"n": 2, "count": 2}
    assert [thread for _, thread in told] == [thread_id]
    assert await runs.wait(None, "echo", input={"text": "hello"}) == {"text": "hello"}


@pytest.mark.covers("wait")
async def test_waiting_for_a_run_that_fails(runs: RunsClient, thread_id: str) -> None:
    with pytest.raises(RunFailedError, match="no luck") as caught:
        await runs.wait(thread_id, "fail", input={"text": "no luck"})
    assert caught.value.thread_id == thread_id
    state = await runs.wait(thread_id, "fail", input={"text": "no luck"}, raise_error=False)
    assert state == {"__error__": {"error": "ValueError", "message": "no luck"}}


@pytest.mark.covers("wait")
async def test_waiting_for_too_long(runs: RunsClient, thread_id: str) -> None:
    with pytest.raises(APITimeoutError) as caught:
        await runs.wait(thread_id, "counter", input={"n": 1000, "delay": 0.05}, timeout=2)
    assert caught.value.request_sent
    (run,) = await runs.list(thread_id)
    await runs.cancel(thread_id, run.run_id, wait=True)


@pytest.mark.covers("joinStream")
async def test_joining_an_unknown_run(runs: RunsClient, thread_id: str) -> None:
    parts = [part async for part in runs.join_stream(thread_id, uuid4())]
    assert [part.event for part in parts] == ["error"]
