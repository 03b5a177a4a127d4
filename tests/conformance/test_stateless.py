"""Runs without a thread of the caller's."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from runs_client import NotFoundError, RunsClient
from tests.conformance.common import NO_LUCK, parts_of, ticks_of
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("wait")
@pytest.mark.feature("wait for a run without a thread")
async def test_wait(runs: RunsClient) -> None:
    assert await runs.wait(None, "echo", input={"text": "hello"}) == {"text": "hello"}


@pytest.mark.covers("create", "join")
@pytest.mark.feature("keep a run that is over, with `on_completion`")
async def test_a_run_that_is_kept(runs: RunsClient) -> None:
    run = await runs.create(None, "echo", input={"text": "hello"}, on_completion="keep")
    assert await runs.join(run.thread_id, run.run_id) == {"text": "hello"}
    assert (await runs.get(run.thread_id, run.run_id)).status == "success"
    assert await runs.join(run.thread_id, run.run_id) == {"text": "hello"}


@pytest.mark.covers("create")
async def test_a_run_that_is_deleted_with_its_end(runs: RunsClient, feature: ServerFeatures) -> None:
    run = await runs.create(None, "echo", input={"text": "hello"}, on_completion="delete")
    with feature.refused("delete a run that is over", NotFoundError, "404 "), anyio.fail_after(30):
        while True:
            await runs.get(run.thread_id, run.run_id)


@pytest.mark.covers("stream")
@pytest.mark.feature("stream a run without a thread")
async def test_a_stream(runs: RunsClient) -> None:
    stream = runs.stream(None, "counter", input={"n": 2}, stream_mode="custom")
    assert await ticks_of(stream) == [0, 1]
    assert stream.run_id is not None


@pytest.mark.covers("stream")
@pytest.mark.feature("stream a run without a thread in one request")
async def test_a_stream_that_is_not_resumed(runs: RunsClient) -> None:
    stream = runs.stream(None, "counter", input={"n": 2}, stream_mode="custom", resume="off")
    assert await ticks_of(stream) == [0, 1]


@pytest.mark.covers("stream")
@pytest.mark.feature("stream messages without a thread")
@pytest.mark.parametrize("mode", ["messages", "messages-tuple"])
async def test_a_stream_of_messages(runs: RunsClient, mode: Any) -> None:
    question: Any = {"messages": [{"role": "user", "content": "one two three"}]}
    stream = runs.stream(None, "chat", input=question, stream_mode=mode)
    assert "".join([text async for text in stream.text()]) == "one two three "


@pytest.mark.covers("stream")
async def test_a_stream_tells_a_failure(runs: RunsClient, feature: ServerFeatures) -> None:
    parts = await parts_of(runs.stream(None, "fail", input={"text": "no luck"}))
    assert [part.event for part in parts] == ["metadata", "values", "error"]
    assert parts[-1].data == feature.value("tell kind and message of a failure, in streams", NO_LUCK)


@pytest.mark.covers("joinStream")
async def test_joining_by_the_run_alone(runs: RunsClient, feature: ServerFeatures) -> None:
    counter: Any = {"input": {"n": 20, "delay": 0.05}, "stream_mode": "custom", "stream_resumable": True}
    async with runs.stream(None, "counter", resume="off", **counter) as stream:
        with feature("rejoin a run by its id alone"):
            replay = runs.join_stream(None, str(stream.run_id), last_event_id="-1", resume="off")
            assert await ticks_of(replay) == [*range(20)]
