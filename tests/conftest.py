from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from runs_client import RunsClient
from runs_client.testing import RunsServer
from tests.clients import CLIENTS, ClientFactory
from tests.servers.official_server import official_server
from tests.servers.processes import closed_port

pytest_plugins = ["tests.members_table", "tests.reliability_table", "tests.hostile_table"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_api_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGGRAPH_API_KEY", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    with RunsServer(heartbeat=0.5) as server:
        yield server.url


@pytest.fixture(scope="session")
def official_url() -> Iterator[str]:
    with official_server() as url:
        yield url


@pytest.fixture
def closed_url() -> Iterator[str]:
    """An address where nobody listens."""
    with closed_port() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["embedded", "official"])
def server(request: pytest.FixtureRequest) -> str:
    """The name of a server; `server_url` is where it listens."""
    name: str = request.param
    return name


@pytest.fixture
def server_url(server: str, request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{server}_url")
    return url


@pytest.fixture(params=list(CLIENTS))
def client_factory(request: pytest.FixtureRequest) -> ClientFactory:
    """Makes clients of one kind; a test that takes it runs with each kind."""
    return CLIENTS[request.param]


@pytest.fixture
async def runs(server_url: str, client_factory: ClientFactory) -> AsyncIterator[RunsClient]:
    async with client_factory(server_url) as client:
        yield client
