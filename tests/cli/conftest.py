from __future__ import annotations

from collections.abc import Iterator

import pytest

from runs_client import SyncRunsClient
from runs_client.testing import RunsServer


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[RunsServer]:
    """A server of our own that tells what happened on it."""
    with RunsServer(heartbeat=0.5) as server:
        yield server


@pytest.fixture(scope="session")
def embedded_url(embedded_server: RunsServer) -> str:
    return embedded_server.url


@pytest.fixture
def client(server_url: str) -> Iterator[SyncRunsClient]:
    """Looks at the server from outside the command."""
    with SyncRunsClient(server_url) as client:
        yield client
