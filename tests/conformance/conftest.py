from __future__ import annotations

from uuid import uuid4

import pytest

from runs_client import RunsClient


@pytest.fixture
async def thread_id(runs: RunsClient) -> str:
    """A new thread."""
    thread_id = str(uuid4())
    await runs.request("POST", "/threads", json={"thread_id": thread_id})
    return thread_id
