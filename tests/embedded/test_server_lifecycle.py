"""Starting the server, finding it, and stopping it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator

import httpx
import pytest

from runs_client.testing import Context, Custom, RunsServer, create_app
from tests.embedded.conftest import SECONDS, Http, events_in

ENDLESS = {"assistant_id": "counter", "input": {"n": 10**6, "delay": 60}, "stream_mode": "custom"}


def test_a_server_takes_a_free_port_and_gives_it_back() -> None:
    with RunsServer() as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert httpx.get(f"{server.url}/ok").json() == {"ok": True}

    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", server.port)) != 0


async def test_a_server_works_with_async_with() -> None:
    async with RunsServer() as server, httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.post("/runs/wait", json={"assistant_id": "echo", "input": {"text": "hi"}})

    assert answer.json() == {"text": "hi"}


def test_a_server_runs_in_a_loop_of_asyncio_whatever_is_installed() -> None:
    loops = []
    with RunsServer() as server:

        @server.agent("witness")
        async def witness(input: object, context: Context) -> AsyncIterator[Custom]:
            loops.append(type(asyncio.get_running_loop()).__module__)
            yield Custom(None)

        httpx.post(f"{server.url}/runs/wait", json={"assistant_id": "witness", "input": {}})

    assert [name.partition(".")[0] for name in loops] == ["asyncio"]


def test_a_port_that_is_taken_is_an_error() -> None:
    with RunsServer() as first, pytest.raises(OSError), RunsServer(port=first.port):
        pass


def test_two_servers_know_nothing_of_each_other() -> None:
    with RunsServer() as first, RunsServer() as second:
        httpx.post(f"{first.url}/runs", json={"assistant_id": "echo", "input": {}})

        assert (first.runs_created, second.runs_created) == (1, 0)


def test_stopping_ends_open_streams_and_leaves_no_thread_behind() -> None:
    threads = threading.active_count()
    with RunsServer() as server:
        http = Http(server.url)
        with http.client, http.client.stream("POST", "/runs/stream", json=ENDLESS) as response:
            chunks = response.iter_raw()
            next(chunks)
            assert server.connections == 1
            server.__exit__(None, None, None)
            text = b"".join(chunks).decode()

    assert [event.name for event in events_in(text)] == ["custom"]
    assert threading.active_count() == threads


def test_stopping_ends_waiting_answers() -> None:
    with RunsServer() as server:
        http = Http(server.url)
        with http.client, http.client.stream("POST", "/runs/wait", json=ENDLESS) as response:
            server.__exit__(None, None, None)
            assert response.read().strip() == b'{"n":1000000,"delay":60}'


def test_waiting_for_quiet_tells_when_it_was_in_vain() -> None:
    with RunsServer() as server:
        http = Http(server.url)
        with http.client:
            with http.client.stream("POST", "/runs/stream", json=ENDLESS):
                assert not server.wait_until_idle(0.01)
            assert server.wait_until_idle(SECONDS)


@pytest.mark.needs_asyncio
async def test_the_app_can_be_used_in_process() -> None:
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        waited = await client.post("/runs/wait", json={"assistant_id": "echo", "input": {"text": "hi"}})
        streamed = await client.post("/runs/stream", json={"assistant_id": "counter", "input": {"n": 1}})

    assert waited.json() == {"text": "hi"}
    assert [event.data for event in events_in(streamed.text)[1:]] == [{"n": 1}, {"n": 1, "count": 1}]


@pytest.mark.parametrize("intervals", [{"heartbeat": 0}, {"heartbeat": -1.0}, {"keep_alive": 0}])
def test_intervals_are_positive(intervals: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="seconds"):
        create_app(**intervals)  # type: ignore[arg-type]  # one of several keywords
