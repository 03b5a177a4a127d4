"""Runs as objects: started, attached to, streamed, joined, and many of them at once."""

from __future__ import annotations

import pickle
from typing import Any
from uuid import UUID, uuid4

import pytest

from runs_client import (
    APITimeoutError,
    InvalidRequestError,
    NotFoundError,
    Request,
    RunFailedError,
    RunHandle,
    RunsClient,
)
from tests.clients import ClientFactory
from tests.conformance.common import LONG, SOON, ticks_of
from tests.conformance.conftest import Busy
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


async def start(runs: RunsClient, assistant_id: str, input: Any) -> RunHandle[Any, Any, Any]:
    """Start a run on a thread of its own."""
    when = SOON if assistant_id == "fail" else {}
    return await runs.start(uuid4(), assistant_id, input=input, if_not_exists="create", **when)


async def test_a_run_is_started_and_joined(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "echo", input={"text": "hello"})
    assert (handle.thread_id, handle.status) == (thread_id, "pending")
    assert handle.run is not None
    assert handle.run.run_id == handle.run_id
    state = await handle.join()
    assert state == {"text": "hello"}
    assert handle.status is None
    run = await handle.refresh()
    assert (run.run_id, run.status) == (handle.run_id, "success")
    assert handle.run is run
    assert (await handle.refresh()).status == handle.status


async def test_a_run_is_joined_with_one_request(server_url: str, client_factory: ClientFactory) -> None:
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(request.url)

    async with client_factory(server_url, on_request=note) as runs:
        handle = await runs.start(None, "echo", input={"text": "hello"})
        state = await handle.join()
        assert await handle.join() is state
    assert len(sent) == 2


async def test_a_handle_streams_from_the_beginning_as_often_as_one_likes(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "counter", input={"n": 3}, stream_mode=["custom", "values"])
    parts = [part async for part in handle.stream()]
    assert [part.data for part in parts if part.event == "custom"] == [{"tick": 0}, {"tick": 1}, {"tick": 2}]
    assert [part.data for part in parts if part.event == "values"][-1] == {"n": 3, "count": 3}
    assert [part async for part in handle.stream()] == parts
    only = [part.event async for part in handle.stream(stream_mode="custom")]
    assert "values" not in only
    assert only.count("custom") == 3


async def test_a_handle_streams_after_it_was_joined(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    handle = await runs.start(thread_id, "counter", input={"n": 3}, stream_mode="custom", **SOON)
    await handle.join()
    with feature("replay a stream after somebody has waited for its run"):
        assert await ticks_of(handle.stream()) == [0, 1, 2]


async def test_a_handle_streams_what_is_left(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "counter", input={"n": 5, "delay": 0.05}, stream_mode="custom")
    async with handle.stream() as stream:
        async for part in stream:
            if part.data == {"tick": 1}:
                break
    rest = await ticks_of(handle.stream(last_event_id=stream.resume_from))
    assert rest[-3:] == [2, 3, 4]


async def test_a_handle_of_a_run_that_was_started_elsewhere(runs: RunsClient, thread_id: str) -> None:
    started = await runs.start(thread_id, "echo", input={"text": "hello"})
    handle = runs.handle(UUID(thread_id), UUID(started.run_id))
    assert handle == started
    assert {handle: 1}[started] == 1
    assert handle != runs.handle(thread_id, uuid4())
    assert (handle.thread_id, handle.run_id) == (started.thread_id, started.run_id)
    assert (handle.run, handle.status) == (None, None)
    assert "values" in [part.event async for part in handle.stream()]
    assert await handle.join() == {"text": "hello"}
    assert (await handle.refresh()).status == "success"


async def test_ids_that_are_none(runs: RunsClient) -> None:
    wrong: Any = None
    with pytest.raises(TypeError, match="thread_id must be a string or a UUID, not None"):
        runs.handle(wrong, uuid4())
    with pytest.raises(InvalidRequestError, match="run_id must not be empty"):
        runs.handle(uuid4(), "")


async def test_what_a_handle_shows(server_url: str, client_factory: ClientFactory) -> None:
    async with client_factory(server_url, api_key="secret") as runs:
        handle = runs.handle("t", "r")
        assert repr(handle).endswith("RunHandle('t', 'r', status=None)")
        with pytest.raises(TypeError, match="thread_id and run_id"):
            pickle.dumps(getattr(handle, "blocking", handle))


async def test_a_run_is_cancelled(runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures) -> None:
    handle = runs.handle(thread_id, (await busy(thread_id)).run_id)
    await handle.cancel(wait=True)
    assert (await handle.refresh()).status == feature.value("a cancelled run is `interrupted`", "interrupted")


async def test_a_run_is_rolled_back(runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures) -> None:
    handle = runs.handle(thread_id, (await busy(thread_id)).run_id)
    with feature("roll a run back with `cancel`"):
        await handle.cancel(wait=True, action="rollback")
        left = [run.status for run in await runs.list(thread_id)]
        assert left == feature.value("roll a run back with `cancel`", [])


async def test_a_run_is_deleted(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "echo", input={})
    await handle.join()
    await handle.delete()
    with pytest.raises(NotFoundError):
        await handle.refresh()


async def test_a_run_that_fails(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "fail", input={"text": "no luck"}, **SOON)
    with pytest.raises(RunFailedError, match="no luck") as caught:
        await handle.join()
    assert (caught.value.thread_id, caught.value.run_id) == (thread_id, handle.run_id)
    with pytest.raises(RunFailedError, match="no luck"):
        await handle.join()
    state = await handle.join(raise_error=False)
    assert "no luck" in state["__error__"]["message"]
    assert handle.interrupts == []


async def test_a_join_that_takes_too_long_can_be_repeated(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "counter", input=LONG)
    with pytest.raises(APITimeoutError):
        await handle.join(timeout=0.2)
    assert (await handle.refresh()).status in ("pending", "running")
    await handle.cancel(wait=True)
    await handle.join()
    assert handle.status is None


async def test_a_stateless_run_can_be_come_back_to(runs: RunsClient) -> None:
    handle = await runs.start(None, "echo", input={"text": "hello"})
    async with handle.stream() as stream:
        async for _ in stream:
            pass
    assert (await handle.refresh()).status == "success"
    assert await handle.join() == {"text": "hello"}


async def test_what_start_asks_for_can_be_said_otherwise(
    server_url: str, client_factory: ClientFactory, feature: ServerFeatures
) -> None:
    bodies: list[Any] = []

    def note(request: Request) -> None:
        if request.content:
            bodies.append(request.content)

    async with client_factory(server_url, on_request=note) as runs:
        await runs.start(None, "echo", input={})
        await runs.start(None, "echo", input={}, stream_resumable=False, on_completion="delete")
        await runs.start(uuid4(), "echo", if_not_exists="create", input={})
        with feature("create several runs with one request"):
            await runs.start_batch([{"assistant_id": "echo", "input": {}}])
    assert [b'"stream_resumable":true' in body for body in bodies] == [True, False, True, True]
    assert [b'"on_completion":"keep"' in body for body in bodies] == [True, False, False, True]


async def test_a_wrong_keyword_is_told_under_the_name_of_the_method(runs: RunsClient, thread_id: str) -> None:
    wrong: Any = {"inptu": {}}
    with pytest.raises(TypeError, match=r"start\(\) got an unexpected keyword argument 'inptu'; did you mean 'input'"):
        await runs.start(thread_id, "echo", **wrong)
    with pytest.raises(TypeError, match=r"start_batch\(\).*'inptu'"):
        await runs.start_batch([{"assistant_id": "echo", "inptu": {}}])  # type: ignore[typeddict-unknown-key]


async def test_runs_come_as_they_end(runs: RunsClient, feature: ServerFeatures) -> None:
    slow = await start(runs, "counter", LONG)
    fast = [await start(runs, "echo", {"number": number}) for number in range(3)]
    failing = await start(runs, "fail", {"text": "no luck"})
    ended = []
    cancelled = feature.value("a cancelled run is `interrupted`", "interrupted")
    async with runs.as_completed([slow, failing, *fast]) as completed:
        async for handle in completed:
            ended.append(handle)
            if len(ended) == 4:
                await slow.cancel()
    assert ended[-1] == slow
    assert set(ended[:-1]) == {failing, *fast}
    assert {handle: handle.status for handle in ended} == {
        slow: cancelled,
        failing: "error",
        **dict.fromkeys(fast, "success"),
    }
    assert [(await handle.join())["number"] for handle in fast] == [0, 1, 2]
    with pytest.raises(RunFailedError, match="no luck"):
        await failing.join()


async def test_a_run_that_does_not_exist_comes_as_well(
    runs: RunsClient, thread_id: str, feature: ServerFeatures
) -> None:
    nobody = runs.handle(thread_id, uuid4())
    existing = await runs.start(thread_id, "echo", input={"text": "hello"})
    assert {handle async for handle in runs.as_completed([nobody, existing])} == {nobody, existing}
    with feature.refused("refuse to join an unknown run (`RunFailedError`)", RunFailedError, "404: Run not found"):
        await nobody.join()


async def test_a_time_limit_for_all_runs(runs: RunsClient) -> None:
    slow = await start(runs, "counter", LONG)
    fast = await start(runs, "echo", {})
    await fast.join()
    ended = []
    with pytest.raises(APITimeoutError, match=f"{slow.run_id}.* was not over after 0.5 seconds"):
        async for handle in runs.as_completed([slow, fast], timeout=0.5):
            ended.append(handle)
    assert ended == [fast]
    assert (await slow.refresh()).status in ("pending", "running")
    await slow.cancel()


async def test_all_states_in_order(runs: RunsClient) -> None:
    handles = [await start(runs, "counter", {"n": n, "delay": 0.05}) for n in (4, 1, 2)]
    assert [state["count"] for state in await runs.join_all(handles)] == [4, 1, 2]
    assert [state["count"] for state in await runs.join_all(handles, max_concurrency=1)] == [4, 1, 2]
    assert await runs.join_all([]) == []


async def test_the_first_failure_ends_the_waits_and_not_the_runs(runs: RunsClient) -> None:
    slow = await start(runs, "counter", LONG)
    failing = await start(runs, "fail", {"text": "no luck"})
    with pytest.raises(RunFailedError, match="no luck"):
        await runs.join_all([slow, failing])
    assert (await slow.refresh()).status in ("pending", "running")
    await slow.cancel()


async def test_all_states_and_errors(runs: RunsClient) -> None:
    slow = await start(runs, "counter", LONG)
    failing = await start(runs, "fail", {"text": "no luck"})
    fast = await start(runs, "echo", {"text": "hello"})
    await runs.join_all([failing, fast], return_exceptions=True)
    states = await runs.join_all([slow, failing, fast], timeout=0.5, return_exceptions=True)
    assert [type(state) for state in states] == [APITimeoutError, RunFailedError, dict]
    assert states[2] == {"text": "hello"}
    await slow.cancel()
