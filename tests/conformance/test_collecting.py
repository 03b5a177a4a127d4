"""Streams read to their end: all that they brought, or only the text."""

from __future__ import annotations

from typing import Any, TypedDict

import pytest

from runs_client import Interrupt, RunFailedError, RunsClient
from tests.clients import ClientFactory
from tests.conformance.common import NO_LUCK
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio

QUESTION: dict[str, Any] = {"messages": [{"role": "user", "content": "one two three"}]}


class Counter(TypedDict, total=False):
    n: int
    count: int


@pytest.mark.covers("stream")
async def test_all_that_a_stream_brought(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 2}, stream_mode=["values", "updates", "custom"])
    result = await stream.until_done()
    assert (result.thread_id, result.run_id, result.status) == (thread_id, stream.run_id, "success")
    assert result.values == {"n": 2, "count": 2}
    assert result.updates == {"counter": [{"count": 2}]}
    assert result.custom == [{"tick": 0}, {"tick": 1}]
    assert (result.messages, result.interrupts, result.error, result.gaps) == ([], [], None, [])


@pytest.mark.covers("stream")
async def test_what_was_read_before_is_not_collected(runs: RunsClient, thread_id: str) -> None:
    async with runs.stream(thread_id, "counter", input={"n": 3}, stream_mode="custom") as stream:
        async for part in stream:
            if part.event == "custom":
                break
        assert (await stream.until_done()).custom == [{"tick": 1}, {"tick": 2}]


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["messages", "messages-tuple"])
async def test_messages_are_whole(runs: RunsClient, thread_id: str, mode: Any, feature: ServerFeatures) -> None:
    stream = runs.stream(thread_id, "chat", input=QUESTION, stream_mode=[mode, "values"])
    result = await stream.until_done()
    assert result.values is not None
    own = feature.value("`messages` without the messages of the input", 1) if mode == "messages" else 1
    assert result.messages == result.values["messages"][own:]
    assert result.messages[-1]["content"] == "one two three "


@pytest.mark.covers("joinStream")
async def test_a_run_that_was_joined_is_collected_too(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "team", input={"log": []}, stream_mode=["updates"], stream_resumable=True)
    result = await runs.join_stream(thread_id, run.run_id, last_event_id="-1").until_done()
    assert result.updates == {"research": [{"log": ["researched"]}], "write": [{"log": ["written"]}]}
    assert result.values is None


@pytest.mark.covers("stream")
async def test_collecting_a_run_that_fails(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    failure = feature.value("tell kind and message of a failure, in streams", NO_LUCK)
    with pytest.raises(RunFailedError, match=failure["message"]) as caught:
        await runs.stream(thread_id, "fail", input={"text": "no luck"}).until_done()
    assert (caught.value.error, caught.value.thread_id) == ("ValueError", thread_id)
    result = await runs.stream(thread_id, "fail", input={"text": "no luck"}).until_done(raise_error=False)
    assert result.error == failure
    assert (result.status, result.values) == ("error", {"text": "no luck"})


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["values", "updates"])
async def test_collecting_a_run_that_asks(runs: RunsClient, thread_id: str, mode: Any) -> None:
    result = await runs.stream(thread_id, "ask", input={"question": "ready?"}, stream_mode=mode).until_done()
    (interrupt,) = result.interrupts
    assert isinstance(interrupt, Interrupt)
    assert interrupt.value == "ready?"
    assert result.updates == {}


@pytest.mark.covers("stream")
async def test_what_is_collected_has_the_users_types(
    server_url: str, client_factory: ClientFactory, thread_id: str
) -> None:
    def tick(data: dict[str, int]) -> int:
        return data["tick"]

    async with client_factory(server_url, state_type=Counter, update_type=Counter, custom_type=tick) as runs:
        stream = runs.stream(thread_id, "counter", input={"n": 2}, stream_mode=["values", "updates", "custom"])
        result = await stream.until_done()
    assert result.values == Counter(n=2, count=2)
    assert result.updates == {"counter": [Counter(count=2)]}
    assert result.custom == [0, 1]


@pytest.mark.covers("stream")
async def test_text_of_a_run_that_fails(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    stream = runs.stream(thread_id, "fail", input={"text": "no luck"}, stream_mode="messages-tuple")
    failure = feature.value("tell kind and message of a failure, in streams", NO_LUCK)
    with pytest.raises(RunFailedError, match=failure["message"]):
        [text async for text in stream.text()]
