"""A second run on a thread that is busy, by each strategy."""

from __future__ import annotations

from typing import Any

import pytest

from runs_client import ConflictError, NotFoundError, RunsClient
from tests.conformance.conftest import Busy
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("create")
async def test_reject(runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures) -> None:
    await busy(thread_id)
    with feature.refused("`reject` refuses the second run (`ConflictError`)", ConflictError, "409 "):
        await runs.create(thread_id, "echo", input={}, multitask_strategy="reject")


@pytest.mark.covers("create")
async def test_enqueue(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    status = await status_of_the_first(runs, thread_id, "enqueue")
    assert status == feature.value("`enqueue` runs the second after the first", "success")


@pytest.mark.covers("create")
async def test_the_default(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature("accept a second run by default"):
        status = await status_of_the_first(runs, thread_id, None)
        assert status == feature.value("`enqueue` runs the second after the first", "success")


async def status_of_the_first(runs: RunsClient, thread_id: str, strategy: Any) -> object:
    """The status of a run of three seconds when one that was started after it is over."""
    first = await runs.create(thread_id, "counter", input={"n": 60, "delay": 0.05})
    second = await runs.start(thread_id, "echo", input={"text": "next"}, multitask_strategy=strategy)
    result = await second.stream().until_done()
    assert result.values is not None
    assert result.values["text"] == "next"
    return (await runs.get(thread_id, first.run_id)).status


@pytest.mark.covers("create")
async def test_interrupt(runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures) -> None:
    first = await busy(thread_id)
    second = await runs.create(thread_id, "echo", input={"text": "mine"}, multitask_strategy="interrupt")
    assert (await runs.join(thread_id, second.run_id))["text"] == "mine"
    status = (await runs.get(thread_id, first.run_id)).status
    cancelled = feature.value("a cancelled run is `interrupted`", "interrupted")
    assert status == feature.value("`interrupt` stops the first run", cancelled)


@pytest.mark.covers("create")
async def test_rollback(runs: RunsClient, thread_id: str, busy: Busy, feature: ServerFeatures) -> None:
    first = await busy(thread_id)
    second = await runs.create(thread_id, "echo", input={"text": "mine"}, multitask_strategy="rollback")
    assert (await runs.join(thread_id, second.run_id))["text"] == "mine"
    with feature.refused("`rollback` deletes the first run", NotFoundError, "404 "):
        await runs.get(thread_id, first.run_id)
