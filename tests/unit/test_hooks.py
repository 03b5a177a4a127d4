"""`on_request`, `on_response` and `on_reconnect`: what they see, and what happens when they fail."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from runs_client import (
    APIConnectionError,
    APITimeoutError,
    Reconnect,
    Request,
    ResponseHead,
    RetryPolicy,
    RunsClient,
)
from runs_client.testing import FaultProxy, Reset, RunsServer, Update
from tests.clients import CLIENTS, ClientFactory, aiohttp_client, async_client
from tests.servers.canned_server import CannedServer, http_response

pytestmark = pytest.mark.anyio

RUN = http_response(body=json.dumps({"run_id": "r", "thread_id": "t", "status": "pending"}))
AT_ONCE = RetryPolicy(max_retries=3, initial_delay=0)
LOST = b""
"""No answer: the connection closes after the request was read."""
REDIRECT = http_response(307, headers=[("Location", "/elsewhere")])
COUNTER: Any = {"input": {"n": 5, "delay": 0.05}, "if_not_exists": "create"}


class HookError(Exception):
    pass


def fail(seen: object) -> None:
    raise HookError("no")


@pytest.fixture
def proxy(embedded_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(embedded_url) as proxy:
        yield proxy


async def test_each_answer_is_told(client_factory: ClientFactory) -> None:
    heads: list[ResponseHead] = []
    with CannedServer(http_response(500), REDIRECT, RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE, on_response=heads.append) as runs:
            run_url = runs.prepare_request("GET", "/threads/t/runs/r").url
            assert (await runs.get("t", "r")).run_id == "r"
        assert [(head.request.method, head.request.url, head.status) for head in heads] == [
            ("GET", run_url, 500),
            ("GET", run_url, 307),
            ("GET", f"{server.url}/elsewhere", 200),
        ]
    assert heads[1].headers["location"] == "/elsewhere"
    assert all(head.elapsed > 0 for head in heads)


async def test_without_an_answer_there_is_nothing_to_tell(client_factory: ClientFactory) -> None:
    requests: list[Request] = []
    heads: list[ResponseHead] = []
    with CannedServer(LOST) as server:
        async with client_factory(server.url, on_request=requests.append, on_response=heads.append) as runs:
            with pytest.raises(APIConnectionError):
                await runs.create("t", "a")
    assert len(requests) == 1
    assert heads == []


async def test_it_is_told_what_was_sent_in_the_end(client_factory: ClientFactory) -> None:
    heads: list[ResponseHead] = []
    with CannedServer(RUN) as server:

        def change(request: Request) -> Request:
            return Request("GET", f"{server.url}/changed", request.headers)

        async with client_factory("http://h", on_request=change, on_response=heads.append) as runs:
            await runs.get("t", "r")
        assert [head.request.url for head in heads] == [f"{server.url}/changed"]


@pytest.mark.parametrize("method", ["stream", "wait", "join"])
async def test_a_long_answer_is_told_with_its_headers(client_factory: ClientFactory, method: str) -> None:
    told = threading.Event()

    async def agent(input: Any, context: object) -> AsyncIterator[Update]:
        assert await anyio.to_thread.run_sync(told.wait, 10), "the hook waited for the body"
        yield Update("agent", {"text": "told"})

    def hook(head: ResponseHead) -> None:
        if head.request.url.endswith(f"/{method}"):
            assert head.status == 200
            told.set()

    thread_id = str(uuid4())
    body: Any = {"input": {}, "if_not_exists": "create"}
    with RunsServer({"agent": agent}, keep_alive=0.05) as server:
        async with client_factory(server.url, on_response=hook) as runs:
            if method == "stream":
                state = (await runs.stream(thread_id, "agent", **body).until_done()).values
            elif method == "wait":
                state = await runs.wait(thread_id, "agent", **body)
            else:
                state = await runs.join(thread_id, (await runs.create(thread_id, "agent", **body)).run_id)
    assert state == {"text": "told"}


@pytest.mark.parametrize("factory", [async_client, aiohttp_client])
async def test_it_may_be_a_coroutine_function(factory: ClientFactory) -> None:
    heads: list[ResponseHead] = []

    async def hook(head: ResponseHead) -> None:
        await anyio.lowlevel.checkpoint()
        heads.append(head)

    with CannedServer(RUN) as server:
        async with factory(server.url, on_response=hook) as runs:
            await runs.get("t", "r")
    assert len(heads) == 1


async def test_what_it_raises_ends_the_call(client_factory: ClientFactory) -> None:
    with CannedServer(RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE, on_response=fail) as runs:
            with pytest.raises(HookError):
                await runs.get("t", "r")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("backend", "factory"),
    [*(("asyncio", factory) for factory in CLIENTS.values()), ("trio", async_client)],
)
def test_what_it_raises_ends_the_stream_and_its_connection(backend: str, factory: ClientFactory) -> None:
    endless: Any = {"input": {"n": 10_000, "delay": 0.02}, "if_not_exists": "create"}

    async def read(server: RunsServer) -> None:
        async with factory(server.url, on_response=fail) as runs:
            with pytest.raises(HookError) as caught:
                async with runs.stream(uuid4(), "counter", **endless):
                    pass
            assert await anyio.to_thread.run_sync(server.wait_until_idle, 5)
            assert caught.tb, "its frames hold the answer, so that nothing but an explicit close closes it"

    with RunsServer(heartbeat=0.05) as server:
        anyio.run(read, server, backend=backend)


@pytest.mark.parametrize("factory", [async_client, aiohttp_client])
async def test_one_that_takes_too_long_is_given_up(factory: ClientFactory) -> None:
    async def hook(head: ResponseHead) -> None:
        await anyio.sleep_forever()

    with RunsServer(heartbeat=0.05) as server:
        async with factory(server.url, on_response=hook) as runs:
            with anyio.fail_after(10), pytest.raises(APITimeoutError, match="0.5 seconds"):
                async with runs.stream(uuid4(), "counter", timeout=0.5, **COUNTER):
                    pass
            assert await anyio.to_thread.run_sync(server.wait_until_idle, 5)


async def test_a_time_limit_of_its_own_is_its_own(client_factory: ClientFactory) -> None:
    def hook(head: ResponseHead) -> None:
        raise TimeoutError("the metrics server did not answer")

    with CannedServer(RUN) as server:
        async with client_factory(server.url, on_response=hook) as runs:
            with pytest.raises(TimeoutError, match="metrics server"):
                await runs.get("t", "r")


async def test_an_error_of_this_library_is_treated_as_the_servers(client_factory: ClientFactory) -> None:
    statuses: list[int] = []

    def hook(head: ResponseHead) -> None:
        statuses.append(head.status)
        if len(statuses) == 1:
            raise APIConnectionError("not good enough", request_sent=True)

    with CannedServer(RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE, on_response=hook) as runs:
            assert (await runs.get("t", "r")).run_id == "r"
    assert statuses == [200, 200]


def test_no_text_of_an_answer_holds_headers() -> None:
    request = RunsClient("http://h", api_key="top-secret").prepare_request("GET", "/")
    assert "secret" not in repr(ResponseHead(request, 200, {"set-cookie": "secret"}, 0.1))


async def read(stream: Any) -> None:
    async for _ in stream:
        pass


async def stream(runs: RunsClient, thread_id: str) -> None:
    await read(runs.stream(thread_id, "counter", **COUNTER))


async def stream_without_a_thread(runs: RunsClient, thread_id: str) -> None:
    await read(runs.stream(None, "counter", input={"n": 5, "delay": 0.05}))


async def join_stream(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "counter", stream_resumable=True, **COUNTER)
    await read(runs.join_stream(thread_id, run.run_id, last_event_id="-1"))


async def stream_of_a_handle(runs: RunsClient, thread_id: str) -> None:
    await read((await runs.start(thread_id, "counter", **COUNTER)).stream())


async def wait(runs: RunsClient, thread_id: str) -> None:
    await runs.wait(thread_id, "counter", **COUNTER)


async def join(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "counter", **COUNTER)
    await runs.join(thread_id, run.run_id)


@pytest.mark.parametrize("call", [stream, stream_without_a_thread, join_stream, stream_of_a_handle, wait, join])
async def test_a_client_tells_of_every_rejoin(
    proxy: FaultProxy, client_factory: ClientFactory, call: Callable[[RunsClient, str], Any]
) -> None:
    told: list[Reconnect] = []
    proxy.plan(Reset(after_chunks=1), match=".*/(stream|wait|join)")
    thread_id = str(uuid4())
    async with client_factory(proxy.url, retry=AT_ONCE, on_reconnect=told.append) as runs:
        await call(runs, thread_id)
    assert len(told) == 1
    assert told[0].run_id
    assert told[0].thread_id == thread_id or call is stream_without_a_thread
    assert "broke off" in told[0].reason
    assert told[0].delay == 0


async def test_a_streams_own_takes_its_place(proxy: FaultProxy, client_factory: ClientFactory) -> None:
    told: list[Reconnect] = []
    proxy.plan(Reset(after_chunks=1), match=".*/stream")
    async with client_factory(proxy.url, retry=AT_ONCE, on_reconnect=fail) as runs:
        await read(runs.stream(uuid4(), "counter", on_reconnect=told.append, **COUNTER))
    assert len(told) == 1


@pytest.mark.parametrize("factory", [async_client, aiohttp_client])
@pytest.mark.parametrize("call", [stream, wait])
async def test_rejoins_may_be_told_to_a_coroutine_function(
    proxy: FaultProxy, factory: ClientFactory, call: Callable[[RunsClient, str], Any]
) -> None:
    told: list[Reconnect] = []

    async def hook(reconnect: Reconnect) -> None:
        await anyio.lowlevel.checkpoint()
        told.append(reconnect)

    proxy.plan(Reset(after_chunks=1), match=".*/(stream|wait)")
    async with factory(proxy.url, retry=AT_ONCE, on_reconnect=hook) as runs:
        await call(runs, str(uuid4()))
    assert len(told) == 1


@pytest.mark.parametrize("call", [stream, wait])
async def test_what_it_raises_ends_the_call_that_rejoins(
    proxy: FaultProxy, client_factory: ClientFactory, call: Callable[[RunsClient, str], Any]
) -> None:
    proxy.plan(Reset(after_chunks=1), match=".*/(stream|wait)")
    async with client_factory(proxy.url, retry=AT_ONCE, on_reconnect=fail) as runs:
        with pytest.raises(HookError):
            await call(runs, str(uuid4()))
