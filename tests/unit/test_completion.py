"""Waiting for many runs: however it is left, no task, thread or connection stays behind."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

import anyio
import anyio.to_thread
import pytest
import trio

from runs_client import (
    APIConnectionError,
    InvalidRequestError,
    Request,
    RetryPolicy,
    RunFailedError,
    RunHandle,
    RunsClient,
    SyncRunHandle,
    SyncRunsClient,
)
from runs_client._async import _completion
from runs_client._sync import _completion as _sync_completion
from runs_client.testing import RunsServer

# httpx reads a body with async generators of its own. Trio warns of each that is left; Python's default filters do not
# print that.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'http:ResourceWarning")

MANY = 1000
SECONDS = 10.0
"""How long a test waits for what must happen, before it fails."""

ENDLESS: Any = {"n": 1, "delay": 3600}

WORKER = "runs_client worker"
caller: ContextVar[str] = ContextVar("caller", default="nobody")


class LoopBodyError(Exception):
    pass


@pytest.fixture
def server() -> Iterator[RunsServer]:
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
async def runs(kind: str, server: RunsServer) -> AsyncIterator[RunsClient]:
    transport: Any = kind.split()[0]
    async with RunsClient(server.url, transport=transport) as client:
        yield client


@pytest.fixture
def blocking(server: RunsServer) -> Iterator[SyncRunsClient]:
    with SyncRunsClient(server.url) as client:
        yield client


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_completion, "_TURN", 0.1)
    monkeypatch.setattr(_sync_completion, "_TURN", 0.1)


def batch(count: int, assistant_id: str = "counter", **input: Any) -> Any:
    return [{"assistant_id": assistant_id, "input": input}] * count


def becomes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


async def until(condition: Callable[[], bool]) -> None:
    assert await anyio.to_thread.run_sync(becomes_true, condition)


def threads_at_work() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == WORKER]


def tasks(kind: str) -> int:
    if "trio" in kind:
        return trio.lowlevel.current_statistics().tasks_living
    return len(asyncio.all_tasks())


async def two_that_end(runs: RunsClient) -> list[RunHandle]:
    """Two runs that end at once, and three that do not."""
    return await runs.start_batch([*batch(2, "echo", text="hello"), *batch(3, **ENDLESS)])


def two_of_them(runs: SyncRunsClient) -> list[SyncRunHandle]:
    return runs.start_batch([*batch(2, "echo", text="hello"), *batch(3, **ENDLESS)])


@pytest.mark.anyio
async def test_many_runs_each_exactly_once(runs: RunsClient, server: RunsServer, kind: str) -> None:
    many = MANY if "aiohttp" in kind else MANY // 5
    handles = await runs.start_batch(batch(many, n=1, delay=0.01))
    ended = [handle async for handle in runs.as_completed(handles)]
    assert len(ended) == many
    assert set(ended) == set(handles)
    assert {handle.status for handle in handles} == {"success"}
    assert [state["count"] for state in await runs.join_all(handles)] == [1] * many
    assert server.runs_created == many


@pytest.mark.anyio
async def test_runs_take_turns(runs: RunsClient, short_turns: None) -> None:
    endless = await runs.start_batch(batch(3, **ENDLESS))
    (short,) = await runs.start_batch(batch(1, "echo", text="hello"))
    ended = []
    async with runs.as_completed([*endless, short], max_concurrency=2, timeout=SECONDS) as completed:
        async for handle in completed:
            ended.append(handle)
            for other in endless:
                if handle == short:
                    await other.cancel()
    assert ended[0] == short
    assert len(ended) == 4
    assert {handle.status for handle in endless} == {"interrupted"}


@pytest.mark.anyio
async def test_no_more_at_a_time_than_allowed(runs: RunsClient, server: RunsServer) -> None:
    handles = await runs.start_batch(batch(5, **ENDLESS))
    async with runs.as_completed(handles, max_concurrency=2) as completed:
        async with anyio.create_task_group() as group:
            group.start_soon(completed.__anext__)
            await until(lambda: server.connections == 2)
            group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_leaving_the_block(runs: RunsClient, server: RunsServer, kind: str) -> None:
    handles = await two_that_end(runs)
    before = tasks(kind)
    async with runs.as_completed(handles) as completed:
        await completed.__anext__()
        assert tasks(kind) > before
    assert tasks(kind) == before
    await until(lambda: not server.connections)
    assert (await handles[-1].refresh()).status == "running"
    assert [handle async for handle in completed] == []


@pytest.mark.anyio
async def test_break(runs: RunsClient, server: RunsServer, kind: str) -> None:
    handles = await two_that_end(runs)
    before = tasks(kind)
    async for _ in runs.as_completed(handles):
        break
    gc.collect()
    await until(lambda: not server.connections)
    await anyio.lowlevel.checkpoint()
    assert tasks(kind) == before


@pytest.mark.anyio
async def test_an_exception_in_the_loop_body(runs: RunsClient, server: RunsServer) -> None:
    handles = await two_that_end(runs)
    with pytest.raises(LoopBodyError):
        async with runs.as_completed(handles) as completed:
            async for _ in completed:
                raise LoopBodyError
    assert await anyio.to_thread.run_sync(server.wait_until_idle, SECONDS)


@pytest.mark.anyio
async def test_a_time_limit_around_it(runs: RunsClient, server: RunsServer, kind: str) -> None:
    handles = await two_that_end(runs)
    before = tasks(kind)
    with anyio.move_on_after(0.3) as scope:
        async for _ in runs.as_completed(handles):
            pass
    assert scope.cancelled_caught
    assert tasks(kind) == before
    assert await anyio.to_thread.run_sync(server.wait_until_idle, SECONDS)


@pytest.mark.anyio
async def test_cancelled_before_it_begins(runs: RunsClient, server: RunsServer, kind: str) -> None:
    handles = await two_that_end(runs)
    before = tasks(kind)
    with anyio.CancelScope() as scope:
        scope.cancel()
        async for _ in runs.as_completed(handles):
            pass
    assert tasks(kind) == before


@pytest.mark.anyio
async def test_dropped_in_another_thread(runs: RunsClient, server: RunsServer) -> None:
    kept = [runs.as_completed(await two_that_end(runs))]
    await kept[0].__anext__()
    await anyio.to_thread.run_sync(kept.clear)
    gc.collect()
    assert await anyio.to_thread.run_sync(server.wait_until_idle, SECONDS)


@pytest.mark.anyio
async def test_closed_by_another_task(runs: RunsClient, server: RunsServer) -> None:
    completed = runs.as_completed(await two_that_end(runs))
    ended = []

    async def read() -> None:
        async for handle in completed:
            ended.append(handle)

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await until(lambda: len(ended) == 2)
        await completed.aclose()
    assert len(ended) == 2


@pytest.mark.anyio
async def test_two_tasks_share_it(runs: RunsClient) -> None:
    handles = await runs.start_batch(batch(20, "echo", text="hello"))
    completed = runs.as_completed(handles, max_concurrency=3)
    ended: list[RunHandle] = []

    async def read() -> None:
        async for handle in completed:
            ended.append(handle)

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        group.start_soon(read)
    assert len(ended) == 20
    assert set(ended) == set(handles)


@pytest.mark.anyio
async def test_nothing_is_sent_before_the_first_is_asked_for(runs: RunsClient, kind: str) -> None:
    before = tasks(kind)
    async with runs.as_completed([runs.handle(uuid4(), uuid4())]):
        assert tasks(kind) == before


@pytest.mark.anyio
async def test_the_first_failure_closes_the_other_connections(runs: RunsClient, server: RunsServer) -> None:
    endless = await runs.start_batch(batch(3, **ENDLESS))
    (failing,) = await runs.start_batch(batch(1, "fail", text="no luck"))
    with pytest.raises(RunFailedError, match="no luck"):
        await runs.join_all([*endless, failing])
    assert await anyio.to_thread.run_sync(server.wait_until_idle, SECONDS)
    assert {(await handle.refresh()).status for handle in endless} == {"running"}


@pytest.mark.anyio
async def test_what_a_hook_raises_comes_out(server: RunsServer, kind: str) -> None:
    def refuse(request: Request) -> None:
        if "/join" in request.url:
            raise LoopBodyError

    transport: Any = kind.split()[0]
    async with RunsClient(server.url, transport=transport, on_request=refuse) as runs:
        handles = await two_that_end(runs)
        with pytest.raises(LoopBodyError):
            await runs.join_all(handles, return_exceptions=True)


@pytest.mark.anyio
async def test_runs_that_cannot_be_waited_for_come_as_well(server: RunsServer, kind: str) -> None:
    joined: list[str] = []

    def fail_at_first(request: Request) -> None:
        if "/join" in request.url:
            joined.append(request.url)
            if len(joined) <= 2:
                raise APIConnectionError("no way", request_sent=True)

    transport: Any = kind.split()[0]
    once = RetryPolicy(max_retries=0)
    async with RunsClient(server.url, transport=transport, on_request=fail_at_first, retry=once) as runs:
        handles = await runs.start_batch(batch(2, "echo", text="hello"))
        assert {handle async for handle in runs.as_completed(handles)} == set(handles)
        assert {handle.status for handle in handles} == {"pending"}
        assert await runs.join_all(handles) == [{"text": "hello"}] * 2


@pytest.mark.anyio
async def test_hooks_see_the_context_of_the_caller(server: RunsServer, kind: str) -> None:
    seen = []

    def note(request: Request) -> None:
        seen.append(caller.get())

    transport: Any = kind.split()[0]
    async with RunsClient(server.url, transport=transport, on_request=note) as runs:
        handles = await runs.start_batch(batch(2, "echo", text="hello"))
        caller.set("me")
        await runs.join_all(handles)
    assert seen == ["nobody", "me", "me"]


def test_left_as_the_last_thing(server: RunsServer) -> None:
    """The loop may end before what was left is closed."""

    async def leave(transport: Any) -> None:
        runs = RunsClient(server.url, transport=transport)
        async for _ in runs.as_completed(await two_that_end(runs)):
            break
        await runs.aclose()

    trio.run(leave, "httpx")
    asyncio.run(leave("httpx"))
    asyncio.run(leave("aiohttp"))
    gc.collect()
    assert server.wait_until_idle(SECONDS)


@pytest.mark.anyio
async def test_arguments_that_cannot_be_used(runs: RunsClient) -> None:
    wrong: Any = ["run-id"]
    with pytest.raises(TypeError, match="handles are needed, not str"):
        runs.as_completed(wrong)
    with pytest.raises(InvalidRequestError, match="max_concurrency must be 1 or more, not 0"):
        runs.as_completed([], max_concurrency=0)
    with pytest.raises(InvalidRequestError, match="timeout must be"):
        runs.as_completed([], timeout=-1)


def test_sync_many_runs_each_exactly_once(blocking: SyncRunsClient, server: RunsServer) -> None:
    handles = blocking.start_batch(batch(MANY, n=1, delay=0.01))
    ended = list(blocking.as_completed(handles))
    assert len(ended) == MANY
    assert set(ended) == set(handles)
    assert [state["count"] for state in blocking.join_all(handles)] == [1] * MANY
    assert becomes_true(lambda: not threads_at_work())


def test_sync_runs_take_turns(blocking: SyncRunsClient, short_turns: None) -> None:
    endless = blocking.start_batch(batch(3, **ENDLESS))
    (short,) = blocking.start_batch(batch(1, "echo", text="hello"))
    with blocking.as_completed([*endless, short], max_concurrency=2, timeout=SECONDS) as completed:
        assert next(completed) == short


def test_sync_leaving_the_block(blocking: SyncRunsClient, server: RunsServer) -> None:
    handles = two_of_them(blocking)
    with blocking.as_completed(handles) as completed:
        next(completed)
        assert threads_at_work()
    assert server.wait_until_idle(SECONDS)
    assert becomes_true(lambda: not threads_at_work())
    assert handles[-1].refresh().status == "running"
    assert list(completed) == []


def test_sync_break(blocking: SyncRunsClient, server: RunsServer) -> None:
    for _ in blocking.as_completed(two_of_them(blocking)):
        break
    assert server.wait_until_idle(SECONDS)
    assert becomes_true(lambda: not threads_at_work())


def test_sync_the_first_failure_ends_the_other_waits(blocking: SyncRunsClient, server: RunsServer) -> None:
    handles = blocking.start_batch([*batch(3, **ENDLESS), *batch(1, "fail", text="no luck")])
    with pytest.raises(RunFailedError, match="no luck"):
        blocking.join_all(handles)
    assert server.wait_until_idle(SECONDS)
    assert becomes_true(lambda: not threads_at_work())


def test_sync_what_a_hook_raises_comes_out(server: RunsServer) -> None:
    def refuse(request: Request) -> None:
        if "/join" in request.url:
            raise LoopBodyError

    with SyncRunsClient(server.url, on_request=refuse) as runs:
        with pytest.raises(LoopBodyError):
            runs.join_all(two_of_them(runs), return_exceptions=True)
    assert becomes_true(lambda: not threads_at_work())


def test_sync_hooks_see_the_context_of_the_caller(server: RunsServer) -> None:
    seen = []

    def note(request: Request) -> None:
        seen.append(caller.get())

    with SyncRunsClient(server.url, on_request=note) as runs:
        handles = runs.start_batch(batch(2, "echo", text="hello"))
        before = caller.set("me")
        runs.join_all(handles)
        caller.reset(before)
    assert seen == ["nobody", "me", "me"]


def test_sync_ctrl_c_while_waiting(blocking: SyncRunsClient, server: RunsServer) -> None:
    handles = blocking.start_batch(batch(3, **ENDLESS))

    def press() -> None:
        becomes_true(lambda: server.connections == 3)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    finger = threading.Thread(target=press)
    finger.start()
    with pytest.raises(KeyboardInterrupt):
        blocking.join_all(handles)
    finger.join()
    assert server.wait_until_idle(SECONDS)
    assert becomes_true(lambda: not threads_at_work())


def test_sync_closed_by_another_thread(blocking: SyncRunsClient, server: RunsServer) -> None:
    completed = blocking.as_completed(blocking.start_batch(batch(3, **ENDLESS)))

    def close() -> None:
        becomes_true(lambda: server.connections == 3)
        completed.close()

    closer = threading.Thread(target=close)
    closer.start()
    assert list(completed) == []
    closer.join()
    assert becomes_true(lambda: not threads_at_work())


def test_sync_threads_that_are_about_to_try_again_end_as_well(server: RunsServer) -> None:
    failed = threading.Semaphore(0)

    def fail(request: Request) -> None:
        if "/join" in request.url:
            failed.release()
            raise APIConnectionError("no way", request_sent=True)

    with SyncRunsClient(server.url, on_request=fail, retry=RetryPolicy(initial_delay=3600, max_delay=3600)) as runs:
        completed = runs.as_completed(two_of_them(runs))

        def close() -> None:
            for _ in range(5):
                assert failed.acquire(timeout=SECONDS)
            completed.close()

        closer = threading.Thread(target=close)
        closer.start()
        assert list(completed) == []
        closer.join()
        assert becomes_true(lambda: not threads_at_work())
