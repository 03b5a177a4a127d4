"""The fixtures of the plugin, as a test takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from runs_client import (
    APIConnectionError,
    HttpxTransport,
    NotFoundError,
    RunsClient,
    SyncRunsClient,
    UnprocessableEntityError,
)
from runs_client.testing import Answer, ASGITransport, CleanEnd, Context, FaultProxy, Reset, RunsServer, Stall, Update

pytestmark = pytest.mark.anyio

IN_PROCESS = pytest.mark.runs_server(in_process=True)
WHERE = pytest.mark.parametrize("where", [pytest.param("port"), pytest.param("in process", marks=IN_PROCESS)])


async def greeter(input: Any, context: Context) -> AsyncIterator[Update]:
    yield Update("greeter", {"greeting": f"Hello, {input['name']}"})


@WHERE
async def test_agents_are_registered_in_the_test(where: str, runs_server: RunsServer, runs_client: RunsClient) -> None:
    assert runs_server.agent("greeter")(greeter) is greeter
    assert (await runs_client.wait(None, "greeter", input={"name": "Ada"}))["greeting"] == "Hello, Ada"
    assert await runs_client.wait(None, "echo", input={"text": "hi"}) == {"text": "hi"}


@WHERE
async def test_an_agent_takes_the_place_of_one_of_its_name(
    where: str, runs_server: RunsServer, runs_client: RunsClient
) -> None:
    runs_server.agent("echo")(greeter)
    assert (await runs_client.wait(None, "echo", input={"name": "Ada"}))["greeting"] == "Hello, Ada"


def test_agents_of_another_test_are_unknown(sync_runs_client: SyncRunsClient) -> None:
    with pytest.raises(UnprocessableEntityError, match="no assistant 'greeter'"):
        sync_runs_client.wait(None, "greeter", input={"name": "Ada"})


def test_a_blocking_client(runs_server: RunsServer, sync_runs_client: SyncRunsClient) -> None:
    runs_server.agent("greeter")(greeter)
    assert sync_runs_client.wait(None, "greeter", input={"name": "Ada"})["greeting"] == "Hello, Ada"


@pytest.mark.runs_server({"greeter": greeter}, linger=0)
def test_the_marker_takes_the_arguments_of_the_server(sync_runs_client: SyncRunsClient) -> None:
    assert sync_runs_client.wait(None, "greeter", input={"name": "Ada"})["greeting"] == "Hello, Ada"
    run = sync_runs_client.create(None, "greeter", input={"name": "Ada"})
    sync_runs_client.join(run.thread_id, run.run_id, raise_error=False)
    with pytest.raises(NotFoundError):
        sync_runs_client.get(run.thread_id, run.run_id)


def test_the_key_of_the_environment_is_not_sent(faults: FaultProxy, sync_runs_client: SyncRunsClient) -> None:
    sync_runs_client.wait(None, "echo", input={})
    assert "x-api-key" not in faults.requests[0].headers


@pytest.fixture
def key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGGRAPH_API_KEY", "secret of a developer")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")


@pytest.mark.usefixtures("key_in_environment")
@pytest.mark.parametrize("client", ["runs_client", "sync_runs_client"])
async def test_the_environment_does_not_matter(client: str, faults: FaultProxy, request: pytest.FixtureRequest) -> None:
    waited = request.getfixturevalue(client).wait(None, "echo", input={"text": "hi"})
    assert (await waited if client == "runs_client" else waited) == {"text": "hi"}
    assert "x-api-key" not in faults.requests[0].headers


def test_a_client_in_an_event_loop_of_the_test(runs_client: RunsClient) -> None:
    async def main() -> Any:
        async for _ in runs_client.stream(None, "counter", input={"n": 10**6, "delay": 60}):
            break  # the connection is closed with the loop, or pytest would show a warning
        return await runs_client.wait(None, "echo", input={"text": "hi"})

    assert asyncio.run(main()) == {"text": "hi"}


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio(runs_client: RunsClient) -> None:
    assert await runs_client.wait(None, "echo", input={"text": "hi"}) == {"text": "hi"}


@IN_PROCESS
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_cannot_be_served_in_process(runs_client: RunsClient) -> None:
    with pytest.raises(APIConnectionError, match="in process needs asyncio"):
        await runs_client.wait(None, "echo", input={"text": "hi"})


@pytest.mark.parametrize("fault", [Reset(after_events=3), CleanEnd(after_events=1), Reset(after_events=0)])
async def test_faults_are_for_the_clients_of_the_test(
    fault: Reset | CleanEnd, runs_client: RunsClient, faults: FaultProxy
) -> None:
    faults.plan(fault)
    stream = runs_client.stream(None, "counter", input={"n": 4, "delay": 0.01}, stream_mode="custom")
    assert [part.data["tick"] async for part in stream if part.event == "custom"] == [0, 1, 2, 3]
    assert faults.faults_left == 0


def test_faults_of_a_blocking_client(sync_runs_client: SyncRunsClient, faults: FaultProxy) -> None:
    faults.plan(Answer(503), Answer(503))
    assert sync_runs_client.wait(None, "echo", input={"text": "hi"}) == {"text": "hi"}
    assert [request.path for request in faults.requests] == ["/runs/wait"] * 3


async def test_a_fault_after_events_spares_other_requests(runs_client: RunsClient, faults: FaultProxy) -> None:
    faults.plan(Stall(after_events=2))
    assert await runs_client.wait(None, "echo", input={"text": "hi"}) == {"text": "hi"}
    assert faults.faults_left == 1
    async for _ in runs_client.stream(None, "counter", input={"n": 3}, idle_timeout=0.2):
        pass
    assert faults.faults_left == 0


@IN_PROCESS
async def test_in_process_an_agent_shares_the_event_loop_of_the_test(
    runs_server: RunsServer, runs_client: RunsClient
) -> None:
    said, go_on = asyncio.Event(), asyncio.Event()

    @runs_server.agent("patient")
    async def patient(input: Any, context: Context) -> AsyncIterator[Update]:
        said.set()
        await go_on.wait()
        yield Update("patient", {"done": True})

    run = await runs_client.create(None, "patient", input={})
    await said.wait()
    assert (await runs_client.get(run.thread_id, run.run_id)).status == "running"
    go_on.set()
    assert await runs_client.join(run.thread_id, run.run_id) == {"done": True}


@IN_PROCESS
async def test_in_process_a_stream_arrives_while_the_run_goes_on(
    runs_server: RunsServer, runs_client: RunsClient
) -> None:
    async with runs_client.stream(None, "counter", input={"n": 10**6, "delay": 60}, stream_mode="custom") as stream:
        async for part in stream:
            if part.event == "custom":
                break
        assert runs_server.connections == 1
    assert runs_server.connections == 0


@IN_PROCESS
async def test_in_process_a_disconnect_cancels_the_run_if_it_was_asked_for(
    runs_server: RunsServer, runs_client: RunsClient
) -> None:
    thread = await runs_client.request("POST", "/threads", json={})
    endless: Any = {"input": {"n": 10**6, "delay": 60}, "stream_mode": "custom"}
    async with runs_client.stream(thread["thread_id"], "counter", on_disconnect="cancel", **endless) as stream:
        await stream.__anext__()
        run_id = stream.run_id
    assert (await runs_client.get(thread["thread_id"], run_id or "")).status == "interrupted"


@IN_PROCESS
async def test_in_process_with_a_client_of_ones_own(runs_server: RunsServer) -> None:
    transport = HttpxTransport(httpx.AsyncClient(transport=ASGITransport(runs_server.app)))
    async with RunsClient(runs_server.url, transport=transport) as runs:
        assert await runs.wait(None, "echo", input={"text": "hi"}) == {"text": "hi"}
