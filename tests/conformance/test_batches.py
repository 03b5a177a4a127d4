"""Several runs with one request."""

from __future__ import annotations

import pytest

from runs_client import RunsClient, UnprocessableEntityError
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("createBatch")
async def test_a_batch(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature("create several runs with one request"):
        created = await runs.create_batch(
            [{"assistant_id": "echo", "input": {"number": i}, "on_completion": "keep"} for i in range(3)]
        )
        states = [await runs.join(run.thread_id, run.run_id) for run in created]
        assert [state["number"] for state in states] == [0, 1, 2]


@pytest.mark.covers("createBatch")
async def test_a_batch_of_handles(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature("create several runs with one request"):
        handles = await runs.start_batch([{"assistant_id": "echo", "input": {"number": i}} for i in range(3)])
        assert [state["number"] for state in await runs.join_all(handles)] == [0, 1, 2]


@pytest.mark.covers("createBatch")
async def test_an_empty_batch(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature.refused("refuse an empty batch (`UnprocessableEntityError`)", UnprocessableEntityError, "422 "):
        await runs.create_batch([])


@pytest.mark.covers("createBatch")
async def test_a_batch_with_an_unknown_assistant(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature.refused(
        "refuse a batch with an unknown assistant (`UnprocessableEntityError`)", UnprocessableEntityError, "422 "
    ):
        await runs.create_batch([{"assistant_id": "echo", "input": {}}, {"assistant_id": "nobody", "input": {}}])
