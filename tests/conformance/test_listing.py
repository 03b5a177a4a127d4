"""The runs of a thread: list, its pages, filters and fields, and iter."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runs_client import NotFoundError, RunsClient
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


async def three_runs(runs: RunsClient, thread_id: str) -> list[str]:
    """The ids of three runs that are over."""
    created = []
    for number in range(3):
        run = await runs.create(thread_id, "echo", input={"number": number})
        await runs.join(thread_id, run.run_id)
        created.append(run.run_id)
    return created


@pytest.mark.covers("list")
async def test_list_gives_pages(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    created = await three_runs(runs, thread_id)
    orders = {"newest first": created[::-1], "oldest first": created}
    order = orders[feature.value("list the newest run first", "newest first")]
    assert [run.run_id for run in await runs.list(thread_id)] == order
    assert [run.run_id for run in await runs.list(thread_id, limit=2)] == order[:2]
    assert await runs.list(thread_id, offset=3) == []
    page = [order.index(run.run_id) for run in await runs.list(thread_id, limit=2, offset=1)]
    assert page == feature.value("list runs in pages", [1, 2])


@pytest.mark.covers("list")
@pytest.mark.feature("iterate over all runs of a thread")
async def test_iter_gives_all(runs: RunsClient, thread_id: str) -> None:
    created = await three_runs(runs, thread_id)
    for page_size in (1, 2, 3):
        found = [run.run_id async for run in runs.iter(thread_id, page_size=page_size)]
        assert sorted(found) == sorted(created)


@pytest.mark.covers("list")
@pytest.mark.feature("list runs by status")
async def test_a_list_of_one_status(runs: RunsClient, thread_id: str) -> None:
    failed = await runs.create(thread_id, "fail", input={})
    await runs.join(thread_id, failed.run_id, raise_error=False)
    succeeded = await runs.create(thread_id, "echo", input={})
    await runs.join(thread_id, succeeded.run_id)
    cases: Any = {"error": failed, "success": succeeded}
    for status, run in cases.items():
        assert [found.run_id for found in await runs.list(thread_id, status=status)] == [run.run_id]
        assert [found.run_id async for found in runs.iter(thread_id, status=status)] == [run.run_id]
    assert await runs.list(thread_id, status="pending") == []


@pytest.mark.covers("list")
async def test_select_gives_only_what_was_asked_for(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    created = await runs.create(thread_id, "echo", input={})
    await runs.join(thread_id, created.run_id)
    (run,) = await runs.list(thread_id, select=["run_id", "status"])
    assert (run.run_id, run.status) == (created.run_id, "success")
    fields = {"selected": {"run_id", "status"}, "all fields": set((await runs.get(thread_id, run.run_id)).to_dict())}
    assert set(run.to_dict()) == fields[feature.value("list only the fields of `select`", "selected")]


@pytest.mark.covers("list")
async def test_the_runs_of_an_unknown_thread(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature.refused("refuse to list the runs of an unknown thread (`NotFoundError`)", NotFoundError, "404 "):
        assert await runs.list(uuid4()) == []
