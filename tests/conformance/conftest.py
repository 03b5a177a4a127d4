from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias
from uuid import uuid4

import pytest

from runs_client import NotFoundError, Run, RunsClient
from tests.conformance.common import LONG, is_at_work
from tests.conformance.differences import FEATURES
from tests.conformance.features import ServerFeatures

Busy: TypeAlias = Callable[[str], Awaitable[Run]]


@pytest.fixture
async def thread_id(runs: RunsClient) -> str:
    """A new thread."""
    thread_id = str(uuid4())
    await runs.request("POST", "/threads", json={"thread_id": thread_id})
    return thread_id


@pytest.fixture
async def busy(runs: RunsClient) -> AsyncIterator[Busy]:
    """Starts a run on a thread, which is at work until somebody stops it: after the test at the latest."""
    started = []

    async def start(thread_id: str) -> Run:
        run = await runs.create(
            thread_id, "counter", input=LONG, stream_mode="custom", stream_resumable=True, if_not_exists="create"
        )
        started.append(run)
        await is_at_work(runs, run)
        return run

    yield start
    for run in started:
        with suppress(NotFoundError):
            await runs.cancel(run.thread_id, run.run_id)


@pytest.fixture
def feature(server: str, request: pytest.FixtureRequest) -> ServerFeatures:
    """What is expected of the server."""

    def used(name: str) -> None:
        request.node.user_properties.append(("feature", name))

    return ServerFeatures(server, FEATURES, used)
