"""Runs that are started and left alone: create, get, list, join, cancel, delete."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from runs_client import (
    UNSET,
    ConflictError,
    NotFoundError,
    Run,
    RunFailedError,
    RunsClient,
    UnprocessableEntityError,
)

pytestmark = pytest.mark.anyio

LONG = {"n": 1000, "delay": 0.05}
"""Input of a counter that goes on until somebody stops it."""


@pytest.mark.covers("create", "join")
async def test_a_created_run_is_pending_and_joined_to_its_final_state(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={"text": "hello"})
    assert isinstance(run, Run)
    assert (run.thread_id, run.status) == (thread_id, "pending")
    assert await runs.join(thread_id, run.run_id) == {"text": "hello"}


@pytest.mark.covers("create")
async def test_create_without_a_thread(runs: RunsClient) -> None:
    run = await runs.create(None, "echo", input={"text": "hello"}, on_completion="keep")
    assert await runs.join(run.thread_id, run.run_id) == {"text": "hello"}


@pytest.mark.covers("create")
async def test_create_tells_the_ids(runs: RunsClient, thread_id: str) -> None:
    told: list[tuple[str, str | None]] = []
    run = await runs.create(thread_id, "echo", input={}, on_run_created=lambda *ids: told.append(ids))
    assert told == [(run.run_id, thread_id)]


@pytest.mark.covers("create")
async def test_ids_may_be_uuids(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(UUID(thread_id), "echo", input={"text": "hello"})
    assert await runs.join(UUID(thread_id), UUID(run.run_id)) == {"text": "hello"}
    by_assistant_id = await runs.create(thread_id, UUID(run.assistant_id), input={"text": "again"})
    assert await runs.join(thread_id, by_assistant_id.run_id) == {"text": "again"}


@pytest.mark.covers("create")
async def test_a_missing_thread_is_refused_or_made(runs: RunsClient) -> None:
    thread_id = uuid4()
    with pytest.raises(NotFoundError):
        await runs.create(thread_id, "echo", input={})
    run = await runs.create(thread_id, "echo", input={"text": "hello"}, if_not_exists="create")
    assert run.thread_id == str(thread_id)


@pytest.mark.covers("create")
async def test_an_unknown_assistant_is_refused(runs: RunsClient, thread_id: str) -> None:
    with pytest.raises(UnprocessableEntityError, match="nobody"):
        await runs.create(thread_id, "nobody", input={})
    with pytest.raises(NotFoundError):
        await runs.create(thread_id, uuid4(), input={})


@pytest.mark.covers("create")
async def test_none_means_not_given(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={"text": "hello"}, metadata=None, webhook=None, checkpoint=None)
    assert await runs.join(thread_id, run.run_id) == {"text": "hello"}


@pytest.mark.covers("create")
async def test_metadata_and_context_arrive(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={}, metadata={"who": "me"})
    assert isinstance(run.metadata, dict)
    assert run.metadata["who"] == "me"


@pytest.mark.covers("create")
async def test_after_seconds_holds_a_run_back(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={}, after_seconds=3600)
    assert (await runs.get(thread_id, run.run_id)).status == "pending"


@pytest.mark.covers("create")
async def test_a_busy_thread_rejects_or_enqueues(runs: RunsClient, thread_id: str) -> None:
    first = await runs.create(thread_id, "counter", input=LONG)
    with pytest.raises(ConflictError):
        await runs.create(thread_id, "echo", input={}, multitask_strategy="reject")
    second = await runs.create(thread_id, "echo", input={"text": "next"}, multitask_strategy="enqueue")
    await runs.cancel(thread_id, first.run_id, wait=True)
    assert (await runs.join(thread_id, second.run_id))["text"] == "next"


@pytest.mark.covers("create")
async def test_a_run_that_interrupts_the_one_before(runs: RunsClient, thread_id: str) -> None:
    first = await runs.create(thread_id, "counter", input=LONG)
    second = await runs.create(thread_id, "echo", input={"text": "mine"}, multitask_strategy="interrupt")
    assert (await runs.join(thread_id, second.run_id))["text"] == "mine"
    assert (await runs.get(thread_id, first.run_id)).status == "interrupted"


@pytest.mark.covers("create")
async def test_a_run_that_rolls_the_one_before_back(runs: RunsClient, thread_id: str) -> None:
    first = await runs.create(thread_id, "counter", input=LONG)
    second = await runs.create(thread_id, "echo", input={"text": "mine"}, multitask_strategy="rollback")
    assert await runs.join(thread_id, second.run_id) == {"text": "mine"}
    with pytest.raises(NotFoundError):
        await runs.get(thread_id, first.run_id)


@pytest.mark.covers("join")
async def test_joining_a_run_that_failed(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "fail", input={"text": "no luck"})
    with pytest.raises(RunFailedError, match="no luck") as caught:
        await runs.join(thread_id, run.run_id)
    assert (caught.value.error, caught.value.run_id) == ("ValueError", run.run_id)
    state = await runs.join(thread_id, run.run_id, raise_error=False)
    assert state["__error__"]["message"] == "no luck"
    assert (await runs.get(thread_id, run.run_id)).status == "error"


@pytest.mark.covers("get")
async def test_get(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={"text": "hello"})
    await runs.join(thread_id, run.run_id)
    found = await runs.get(thread_id, run.run_id)
    assert (found.run_id, found.status, found.created_at) == (run.run_id, "success", run.created_at)
    with pytest.raises(NotFoundError):
        await runs.get(thread_id, uuid4())


@pytest.mark.covers("list")
async def test_list_gives_pages_the_newest_first(runs: RunsClient, thread_id: str) -> None:
    created = [(await runs.create(thread_id, "echo", input={}, after_seconds=3600 + i)).run_id for i in range(3)]
    newest_first = created[::-1]
    assert [run.run_id for run in await runs.list(thread_id)] == newest_first
    assert [run.run_id for run in await runs.list(thread_id, limit=2)] == newest_first[:2]
    assert [run.run_id for run in await runs.list(thread_id, limit=2, offset=2)] == newest_first[2:]
    assert [run.run_id for run in await runs.list(thread_id, status="pending")] == newest_first
    assert await runs.list(thread_id, status="success") == []
    assert [run.run_id async for run in runs.iter(thread_id, page_size=2)] == newest_first


@pytest.mark.covers("list")
async def test_select_gives_only_what_was_asked_for(runs: RunsClient, thread_id: str) -> None:
    created = await runs.create(thread_id, "echo", input={}, after_seconds=3600)
    (run,) = await runs.list(thread_id, select=["run_id", "status"])
    assert (run.run_id, run.status) == (created.run_id, "pending")
    unset: list[object] = [run.thread_id, run.created_at, run.kwargs]
    assert unset == [UNSET] * 3
    assert run.to_dict() == {"run_id": created.run_id, "status": "pending"}


@pytest.mark.covers("cancel")
async def test_cancel_and_wait_until_it_has_stopped(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "counter", input=LONG)
    await runs.cancel(thread_id, run.run_id, wait=True)
    assert (await runs.get(thread_id, run.run_id)).status == "interrupted"
    with pytest.raises(NotFoundError):
        await runs.cancel(thread_id, run.run_id)


@pytest.mark.covers("cancel")
async def test_cancel_without_waiting(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "counter", input=LONG)
    await runs.cancel(thread_id, run.run_id)
    await runs.join(thread_id, run.run_id, raise_error=False)
    assert (await runs.get(thread_id, run.run_id)).status == "interrupted"


@pytest.mark.covers("cancel")
async def test_cancel_several(runs: RunsClient, thread_id: str) -> None:
    created = [(await runs.create(thread_id, "echo", input={}, after_seconds=3600)).run_id for _ in range(2)]
    await runs.cancel_many(thread_id=thread_id, run_ids=created)
    with pytest.raises(NotFoundError):
        await runs.cancel_many(thread_id=thread_id, run_ids=[str(uuid4())])
    with pytest.raises(UnprocessableEntityError):
        await runs.cancel_many()


@pytest.mark.covers("delete")
async def test_delete(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={})
    await runs.join(thread_id, run.run_id)
    await runs.delete(thread_id, run.run_id)
    with pytest.raises(NotFoundError):
        await runs.get(thread_id, run.run_id)
    with pytest.raises(NotFoundError):
        await runs.delete(thread_id, run.run_id)


@pytest.mark.covers("createBatch")
async def test_a_batch(runs: RunsClient) -> None:
    created = await runs.create_batch(
        [{"assistant_id": "echo", "input": {"number": i}, "on_completion": "keep"} for i in range(3)]
    )
    states = [await runs.join(run.thread_id, run.run_id) for run in created]
    assert [state["number"] for state in states] == [0, 1, 2]
    with pytest.raises(UnprocessableEntityError):
        await runs.create_batch([])
