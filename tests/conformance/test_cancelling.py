"""Runs that are stopped or removed: cancel, cancel_many, delete."""

from __future__ import annotations

from uuid import uuid4

import pytest

from runs_client import NotFoundError, RunsClient, UnprocessableEntityError
from tests.conformance.common import LONG, status_at_the_end
from tests.conformance.conftest import Busy
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("cancel")
async def test_cancel_and_wait_until_it_has_stopped(
    runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures
) -> None:
    run = await busy(thread_id)
    with feature("cancel a run and wait until it has stopped"):
        await runs.cancel(thread_id, run.run_id, wait=True)
        status = (await runs.get(thread_id, run.run_id)).status
        assert status == feature.value("a cancelled run is `interrupted`", "interrupted")


@pytest.mark.covers("cancel")
async def test_cancel_without_waiting(runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures) -> None:
    run = await busy(thread_id)
    await runs.cancel(thread_id, run.run_id)
    status = await status_at_the_end(runs, thread_id, run.run_id)
    assert status == feature.value("a cancelled run is `interrupted`", "interrupted")


@pytest.mark.covers("cancel", "join")
async def test_the_state_of_a_run_that_was_cancelled(
    runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures
) -> None:
    run = await busy(thread_id)
    await runs.cancel(thread_id, run.run_id, wait=True)
    state = await runs.join(thread_id, run.run_id, raise_error=False)
    assert state == feature.value("a cancelled run has the state so far", LONG)


@pytest.mark.covers("cancel")
async def test_a_run_that_is_rolled_back_is_gone(
    runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures
) -> None:
    run = await busy(thread_id)
    with feature("roll a run back with `cancel`"):
        await runs.cancel(thread_id, run.run_id, wait=True, action="rollback")
        left = [run.status for run in await runs.list(thread_id)]
        assert left == feature.value("roll a run back with `cancel`", [])


@pytest.mark.covers("cancel")
async def test_cancelling_what_is_over(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "echo", input={})
    await runs.join(thread_id, run.run_id)
    with feature.refused("refuse to cancel a run that is over (`NotFoundError`)", NotFoundError, "404 "):
        await runs.cancel(thread_id, run.run_id)
    assert (await runs.get(thread_id, run.run_id)).status == "success"


@pytest.mark.covers("cancel")
async def test_cancel_several(runs: RunsClient, busy: Busy, feature: ServerFeatures) -> None:
    created = [await busy(str(uuid4())) for _ in range(2)]
    with feature("cancel several runs"):
        for run in created:
            await runs.cancel_many(thread_id=run.thread_id, run_ids=[run.run_id])
        for run in created:
            assert await status_at_the_end(runs, run.thread_id, run.run_id) == "interrupted"


@pytest.mark.covers("cancel")
async def test_cancelling_several_that_do_not_exist(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature.refused("refuse to cancel several runs that do not exist (`NotFoundError`)", NotFoundError, "404 "):
        await runs.cancel_many(thread_id=thread_id, run_ids=[str(uuid4())])


@pytest.mark.covers("cancel")
async def test_cancelling_several_without_saying_which(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature.refused(
        "refuse to cancel several runs of which none is named (`UnprocessableEntityError`)",
        UnprocessableEntityError,
        "422 ",
    ):
        await runs.cancel_many()


@pytest.mark.covers("delete")
@pytest.mark.feature("delete a run")
async def test_delete(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "echo", input={})
    await runs.join(thread_id, run.run_id)
    await runs.delete(thread_id, run.run_id)
    with pytest.raises(NotFoundError):
        await runs.get(thread_id, run.run_id)
    with pytest.raises(NotFoundError):
        await runs.delete(thread_id, run.run_id)


@pytest.mark.covers("delete")
async def test_deleting_a_run_that_is_at_work(
    runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures
) -> None:
    run = await busy(thread_id)
    with feature("delete a run that is at work"):
        await runs.delete(thread_id, run.run_id)
        with pytest.raises(NotFoundError):
            await runs.get(thread_id, run.run_id)
