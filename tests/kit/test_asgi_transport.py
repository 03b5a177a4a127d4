"""`ASGITransport`: any application, in the event loop of its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from runs_client.testing import ASGITransport

pytestmark = pytest.mark.anyio


def client_of(app: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=ASGITransport(app), base_url="http://here.invalid:8080")  # type: ignore[arg-type]


async def echo(request: Request) -> Response:
    seen = {
        "method": request.method,
        "path": request.scope["path"],
        "raw_path": request.scope["raw_path"].decode(),
        "query": request.url.query,
        "host": request.headers["host"],
        "header": request.headers["x-header"],
        "body": (await request.body()).decode(),
    }
    return JSONResponse(seen, status_code=201, headers={"x-answer": "yes"})


async def test_a_request_and_its_response() -> None:
    app = Starlette(routes=[Route("/a b/{id}", echo, methods=["POST"])])
    async with client_of(app) as client:
        answer = await client.post("/a%20b/c%3Fd?x=1", content=b"body", headers={"X-Header": "value"})
    assert answer.status_code == 201
    assert answer.headers["x-answer"] == "yes"
    assert answer.json() == {
        "method": "POST",
        "path": "/a b/c?d",
        "raw_path": "/a%20b/c%3Fd",
        "query": "x=1",
        "host": "here.invalid:8080",
        "header": "value",
        "body": "body",
    }


async def test_a_body_arrives_while_it_is_made() -> None:
    taken = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        await taken.wait()
        yield b"two"

    async def answer(request: Request) -> Response:
        return StreamingResponse(pieces())

    async with client_of(Starlette(routes=[Route("/", answer)])) as client, client.stream("GET", "/") as response:
        chunks = response.aiter_raw()
        assert await anext(chunks) == b"one"
        taken.set()
        assert [chunk async for chunk in chunks if chunk] == [b"two"]


async def test_closing_a_response_disconnects_the_application() -> None:
    ended = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200})
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with client_of(endless) as client, client.stream("GET", "/"):
        assert not ended.is_set()
    assert ended.is_set()


async def test_cancelling_a_request_disconnects_the_application() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with client_of(silent) as client:
        request = asyncio.create_task(client.get("/"))
        await started.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
    assert ended.is_set()


async def test_an_application_may_go_on_after_its_response() -> None:
    async def thorough(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})
        disconnects.append(await receive())

    disconnects: list[object] = []
    async with client_of(thorough) as client:
        assert (await client.get("/")).text == "done"
    assert disconnects == [{"type": "http.disconnect"}]


async def test_an_application_that_fails_breaks_the_connection() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("no luck")

    async def fail_later(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        raise ValueError("no luck")

    for app, message in ((fail, "no response"), (fail_later, "within the body")):
        async with client_of(app) as client:
            with pytest.raises(httpx.RemoteProtocolError, match=message) as caught:
                await client.get("/")
        cause: BaseException | None = caught.value
        while cause is not None and not isinstance(cause, ValueError):
            cause = cause.__cause__
        assert str(cause) == "no luck"
