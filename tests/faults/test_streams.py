"""Streams whose connection stalls, is refused, lies or comes back in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from runs_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    Reconnect,
    RetryPolicy,
    StreamInterruptedError,
)
from runs_client.testing import (
    Answer,
    CleanEnd,
    Drip,
    Fault,
    FaultProxy,
    Fin,
    Garbage,
    LoseResponse,
    Refuse,
    Reset,
    RewriteHead,
    RunsServer,
    Stall,
)
from tests.clients import ClientFactory
from tests.faults.conftest import AT_ONCE

pytestmark = pytest.mark.anyio

TICKS = [{"tick": tick} for tick in range(6)]
COUNTER: Any = {"input": {"n": 6, "delay": 0.02}, "stream_mode": "custom"}
SLOW_COUNTER: Any = {"input": {"n": 6, "delay": 0.2}, "stream_mode": "custom"}
"""It is still going when its stream is rejoined. Afterwards a stateless run is gone, and its failure with it."""
STREAM = "POST .*/stream"


async def ticks_of(stream: Any) -> list[Any]:
    return [part.data async for part in stream if part.event == "custom"]


@pytest.mark.parametrize(
    "faults",
    [
        (Reset(after_chunks=3), Refuse()),
        (Reset(after_chunks=3), Answer(503), Answer(500)),
        (Fin(after_chunks=3), Answer(429, headers={"Retry-After": "0"}), Answer(502)),
        (CleanEnd(after_chunks=3),),
        (Reset(after_bytes=200), Reset(after_chunks=1), Fin(after_bytes=10)),
        (Reset(after_chunks=0),),
        (Drip(),),
        (Garbage(b"event: custom\ndata: 99\n\n"),),
    ],
    ids=lambda faults: ", ".join(type(fault).__name__ for fault in faults),
)
async def test_the_way_back_is_rough(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory, faults: tuple[Fault, ...]
) -> None:
    first, *others = faults
    proxy.plan(first, match=STREAM)
    proxy.plan(*others, match="GET .*/stream")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        assert await ticks_of(runs.stream(thread_id, "counter", **COUNTER)) == TICKS
    assert proxy.faults_left == 0


@pytest.mark.parametrize("fault", [Reset(after_chunks=2), CleanEnd(after_chunks=2)], ids=["reset", "clean end"])
async def test_a_stateless_run_is_as_safe(proxy: FaultProxy, client_factory: ClientFactory, fault: Fault) -> None:
    proxy.plan(fault, match="GET .*/stream")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(None, "counter", **SLOW_COUNTER)
        assert await ticks_of(stream) == TICKS
    assert stream.reconnects == 1
    assert proxy.faults_left == 0


async def test_a_look_at_a_stateless_run_that_is_cut_is_repeated(
    proxy: FaultProxy, client_factory: ClientFactory
) -> None:
    proxy.plan(*[Reset(after_bytes=0)] * (AT_ONCE.max_retries + 1), match=r"GET .*/runs/[^/]*$")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(None, "counter", **SLOW_COUNTER)
        assert await ticks_of(stream) == TICKS
    assert stream.reconnects == 1
    assert proxy.faults_left == 0


@pytest.fixture(scope="module")
def forgetful_url() -> Iterator[str]:
    """A server that, as the official one, deletes a stateless run as soon as it is over."""
    with RunsServer(linger=0) as server:
        yield server.url


def wait_until_gone(url: str) -> Callable[[str, str | None], None]:
    """Gives an `on_run_created` that returns when the run is over, before its stream is joined."""

    def wait(run_id: str, thread_id: str | None) -> None:
        while httpx.get(f"{url}/threads/{thread_id}/runs/{run_id}").status_code != 404:
            pass

    return wait


@pytest.mark.parametrize("agent", ["fail", "echo"])
async def test_nobody_knows_whether_a_run_failed_that_is_gone(
    forgetful_url: str, client_factory: ClientFactory, agent: str
) -> None:
    events = []
    async with client_factory(forgetful_url, retry=AT_ONCE) as runs:
        with pytest.raises(StreamInterruptedError, match="on_completion='keep' keeps it") as caught:
            async for part in runs.stream(
                None, agent, input={"text": "hi"}, on_run_created=wait_until_gone(forgetful_url)
            ):
                events.append(part.event)
        assert events == ["metadata", "values", *(["values"] if agent == "echo" else [])]
        assert caught.value.thread_id

        stream = runs.stream(
            None, agent, input={"text": "hi"}, resume="best-effort", on_run_created=wait_until_gone(forgetful_url)
        )
        assert [part.event async for part in stream] == events
        assert len(stream.gaps) == 1


async def test_a_stateless_run_that_is_kept_tells_its_failure(
    forgetful_url: str, client_factory: ClientFactory
) -> None:
    async with client_factory(forgetful_url, retry=AT_ONCE) as runs:
        stream = runs.stream(None, "fail", input={}, on_completion="keep")
        assert [part.event async for part in stream] == ["metadata", "error"]


async def test_a_clean_end_that_cannot_be_mended_is_noticed(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory
) -> None:
    slow: Any = {"input": {"n": 30, "delay": 0.1}, "stream_mode": "custom", "stream_resumable": False}
    proxy.plan(CleanEnd(after_chunks=3), match=STREAM)
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(thread_id, "counter", **slow)
        with pytest.raises(StreamInterruptedError, match="ended before its run did") as caught:
            await ticks_of(stream)
        assert (caught.value.thread_id, caught.value.run_id) == (thread_id, stream.run_id)
        await runs.cancel(thread_id, str(stream.run_id), wait=True)


async def test_best_effort_goes_on_and_records_the_gap(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory
) -> None:
    slow: Any = {"input": {"n": 10, "delay": 0.1}, "stream_mode": "custom", "stream_resumable": False}
    proxy.plan(Reset(after_chunks=3), match=STREAM)
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(thread_id, "counter", resume="best-effort", **slow)
        ticks = await ticks_of(stream)
    assert ticks[:2] == [{"tick": 0}, {"tick": 1}]
    assert ticks[-1] == {"tick": 9}
    assert stream.gaps


async def test_the_time_limit_holds_while_it_comes_back(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory
) -> None:
    long: Any = {"input": {"n": 1000, "delay": 0.05}, "stream_mode": "custom"}
    proxy.plan(Reset(after_chunks=2), match=STREAM)
    proxy.plan(*[Refuse()] * 1000, match="GET .*/stream")
    patient = RetryPolicy(max_retries=1_000, initial_delay=0.1, max_delay=0.1)
    async with client_factory(proxy.url, retry=patient) as runs:
        stream = runs.stream(thread_id, "counter", timeout=2.0, **long)
        with pytest.raises(APITimeoutError, match="2 seconds"):
            await ticks_of(stream)
    async with client_factory(proxy.url) as runs:
        await runs.cancel(thread_id, str(stream.run_id), wait=True)


async def test_off_raises_at_once(proxy: FaultProxy, thread_id: str, client_factory: ClientFactory) -> None:
    proxy.plan(Reset(after_chunks=2), match=STREAM)
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(thread_id, "counter", resume="off", **COUNTER)
        with pytest.raises(StreamInterruptedError):
            await ticks_of(stream)
        assert stream.reconnects == 0
        await runs.join(thread_id, str(stream.run_id))


@pytest.mark.parametrize("setting", [0.3, "auto"])
async def test_a_stalled_socket_is_noticed(client_factory: ClientFactory, setting: Any) -> None:
    with RunsServer(heartbeat=0.1) as server, FaultProxy(server.url) as proxy:
        proxy.plan(Stall(after_chunks=8), match=STREAM)
        async with client_factory(proxy.url, retry=AT_ONCE) as runs:
            payload: Any = {"input": {"n": 12, "delay": 0.15}, "stream_mode": "custom", "if_not_exists": "create"}
            stream = runs.stream(uuid4(), "counter", idle_timeout=setting, **payload)
            assert await ticks_of(stream) == [{"tick": tick} for tick in range(12)]
        assert stream.reconnects == 1


@pytest.mark.parametrize("heartbeat", [0.1, None], ids=["heartbeats", "no heartbeats"])
async def test_a_quiet_run_is_no_false_alarm(client_factory: ClientFactory, heartbeat: float | None) -> None:
    with RunsServer(heartbeat=heartbeat) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            payload: Any = {"input": {"n": 2, "delay": 1.5}, "stream_mode": "custom", "if_not_exists": "create"}
            stream = runs.stream(uuid4(), "counter", **payload)
            assert await ticks_of(stream) == TICKS[:2]
        assert stream.reconnects == 0


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthenticationError), (403, PermissionDeniedError), (404, NotFoundError)]
)
async def test_a_refusal_on_the_way_back_ends_the_stream(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory, status: int, error: type[APIStatusError]
) -> None:
    proxy.plan(Reset(after_chunks=2), match=STREAM)
    proxy.plan(Answer(status, body=b'{"detail": "no"}'), match="GET .*/stream")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        with pytest.raises(error, match="no"):
            await ticks_of(runs.stream(thread_id, "counter", **COUNTER))


async def test_too_many_failures(proxy: FaultProxy, thread_id: str, client_factory: ClientFactory) -> None:
    proxy.plan(Reset(after_chunks=2), match=STREAM)
    proxy.plan(*[Answer(503)] * 3, match="GET .*/stream")
    async with client_factory(proxy.url, retry=RetryPolicy(max_retries=2, initial_delay=0)) as runs:
        stream = runs.stream(thread_id, "counter", **COUNTER)
        with pytest.raises(StreamInterruptedError, match="503") as caught:
            await ticks_of(stream)
    assert caught.value.last_event_id == stream.last_event_id


async def test_a_lost_response_leaves_one_run_and_says_so(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory
) -> None:
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        for count, start in enumerate(
            [
                lambda: runs.create(thread_id, "echo", input={}),
                lambda: ticks_of(runs.stream(thread_id, "echo", input={})),
                lambda: runs.wait(thread_id, "echo", input={}),
            ],
            1,
        ):
            proxy.plan(LoseResponse(), match="POST")
            with pytest.raises(APIConnectionError, match="the run may exist") as caught:
                await start()  # type: ignore[no-untyped-call]
            assert caught.value.request_sent
            assert len(await runs.list(thread_id)) == count


@pytest.mark.parametrize(
    "evil", [b"http://other.invalid", b"https://127.0.0.1", b"//other.invalid", b"http://user@127.0.0.1:1"]
)
async def test_a_location_elsewhere_is_refused(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory, evil: bytes, server: str
) -> None:
    with FaultProxy(proxy.url) as outer:
        outer.plan(RewriteHead(b"\r\nlocation: ", b"\r\nlocation: " + evil), match=STREAM)
        proxy.plan(Reset(after_chunks=2), match=STREAM)
        async with client_factory(outer.url, api_key="secret", retry=AT_ONCE) as runs:
            with pytest.raises(StreamInterruptedError, match="another origin"):
                await ticks_of(runs.stream(thread_id, "counter", **COUNTER))
        assert [request.method for request in outer.requests] == ["POST"]


async def test_the_hook_is_told(proxy: FaultProxy, thread_id: str, client_factory: ClientFactory) -> None:
    told: list[Reconnect] = []
    proxy.plan(Reset(after_chunks=3), match=STREAM)
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(thread_id, "counter", on_reconnect=told.append, **COUNTER)
        assert await ticks_of(stream) == TICKS
    (reconnect,) = told
    assert (reconnect.thread_id, reconnect.run_id) == (thread_id, stream.run_id)
    assert reconnect.last_event_id is not None
    assert (stream.reconnects, stream.status) == (1, "success")


async def test_a_failure_behind_a_cut_is_not_lost(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory
) -> None:
    proxy.plan(Reset(after_chunks=1), match=STREAM)
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        parts = [part async for part in runs.stream(thread_id, "fail", input={"text": "no luck"})]
    assert parts[-1].event == "error"
    assert parts[-1].data == {"error": "ValueError", "message": "no luck"}


async def test_an_address_behind_a_path_prefix(embedded_url: str, client_factory: ClientFactory) -> None:
    from runs_client._url import BaseURL

    base = BaseURL("http://h/prefix")
    assert base.rejoined("/threads/t/runs/r/stream") == "http://h/prefix/threads/t/runs/r/stream"
    assert base.rejoined("/prefix/threads/t") == "http://h/prefix/threads/t"
    assert base.rejoined("http://h:80/prefix/threads/t?a=b") == "http://h/prefix/threads/t?a=b"


async def test_two_events_with_one_id(client_factory: ClientFactory) -> None:
    """The embedded server is made to give each id to two events; the cut falls between them."""
    with RunsServer(event_ids="shared") as server:
        for count in range(1, 7):
            with FaultProxy(server.url) as proxy:
                proxy.plan(Reset(after_chunks=count), match=STREAM)
                async with client_factory(proxy.url, retry=AT_ONCE) as runs:
                    stream = runs.stream(uuid4(), "counter", if_not_exists="create", **COUNTER)
                    parts = [part async for part in stream]
                    ids = str(stream.thread_id), str(stream.run_id)
                    truth = [part async for part in runs.join_stream(*ids, last_event_id="-1", resume="off")]
            assert parts == truth
            assert len({part.id for part in truth}) < len(truth), "ids are shared"
            assert proxy.faults_left == 0
