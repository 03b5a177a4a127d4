from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from runs_client import RetryPolicy, RunsClient
from runs_client.testing import FaultProxy

AT_ONCE = RetryPolicy(max_retries=3, initial_delay=0)


@pytest.fixture
def proxy(server_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(server_url) as proxy:
        yield proxy


@pytest.fixture
async def direct(server_url: str) -> AsyncIterator[RunsClient]:
    """A client that does not go through the proxy."""
    async with RunsClient(server_url) as runs:
        yield runs


@pytest.fixture
async def thread_id(direct: RunsClient) -> str:
    thread_id = str(uuid4())
    await direct.request("POST", "/threads", json={"thread_id": thread_id})
    return thread_id
