"""The plugin for pytest: fixtures for tests of code that runs agents.

pytest finds it by itself. Nothing is imported before a test takes one of the fixtures: `runs_server`, `runs_client`,
`sync_runs_client` and `faults`. They are ordinary fixtures, so they work with anyio, pytest-asyncio or neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .. import RetryPolicy, RunsClient, SyncRunsClient
    from . import FaultProxy, RunsServer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "runs_server(agents, in_process=False, ...): how to make runs_server; the arguments of RunsServer."
    )


@pytest.fixture
def runs_server(request: pytest.FixtureRequest) -> Iterator[RunsServer]:
    """A server for this test, with the built-in agents and those that the test registers.

    The marker `runs_server` takes the arguments of `RunsServer`: `@pytest.mark.runs_server(in_process=True)`.

    Example:
        ```python
        def test_greeting(runs_server, sync_runs_client):
            @runs_server.agent("greeter")
            async def greeter(input, context):
                yield Update("greeter", {"greeting": f"Hello, {input['name']}"})

            assert sync_runs_client.wait(None, "greeter", input={"name": "Ada"})["greeting"] == "Hello, Ada"
        ```
    """
    try:
        from . import RunsServer
    except ModuleNotFoundError as error:
        raise pytest.UsageError(str(error)) from error
    marker = request.node.get_closest_marker("runs_server") or pytest.mark.runs_server
    with RunsServer(*marker.args, **marker.kwargs) as server:
        yield server


@pytest.fixture
def runs_client(runs_server: RunsServer, request: pytest.FixtureRequest) -> RunsClient:
    """An asynchronous client of the test's server, without a key.

    It meets the test's `faults`, tries again without delay, and is closed when the event loop of the test ends.
    """
    import httpx

    from .. import HttpxTransport, RunsClient
    from . import ASGITransport
    from ._loopback import LoopbackTransport

    transport = ASGITransport(runs_server.app) if runs_server.in_process else LoopbackTransport()
    client = httpx.AsyncClient(transport=transport)
    return RunsClient(_url(request, runs_server), api_key=None, retry=_at_once(), transport=HttpxTransport(client))


@pytest.fixture
def sync_runs_client(runs_server: RunsServer, request: pytest.FixtureRequest) -> Iterator[SyncRunsClient]:
    """A blocking client of the test's server, without a key.

    It meets the test's `faults`, tries again without delay, and is closed when the test is over.
    """
    import httpx

    from .. import SyncHttpxTransport, SyncRunsClient
    from ._loopback import SyncLoopbackTransport

    _require_port(runs_server, "sync_runs_client")
    url = _url(request, runs_server)
    with httpx.Client(transport=SyncLoopbackTransport()) as client:
        yield SyncRunsClient(url, api_key=None, retry=_at_once(), transport=SyncHttpxTransport(client))


@pytest.fixture
def faults(runs_server: RunsServer) -> Iterator[FaultProxy]:
    """What goes wrong between the clients and the server of this test, which fails if it plans a fault in vain.

    Example:
        ```python
        async def test_nothing_is_lost(runs_client, faults):
            faults.plan(Reset(after_events=3))
            async for part in runs_client.stream(None, "counter", input={"n": 5}):
                ...
        ```
    """
    from . import FaultProxy

    _require_port(runs_server, "faults")
    with FaultProxy(runs_server.url) as proxy:
        yield proxy
    if proxy.faults_left:
        pytest.fail(f"no request met the last {proxy.faults_left} of the planned faults", pytrace=False)


def _url(request: pytest.FixtureRequest, server: RunsServer) -> str:
    if "faults" not in request.fixturenames:
        return server.url
    proxy: FaultProxy = request.getfixturevalue("faults")
    return proxy.url


def _at_once() -> RetryPolicy:
    from .. import RetryPolicy

    return RetryPolicy(initial_delay=0)


def _require_port(server: RunsServer, fixture: str) -> None:
    if server.in_process:
        raise pytest.UsageError(f"{fixture} needs a server with a port: leave out in_process=True")
