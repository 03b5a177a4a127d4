"""Runs that are started and left alone: create, get, join."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from runs_client import APITimeoutError, NotFoundError, Run, RunFailedError, RunsClient
from tests.conformance.common import LONG, NO_LUCK, SOON, status_at_the_end
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("create", "join")
@pytest.mark.feature("create, get and join a run")
async def test_a_created_run_is_pending_and_joined_to_its_final_state(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={"text": "hello"})
    assert isinstance(run, Run)
    assert (run.thread_id, run.status) == (thread_id, "pending")
    assert await runs.join(thread_id, run.run_id) == {"text": "hello"}


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
async def test_a_missing_thread_is_refused_or_made(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature.refused("refuse an unknown thread (`NotFoundError`)", NotFoundError, "404 "):
        await runs.create(uuid4(), "echo", input={})
    with feature("make the thread, with `if_not_exists`"):
        thread_id = uuid4()
        run = await runs.create(thread_id, "echo", input={"text": "hello"}, if_not_exists="create")
        assert await runs.join(thread_id, run.run_id) == {"text": "hello"}


@pytest.mark.covers("create")
async def test_none_means_not_given(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={"text": "hello"}, metadata=None, webhook=None, checkpoint=None)
    assert await runs.join(thread_id, run.run_id) == {"text": "hello"}


@pytest.mark.covers("create")
async def test_metadata_are_kept(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "echo", input={}, metadata={"who": "me"})
    metadata = run.metadata or {}
    assert metadata.get("who") == feature.value("give a run's metadata back", "me")


@pytest.mark.covers("create")
@pytest.mark.feature("take config, context and durability")
async def test_what_goes_with_the_input(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(
        thread_id,
        "echo",
        input={"text": "hello"},
        config={"tags": ["a"], "recursion_limit": 5, "configurable": {"who": "me"}},
        durability="exit",
    )
    assert await runs.join(thread_id, run.run_id) == {"text": "hello"}
    run = await runs.create(thread_id, "echo", input={"text": "again"}, context={"who": "me"})
    assert await runs.join(thread_id, run.run_id) == {"text": "again"}


@pytest.mark.covers("create")
async def test_after_seconds_holds_a_run_back(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "echo", input={}, after_seconds=3600)
    with feature.refused("hold a run back, with `after_seconds`", APITimeoutError, "3 seconds"):
        await runs.join_stream(thread_id, run.run_id, timeout=3).until_done()


@pytest.mark.covers("join")
async def test_joining_a_run_that_failed(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "fail", input={"text": "no luck"}, **SOON)
    with pytest.raises(RunFailedError, match="no luck") as caught:
        await runs.join(thread_id, run.run_id)
    failure = feature.value("tell kind and message of a failure, in `wait` and `join`", NO_LUCK)
    assert {"error": caught.value.error, "message": caught.value.error_message} == failure
    assert caught.value.run_id == run.run_id
    assert (await runs.get(thread_id, run.run_id)).status == "error"


@pytest.mark.covers("join")
async def test_joining_a_failed_run_again(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "fail", input={"text": "no luck"}, **SOON)
    first = await runs.join(thread_id, run.run_id, raise_error=False)
    usual = feature.value("tell a failure to whoever joins once more", first)
    assert await runs.join(thread_id, run.run_id, raise_error=False) == usual


@pytest.mark.covers("get")
async def test_get(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={"text": "hello"})
    await runs.join(thread_id, run.run_id)
    found = await runs.get(thread_id, run.run_id)
    assert (found.run_id, found.status, found.created_at) == (run.run_id, "success", run.created_at)


@pytest.mark.covers("wait")
@pytest.mark.feature("start a run and wait for it")
async def test_wait(runs: RunsClient, thread_id: str) -> None:
    told: list[tuple[str, str | None]] = []
    state = await runs.wait(thread_id, "counter", input={"n": 2}, on_run_created=lambda *ids: told.append(ids))
    assert state == {"n": 2, "count": 2}
    assert [thread for _, thread in told] == [thread_id]


@pytest.mark.covers("wait")
async def test_waiting_for_a_run_that_fails(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with pytest.raises(RunFailedError, match="no luck") as caught:
        await runs.wait(thread_id, "fail", input={"text": "no luck"})
    failure = feature.value("tell kind and message of a failure, in `wait` and `join`", NO_LUCK)
    assert {"error": caught.value.error, "message": caught.value.error_message} == failure
    assert caught.value.thread_id == thread_id


@pytest.mark.covers("wait")
async def test_waiting_for_too_long(runs: RunsClient, thread_id: str) -> None:
    with pytest.raises(APITimeoutError) as caught:
        await runs.wait(thread_id, "counter", input=LONG, timeout=1)
    assert caught.value.request_sent
    (run,) = await runs.list(thread_id)
    await runs.cancel(thread_id, run.run_id, wait=True)


@pytest.mark.covers("wait", "join")
async def test_leaving_a_join_may_cancel_the_run(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "counter", input={"n": 60, "delay": 0.05})
    with pytest.raises(APITimeoutError):
        await runs.join(thread_id, run.run_id, timeout=1, cancel_on_disconnect=True)
    status = await status_at_the_end(runs, thread_id, run.run_id)
    assert status == feature.value("cancel a run whose `join` is left, with `cancel_on_disconnect`", "interrupted")
