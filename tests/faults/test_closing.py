"""However a stream is left, its connection is closed: the server sees the client go, and no warning is printed."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import anyio
import pytest
import trio

from runs_client import Reconnect, RunsClient, StreamInterruptedError, SyncRunsClient
from runs_client.testing import FaultProxy, Reset, RunsServer

# httpx reads a body with async generators of its own. Trio warns of each that is left; Python's default filters do not
# print that.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'http:ResourceWarning")

ENDLESS: Any = {"input": {"n": 10_000, "delay": 0.02}, "stream_mode": "custom", "if_not_exists": "create"}


class LoopBodyError(Exception):
    pass


@pytest.fixture
def endless() -> Iterator[RunsServer]:
    with RunsServer(heartbeat=0.05) as server:
        yield server


@pytest.fixture(params=["httpx asyncio", "httpx trio", "aiohttp asyncio"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def anyio_backend(kind: str) -> str:
    return kind.split()[1]


@pytest.fixture
async def runs(kind: str, endless: RunsServer) -> AsyncIterator[RunsClient]:
    transport: Any = kind.split()[0]
    async with RunsClient(endless.url, transport=transport) as client:
        yield client


async def read_in_a_thread(stream: Any) -> None:
    await anyio.to_thread.run_sync(list, stream)


def saw_it_go(server: RunsServer) -> bool:
    return server.wait_until_idle(5)


async def server_saw_it_go(server: RunsServer) -> bool:
    return await anyio.to_thread.run_sync(saw_it_go, server)


@pytest.mark.anyio
async def test_leaving_the_block(runs: RunsClient, endless: RunsServer) -> None:
    async with runs.stream(uuid4(), "counter", **ENDLESS) as stream:
        assert endless.connections == 1
        await stream.__anext__()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_break(runs: RunsClient, endless: RunsServer) -> None:
    async for part in runs.stream(uuid4(), "counter", **ENDLESS):
        if part.event == "custom":
            break
    gc.collect()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_break_out_of_text(runs: RunsClient, endless: RunsServer) -> None:
    stream = runs.stream(uuid4(), "counter", **ENDLESS)
    text = stream.text()
    with anyio.move_on_after(0.2):
        async for _ in text:
            pass
    await stream.aclose()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_an_exception_in_the_loop_body(runs: RunsClient, endless: RunsServer) -> None:
    with pytest.raises(LoopBodyError):
        async with runs.stream(uuid4(), "counter", **ENDLESS) as stream:
            async for _ in stream:
                raise LoopBodyError
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_a_cancelled_task(runs: RunsClient, endless: RunsServer) -> None:
    reading = anyio.Event()

    async def read() -> None:
        async for _ in runs.stream(uuid4(), "counter", **ENDLESS):
            reading.set()

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await reading.wait()
        group.cancel_scope.cancel()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_a_time_limit_around_it(runs: RunsClient, endless: RunsServer) -> None:
    with anyio.move_on_after(0.3) as scope:
        async for _ in runs.stream(uuid4(), "counter", **ENDLESS):
            pass
    assert scope.cancelled_caught
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_reading_on_after_a_time_limit_around_one_part(runs: RunsClient) -> None:
    """The stream is closed then, and its end must not look like that of the run."""
    quiet: Any = {**ENDLESS, "input": {"n": 2, "delay": 3600}}
    stream = runs.stream(uuid4(), "counter", **quiet)
    with anyio.move_on_after(0.2) as scope:
        async for _ in stream:
            pass
    assert scope.cancelled_caught
    with pytest.raises(StreamInterruptedError, match="an error or a cancellation has closed it") as caught:
        await stream.__anext__()
    assert (caught.value.thread_id, caught.value.run_id) == (stream.thread_id, stream.run_id)


@pytest.mark.anyio
async def test_cancelled_while_it_opens(runs: RunsClient, endless: RunsServer) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with runs.stream(uuid4(), "counter", **ENDLESS):
            pass
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_closed_by_another_task(runs: RunsClient, endless: RunsServer) -> None:
    stream = runs.stream(uuid4(), "counter", **ENDLESS)
    await stream.__aenter__()

    async def read() -> None:
        async for _ in stream:
            pass

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await stream.aclose()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_garbage_collection(runs: RunsClient, endless: RunsServer) -> None:
    stream: Any = runs.stream(uuid4(), "counter", **ENDLESS)
    await stream.__anext__()
    del stream
    gc.collect()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_garbage_collection_while_silence_is_limited(runs: RunsClient, endless: RunsServer) -> None:
    stream: Any = runs.stream(uuid4(), "counter", idle_timeout=3600, **ENDLESS)
    await stream.__anext__()
    del stream
    gc.collect()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_garbage_collection_of_a_stream_that_was_opened_and_not_read(
    runs: RunsClient, endless: RunsServer
) -> None:
    stream: Any = runs.stream(uuid4(), "counter", **ENDLESS)
    await stream.__aenter__()
    del stream
    gc.collect()
    assert await server_saw_it_go(endless)


@pytest.mark.anyio
async def test_a_hook_that_raises(runs: RunsClient, endless: RunsServer) -> None:
    def refuse(run_id: str, thread_id: str | None) -> None:
        raise LoopBodyError

    with pytest.raises(LoopBodyError):
        async for _ in runs.stream(uuid4(), "counter", on_run_created=refuse, **ENDLESS):
            pass
    assert await server_saw_it_go(endless)


def test_a_stream_that_is_left_as_the_last_thing(endless: RunsServer) -> None:
    """The loop may end before what was left is closed."""

    async def leave(transport: Any) -> None:
        runs = RunsClient(endless.url, transport=transport)
        async for _ in runs.stream(uuid4(), "counter", **ENDLESS):
            break

    for _ in range(10):
        trio.run(leave, "httpx")
    gc.collect()
    assert saw_it_go(endless)


@pytest.mark.anyio
async def test_closed_while_it_is_about_to_rejoin(runs: RunsClient, endless: RunsServer) -> None:
    async def close(reconnect: Reconnect) -> None:
        await stream.aclose()

    with FaultProxy(endless.url) as proxy:
        proxy.plan(Reset(after_chunks=2), match="POST")
        async with RunsClient(proxy.url) as through_proxy:
            stream = through_proxy.stream(uuid4(), "counter", on_reconnect=close, **ENDLESS)
            async for _ in stream:
                pass
            assert await server_saw_it_go(endless)


def test_sync_leaving_the_block(endless: RunsServer) -> None:
    with SyncRunsClient(endless.url) as runs:
        with runs.stream(uuid4(), "counter", **ENDLESS) as stream:
            next(stream)
        assert saw_it_go(endless)


def test_sync_break(endless: RunsServer) -> None:
    with SyncRunsClient(endless.url) as runs:
        for part in runs.stream(uuid4(), "counter", **ENDLESS):
            if part.event == "custom":
                break
        assert saw_it_go(endless)


def test_sync_exception_in_the_loop_body(endless: RunsServer) -> None:
    with SyncRunsClient(endless.url) as runs:
        with pytest.raises(LoopBodyError):
            for _ in runs.stream(uuid4(), "counter", **ENDLESS):
                raise LoopBodyError
        gc.collect()
        assert saw_it_go(endless)


def test_sync_reading_on_after_an_exception(endless: RunsServer) -> None:
    def refuse(run_id: str, thread_id: str | None) -> None:
        raise LoopBodyError

    with SyncRunsClient(endless.url) as runs:
        stream = runs.stream(uuid4(), "counter", on_run_created=refuse, **ENDLESS)
        with pytest.raises(LoopBodyError):
            next(stream)
        with pytest.raises(StreamInterruptedError):
            next(stream)


def test_sync_garbage_collection(endless: RunsServer) -> None:
    with SyncRunsClient(endless.url) as runs:
        read: Any = runs.stream(uuid4(), "counter", **ENDLESS)
        next(read)
        unread: Any = runs.stream(uuid4(), "counter", **ENDLESS)
        unread.__enter__()
        del read, unread
        gc.collect()
        assert saw_it_go(endless)


@pytest.mark.anyio
async def test_sync_closed_by_another_thread(endless: RunsServer) -> None:
    with SyncRunsClient(endless.url) as runs:
        quiet: Any = {**ENDLESS, "input": {"n": 2, "delay": 3600}}
        stream = runs.stream(uuid4(), "counter", **quiet)
        stream.__enter__()
        async with anyio.create_task_group() as group:
            group.start_soon(read_in_a_thread, stream)
            await anyio.to_thread.run_sync(stream.close)
        assert await server_saw_it_go(endless)
