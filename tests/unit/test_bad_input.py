"""Servers, addresses and ids that are wrong: each gives a typed error that names the cause, with both clients."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from runs_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    EventDecodeError,
    InvalidRequestError,
    NotFoundError,
    RetryPolicy,
    RunsClient,
    StreamInterruptedError,
    UnexpectedResponseError,
)
from tests.clients import ClientFactory
from tests.servers.canned_server import Answer, CannedServer, http_response

pytestmark = pytest.mark.anyio

HTML = http_response(body="<html>Welcome</html>", content_type="text/html")
EVENTS = "text/event-stream"


@asynccontextmanager
async def client_of(factory: ClientFactory, *answers: Answer, **settings: Any) -> AsyncIterator[RunsClient]:
    with CannedServer(*answers) as server:
        async with factory(server.url, retry=RetryPolicy(max_retries=0), **settings) as runs:
            yield runs


async def exhaust(stream: Any) -> list[Any]:
    return [part async for part in stream]


@pytest.mark.parametrize("bad_id", ["..", ".", "a/b", "?x", "#x", "%2e%2e", "a b", "\n", "é", "x" * 2000])
async def test_a_strange_id_reaches_the_server_as_data(
    client_factory: ClientFactory, embedded_url: str, bad_id: str
) -> None:
    async with client_factory(embedded_url) as runs:
        for call in (runs.get(bad_id, "r"), runs.create(bad_id, "echo"), runs.list(bad_id)):
            with pytest.raises(APIStatusError) as caught:
                await call
            assert caught.value.status_code in (404, 422)
            assert caught.value.detail in str(caught.value)


async def test_an_empty_id(client_factory: ClientFactory) -> None:
    async with client_of(client_factory, HTML) as runs:
        for call in (
            lambda: runs.get("", "r"),
            lambda: runs.get("t", ""),
            lambda: runs.join("t", ""),
            lambda: runs.cancel("", "r"),
            lambda: runs.create("", "a"),
        ):
            with pytest.raises(InvalidRequestError, match=r"(thread_id|run_id) must not be empty"):
                await call()
        with pytest.raises(InvalidRequestError, match="assistant_id must not be empty"):
            await runs.create("t", "")
        with pytest.raises(InvalidRequestError, match="thread_id must not be empty"):
            runs.stream("", "a")


async def test_a_header_with_a_line_break(client_factory: ClientFactory) -> None:
    with pytest.raises(InvalidRequestError, match="'x-who' holds a line break"):
        client_factory("http://h", headers={"x-who": "me\r\nx-api-key: stolen"})
    async with client_of(client_factory, HTML) as runs:
        with pytest.raises(InvalidRequestError, match="'x-who' holds a line break"):
            await runs.get("t", "r", headers={"x-who": "me\n"})


async def test_an_address_without_a_scheme(client_factory: ClientFactory) -> None:
    with pytest.raises(InvalidRequestError, match="must begin with http"):
        client_factory("localhost:2024")


async def test_an_unknown_transport(client_factory: ClientFactory) -> None:
    with pytest.raises(InvalidRequestError, match="unknown transport 'carrier pigeon'"):
        client_factory("http://h", transport="carrier pigeon")


async def test_nobody_listens(client_factory: ClientFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with client_factory(f"http://127.0.0.1:{port}", retry=RetryPolicy(max_retries=1, initial_delay=0)) as runs:
        for call in (runs.get("t", "r"), runs.create("t", "a"), runs.wait(None, "a"), exhaust(runs.stream("t", "a"))):
            with pytest.raises(APIConnectionError, match="could not be sent") as caught:
                await call
            assert not caught.value.request_sent


async def test_a_host_that_does_not_exist(client_factory: ClientFactory) -> None:
    async with client_factory("http://nobody.invalid", retry=RetryPolicy(max_retries=0)) as runs:
        with pytest.raises(APIConnectionError, match="http://nobody.invalid") as caught:
            await runs.get("t", "r")
        assert not caught.value.request_sent


async def test_a_page_instead_of_json(client_factory: ClientFactory) -> None:
    async with client_of(client_factory, HTML) as runs:
        for call in (runs.get("t", "r"), runs.create("t", "a"), runs.wait("t", "a"), runs.join("t", "r")):
            with pytest.raises(UnexpectedResponseError, match=r"text/html.*<html>Welcome"):
                await call


async def test_an_error_page(client_factory: ClientFactory) -> None:
    page = http_response(502, "<h1>Bad gateway</h1>" + "x" * 10_000, content_type="text/html")
    async with client_of(client_factory, page) as runs:
        with pytest.raises(APIStatusError, match=r"502: <h1>Bad gateway") as caught:
            await runs.get("t", "r")
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"detail": "why"}', "why"),
        ('{"detail": [{"loc": ["body"], "msg": "why"}]}', "[{'loc': ['body'], 'msg': 'why'}]"),
        ('{"error": "Refused", "message": "why"}', "Refused: why"),
        ('{"other": 1}', "{'other': 1}"),
        ("plain text", "plain text"),
        ("", "the server gave no reason"),
        ("\xff", "\xff"),
    ],
)
async def test_what_a_refusal_says(client_factory: ClientFactory, body: str, detail: str) -> None:
    async with client_of(client_factory, http_response(404, body)) as runs:
        with pytest.raises(NotFoundError) as caught:
            await runs.get("t", "r")
    assert caught.value.detail == detail


@pytest.mark.parametrize("body", ["[]", "3", '"run"', "null", '{"created_at": 7}', '{"created_at": "yesterday"}'])
async def test_json_of_another_shape(client_factory: ClientFactory, body: str) -> None:
    async with client_of(client_factory, http_response(body=body)) as runs:
        with pytest.raises(UnexpectedResponseError, match="unexpected shape"):
            await runs.get("t", "r")


async def test_an_empty_success_where_a_run_belongs(client_factory: ClientFactory) -> None:
    async with client_of(client_factory, http_response()) as runs:
        with pytest.raises(UnexpectedResponseError, match="unexpected shape"):
            await runs.create("t", "a")


@pytest.mark.parametrize("answer", [http_response(body="{}"), HTML, http_response(content_type="")])
async def test_no_event_stream_where_one_belongs(client_factory: ClientFactory, answer: bytes) -> None:
    async with client_of(client_factory, answer) as runs:
        for stream in (runs.stream("t", "a"), runs.join_stream("t", "r")):
            with pytest.raises(UnexpectedResponseError, match="not with an event stream"):
                await exhaust(stream)


async def test_an_event_that_is_not_json(client_factory: ClientFactory) -> None:
    stream = http_response(body='event: custom\ndata: 1\n\nevent: custom\nid: 7\ndata: {"a\n\n', content_type=EVENTS)
    async with client_of(client_factory, stream) as runs:
        parts = []
        with pytest.raises(EventDecodeError, match="custom.*7.*not JSON") as caught:
            async for part in runs.stream("t", "a"):
                parts.append(part.data)
        assert parts == [1], "what came before is delivered"
        assert caught.value.event_id == "7"


async def test_a_stream_that_breaks_off(client_factory: ClientFactory) -> None:
    head = http_response(
        body="event: custom\nid: 7\ndata: 1\n\n",
        content_type=EVENTS,
        headers=[("Content-Location", "/threads/t/runs/r")],
    )
    cut = head.replace(b"Content-Length: 29", b"Content-Length: 99")  # promises more than it sends
    assert cut != head
    async with client_of(client_factory, cut) as runs:
        stream = runs.stream("t", "a")
        with pytest.raises(StreamInterruptedError, match="join_stream") as caught:
            await exhaust(stream)
    assert (caught.value.thread_id, caught.value.run_id, caught.value.last_event_id) == ("t", "r", "7")


async def test_an_answer_that_is_not_http(client_factory: ClientFactory) -> None:
    async with client_of(client_factory, b"SSH-2.0-OpenSSH\r\n") as runs:
        with pytest.raises(APIConnectionError) as caught:
            await runs.create("t", "a")
        assert caught.value.request_sent, "nobody knows whether the run exists"


async def test_no_answer_in_time(client_factory: ClientFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts, and says nothing
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with client_factory(url, timeout=0.2) as runs:
            for call in (
                runs.get("t", "r"),
                runs.wait("t", "a", timeout=0.2),
                exhaust(runs.stream("t", "a", timeout=0.2)),
            ):
                with pytest.raises(APITimeoutError, match="0.2 seconds"):
                    await call


async def test_an_unknown_keyword_sends_nothing(client_factory: ClientFactory) -> None:
    with CannedServer(HTML) as server:
        async with client_factory(server.url) as runs:
            anything: Any = runs
            for call, hint in (
                (lambda: anything.create("t", "a", inptu=1), "create.*'inptu'; did you mean 'input'"),
                (lambda: anything.wait(None, "a", inptu=1), "wait.*'inptu'; did you mean 'input'"),
                (lambda: anything.list("t", limt=1), "list.*'limt'; did you mean 'limit'"),
                (lambda: anything.cancel("t", "r", actoin=1), "cancel.*'actoin'; did you mean 'action'"),
                (lambda: anything.cancel_many(run_id=1), "cancel_many.*'run_id'; did you mean 'run_ids'"),
            ):
                with pytest.raises(TypeError, match=hint):
                    await call()  # type: ignore[no-untyped-call]
            with pytest.raises(TypeError, match="stream.*'inptu'; did you mean 'input'"):
                anything.stream("t", "a", inptu=1)
            with pytest.raises(TypeError, match="join_stream.*'lastEventId'; did you mean 'last_event_id'"):
                anything.join_stream("t", "r", lastEventId="1")
        assert server.requests == []
