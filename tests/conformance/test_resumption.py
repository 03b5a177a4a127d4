"""Streams whose connection breaks: each part is delivered once and in order, or the typed error tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from runs_client import Reconnect, RetryPolicy, RunsClient, StreamInterruptedError
from runs_client.testing import Answer, CleanEnd, Fault, FaultProxy, Fin, Refuse, Reset, Stall
from tests.clients import ClientFactory
from tests.conformance.common import NO_LUCK, parts_of, ticks_of
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio

AT_ONCE = RetryPolicy(max_retries=3, initial_delay=0)
COUNTER: Any = {"input": {"n": 20, "delay": 0.05}, "stream_mode": "custom"}
LASTING: Any = {"input": {"n": 60, "delay": 0.05}, "stream_mode": "custom"}
"""Runs for three seconds: without a thread, it must not be over and gone before it is rejoined."""
QUICK: Any = {"input": {"n": 6, "delay": 0.02}, "stream_mode": "custom"}
SILENCE = 2.0
"""Seconds after which a connection counts as broken."""

FAULTS: dict[str, tuple[Fault, ...]] = {
    "a reset": (Reset(after_chunks=3),),
    "a connection that is closed": (Fin(after_chunks=3),),
    "a clean end in mid-run": (CleanEnd(after_chunks=3),),
    "a cut within an event": (Reset(after_bytes=200),),
    "three cuts": (Reset(after_chunks=2), Fin(after_bytes=300), Reset(after_chunks=1)),
    "a server that is away for a while": (Reset(after_chunks=3), Refuse(), Answer(503)),
}


@pytest.fixture
def proxy(server_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(server_url) as proxy:
        yield proxy


@pytest.mark.covers("stream")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_stream(
    proxy: FaultProxy, client_factory: ClientFactory, runs: RunsClient, fault: str, feature: ServerFeatures
) -> None:
    first, *others = FAULTS[fault]
    proxy.plan(first, match="POST .*/stream")
    proxy.plan(*others, match="GET .*/stream")
    with feature(f"each part once, after {fault}"):
        async with client_factory(proxy.url, retry=AT_ONCE) as broken:
            stream = broken.stream(uuid4(), "counter", if_not_exists="create", **COUNTER)
            parts = [part async for part in stream]
        assert [part.data["tick"] for part in parts if part.event == "custom"] == [*range(20)]
        assert (proxy.faults_left, stream.gaps, stream.status) == (0, [], "success")
        assert stream.reconnects >= 1
        replay = runs.join_stream(str(stream.thread_id), str(stream.run_id), last_event_id="-1", resume="off")
        assert [part async for part in replay] == parts


@pytest.mark.covers("stream")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_stream_without_a_thread(
    proxy: FaultProxy, client_factory: ClientFactory, fault: str, feature: ServerFeatures
) -> None:
    proxy.plan(*FAULTS[fault], match="GET .*/stream")
    with feature(f"each part once, without a thread, after {fault}"):
        async with client_factory(proxy.url, retry=AT_ONCE) as broken:
            stream = broken.stream(None, "counter", **LASTING)
            assert await ticks_of(stream) == [*range(60)]
        assert (proxy.faults_left, stream.gaps) == (0, [])


@pytest.mark.covers("stream")
@pytest.mark.feature("each part once, after a connection that falls silent")
async def test_a_stream_that_falls_silent(proxy: FaultProxy, client_factory: ClientFactory, thread_id: str) -> None:
    proxy.plan(Stall(after_chunks=3), match="POST .*/stream")
    async with client_factory(proxy.url, retry=AT_ONCE) as broken:
        stream = broken.stream(thread_id, "counter", idle_timeout=SILENCE, **QUICK)
        assert await ticks_of(stream) == [*range(6)]
    assert stream.reconnects >= 1


@pytest.mark.covers("stream")
@pytest.mark.parametrize("kept", ["keep", None], ids=["kept", "deleted"])
async def test_a_stream_without_a_thread_that_falls_silent(
    proxy: FaultProxy, server_url: str, client_factory: ClientFactory, kept: Any, feature: ServerFeatures
) -> None:
    def wait_until_over(lost: Reconnect) -> None:
        url = f"{server_url}/threads/{lost.thread_id}/runs/{lost.run_id}"
        while (answer := httpx.get(url, timeout=60)).status_code != 404:
            if kept and answer.json()["status"] == "success":
                return

    name = "a silence, with `on_completion` keep" if kept else "a silence until the run is gone"
    proxy.plan(Stall(after_chunks=3), match="GET .*/stream")
    options: Any = {**QUICK, "on_completion": kept, "on_reconnect": wait_until_over}
    with feature(f"each part once, without a thread, after {name}"):
        async with client_factory(proxy.url, retry=AT_ONCE) as broken:
            stream = broken.stream(None, "counter", idle_timeout=SILENCE, **options)
            assert await ticks_of(stream) == [*range(6)]
        assert stream.reconnects >= 1


@pytest.mark.covers("stream")
@pytest.mark.feature("raise `StreamInterruptedError` where a stream that is not resumable is cut")
@pytest.mark.parametrize("fault", [Reset(after_chunks=3), CleanEnd(after_chunks=3)], ids=["reset", "clean end"])
async def test_a_stream_that_is_not_resumable(
    proxy: FaultProxy, client_factory: ClientFactory, thread_id: str, fault: Fault
) -> None:
    proxy.plan(fault, match="POST .*/stream")
    payload: Any = {**COUNTER, "stream_resumable": False, "on_disconnect": "continue"}
    async with client_factory(proxy.url, retry=AT_ONCE) as broken:
        stream = broken.stream(thread_id, "counter", **payload)
        with pytest.raises(StreamInterruptedError) as caught:
            await ticks_of(stream)
    assert (caught.value.thread_id, caught.value.run_id) == (thread_id, stream.run_id)


@pytest.mark.covers("stream")
@pytest.mark.feature("the failure of a run, after a reset")
async def test_a_failure_behind_a_cut(
    proxy: FaultProxy, client_factory: ClientFactory, thread_id: str, feature: ServerFeatures
) -> None:
    proxy.plan(Reset(after_chunks=1), match="POST .*/stream")
    async with client_factory(proxy.url, retry=AT_ONCE) as broken:
        parts = await parts_of(broken.stream(thread_id, "fail", input={"text": "no luck"}))
    failure = feature.value("tell kind and message of a failure, in streams", NO_LUCK)
    assert (parts[-1].event, parts[-1].data) == ("error", failure)


@pytest.mark.covers("wait")
@pytest.mark.feature("the state of a run, after a reset")
async def test_waiting(proxy: FaultProxy, client_factory: ClientFactory, thread_id: str) -> None:
    proxy.plan(Reset(after_bytes=1), match="POST .*/wait")
    async with client_factory(proxy.url, retry=AT_ONCE) as broken:
        assert await broken.wait(thread_id, "counter", input={"n": 4, "delay": 0.02}) == {
            "n": 4,
            "delay": 0.02,
            "count": 4,
        }


async def test_heartbeats(server_url: str, feature: ServerFeatures) -> None:
    body = {"assistant_id": "counter", "input": {"n": 1, "delay": 6.5}}
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.post(f"{server_url}/runs/stream", json=body)
    beats = [line for line in response.text.splitlines() if line.startswith(":")]
    assert bool(beats) == feature.value("send heartbeats, which tell a silent run from a silent connection", True)


@pytest.mark.covers("joinStream")
@pytest.mark.feature("rejoin from any event")
async def test_from_any_event(runs: RunsClient, thread_id: str) -> None:
    stream = runs.stream(thread_id, "counter", input={"n": 4, "delay": 0.01}, stream_mode="custom")
    parts = [part async for part in stream]
    ids = [part.id for part in parts]
    for index, part in enumerate(parts[1:-1], 1):
        rest = runs.join_stream(thread_id, str(stream.run_id), last_event_id=part.id, resume="off")
        expected = [later for later in parts[index + 1 :] if later.id != part.id]
        assert [part async for part in rest] == expected, f"after {part.id} of {ids}"


@pytest.mark.covers("joinStream")
@pytest.mark.feature("leave a stream and come back to it")
async def test_who_left_comes_back(runs: RunsClient, thread_id: str) -> None:
    async with runs.stream(thread_id, "counter", stream_resumable=True, **COUNTER) as stream:
        async for part in stream:
            if part.data == {"tick": 3}:
                break
    rest = runs.join_stream(thread_id, str(stream.run_id), last_event_id=stream.resume_from)
    assert (await ticks_of(rest))[-16:] == [*range(4, 20)]
