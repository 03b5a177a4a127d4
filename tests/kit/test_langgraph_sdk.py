"""The client of `langgraph-sdk`, asynchronous and blocking, against the embedded server: every method of its runs."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from langgraph_sdk import get_client, get_sync_client
from langgraph_sdk._async.client import LangGraphClient
from langgraph_sdk._async.runs import RunsClient
from langgraph_sdk._sync.runs import SyncRunsClient

from runs_client.testing import ASGITransport, FaultProxy, Reset, RunsServer, Update

pytestmark = pytest.mark.anyio

ENDLESS: Any = {"assistant_id": "counter", "input": {"n": 10**6, "delay": 60}}
ECHO: Any = {"assistant_id": "echo", "input": {"text": "hi"}}


class Sdk:
    """Both clients of the SDK behind one surface."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """What a method returns, such as `runs.create`; of a stream, all its parts."""
        group, method = name.split(".")
        result = getattr(getattr(self._client, group), method)(*args, **kwargs)
        if inspect.isawaitable(result):
            return await result
        if isinstance(result, AsyncIterator):
            return [part async for part in result]
        return list(result) if isinstance(result, Iterator) else result

    async def thread(self) -> str:
        thread_id: str = (await self.call("threads.create"))["thread_id"]
        return thread_id

    async def run(self, thread_id: str, **payload: Any) -> str:
        run_id: str = (await self.call("runs.create", thread_id, **payload))["run_id"]
        return run_id


@pytest.fixture(params=["async", "sync"])
async def sdk(request: pytest.FixtureRequest, runs_server: RunsServer) -> AsyncIterator[Sdk]:
    if request.param == "sync":
        with get_sync_client(url=runs_server.url, api_key=None) as client:
            yield Sdk(client)
    else:
        async with get_client(url=runs_server.url, api_key=None) as client:
            yield Sdk(client)


@pytest.mark.parametrize("client", [RunsClient, SyncRunsClient])
def test_every_method_is_tested(client: type) -> None:
    methods = {name for name in vars(client) if not name.startswith("_")}
    assert methods == {name.removeprefix("test_") for name in globals() if name.removeprefix("test_") in methods}
    assert len(methods) == 11


async def test_threads(sdk: Sdk) -> None:
    thread_id = str(uuid4())
    thread = await sdk.call("threads.create", thread_id=thread_id, metadata={"of": "Ada"}, graph_id="echo")
    again = await sdk.call("threads.create", thread_id=thread_id, if_exists="do_nothing")
    assert thread["thread_id"] == again["thread_id"] == thread_id
    assert thread["metadata"]["of"] == "Ada"

    await sdk.call("runs.wait", thread_id, **ECHO)
    assert (await sdk.call("threads.get", thread_id))["values"] == {"text": "hi"}
    assert (await sdk.call("threads.get_state", thread_id))["values"] == {"text": "hi"}


async def test_create(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    run = await sdk.call("runs.create", thread_id, metadata={"of": "Ada"}, **ECHO)
    assert run["thread_id"] == thread_id
    assert run["metadata"]["of"] == "Ada"
    assert run["status"] in ("pending", "running", "success")

    stateless = await sdk.call("runs.create", None, **ECHO)
    assert stateless["run_id"] != run["run_id"]


async def test_create_batch(sdk: Sdk) -> None:
    runs = await sdk.call("runs.create_batch", [ECHO, ENDLESS])
    assert [run["kwargs"]["input"] for run in runs] == [ECHO["input"], ENDLESS["input"]]


@pytest.mark.parametrize("stateless", [False, True])
async def test_stream(sdk: Sdk, stateless: bool) -> None:
    thread_id = None if stateless else await sdk.thread()
    created: list[Any] = []
    parts = await sdk.call(
        "runs.stream",
        thread_id,
        "counter",
        input={"n": 2},
        stream_mode=["custom", "values"],
        on_run_created=created.append,
    )
    assert [(part.event, part.data) for part in parts[1:]] == [
        ("values", {"n": 2}),
        ("custom", {"tick": 0}),
        ("custom", {"tick": 1}),
        ("values", {"n": 2, "count": 2}),
    ]
    assert parts[0].event == "metadata"
    assert parts[0].data["run_id"] == created[0]["run_id"]
    assert created[0].get("thread_id") == thread_id


async def test_stream_of_messages_and_subgraphs(sdk: Sdk) -> None:
    words = {"messages": [{"role": "user", "content": "one two"}]}
    parts = await sdk.call("runs.stream", None, "chat", input=words, stream_mode="messages-tuple")
    assert "".join(part.data[0]["content"] for part in parts if part.event == "messages") == "one two "

    parts = await sdk.call("runs.stream", None, "team", input={}, stream_mode="updates", stream_subgraphs=True)
    names = [part.event.split(":")[0] for part in parts]
    assert names == ["metadata", "updates|research", "updates", "updates"]


async def test_stream_of_a_run_that_fails(sdk: Sdk) -> None:
    parts = await sdk.call("runs.stream", None, "fail", input={"text": "no luck"})
    assert parts[-1].event == "error"
    assert parts[-1].data == {"error": "ValueError", "message": "no luck"}


async def test_wait(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    assert await sdk.call("runs.wait", thread_id, **ECHO) == {"text": "hi"}
    assert await sdk.call("runs.wait", None, **ECHO) == {"text": "hi"}
    with pytest.raises(Exception, match="ValueError: no luck"):
        await sdk.call("runs.wait", None, "fail", input={"text": "no luck"})
    failed = await sdk.call("runs.wait", None, "fail", input={"text": "no luck"}, raise_error=False)
    assert failed == {"__error__": {"error": "ValueError", "message": "no luck"}}


async def test_a_question_is_answered(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    asked = await sdk.call("runs.wait", thread_id, "ask", input={"question": "Send?"})
    assert asked["__interrupt__"][0]["value"] == "Send?"
    state = await sdk.call("runs.wait", thread_id, "ask", command={"resume": "yes"})
    assert state == {"question": "Send?", "answer": "yes"}


async def test_list(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    for text in ("one", "two", "three"):
        await sdk.call("runs.wait", thread_id, "echo", input={"text": text})
    runs = await sdk.call("runs.list", thread_id)
    assert [run["kwargs"]["input"]["text"] for run in runs] == ["three", "two", "one"]
    assert await sdk.call("runs.list", thread_id, limit=1, offset=1) == [runs[1]]
    assert await sdk.call("runs.list", thread_id, status="pending") == []
    selected = await sdk.call("runs.list", thread_id, select=["run_id", "status"])
    assert selected == [{"run_id": run["run_id"], "status": "success"} for run in runs]


async def test_get(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    run = await sdk.call("runs.create", thread_id, **ENDLESS)
    found = await sdk.call("runs.get", thread_id, run["run_id"])
    assert {name: found[name] for name in ("run_id", "assistant_id", "kwargs")} == {
        name: run[name] for name in ("run_id", "assistant_id", "kwargs")
    }
    with pytest.raises(Exception, match="404|[Nn]ot [Ff]ound"):
        await sdk.call("runs.get", thread_id, str(uuid4()))


async def test_join(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    run_id = await sdk.run(thread_id, assistant_id="counter", input={"n": 3, "delay": 0.01})
    assert await sdk.call("runs.join", thread_id, run_id) == {"n": 3, "delay": 0.01, "count": 3}


async def test_join_stream(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    run_id = await sdk.run(
        thread_id, assistant_id="counter", input={"n": 3}, stream_mode=["custom", "values"], stream_resumable=True
    )
    await sdk.call("runs.join", thread_id, run_id)
    ticks = [{"tick": 0}, {"tick": 1}, {"tick": 2}]
    parts = await sdk.call("runs.join_stream", thread_id, run_id, last_event_id="-1", stream_mode=["custom"])
    assert [part.data for part in parts] == ticks
    assert all(part.id for part in parts)
    after = await sdk.call("runs.join_stream", thread_id, run_id, last_event_id=parts[-1].id, stream_mode="custom")
    assert after == []


@pytest.mark.parametrize("wait", [False, True])
async def test_cancel(sdk: Sdk, wait: bool) -> None:
    thread_id = await sdk.thread()
    run_id = await sdk.run(thread_id, **ENDLESS)
    await sdk.call("runs.cancel", thread_id, run_id, wait=wait)
    assert (await sdk.call("runs.get", thread_id, run_id))["status"] == "interrupted"


async def test_cancel_and_roll_back(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    run_id = await sdk.run(thread_id, **ENDLESS)
    await sdk.call("runs.cancel", thread_id, run_id, wait=True, action="rollback")
    assert await sdk.call("runs.list", thread_id) == []


@pytest.mark.parametrize("by", ["ids", "status"])
async def test_cancel_many(sdk: Sdk, by: str) -> None:
    thread_id = await sdk.thread()
    run_ids = [await sdk.run(thread_id, **ENDLESS), await sdk.run(thread_id, **ENDLESS)]
    which: Any = {"status": "all"} if by == "status" else {"thread_id": thread_id, "run_ids": run_ids}
    await sdk.call("runs.cancel_many", **which)
    assert {run["status"] for run in await sdk.call("runs.list", thread_id)} == {"interrupted"}


async def test_delete(sdk: Sdk) -> None:
    thread_id = await sdk.thread()
    run_id = await sdk.run(thread_id, **ECHO)
    await sdk.call("runs.join", thread_id, run_id)
    await sdk.call("runs.delete", thread_id, run_id)
    assert await sdk.call("runs.list", thread_id) == []


async def test_agents_of_the_test(sdk: Sdk, runs_server: RunsServer) -> None:
    @runs_server.agent("greeter")
    async def greeter(input: Any, context: object) -> AsyncIterator[Update]:
        yield Update("greeter", {"greeting": f"Hello, {input['name']}"})

    assert (await sdk.call("runs.wait", None, "greeter", input={"name": "Ada"}))["greeting"] == "Hello, Ada"


async def test_faults(faults: FaultProxy) -> None:
    faults.plan(Reset(after_events=3))
    async with get_client(url=faults.url, api_key=None) as client:
        thread_id = (await client.threads.create())["thread_id"]
        # The delay keeps the ids of the events apart: the SDK loses those that share one.
        options: Any = {"input": {"n": 4, "delay": 0.02}, "stream_mode": "custom", "stream_resumable": True}
        parts = [part async for part in client.runs.stream(thread_id, "counter", **options)]
    assert [part.data["tick"] for part in parts if part.event == "custom"] == [0, 1, 2, 3]
    assert any("last-event-id" in request.headers for request in faults.requests), "it has not come back to the run"


@pytest.mark.runs_server(in_process=True)
async def test_in_process(runs_server: RunsServer) -> None:
    http = httpx.AsyncClient(transport=ASGITransport(runs_server.app), base_url=runs_server.url)
    async with LangGraphClient(http) as client:
        parts = [part async for part in client.runs.stream(None, "counter", input={"n": 2}, stream_mode="custom")]
    assert [part.data for part in parts[1:]] == [{"tick": 0}, {"tick": 1}]
