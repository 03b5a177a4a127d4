"""Streams of runs that go on already, or are over."""

from __future__ import annotations

from typing import Any

import pytest

from runs_client import RunsClient
from tests.conformance.common import NO_LUCK, SOON, parts_of, status_at_the_end, ticks_of
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("joinStream")
@pytest.mark.feature("replay a stream from its beginning")
async def test_joining_replays_a_resumable_stream(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 3}, stream_mode="custom", stream_resumable=True)
    parts = [part async for part in stream]
    assert stream.last_event_id == parts[-1].id
    assert None not in {part.id for part in parts}
    async with runs.join_stream(thread_id, str(stream.run_id), last_event_id="-1") as replay:
        assert [part async for part in replay] == parts


@pytest.mark.covers("joinStream")
async def test_replaying_a_run_that_was_joined(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    counter: Any = {"input": {"n": 3}, "stream_mode": "custom", "stream_resumable": True}
    run = await runs.create(thread_id, "counter", **counter, **SOON)
    await runs.join(thread_id, run.run_id)
    with feature("replay a stream after somebody has waited for its run"):
        assert await ticks_of(runs.join_stream(thread_id, run.run_id, last_event_id="-1")) == [0, 1, 2]


@pytest.mark.covers("joinStream")
@pytest.mark.feature("join a stream while its run goes on")
async def test_joining_from_now_on(runs: RunsClient, thread_id: str) -> None:
    payload: Any = {"input": {"n": 20, "delay": 0.05}, "stream_mode": "custom"}
    async with runs.stream(thread_id, "counter", stream_resumable=True, **payload) as stream:
        async for part in stream:
            if part.data == {"tick": 1}:
                break
        late = await ticks_of(runs.join_stream(thread_id, str(stream.run_id)))
    assert late
    assert late == [*range(late[0], 20)]


@pytest.mark.covers("joinStream")
@pytest.mark.feature("join some of the stream modes")
async def test_joining_some_of_the_modes(runs: RunsClient, thread_id: str) -> None:
    modes: Any = ["custom", "values"]
    stream = runs.stream(thread_id, "counter", input={"n": 3}, stream_mode=modes, stream_resumable=True)
    await stream.until_done()
    ids = thread_id, str(stream.run_id)
    ticks = runs.join_stream(*ids, stream_mode="custom", last_event_id="-1")
    assert [part.data for part in await parts_of(ticks) if part.event != "metadata"] == [{"tick": i} for i in range(3)]
    both = runs.join_stream(*ids, stream_mode=modes, last_event_id="-1")
    assert {part.event for part in await parts_of(both)} >= {"custom", "values"}


@pytest.mark.covers("joinStream")
async def test_joining_a_run_that_failed(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    stream = runs.stream(thread_id, "fail", input={"text": "no luck"}, stream_resumable=True)
    await stream.until_done(raise_error=False)
    parts = await parts_of(runs.join_stream(thread_id, str(stream.run_id), last_event_id="-1"))
    failure = feature.value("tell kind and message of a failure, in streams", NO_LUCK)
    assert (parts[-1].event, parts[-1].data) == ("error", failure)


@pytest.mark.covers("joinStream")
async def test_joining_and_leaving_may_cancel_the_run(
    runs: RunsClient, thread_id: str, feature: ServerFeatures
) -> None:
    counter: Any = {"input": {"n": 60, "delay": 0.05}, "stream_mode": "custom"}
    run = await runs.create(thread_id, "counter", stream_resumable=True, **counter)
    async with runs.join_stream(thread_id, run.run_id, last_event_id="-1", cancel_on_disconnect=True) as stream:
        async for part in stream:
            if part.event == "custom":
                break
    status = await status_at_the_end(runs, thread_id, run.run_id)
    cancelled = feature.value("a cancelled run is `interrupted`", "interrupted")
    assert status == feature.value("cancel a run whose joined stream is left, with `cancel_on_disconnect`", cancelled)
